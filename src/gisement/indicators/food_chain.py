"""What canteens need, what is missing of it, what is within reach: volumes of the food chain, and declared rates."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ibis

from gisement.terms import EUROS, KILOGRAMS, PERCENT, Indicator, Level, Option

STAGE = Option("supply_stage", ("production", "workshop", "kitchen", "delivery"), "production")
BOUND = Option("bound", ("open", "elsewhere", "all"), "open")
AIM = Option("aim", ("egalim", "organic"), "egalim")
_LEAST = {"egalim": 0.5, "organic": 0.2}
_FREQUENCIES = "Arrêté du 30 septembre 2011, annexe I"
_LOTS = "Code de la commande publique, art. L2113-10 et R2121-6"


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


def _short(row: Any, option: SimpleNamespace) -> Any:
    """What is missing; null where nobody knows whether it is."""
    is_short = ibis.cases((row.need_part == "unknown", ibis.null("boolean")),
                          (row.need_part.isin(("reachable", "missing")), True), else_=False)  # fmt: skip
    return _at_stage(row, option) & is_short


FOOD_NEED = Indicator(
    name="food_need", unit=KILOGRAMS, table="food_balance", weight="need_g", kind="total", options=(BOUND, STAGE),
    scope=_bound, counts=lambda row, option: ibis.literal(True), level=Level.MODELLED, needs=("need_g",),
    references=(_FREQUENCIES,),
)  # fmt: skip

FOOD_GAP = Indicator(
    name="food_gap", unit=KILOGRAMS, table="food_balance", weight="need_g", kind="total", options=(STAGE,),
    scope=_open, counts=_is_missing, level=Level.MODELLED, needs=("need_g", "need_part"),
    unknown_counts="offer_untold", references=(_FREQUENCIES,),
)  # fmt: skip

FOOD_REACHABLE_SHARE = Indicator(
    name="food_reachable_share", unit=PERCENT, table="food_balance", weight="need_g", kind="share",
    scope=_short, counts=lambda row, option: row.need_part == "reachable", level=Level.MODELLED,
    needs=("need_g", "need_part"), unknown_scope="offer_untold", references=(_FREQUENCIES,),
)  # fmt: skip

FOOD_NEED_VALUE = Indicator(
    name="food_need_value", unit=EUROS, table="food_balance", weight="need_cents", kind="total",
    scope=_open, counts=lambda row, option: ibis.literal(True), level=Level.MODELLED, needs=("need_cents",),
    references=(_LOTS,),
)  # fmt: skip

FOOD_LOT_SHARE = Indicator(
    name="food_lot_share", unit=PERCENT, table="food_balance", weight="need_g", kind="share",
    scope=_open, counts=lambda row, option: row.has_lots, level=Level.MODELLED, needs=("need_g", "has_lots"),
    references=(_LOTS,),
)  # fmt: skip


def _reaches(row: Any, option: SimpleNamespace) -> Any:
    declared = row.declared_organic_share if option.aim == "organic" else row.declared_egalim_share
    return declared >= _LEAST[option.aim]


CANTEENS_REACHING_SHARE = Indicator(
    name="canteens_reaching_share", unit=PERCENT, table="food_declaration", weight=None, kind="share", options=(AIM,),
    scope=lambda row, option: ibis.literal(True), counts=_reaches,
    needs=("declared_organic_share", "declared_egalim_share"), unknown_counts="rate_unreadable",
    references=("Code rural et de la pêche maritime, art. L230-5-1",),
)  # fmt: skip

FOOD_KNOWN_OFFER = Indicator(
    name="food_known_offer", unit=KILOGRAMS, table="food_origin", weight="offer_g", kind="total",
    scope=lambda row, option: ibis.literal(True), counts=lambda row, option: ibis.literal(True),
    needs=("offer_g",), references=(_LOTS,),
)  # fmt: skip

FOOD_CHAIN = (
    FOOD_NEED, FOOD_KNOWN_OFFER, FOOD_GAP, FOOD_REACHABLE_SHARE, FOOD_NEED_VALUE, FOOD_LOT_SHARE,
    CANTEENS_REACHING_SHARE,
)  # fmt: skip
"""Volumes needed and missing, lots, and how many canteens reach the aims of the law by their own declaration."""
