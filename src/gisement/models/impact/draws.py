"""What is not known of an impact, drawn: place, regional method and δ, coefficients, margins, jobs per euro.

Everything comes from one seed: the same seed, the same figures. Coefficients are not kept here (a thousand tables):
each batch of draws makes them again from its own stream. From draws to what is told: three quantiles, and which
assumption moves the result most.

Emissions are drawn too: euros times kg per euro, a monetary factor being one number for a kind of purchase. All rows of
a segment share its error, segments are independent. It cannot tell a greener supplier from another.

Source: own design; cv of coefficients and jobs, ranges of δ and margins: `docs/methods/impact.md`; for emissions, IPCC
Guidelines for National Greenhouse Gas Inventories, 2006, volume 1, chapter 3 (approach 2, Monte Carlo).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gisement.models.arrays import Integers
from gisement.models.impact.input_output import Matrix

PLACES: Final = ("declared", "near", "headcount")
"""Where a purchase is delivered from: A the declared establishment, B a nearer one, C all, by headcount."""
REGIONAL: Final = ("slq", "cilq", "flq")
LARGEST_DELTA: Final = 0.35
COEFFICIENT_CV: Final = 0.15
JOBS_CV: Final = 0.10
MARGIN_SPREAD: Final = 0.5
BATCH: Final = 50
FACTORS: Final = ("place", "region", "coefficients", "margin", "jobs")
QUANTILES: Final = (0.1, 0.5, 0.9)
HALF_WIDTH: Final = 1.959964
"""Standard deviations in half of a 95 % interval of a normal law."""


@dataclass(frozen=True)
class Draws:
    """One entry per draw: place scenario and regional method (numbers), δ, factor on margins; streams of the rest."""

    place: Integers
    method: Integers
    delta: Matrix
    margin: Matrix
    coefficients: int
    jobs: int

    def __len__(self) -> int:
        """How many draws."""
        return len(self.delta)

    def mixed(self, other: Draws, factor: str) -> Draws:
        """These draws with one factor taken from others: what that factor alone changes."""
        fields = {"region": ("method", "delta")}.get(factor, (factor,))
        return replace(self, **{name: getattr(other, name) for name in fields})


def drawn(count: int, seed: int, *, place: str | None = None, method: str | None = None, delta: float | None = None,
          certain: bool = False) -> Draws:  # fmt: skip
    """`count` draws of a seed. A place, a method or a δ that is given is the same in all of them.

    With `certain`, coefficients, margins and jobs are those of the tables: only what is not given varies.
    """
    dice = np.random.default_rng([seed, 0])
    places, methods = dice.integers(0, len(PLACES), count), dice.integers(0, len(REGIONAL), count)
    deltas, margins = dice.uniform(0, LARGEST_DELTA, count), dice.uniform(1 - MARGIN_SPREAD, 1 + MARGIN_SPREAD, count)
    return Draws(
        place=places if place is None else np.full(count, PLACES.index(place), dtype=np.int64),
        method=methods if method is None else np.full(count, REGIONAL.index(method), dtype=np.int64),
        delta=deltas if delta is None else np.full(count, delta),
        margin=np.ones(count) if certain else margins,
        coefficients=0 if certain else seed,
        jobs=0 if certain else seed,
    )


def noise(stream: int, kind: int, batch: int, shape: tuple[int, ...], cv: float | Matrix) -> Matrix:
    """Lognormal factors of mean 1 and coefficient of variation `cv` (one, or one by column); all 1 for stream 0."""
    if stream == 0:
        return np.ones(shape)
    variance = np.log(1 + cv**2)
    dice = np.random.default_rng([stream, kind, batch])
    found: Matrix = np.exp(dice.standard_normal(shape) * np.sqrt(variance) - variance / 2)
    return found


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


def drawn_emissions(
    euros: ArrayLike, kg_per_euro: ArrayLike, uncertainty_pct: ArrayLike, count: int, seed: int
) -> Matrix:
    """kg of CO2 equivalent, draws × groups, of `euros` (groups × segments).

    Factors are lognormal of the stated mean, their uncertainty being half of a 95 % interval in percent of it.
    """
    factors = np.asarray(kg_per_euro, dtype=np.float64)
    cv = np.asarray(uncertainty_pct, dtype=np.float64) / 100 / HALF_WIDTH
    drawn_factors = factors * noise(seed, 4, 0, (count, len(factors)), cv)
    found: Matrix = drawn_factors @ np.asarray(euros, dtype=np.float64).T
    return found
