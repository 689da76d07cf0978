"""What canteens buy and need: shares that EGalim asks for, volumes needed, missing and within reach, declared rates."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ibis

from gisement.catalog.quality_labels import FISH, MEAT, NOTHING, ORGANIC
from gisement.terms import EUROS, KILOGRAMS, PERCENT, Indicator, Level, Option

LABEL_SET = Option("label_set", ("of_the_day", "from_2027"), "of_the_day")
PRODUCTS = Option("products", ("meat_and_fish", "meat", "fish"), "meat_and_fish")
STAGE = Option("supply_stage", ("production", "workshop", "kitchen", "delivery"), "production")
BOUND = Option("bound", ("open", "elsewhere", "all"), "open")
AIM = Option("aim", ("egalim", "organic"), "egalim")
_FAMILIES = {"meat_and_fish": (MEAT, FISH), "meat": (MEAT,), "fish": (FISH,)}
_LEAST = {"egalim": 0.5, "organic": 0.2}
_ARTICLE = "Code rural et de la pêche maritime, art. L230-5-1"
_FREQUENCIES = "Arrêté du 30 septembre 2011, annexe I"
_LOTS = "Code de la commande publique, art. L2113-10 et R2121-6"


def _everything(row: Any, option: SimpleNamespace) -> Any:
    return ibis.literal(True)


def _quality(row: Any, option: SimpleNamespace) -> Any:
    """The quality of a purchase, under the labels of its day or under those that count from 2027."""
    return row.food_quality if option.label_set == "of_the_day" else row.food_quality_2027


def _counts(row: Any, option: SimpleNamespace) -> Any:
    return _quality(row, option) != NOTHING


def _is_of(row: Any, families: tuple[str, ...]) -> Any:
    """Whether it is of these families; null where nobody knows. Spark cannot compare what `IN` gives with anything."""
    family = row.food_family
    return ibis.cases((family.isin(families), True), (family.notnull(), False), else_=ibis.null("boolean"))


EGALIM_SHARE = Indicator(
    name="egalim_share", shown={"figures/food": 1},
    unit=PERCENT, table="food_purchase", weight="amount_cents", kind="share", options=(LABEL_SET,),
    scope=_everything, counts=_counts, needs=("amount_cents", "food_quality"), unknown_counts="label_unclear",
    references=(_ARTICLE,),
)  # fmt: skip

ORGANIC_SHARE = Indicator(
    name="organic_share", shown={"figures/food": 2},
    unit=PERCENT, table="food_purchase", weight="amount_cents", kind="share",
    options=(LABEL_SET,), scope=_everything,
    # organic products exist in every family: whatever else is unclear of a purchase, it is declared organic or not
    counts=lambda row, option: ibis.coalesce(_quality(row, option) == ORGANIC, False),
    needs=("amount_cents", "food_quality"), references=(_ARTICLE,),
)  # fmt: skip

MEAT_FISH_EGALIM_SHARE = Indicator(
    name="meat_fish_egalim_share", shown={"figures/food": 5},
    unit=PERCENT, table="food_purchase", weight="amount_cents", kind="share",
    options=(PRODUCTS, LABEL_SET), scope=lambda row, option: _is_of(row, _FAMILIES[option.products]), counts=_counts,
    needs=("amount_cents", "food_quality", "food_family"), unknown_counts="label_unclear", references=(_ARTICLE,),
)  # fmt: skip

FOOD_SPEND = Indicator(
    name="food_spend", shown={"figures/food": 6},
    unit=EUROS, table="food_purchase", weight="amount_cents", kind="total", scope=_everything,
    counts=_everything, needs=("amount_cents",), references=(_ARTICLE,),
)  # fmt: skip

FOOD = (EGALIM_SHARE, ORGANIC_SHARE, MEAT_FISH_EGALIM_SHARE, FOOD_SPEND)
"""The rates of a canteen's declaration, and what they are rates of."""


def _at_stage(row: Any, option: SimpleNamespace) -> Any:
    return row.supply_stage == getattr(option, "supply_stage", "production")


def _open(row: Any, option: SimpleNamespace) -> Any:
    return _at_stage(row, option) & (row.need_part != "tied")


def _bound(row: Any, option: SimpleNamespace) -> Any:
    wanted = {"open": row.need_part != "tied", "elsewhere": row.need_part == "tied", "all": ibis.literal(True)}
    return _at_stage(row, option) & wanted[option.bound]


def _is_missing(row: Any, option: SimpleNamespace) -> Any:
    """Whether nobody known offers it; null where the offer is kept back or untold."""
    is_short = row.need_part.isin(("reachable", "missing"))
    return ibis.cases((row.need_part == "unknown", ibis.null("boolean")), (is_short, True), else_=False)


FOOD_NEED = Indicator(
    name="food_need", shown={"figures/food": 3, "food/volumes": 1},
    unit=KILOGRAMS, table="food_balance", weight="need_g", kind="total", options=(BOUND, STAGE),
    scope=_bound, counts=_everything, level=Level.MODELLED, needs=("need_g",), references=(_FREQUENCIES,),
)  # fmt: skip

FOOD_GAP = Indicator(
    name="food_gap", shown={"figures/food": 4, "food/volumes": 2},
    unit=KILOGRAMS, table="food_balance", weight="need_g", kind="total", options=(STAGE,),
    scope=_open, counts=_is_missing, level=Level.MODELLED, needs=("need_g", "need_part"),
    unknown_counts="offer_untold", references=(_FREQUENCIES,),
)  # fmt: skip

FOOD_REACHABLE_SHARE = Indicator(
    name="food_reachable_share", shown={"figures/food": 8, "food/volumes": 3},
    unit=PERCENT, table="food_balance", weight="need_g", kind="share",
    scope=lambda row, option: _at_stage(row, option) & _is_missing(row, option),
    counts=lambda row, option: row.need_part == "reachable", level=Level.MODELLED, needs=("need_g", "need_part"),
    unknown_scope="offer_untold", references=(_FREQUENCIES,),
)  # fmt: skip

FOOD_NEED_VALUE = Indicator(
    name="food_need_value", shown={"figures/food": 9},
    unit=EUROS, table="food_balance", weight="need_cents", kind="total", scope=_open,
    counts=_everything, level=Level.MODELLED, needs=("need_cents",), references=(_LOTS,),
)  # fmt: skip

FOOD_LOT_SHARE = Indicator(
    name="food_lot_share", shown={"figures/food": 10, "food/volumes": 4},
    unit=PERCENT, table="food_balance", weight="need_g", kind="share", scope=_open,
    counts=lambda row, option: row.has_lots, level=Level.MODELLED, needs=("need_g", "has_lots"), references=(_LOTS,),
)  # fmt: skip


def _reaches(row: Any, option: SimpleNamespace) -> Any:
    declared = row.declared_organic_share if option.aim == "organic" else row.declared_egalim_share
    return declared >= _LEAST[option.aim]


CANTEENS_REACHING_SHARE = Indicator(
    name="canteens_reaching_share", shown={"figures/food": 11},
    unit=PERCENT, table="food_declaration", weight=None, kind="share", options=(AIM,),
    scope=_everything, counts=_reaches, needs=("declared_organic_share", "declared_egalim_share"),
    unknown_counts="rate_unreadable", references=(_ARTICLE,),
)  # fmt: skip

FOOD_KNOWN_OFFER = Indicator(
    name="food_known_offer", shown={"figures/food": 7},
    unit=KILOGRAMS, table="food_origin", weight="offer_g", kind="total",
    scope=_everything, counts=_everything, needs=("offer_g",), references=(_LOTS,),
)  # fmt: skip

FOOD_CHAIN = (
    FOOD_NEED, FOOD_KNOWN_OFFER, FOOD_GAP, FOOD_REACHABLE_SHARE, FOOD_NEED_VALUE, FOOD_LOT_SHARE,
    CANTEENS_REACHING_SHARE,
)  # fmt: skip
"""Volumes needed and missing, lots, and how many canteens reach the aims of the law by their own declaration."""
