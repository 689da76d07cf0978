"""How much: trusted euros in all, how large an order is, and what contracts come to in a year."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ibis

from gisement.indicators.options import ALL_GOODS, RING, is_needed, is_own_money
from gisement.terms import EUROS, Indicator, Level, Option, Ring, Spread
from gisement.terms.expressions import is_within

TOTAL_SPEND = Indicator(
    name="total_spend",
    shown={"figures/money": 2, "buyer": 2, "family": 2, "firm": 1},
    unit=EUROS,
    table="purchase",
    weight="amount_cents",
    kind="total",
    options=(ALL_GOODS,),
    scope=lambda row, option: is_own_money(row) & is_needed(row, option),
    counts=lambda row, option: ibis.literal(True),
    needs=("amount_cents",),
    references=("Code de la commande publique, art. L2196-2 et arrêtés du 22 décembre 2022 (données essentielles)",),
)


def _order_size(name: str, statistic: str, rank: int) -> Indicator:
    return Indicator(
        name=name,
        shown={"figures/buying": rank},
        unit=EUROS,
        table="purchase",
        weight="amount_cents",
        kind=Spread(statistic, ("purchase_key",)),
        options=(ALL_GOODS,),
        scope=lambda row, option: is_own_money(row) & is_needed(row, option),
        counts=lambda row, option: ibis.literal(True),
        needs=("amount_cents",),
        references=("Code de la commande publique, art. L2196-2 et R2196-1",),
    )


ORDER_SIZE = (_order_size("average_amount", "mean", 5), _order_size("median_amount", "median", 2))

HOLDER = Option("holder", ("everyone", "small_alone", "near_alone"), "everyone")
ESSENTIAL = "Code de la commande publique, art. L2196-2 et R2196-1"


def _is_held(row: Any, option: SimpleNamespace) -> Any:
    """Whether one firm holds the contract alone, a small or medium one, or one inside the ring; null if not known."""
    if option.holder == "everyone":
        return ibis.literal(True)
    is_alone = row.holders_count == 1
    if option.holder == "small_alone":
        return is_alone & (row.size_class == "PME")
    ring = int(Ring[option.ring.upper()])
    return is_alone & is_within(row.establishment_nearest, row.establishment_farthest, ring)


def _annualised(name: str, kind: str | Spread, rank: int) -> Indicator:
    return Indicator(
        name=name,
        shown={"figures/buying": rank},
        unit=EUROS,
        table="purchase",
        weight="annualised_cents",
        kind=kind,
        scope=lambda row, option: is_own_money(row),
        counts=lambda row, option: ibis.literal(True),
        bases=("contract",),
        needs=("annualised_cents",),
        references=(ESSENTIAL,),
    )


YEARLY_AMOUNT = _annualised("yearly_amount", "total", 8)
MEDIAN_YEARLY_AMOUNT = _annualised("median_yearly_amount", Spread("median", ("contract_key",)), 6)
LARGE_YEARLY_AMOUNT = Indicator(
    name="large_yearly_amount",
    shown={"figures/buying": 7},
    unit=EUROS,
    table="purchase",
    weight="annualised_cents",
    kind=Spread("upper_quartile", ("contract_key",)),
    options=(HOLDER, RING),
    # in the scope, not in what counts: a contract of a larger firm is no small size, it is none of these
    scope=lambda row, option: is_own_money(row) & _is_held(row, option),
    counts=lambda row, option: ibis.literal(True),
    bases=("contract",),
    needs=("annualised_cents", "size_class", "establishment_nearest"),
    unknown_scope="holder_unknown",
    references=("Code de la commande publique, art. L2113-10 (allotissement)",),
)

GAIN = Option("gain", ("assumed", "none", "published"), "assumed")
POOLING_GAIN = Indicator(
    name="pooling_gain",
    shown={"figures/together": 1},
    unit=EUROS,
    table="purchase",
    weight="annualised_cents",
    kind="model",
    options=(GAIN,),
    scope=lambda row, option: is_own_money(row),
    counts=lambda row, option: ibis.literal(True),
    bases=("contract",),
    level=Level.MODELLED,
    needs=("annualised_cents",),
    references=("Handfield et al., Journal of Strategic Contracting and Negotiation (2019)",),
)
"""What a joint purchase of named contracts is assumed to bring: a scenario of parameters, no observation."""

ANNUALISED = (YEARLY_AMOUNT, MEDIAN_YEARLY_AMOUNT, LARGE_YEARLY_AMOUNT)
