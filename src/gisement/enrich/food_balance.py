"""What is needed of each product, cut by what is known of it: covered, within reach, missing, unknown, bound elsewhere.

Parts of one need add up to it, to the gram: this is what figures on volumes are measured on.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step

GRAMS_PER_KG = 1000.0
PRODUCTION = ("field", "storage")
COVERED, REACHABLE, MISSING, UNTOLD, TIED = "covered", "reachable", "missing", "unknown", "tied"


@step
def food_balance(food_gap: Any, food_lot: Any) -> Any:
    """One row per stage, product (workshop, canteen), month and part of the need: grams, and cents at market prices.

    The offer of a part that is `unknown` is kept back (fewer than three producers) or told by nobody.
    """
    lots = food_lot.select(
        lot_product="food_product", lot_need="need_kg", lot_cents="need_cents", lots="planned_lots_count"
    )
    g = food_gap.left_join(lots, [("food_product", "lot_product")])
    need, gap, near = (_grams(g[name]) for name in ("need_kg", "gap_kg", "reachable_kg"))
    near = ibis.coalesce(near, 0)
    is_made = g.supply_step.isin(PRODUCTION)
    g = g.mutate(
        supply_stage=ibis.ifelse(is_made, "production", g.supply_step),
        year=ibis.ifelse(g.food_month.contains("-"), g.food_month, ibis.null("string")).left(4).try_cast("int64"),
        has_lots=ibis.ifelse(is_made, g.lots > 0, ibis.null("boolean")),
        cents_per_gram=ibis.ifelse(
            is_made & (g.lot_need > 0), g.lot_cents.cast("float64") / (g.lot_need * GRAMS_PER_KG), ibis.null("float64")
        ),
        covered_grams=need - gap, reachable_grams=near, missing_grams=gap - near,
        unknown_grams=ibis.ifelse(gap.isnull(), need, ibis.null("int64")), tied_grams=_grams(g.tied_kg),
    )  # fmt: skip
    return ibis.union(*(_part(g, name) for name in (COVERED, REACHABLE, MISSING, UNTOLD, TIED)))


def _part(g: Any, name: str) -> Any:
    grams = g[f"{name}_grams"]
    kept = g.filter(ibis.coalesce(grams, 0) > 0)
    grams = kept[f"{name}_grams"]
    return kept.select(
        "supply_stage", "food_product", "food_product_name", "food_month", "year", need_part=ibis.literal(name),
        need_g=grams, need_cents=(grams * kept.cents_per_gram).round().cast("int64"), has_lots=kept.has_lots,
    )  # fmt: skip


def _grams(kg: Any) -> Any:
    return (kg * GRAMS_PER_KG).round().cast("int64")
