"""What a joint purchase is assumed to bring: a part of the yearly amount of named contracts, a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gisement.catalog import parameter
from gisement.engine.measure import Observatory
from gisement.terms import Figure, Indicator, Level, Perimeter, highest

ASSUMED, NONE, PUBLISHED = "assumed", "none", "published"
SCENARIOS = (ASSUMED, NONE, PUBLISHED)
"""The values of the option `gain`."""
NAMED = "contract"
PERCENT = 100


def measure_gain(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter, by: Sequence[str] = ()
) -> list[Figure]:
    """One figure per group, in euros a year, with bounds of kind `scenario`.

    Not known unless the contracts are named (`contract=`): the contracts of a territory are no joint purchase.
    """
    scenario = observatory.options(indicator, perimeter).gain
    bases = observatory.measure(replace(indicator, kind="total"), perimeter, by)
    is_named = NAMED in perimeter.filters
    return [gain_of(base, scenario) if is_named else _unknown(base) for base in bases]


def gains(observatory: Observatory, indicator: Indicator, perimeter: Perimeter) -> list[Figure]:
    """One figure in euros a year for each scenario, the whole perimeter together."""
    return [
        measure_gain(observatory, indicator, Perimeter(perimeter.filters, {"gain": scenario}))[0]
        for scenario in SCENARIOS
    ]


def percents(scenario: str = ASSUMED) -> tuple[int, int]:
    """What a scenario assumes: the least and the most, in percents."""
    low = parameter("pooling_gain_low_pct")
    if scenario == NONE:
        return 0, 0
    return low, (
        parameter("pooling_gain_published_pct") if scenario == PUBLISHED else parameter("pooling_gain_high_pct")
    )


def gain_of(base: Figure, scenario: str = ASSUMED) -> Figure:
    """The gain on a yearly amount: the middle of a scenario on what is known, its ends on the bounds of the amount."""
    low, high = percents(scenario)
    return replace(
        base,
        value=None if base.value is None else base.value * (low + high) / (2 * PERCENT),
        low=None if base.low is None else base.low * low / PERCENT,
        high=None if base.high is None else base.high * high / PERCENT,
        interval="scenario",
        level=highest([base.level, Level.MODELLED]),
    )


def _unknown(base: Figure) -> Figure:
    return replace(base, value=None, low=None, high=None, interval="scenario", level=Level.MODELLED)
