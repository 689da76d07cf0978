"""What an impact is computed with: the input-output table in use, how large each ring is, where firms are present.

The table in use is the latest of those added; without any, the one that ships with the program. Sizes come from an
employment table by commune, else from the whole register, else from population, which says nothing of structure.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog import parameter
from gisement.catalog.segments import OUT_OF_SCOPE, UNCLASSIFIED
from gisement.terms import step
from gisement.terms.expressions import exact

OWN = "own"
"""The snapshot that the program gives itself."""
TRADE = ("45", "46", "47")
"""Divisions of NAF whose firms sell goods that others made."""
HEADCOUNT = {
    "00": 0, "01": 1, "02": 4, "03": 7, "11": 14, "12": 34, "21": 74, "22": 149, "31": 224, "32": 374, "41": 749,
    "42": 1499, "51": 3499, "52": 7499, "53": 10_000,
}  # fmt: skip
"""The middle of each headcount band of Sirene (« tranche d'effectif salarié »), the lower bound of the last one."""


@step
def io_flow(raw_io_cell: Any) -> Any:
    """One row per flow of the table in use, in millions of its currency: from a product to a user, or of an account."""
    cells = _latest(raw_io_cell, raw_io_cell.table_year)
    return cells.select(
        "table_name", "table_year", "currency_unit", flow_kind="flow", row_code="row_code", column_code="column_code",
        flow_millions="flow_millions", table_note="note",
    )  # fmt: skip


@step
def io_sector(raw_io_sector: Any, raw_io_cell: Any) -> Any:
    """One row per product or industry of the table in use, with the divisions of NAF rev. 2 that it covers."""
    used = _latest(raw_io_cell, raw_io_cell.table_year).select(used="snapshot").distinct()
    kept = raw_io_sector.semi_join(used, raw_io_sector.snapshot == used.used)
    return kept.select("sector_code", "sector_name", "divisions")


@step
def national_employment(raw_employment: Any) -> Any:
    """One row per activity: jobs in the country, of a national table, else the sum of all communes."""
    national = raw_employment.filter(raw_employment.commune_code.isnull())
    local = raw_employment.filter(raw_employment.commune_code.notnull())
    national, local = (_latest(rows, rows.employment_year) for rows in (national, local))
    told = national.select(found="activity_code")
    rest = local.anti_join(told, local.activity_code == told.found)
    jobs = national.select(*EMPLOYMENT).union(rest.select(*EMPLOYMENT))
    return jobs.group_by("activity_code", "employment_year").agg(jobs_count=jobs.jobs.sum().round().cast("int64"))


EMPLOYMENT = ("activity_code", "employment_year", "jobs")


@step
def ring_size(
    raw_employment: Any, raw_establishment: Any, commune_code_today: Any, commune: Any, ring_commune: Any
) -> Any:
    """One row per measure of size, activity and ring: jobs of a table, headcount of the register, inhabitants.

    The register counts only where it is whole: a part of it (the suppliers) would tell of the part.
    """
    rings = ring_commune.select(ring_of="commune_code", ring_nearest="ring_nearest")
    local = raw_employment.filter(raw_employment.commune_code.notnull())
    local = _latest(local, local.employment_year)
    employed = local.select("commune_code", "activity_code", sized=local.jobs)
    register = _register(raw_establishment)
    people = commune.select("commune_code", activity_code=ibis.literal("TOTAL"), sized=commune.population)
    parts = []
    for rule, rows in (("employment", employed), ("register", register), ("population", people)):
        today = commune_code_today.rename(today_code="commune_code")
        placed = rows.left_join(today, [("commune_code", "any_code")])
        placed = placed.mutate(here=ibis.coalesce(placed.today_code, placed.commune_code))
        placed = placed.inner_join(rings, [("here", "ring_of")])
        summed = placed.group_by("activity_code", "ring_nearest").agg(size_count=placed.sized.sum().round())
        parts.append(
            summed.select(
                "activity_code",
                size_rule=ibis.literal(rule),
                ring_nearest=summed.ring_nearest.cast("int64"),
                size_count=summed.size_count.cast("int64"),
            )
        )
    whole = ibis.union(*parts)
    return whole.filter(whole.activity_code.notnull()).select(
        "size_rule", "activity_code", "ring_nearest", "size_count"
    )


@step
def supplier_presence(raw_establishment: Any, supplier: Any, commune_code_today: Any, ring_commune: Any) -> Any:
    """One row per supplier (legal unit) and ring where it has open establishments, with their headcount."""
    known = supplier.filter(supplier.supplier_siren.notnull()).select(known="supplier_siren").distinct()
    e = raw_establishment.semi_join(known, raw_establishment.siren == known.known)
    e = e.filter(ibis.coalesce(e.state != "F", True)).select("siren", "siret", "commune_code", "headcount_band")
    e = e.left_join(commune_code_today.rename(today_code="commune_code"), [("commune_code", "any_code")])
    e = e.mutate(here=ibis.coalesce(e.today_code, e.commune_code))
    e = e.inner_join(ring_commune.select(ring_of="commune_code", ring_nearest="ring_nearest"), [("here", "ring_of")])
    return e.group_by(supplier_siren=e.siren, ring_nearest=e.ring_nearest.cast("int64")).agg(
        establishments_count=e.siret.nunique(), headcount_count=ibis.coalesce(_headcount(e).sum(), 0).cast("int64")
    )


def _register(raw_establishment: Any) -> Any:
    """Headcount by commune and division; no row where the register is not whole."""
    least = parameter("register_whole_establishments")
    opened = raw_establishment.filter(ibis.coalesce(raw_establishment.state != "F", True))
    count = raw_establishment.aggregate(establishments=raw_establishment.count())
    opened = opened.mutate(activity_code=opened.naf_code.replace(".", "").substr(0, 2), sized=_headcount(opened))
    return opened.cross_join(count).filter(lambda t: t.establishments >= least).select(
        "commune_code", "activity_code", "sized"
    )  # fmt: skip


def _headcount(rows: Any) -> Any:
    return ibis.cases(*((rows.headcount_band == band, jobs) for band, jobs in HEADCOUNT.items()), else_=0)


def _latest(rows: Any, year: Any) -> Any:
    """The rows of one snapshot: added rather than the program's own, then of the latest year."""
    found = rows.mutate(year_of=year).group_by("snapshot").agg(latest_year=lambda t: t.year_of.max())
    is_own = found.snapshot == OWN
    chosen = found.order_by(is_own, ibis.desc(found.latest_year), found.snapshot).limit(1)
    return rows.semi_join(chosen.select(chosen="snapshot"), [("snapshot", "chosen")])


@step
def purchase_demand(purchase: Any) -> Any:
    """One row per basis, year, segment, kind of supplier and ring: cents of purchases that a model can follow.

    Those are an own amount, a segment and a ring of the supplier, all known; a supplier of unknown activity counts as a
    trader, whose goods may come from anywhere.
    """
    p = purchase.filter(~purchase.is_concession & ~purchase.is_subsequent_of_known)
    p = p.filter(p.segment.notnull() & ~p.segment.isin((UNCLASSIFIED, OUT_OF_SCOPE)) & p.amount_cents.notnull())
    p = p.filter(p.establishment_nearest == p.establishment_farthest)
    is_trader = ibis.coalesce(p.naf_code.substr(0, 2).isin(TRADE), True)
    kept = p.select(
        "basis", "year", "segment", is_trader=is_trader, ring_nearest=p.establishment_nearest.cast("int64"),
        cents=p.amount_cents,
    )  # fmt: skip
    return kept.group_by("basis", "year", "segment", "is_trader", "ring_nearest").agg(
        amount_cents=exact(kept.cents.sum())
    )


@step
def emission_factor(raw_emission_factor: Any) -> Any:
    """One row per segment: kg of CO2 equivalent per euro without VAT, the mean of the factors that lead to it."""
    kept = _latest(raw_emission_factor, raw_emission_factor.price_year)
    return kept.group_by("segment").agg(
        factors_count=kept.count(),
        kg_per_euro=kept.kg_per_euro.mean(),
        uncertainty_pct=kept.uncertainty_pct.mean(),
        price_year=kept.price_year.max(),
    )
