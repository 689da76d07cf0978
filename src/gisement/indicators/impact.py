"""What purchases make of output, value added and jobs, near and in the country: modelled, with an interval.

The definition says which euros enter the model; `studies.impact` says what they make.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ibis

from gisement.catalog.segments import OUT_OF_SCOPE, UNCLASSIFIED
from gisement.indicators.options import ALL_GOODS, is_needed, is_own_money
from gisement.terms import EUROS, Indicator, Level, Option, Ring, Unit

MODEL = "model"
"""The kind of an indicator whose value a model computes of the rows that count."""
EFFECT = Option("effect", ("value_added", "output", "wages", "jobs", "imports", "taxes"), "value_added")
ROUNDS = Option("rounds", ("direct", "indirect", "induced", "indirect_only", "induced_only"), "indirect")
DELIVERY = Option("delivery", ("all", "declared", "near", "headcount"), "all")
REGIONAL = Option("regional", ("envelope", "slq", "cilq", "flq_10", "flq_20", "flq_30"), "envelope")
ZONE = Option("ring", tuple(ring.name.lower() for ring in Ring if ring != Ring.WORLD), "country")
ZONE_PART = Option("ring_part", ("whole", "added"), "whole")
NEAR_ZONE = Option("ring", ZONE.values, "department")
SHARED_EFFECT = Option("effect", ("value_added", "wages", "imports", "taxes"), "value_added")
TIMES = Unit("ratio", 1, 2)
PER_HUNDRED = Unit("per_hundred", 1, 0)
KILOGRAMS = Unit("kg_co2e", 1, 0)


def _has_segment(row: Any) -> Any:
    """True where the segment is known: it leads to industries; null elsewhere."""
    known = row.segment.notnull() & ~row.segment.isin((UNCLASSIFIED, OUT_OF_SCOPE))
    return ibis.cases((known, True), else_=ibis.null("boolean"))


def _in_scope(row: Any, option: SimpleNamespace) -> Any:
    return is_own_money(row) & is_needed(row, option) & _has_segment(row)


def _has_place(row: Any, option: SimpleNamespace) -> Any:
    """True where the ring of the supplier is known; null where it may be several."""
    known = row.establishment_nearest == row.establishment_farthest
    return ibis.cases((known, True), else_=ibis.null("boolean"))


IMPACT = Indicator(
    name="impact",
    shown={"figures/economy": 3},
    unit=EUROS,
    table="purchase",
    weight="amount_cents",
    kind=MODEL,
    options=(EFFECT, ROUNDS, ZONE, ZONE_PART, DELIVERY, REGIONAL, ALL_GOODS),
    scope=_in_scope,
    counts=_has_place,
    level=Level.MODELLED,
    needs=("amount_cents", "segment", "establishment_nearest"),
    unknown_counts="place_unknown",
    references=("Miller et Blair, Input-Output Analysis, 2e édition, 2009",),
)

IMPACT_PER_HUNDRED = Indicator(
    name="impact_per_hundred",
    shown={"figures/economy": 1},
    unit=PER_HUNDRED,
    table="purchase",
    weight="amount_cents",
    kind=MODEL,
    options=(SHARED_EFFECT, ROUNDS, NEAR_ZONE, ZONE_PART, DELIVERY, REGIONAL, ALL_GOODS),
    scope=_in_scope,
    counts=_has_place,
    level=Level.MODELLED,
    needs=("amount_cents", "segment", "establishment_nearest"),
    unknown_counts="place_unknown",
    references=("Miller et Blair, Input-Output Analysis, 2e édition, 2009",),
)

LOCAL_MULTIPLIER = Indicator(
    name="local_multiplier",
    shown={"figures/economy": 2},
    unit=TIMES,
    table="purchase",
    weight="amount_cents",
    kind=MODEL,
    options=(NEAR_ZONE, DELIVERY, REGIONAL, ALL_GOODS),
    scope=_in_scope,
    counts=_has_place,
    level=Level.MODELLED,
    needs=("amount_cents", "segment", "establishment_nearest"),
    unknown_counts="place_unknown",
    references=("New Economics Foundation, LM3, 2002",),
)

SPEND_EMISSIONS = Indicator(
    name="spend_emissions",
    shown={"figures/economy": 4},
    unit=KILOGRAMS,
    table="purchase",
    weight="amount_cents",
    kind=MODEL,
    options=(ALL_GOODS,),
    scope=_in_scope,
    counts=lambda row, option: ibis.literal(True),
    level=Level.MODELLED,
    needs=("amount_cents", "segment"),
    references=("Labos 1point5, GES 1point5 (facteurs monétaires) ; ADEME, Base Empreinte",),
)

MODELLED: tuple[Indicator, ...] = (IMPACT, IMPACT_PER_HUNDRED, LOCAL_MULTIPLIER, SPEND_EMISSIONS)
"""What `measure` computes by a model: figures like others, but of kind `simulation`."""
