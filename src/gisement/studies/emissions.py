"""Measure emissions of purchases by monetary factors of segments: modelled, of kind `simulation`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gisement.engine.measure import Observatory
from gisement.models.impact.draws import drawn_emissions, spreads
from gisement.terms import Figure, Indicator, Level, Perimeter, highest

DRAWS, SEED = 1000, 1


def measure_emissions(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter, by: Sequence[str] = ()
) -> list[Figure]:
    """One figure per group: kg of CO2 equivalent of the euros whose segment has a factor; coverage says how many have.

    Not known where no euro of the group has one, so without a file of factors nothing is.
    """
    observatory.show("emission_factor")
    answer = observatory.connection.cursor().execute(
        "SELECT segment, kg_per_euro, uncertainty_pct FROM emission_factor ORDER BY segment"
    )
    factors = {segment: (kg, uncertainty) for segment, kg, uncertainty in answer.fetchall()}
    counted = replace(indicator, kind="total")
    bases = observatory.measure(counted, perimeter, by)
    parts = observatory.measure(counted, perimeter, [*(name for name in by if name != "segment"), "segment"])
    euros = np.zeros((len(bases), len(factors)))
    place = {tuple(base.group.values()): g for g, base in enumerate(bases)}
    column = {segment: n for n, segment in enumerate(factors)}
    for part in parts:
        if part.group["segment"] in column:
            g = place[tuple(part.group[name] for name in by)]
            euros[g, column[str(part.group["segment"])]] += part.sums.part / 100
    if not factors:
        return [_figure(observatory, base, None, 0.0) for base in bases]
    told = np.array(list(factors.values()))
    found = spreads(drawn_emissions(euros, told[:, 0], told[:, 1], DRAWS, SEED))
    covered = euros.sum(axis=1)
    return [
        _figure(observatory, base, (s.value, s.low, s.high) if covered[g] > 0 else None, float(covered[g]))
        for g, (base, s) in enumerate(zip(bases, found, strict=True))
    ]


def _figure(observatory: Observatory, base: Figure, told: tuple[float, float, float] | None, covered: float) -> Figure:
    value, low, high = (None, None, None) if told is None else (round(each, 1) for each in told)
    sums = base.sums
    whole = (sums.part + sums.rest + sums.unknown) / 100
    origins = (*base.origins, *(o for o in observatory.origins("emission_factor") if o not in base.origins))
    return replace(
        base, value=value, low=low, high=high, interval="simulation", level=highest([base.level, Level.MODELLED]),
        coverage=covered / whole if whole > 0 else None, origins=origins,
    )  # fmt: skip
