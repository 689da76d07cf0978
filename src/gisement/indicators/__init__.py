"""Definitions, one file per family; no loops."""

from gisement.indicators.amounts import ANNUALISED, ORDER_SIZE, POOLING_GAIN, TOTAL_SPEND
from gisement.indicators.circular import CIRCULAR_SHARE as CIRCULAR_SHARE
from gisement.indicators.considerations import CONSIDERATIONS
from gisement.indicators.contracts import CONSULTATIONS, CONTRACTS_COUNT, SINGLE_OFFER_SHARE
from gisement.indicators.coverage import COVERAGE
from gisement.indicators.food import FOOD
from gisement.indicators.food import FOOD_CHAIN as FOOD_CHAIN
from gisement.indicators.impact import MODELLED as IMPACTS
from gisement.indicators.inclusion import INCLUSION
from gisement.indicators.place import AREA_SHARE, LOCAL_SHARE
from gisement.indicators.suppliers import (
    CONCENTRATION,
    NEW_SUPPLIER_SHARE,
    NEW_SUPPLIER_SPEND_SHARE,
    SME_COUNT_SHARE,
    SME_SHARE,
)
from gisement.terms import Indicator

INDICATORS: tuple[Indicator, ...] = (
    LOCAL_SHARE,
    AREA_SHARE,
    TOTAL_SPEND,
    CONTRACTS_COUNT,
    SME_SHARE,
    SME_COUNT_SHARE,
    NEW_SUPPLIER_SHARE,
    NEW_SUPPLIER_SPEND_SHARE,
    SINGLE_OFFER_SHARE,
    *CONSIDERATIONS,
    *CONSULTATIONS,
    *CONCENTRATION,
    *ORDER_SIZE,
    *ANNUALISED,
    *INCLUSION,
    *FOOD,
    *COVERAGE,
)
"""Every indicator, the headline first."""
MODELLED: tuple[Indicator, ...] = (*IMPACTS, POOLING_GAIN)
"""What `measure` computes by a model or a scenario of parameters."""
ALL: tuple[Indicator, ...] = (*INDICATORS, *MODELLED, *FOOD_CHAIN, CIRCULAR_SHARE)
"""With those that a model computes, and those whose rows are no purchase: the food chain, circular purchases."""


def shown_at(place: str) -> tuple[str, ...]:
    """The names of the indicators that are shown at a place, in their order there. Each definition says its places."""
    return tuple(each.name for each in sorted(ALL, key=lambda each: each.shown.get(place, 0)) if place in each.shown)
