"""What public figures on payments are made of: the money of each supplier in each cell of the public tables.

It is not to be shown: `models/secrecy/payments.py` makes the public tables of it. The values of `scope`, `need`,
`place` and `destination` are in the catalog of columns.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import Ring, step
from gisement.terms.expressions import exact

BY = (
    "year", "buyer_id", "family", "segment", "destination", "scope", "need", "place", "establishment_nearest",
    "establishment_farthest", "head_office_nearest", "head_office_farthest", "size_class",
)  # fmt: skip


@step
def payment_part(purchase: Any, territory: Any, territory_buyer: Any) -> Any:
    """One row per year, cell of every public table, and supplier: cents paid, what partners pay each other left out.

    Buyers are those of the territory. Lines without a date or an amount are in no public table.
    """
    p = purchase.filter(
        (purchase.basis == "payment") & (purchase.is_between_partners == ibis.literal(False))
        & (purchase.is_concession == ibis.literal(False)) & (purchase.is_subsequent_of_known == ibis.literal(False))
        & purchase.year.notnull() & purchase.amount_cents.notnull()
    )  # fmt: skip
    p = _of_the_territory(p, territory_buyer)
    level = territory.agg(territory_level=territory.territory_level.max())
    p = p.cross_join(level)
    p = p.mutate(need=_need(p), place=_place(p))
    p = p.mutate(scope=ibis.cases((p.need.isin(("medical", "unknown")), p.need), else_="needed"))
    p = p.mutate(
        destination=ibis.cases((p.scope == "unknown", "need_unknown"), (p.scope == "medical", "medical"), else_=p.place)
    )
    p = p.mutate(supplier_key=ibis.coalesce(p.supplier_siren, p.supplier_id))
    sums = p.group_by([*BY, "supplier_key"]).agg(amount_cents=p.amount_cents.sum())
    whole = exact(sums.amount_cents)
    return sums.mutate(amount_cents=whole).select(*BY, "supplier_key", "amount_cents")


def _of_the_territory(p: Any, listed: Any) -> Any:
    """The lines of the listed buyers; of those located in the territory where none is listed."""
    codes = listed.select(listed_code="buyer_code")
    any_listed = codes.agg(listed_count=codes.count())
    by_id = codes.select(listed_id="listed_code").distinct()
    by_siren = codes.select(listed_siren="listed_code").distinct()
    p = p.cross_join(any_listed)
    p = p.left_join(by_id, [("buyer_id", "listed_id")])
    p = p.left_join(by_siren, [("buyer_siren", "listed_siren")])
    is_listed = p.listed_id.notnull() | p.listed_siren.notnull()
    return p.filter(ibis.ifelse(p.listed_count > 0, is_listed, ibis.coalesce(p.is_buyer_in_territory, False)))


def _need(p: Any) -> Any:
    """What is bought: a medical good in the strict reading, in the wide one alone, neither, or nobody knows."""
    return ibis.cases(
        (p.is_medical.isnull(), "unknown"),
        (p.is_medical == ibis.literal(True), "medical"),
        (p.is_medical_wide == ibis.literal(True), "medical_wide"),
        else_="other",
    )


def _place(p: Any) -> Any:
    """Where `local_share` places a supplier by default: the department, or the territory's own level if wider."""
    ring = ibis.ifelse(p.territory_level == "region", int(Ring.REGION), int(Ring.DEPARTMENT))
    return ibis.cases(
        (p.establishment_farthest <= ring, "inside"),
        (p.establishment_nearest > ring, "outside"),
        else_="place_unknown",
    )
