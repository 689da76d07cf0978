"""What canteens buy: the shares that EGalim asks for, each over the whole of the food spend."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ibis

from gisement.catalog.quality_labels import FISH, MEAT, NOTHING, ORGANIC
from gisement.terms import EUROS, PERCENT, Indicator, Option

LABEL_SET = Option("label_set", ("of_the_day", "from_2027"), "of_the_day")
PRODUCTS = Option("products", ("meat_and_fish", "meat", "fish"), "meat_and_fish")
_FAMILIES = {"meat_and_fish": (MEAT, FISH), "meat": (MEAT,), "fish": (FISH,)}
_ARTICLE = "Code rural et de la pêche maritime, art. L230-5-1"


def _quality(row: Any, option: SimpleNamespace) -> Any:
    """The quality of a purchase, under the labels of its day or under those that count from 2027."""
    return row.food_quality if option.label_set == "of_the_day" else row.food_quality_2027


def _everything(row: Any, option: SimpleNamespace) -> Any:
    return ibis.literal(True)


def _counts(row: Any, option: SimpleNamespace) -> Any:
    return _quality(row, option) != NOTHING


def _is_of(row: Any, families: tuple[str, ...]) -> Any:
    """Whether it is of these families; null where nobody knows. Spark cannot compare what `IN` gives with anything."""
    family = row.food_family
    return ibis.cases((family.isin(families), True), (family.notnull(), False), else_=ibis.null("boolean"))


EGALIM_SHARE = Indicator(
    name="egalim_share",
    unit=PERCENT,
    table="food_purchase",
    weight="amount_cents",
    kind="share",
    options=(LABEL_SET,),
    scope=_everything,
    counts=_counts,
    needs=("amount_cents", "food_quality"),
    unknown_counts="label_unclear",
    references=(_ARTICLE,),
)

ORGANIC_SHARE = Indicator(
    name="organic_share",
    unit=PERCENT,
    table="food_purchase",
    weight="amount_cents",
    kind="share",
    options=(LABEL_SET,),
    scope=_everything,
    # organic products exist in every family: whatever else is unclear of a purchase, it is declared organic or not
    counts=lambda row, option: ibis.coalesce(_quality(row, option) == ORGANIC, False),
    needs=("amount_cents", "food_quality"),
    references=(_ARTICLE,),
)

MEAT_FISH_EGALIM_SHARE = Indicator(
    name="meat_fish_egalim_share",
    unit=PERCENT,
    table="food_purchase",
    weight="amount_cents",
    kind="share",
    options=(PRODUCTS, LABEL_SET),
    scope=lambda row, option: _is_of(row, _FAMILIES[option.products]),
    counts=_counts,
    needs=("amount_cents", "food_quality", "food_family"),
    unknown_counts="label_unclear",
    references=(_ARTICLE,),
)

FOOD_SPEND = Indicator(
    name="food_spend",
    unit=EUROS,
    table="food_purchase",
    weight="amount_cents",
    kind="total",
    scope=_everything,
    counts=_everything,
    needs=("amount_cents",),
    references=(_ARTICLE,),
)

FOOD = (EGALIM_SHARE, ORGANIC_SHARE, MEAT_FISH_EGALIM_SHARE, FOOD_SPEND)
"""The rates of a canteen's declaration, and what they are rates of."""
