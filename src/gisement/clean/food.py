"""Needs of canteens as their files tell them: by buyer, product and period, with what is bound elsewhere kept apart."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step

DECLARED, FROM_MEALS = "declared", "meals"
GRAMS_PER_KG = 1000.0
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
    needs = _declared(raw_food_demand)
    for more in (
        _from_texts(food_text_need, "menus"), _from_meals(raw_food_meal, food_conversion),
        _from_texts(food_text_need, "purchases"),
    ):  # fmt: skip
        told = needs.select(told_buyer="food_buyer", told_product="food_product").distinct()
        needs = needs.union(more.anti_join(told, [("food_buyer", "told_buyer"), ("food_product", "told_product")]))
    totals = needs.group_by(list(NEED_KEY)).agg(
        food_buyer_name=needs.food_buyer_name.min(), food_product_name=needs.food_product_name.min(),
        need_kg=exact_sum_kg(needs.quantity_kg),
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


def exact_sum_kg(kg: Any) -> Any:
    """A sum of kg to the gram, the same in any order and in any engine."""
    grams = (kg * GRAMS_PER_KG).round().cast("int64")
    return grams.sum().cast("decimal(38,0)").cast("int64").cast("float64") / ibis.literal(GRAMS_PER_KG)


def _declared(raw_food_demand: Any) -> Any:
    return _lines(raw_food_demand, raw_food_demand.quantity_kg, DECLARED)


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
