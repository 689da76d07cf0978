"""From draws to what is told: three quantiles, and which assumption moves the result most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from gisement.models.impact_draws import FACTORS, Draws
from gisement.models.input_output import Matrix

QUANTILES: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Spread:
    """Median of the draws, and the bounds that one draw in ten lies below and one in ten above."""

    value: float
    low: float
    high: float


def spreads(values: Matrix) -> list[Spread]:
    """One spread per column of draws × columns, in the unit of the values.

    NaN in a column, which says that the tables do not tell it, makes its three numbers NaN.
    """
    low, middle, high = np.quantile(values, QUANTILES, axis=0)
    return [Spread(float(m), float(a), float(b)) for a, m, b in zip(low, middle, high, strict=True)]


def variance_shares(result: Callable[[Draws], Matrix], first: Draws, second: Draws) -> dict[str, float]:
    """The part of the variance of a result that each assumption alone explains, and `together` for the rest.

    First-order Sobol' indices by the estimator of Saltelli (2010): two independent sets of draws, and the first with
    one factor of the second. Sampling noise can make one slightly negative: it is then 0. Empty without variance.

    Source: Saltelli et al., Computer Physics Communications 181(2), 2010, table 2 (b).
    """
    base, other = result(first), result(second)
    variance = float(np.var(np.concatenate([base, other])))
    if variance <= 0:
        return {}
    centre = base.mean()
    found = {
        factor: float(np.mean((other - centre) * (result(first.mixed(second, factor)) - base))) / variance
        for factor in FACTORS
    }
    kept = {factor: min(max(share, 0.0), 1.0) for factor, share in found.items()}
    whole = sum(kept.values())
    scaled = {factor: share / max(whole, 1.0) for factor, share in kept.items()}
    return {**scaled, "together": max(0.0, 1.0 - whole)}
