"""Needs of canteens as their files tell them: by buyer, product and period, with what is bound elsewhere kept apart."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step

DECLARED = "declared"
GRAMS_PER_KG = 1000.0
NEED_KEY = (
    "food_buyer", "food_product", "food_period", "food_month", "channel", "tied_until_date", "is_tied", "need_origin"
)  # fmt: skip


@step
def food_need(raw_food_demand: Any) -> Any:
    """One row per buyer, product, period, channel, end of a tie and origin: `need_kg`, gross.

    A need is tied while it is bound elsewhere: until a day that its period has not passed, or through a channel without
    an end. One without a year is tied as soon as an end is told: nobody knows of which year it is.
    Other origins of needs than a declared quantity (meals converted to kg, menus) join `_declared` in the union here.
    """
    needs = _declared(raw_food_demand)
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
    return raw_food_rule.drop("snapshot").distinct()


def exact_sum_kg(kg: Any) -> Any:
    """A sum of kg to the gram, the same in any order and in any engine."""
    grams = (kg * GRAMS_PER_KG).round().cast("int64")
    return grams.sum().cast("decimal(38,0)").cast("int64").cast("float64") / ibis.literal(GRAMS_PER_KG)


def _declared(raw_food_demand: Any) -> Any:
    r = raw_food_demand
    end = r.tied_until
    is_within = r.first_day.isnull() | (r.first_day <= end)
    is_tied = ibis.ifelse(end.isnull(), r.channel.notnull(), ibis.coalesce(is_within, True))
    return r.select(
        "food_buyer", "food_buyer_name", "food_product", "food_product_name", "food_period", "food_month", "channel",
        "quantity_kg", tied_until_date=end.cast("date"), is_tied=is_tied, need_origin=ibis.literal(DECLARED),
    )  # fmt: skip
