"""Circular purchases over a workspace: by year and family, what comes from reuse and from recycled matter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from gisement.catalog import parameter
from gisement.catalog.words import agec_family
from gisement.engine.asked import Row, rows_of
from gisement.engine.measure import Observatory
from gisement.indicators.circular import CIRCULAR_SHARE
from gisement.indicators.circular import ORIGINS as ORIGINS
from gisement.models.titles.vectors import folded
from gisement.store import database, snapshots
from gisement.terms import Figure, Perimeter

TABLES = ("circular_purchase",)
KIND = "circular"
GROUPS = ("year", "product_family")
REUSE, RECYCLED, TEXTILE = "reuse", "recycled", "textile"


def least_rate(family: str, measure: str, year: int) -> int | None:
    """The least share in percent that the law on circular economy asks of a family at the end of a year.

    None where its text was not read: most families, other measures, years before the law or of a step not read.

    Source: law 2020-105, art. 58; decree 2024-134 (parameters `agec_textile_reuse_pct`, `agec_textile_recycled_pct`).
    """
    end, unread = date(year, 12, 31), date(parameter("agec_unread_step_year"), 1, 1)
    if agec_family(folded(family)) != TEXTILE or measure not in (REUSE, RECYCLED):
        return None
    try:
        rate, before = _textile_rate(measure, end), _textile_rate(measure, unread)
    except KeyError:  # before the law
        return None
    return None if end > unread and rate == before else rate


def _textile_rate(measure: str, day: date) -> int:
    if measure == REUSE:
        return parameter("agec_textile_reuse_pct", day)
    return parameter("agec_textile_recycled_pct", day)


@dataclass(frozen=True)
class Circular:
    """Shares by year and family (groups `year`, `product_family`) of each `matter`, and the lines that they add up.

    `is_waiting`: nothing is there, though a file was added: the tables are to be built.
    """

    figures: list[Figure]
    lines: list[Row]
    is_waiting: bool = False


def circular(observatory: Observatory, buyer: str | None = None) -> Circular:
    """Shares in euros of what is bought of each family, of all buyers or of one (SIREN or SIRET)."""
    where = f"WHERE declarant_siren = {database.literal(buyer[:9])}" if buyer else ""
    lines = rows_of(
        observatory,
        "SELECT year, product_family, matter_origin, sum(amount_cents)::BIGINT AS amount_cents, "
        "count(*) FILTER (amount_cents IS NULL) AS unweighted, count(*) AS rows, "
        "CASE WHEN count(DISTINCT quantity_unit) = 1 AND count(quantity) = count(*) THEN sum(quantity) END quantity, "
        f"min(quantity_unit) AS quantity_unit FROM circular_purchase {where} GROUP BY ALL ORDER BY ALL",
    )
    perimeter = Perimeter({"declarant": (buyer[:9],)} if buyer else {})
    figures = [
        figure
        for matter in ORIGINS
        for figure in observatory.measure(CIRCULAR_SHARE, replace(perimeter, options={"matter": matter}), GROUPS)
    ]
    is_waiting = not lines and not buyer and any(snapshots(observatory.workspace, KIND))
    return Circular(figures, lines, is_waiting)
