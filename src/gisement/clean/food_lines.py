"""Purchases of canteens: each line once, whichever file holds it."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step

MA_CANTINE = "ma-cantine-"
"""What stands before the number of a canteen whose SIRET the file does not give."""


@step
def food_line(raw_food_purchase: Any) -> Any:
    """One row per purchase. Equal lines of one file are so many purchases; those of another file are the same ones."""
    r = raw_food_purchase
    within = ibis.window(group_by=[r.snapshot, r.record_hash], order_by=r.position)
    r = r.mutate(occurrence=ibis.row_number().over(within))
    across = ibis.window(group_by=[r.record_hash, r.occurrence], order_by=[r.snapshot, r.position])
    r = r.mutate(rank=ibis.row_number().over(across)).filter(lambda t: t["rank"] == 0)
    numbered = r.record_hash + "-" + r.occurrence.cast("string")
    return r.select(
        "record_hash", "amount_cents", "is_short_chain", "is_declared_local", "local_definition",
        food_purchase_key=ibis.ifelse(r.occurrence == 0, r.record_hash, numbered), canteen_id=r.canteen_id,
        canteen_siret=r.siret, canteen_reference=ibis.coalesce(r.siret, ibis.literal(MA_CANTINE) + r.canteen_id),
        food_description=r.description, food_supplier_name=r.supplier_name,
        purchase_date=r.purchase_date.try_cast("date"), food_family=r.family, food_labels=r.labels,
        food_origin=r.origin,
    )  # fmt: skip
