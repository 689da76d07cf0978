"""From draws to what is told: three quantiles, and which assumption moves the result most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from gisement.models.impact import Demand, Economy, Zones, batches
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
    """One spread per column of draws × columns."""
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


def local_multipliers(economy: Economy, zones: Zones, demand: Demand, draws: Draws) -> Matrix:
    """LM3 in each zone, draws × zones × groups, « estimé »: no survey of suppliers, a table instead.

    R1 is what is spent, R2 what goes to suppliers of the zone, R3 what these spend again there, and what suppliers
    from the rest of the country do: they buy in the zone too, in proportion to its size. Not a number without spending.
    """
    found = np.full((len(draws), len(zones.rings), demand.groups), np.nan)
    totals = zones.sizes.sum(axis=1)
    whole = demand.made + demand.traded
    for start, batch in batches(economy, zones, draws):
        stop = start + len(batch.place)
        national = batch.A.sum(axis=1)
        for k in range(len(zones.rings)):
            supply, own = batch.supply[k], batch.own[k]
            bought = national if supply is None else (batch.A * supply).sum(axis=1)
            if economy.w is not None and economy.c is not None:
                spent = economy.c if own is None else economy.c * own
                bought = bought + batch.ratios["wages"] * np.broadcast_to(spent, bought.shape).sum(axis=1)[:, None]
            outside = national * totals[k] / totals[-1]
            for scenario in range(len(whole)):
                chosen = batch.place == scenario
                near, far = whole[scenario, :, : k + 1].sum(axis=1), whole[scenario, :, k + 1 : -1].sum(axis=1)
                spent_all = whole[scenario].sum(axis=(1, 2))
                rounds = near.sum(axis=1) + bought[chosen] @ near.T + outside[chosen] @ far.T
                ratio = np.divide(rounds, spent_all, out=np.full(rounds.shape, np.nan), where=spent_all > 0)
                found[start:stop][chosen, k] = 1 + ratio
    return found
