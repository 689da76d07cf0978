"""Circular purchases over a workspace: by year and family, what comes from reuse and from recycled matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gisement.catalog import parameter
from gisement.catalog.circular import agec_family
from gisement.engine.asked import Row, rows_of
from gisement.engine.measure import Observatory
from gisement.models.title_text import folded
from gisement.store import database
from gisement.terms import Figure, Level, Sums, Verdict
from gisement.terms.arithmetic import share

TABLES = ("circular_purchase",)
MEASURES: Mapping[str, tuple[str, ...]] = {
    "reuse": ("reuse", "refurbished"), "recycled": ("recycled",), "biosourced": ("biosourced",),
    "certified_wood": ("certified_wood",),
}  # fmt: skip
"""What is measured, and the origins that count for it: the law on circular economy asks for the first two."""
UNKNOWN = "unknown"
REUSE, RECYCLED, TEXTILE = "reuse", "recycled", "textile"


def least_rate(family: str, measure: str, year: int) -> int | None:
    """The least share in percent that the law on circular economy asks of a family at the end of a year.

    None where its text was not read: most families, other measures, years before the law or of a step not read.
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
    """Shares by year, family and measure (groups `year`, `family`, `measure`), and the lines that they add up."""

    figures: list[Figure]
    lines: list[Row]


def circular(observatory: Observatory, buyer: str | None = None) -> Circular:
    """Shares in euros of what is bought of each family, of all buyers or of one (SIREN or SIRET)."""
    where = f"WHERE buyer_siren = {database.literal(buyer[:9])}" if buyer else ""
    lines = rows_of(
        observatory,
        "SELECT year, product_family, matter_origin, sum(amount_cents)::BIGINT AS amount_cents, "
        "count(*) FILTER (amount_cents IS NULL) AS unweighted, count(*) AS rows, "
        "CASE WHEN count(DISTINCT quantity_unit) = 1 AND count(quantity) = count(*) THEN sum(quantity) END quantity, "
        f"min(quantity_unit) AS quantity_unit FROM circular_purchase {where} GROUP BY ALL ORDER BY ALL",
    )
    held: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for line in lines:
        held[line["year"], line["product_family"]].append(line)
    origins = observatory.origins("circular_purchase")
    figures = [
        _figure({"year": year, "family": family, "measure": measure}, rows, counting, origins)
        for (year, family), rows in held.items()
        for measure, counting in MEASURES.items()
    ]
    return Circular(figures, lines)


def _figure(group: dict[str, Any], rows: Sequence[Row], counting: Sequence[str], origins: Any) -> Figure:
    """The share of the amounts whose origin is known; what is of unknown origin makes the bounds."""
    weights = dict.fromkeys(Verdict, 0)
    counts = dict.fromkeys(Verdict, 0)
    for row in rows:
        is_unknown = row["matter_origin"] == UNKNOWN
        told = Verdict.PART if row["matter_origin"] in counting else Verdict.REST
        weights[Verdict.UNKNOWN if is_unknown else told] += row["amount_cents"] or 0
        counts[Verdict.UNKNOWN if is_unknown else told] += row["rows"] - row["unweighted"]
        counts[Verdict.UNKNOWN] += row["unweighted"]
    sums = Sums(
        part=weights[Verdict.PART], rest=weights[Verdict.REST], unknown_positive=weights[Verdict.UNKNOWN],
        counts=counts, unweighted=sum(row["unweighted"] for row in rows),
    )  # fmt: skip
    found = share(sums)
    return Figure(
        indicator="circular_share", unit="percent", group=group, value=found.value, low=found.low, high=found.high,
        interval="missing", coverage=found.coverage, sums=sums, level=Level.OBSERVED, origins=origins,
    )  # fmt: skip
