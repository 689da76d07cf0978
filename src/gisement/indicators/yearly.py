"""What contracts come to in a year: their sum, and how large one is; the sizes that a firm meets."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ibis

from gisement.indicators.options import RING, is_own_money
from gisement.terms import EUROS, Indicator, Level, Option, Ring, Spread
from gisement.terms.expressions import is_within

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


def _yearly(name: str, kind: str | Spread, rank: int) -> Indicator:
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


YEARLY_AMOUNT = _yearly("yearly_amount", "total", 8)
MEDIAN_YEARLY_AMOUNT = _yearly("median_yearly_amount", Spread("median", ("contract_key",)), 6)
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

YEARLY = (YEARLY_AMOUNT, MEDIAN_YEARLY_AMOUNT, LARGE_YEARLY_AMOUNT)
