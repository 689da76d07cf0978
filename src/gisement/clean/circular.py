"""Purchases by origin of the matter, each once."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step


@step
def circular_purchase(raw_circular: Any) -> Any:
    """One row per declaring buyer (legal unit), year, family, origin: lines add up, a line given twice is one.

    Null where a line of the group does not say: a sum of what is known would be too small.
    """
    r = raw_circular.mutate(declarant_siren=raw_circular.buyer_id.substr(0, 9))
    r = r.select(
        "declarant_siren", "year", "product_family", "matter_origin", "amount_cents", "quantity", "quantity_unit"
    )
    r = r.distinct()
    return r.group_by(["declarant_siren", "year", "product_family", "matter_origin"]).agg(
        amount_cents=_whole(r, "amount_cents").cast("decimal(38,0)").cast("int64"),
        quantity=_of_one_unit(r),
        quantity_unit=r.quantity_unit.min(),
    )


def _whole(r: Any, name: str) -> Any:
    """The sum of a column; null where a row does not say."""
    return ibis.ifelse(r[name].isnull().sum() == 0, r[name].sum(), ibis.null("int64"))


def _of_one_unit(r: Any) -> Any:
    """The quantity of rows of one unit, summed to the thousandth (the same in any order); null where units differ."""
    is_one = (r.quantity_unit.nunique() == 1) & (r.quantity.isnull().sum() == 0)
    return ibis.ifelse(is_one, r.quantity.cast("decimal(18,3)").sum().cast("float64"), ibis.null("float64"))
