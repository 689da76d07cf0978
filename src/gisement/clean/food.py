"""Needs of canteens as their files tell them, rules of a plan, purchases and declarations of ma cantine: each once."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step

DECLARED, FROM_MEALS = "declared", "meals"
GRAMS_PER_KG = 1000.0
MA_CANTINE = "ma-cantine-"
"""What stands before the number of a canteen whose SIRET the file does not give."""
NEED_KEY = (
    "food_buyer", "food_product", "food_period", "food_month", "channel", "tied_until_date", "is_tied", "need_origin"
)  # fmt: skip


@step
def food_need(raw_food_demand: Any, raw_food_meal: Any, food_conversion: Any, food_text_need: Any) -> Any:
    """One row per buyer, product, period, channel, end of a tie and origin: `need_kg`, gross.

    A need is tied while it is bound elsewhere: until a day that its period has not passed, or through a channel without
    an end. One without a year is tied as soon as an end is told: nobody knows of which year it is.
    Of one product of a buyer, one origin counts: what it declares, else its menus, else its meals, else its purchases.
    """
    needs = _lines(raw_food_demand, raw_food_demand.quantity_kg, DECLARED)
    for more in (
        _from_texts(food_text_need, "menus"), _from_meals(raw_food_meal, food_conversion),
        _from_texts(food_text_need, "purchases"),
    ):  # fmt: skip
        told = needs.select(told_buyer="food_buyer", told_product="food_product").distinct()
        needs = needs.union(more.anti_join(told, [("food_buyer", "told_buyer"), ("food_product", "told_product")]))
    # a sum to the gram is the same in any order and in any engine
    grams = (needs.quantity_kg * GRAMS_PER_KG).round().cast("int64").sum().cast("decimal(38,0)").cast("int64")
    totals = needs.group_by(list(NEED_KEY)).agg(
        food_buyer_name=needs.food_buyer_name.min(), food_product_name=needs.food_product_name.min(),
        need_kg=grams.cast("float64") / ibis.literal(GRAMS_PER_KG),
    )  # fmt: skip
    return totals.select(
        "food_buyer", "food_buyer_name", "food_product", "food_product_name", "food_period", "food_month", "channel",
        "tied_until_date", "is_tied", "need_origin", "need_kg",
    )  # fmt: skip


@step
def food_rule(raw_food_rule: Any) -> Any:
    """One row per rule and what it holds for, as files tell it; the same line of two files is one."""
    r = raw_food_rule
    what = ["food_rule", "food_buyer", "food_product", "quality_class", "rule_name"]
    found = r.group_by([*what, "rule_value"]).agg(rule_label=r.rule_label.min())
    return found.select(*what, "rule_label", "rule_value")


def _from_meals(raw_food_meal: Any, food_conversion: Any) -> Any:
    """Meals of a class of age, times the kg of each product in one meal, where that is known."""
    known = food_conversion.filter(food_conversion.kg_per_meal.notnull())
    known = known.select("food_product", "food_product_name", "kg_per_meal", eaten_by="eater_class")
    meals = raw_food_meal.inner_join(known, [("eater_class", "eaten_by")])
    return _lines(meals, meals.meals * meals.kg_per_meal, FROM_MEALS)


def _from_texts(food_text_need: Any, origin: str) -> Any:
    """What the words of menus, or of purchases, came to; nothing of it is bound elsewhere."""
    t = food_text_need
    known = t.filter(t.need_origin == origin, t.quantity_kg > 0)
    known = known.mutate(
        food_period=known.food_month, channel=ibis.null("string"), tied_until=ibis.null("string"),
        first_day=known.food_month + "-01",
    )  # fmt: skip
    return _lines(known, known.quantity_kg, origin)


def _lines(r: Any, quantity_kg: Any, origin: str) -> Any:
    end = r.tied_until
    is_within = r.first_day.isnull() | (r.first_day <= end)
    is_tied = ibis.ifelse(end.isnull(), r.channel.notnull(), ibis.coalesce(is_within, True))
    return r.select(
        "food_buyer", "food_buyer_name", "food_product", "food_product_name", "food_period", "food_month", "channel",
        quantity_kg=quantity_kg, tied_until_date=end.cast("date"), is_tied=is_tied, need_origin=ibis.literal(origin),
    )  # fmt: skip


@step
def food_declaration(raw_food_declaration: Any) -> Any:
    """One row per yearly declaration of a canteen that ma cantine publishes, each once: its two shares, from 0 to 1."""
    d = raw_food_declaration.filter(raw_food_declaration.declaration_id.notnull())
    d = d.mutate(
        year=d.declaration_year, declared_organic_share=d.organic_ratio,
        declared_egalim_share=d.organic_ratio + d.other_ratio,
    )  # fmt: skip
    return d.select(
        "declaration_id", "year", "canteen_siret", "department_code", "region_code", "epci_code", "canteen_sectors",
        "declared_organic_share", "declared_egalim_share",
    ).distinct()  # fmt: skip


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
