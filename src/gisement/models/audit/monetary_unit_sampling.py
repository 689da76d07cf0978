"""An audited share: draw lines in proportion to their cents, check them by hand, estimate with an interval.

The population is split by what the observatory says of a row (part, rest, unknown, excluded) and by sign. In each
stratum h of total T_h, n_h lines are drawn systematically, in an order made of hashes, with inclusion probability
π_i = n_h·|a_i| / T_h; lines for which this reaches 1 are taken with certainty. Since every cent has the same chance,
the mean over drawn lines estimates the mean over cents, whatever the skew of the amounts.

Letters: a is the recorded amount, a* the one found by hand, s* whether it is in the definition, l* whether it is local.
Each drawn line gives, per recorded cent, x = (a*/a)·s* and y = x·l*. With totals X = Σ T_h·mean_h(x) and Y alike,
certain lines added as they are, the audited share is R = Y / X (combined ratio, Hájek form).

Interval. Drawing cents makes the outcomes (x, y) of a stratum multinomial by design, so the law of the stratum's mean
is approached by Dirichlet weights on the outcomes seen, with a third of a line added to each of the three outcomes that
exist before looking (local, not local, out of the definition). A line drawn with probability π carries only 1 - π of
the variance (Hartley and Rao), by which the spread is shrunk. On one proportion this is nearly the Jeffreys interval.
The linearised interval R ± 1.96 se is not used: with few errors in the sample its width goes to 0 and it covers far
less than it says (the tests show both); Stringer's bound always covers, but is one-sided and too wide to be told as
95 %.

Source: Särndal, Swensson, Wretman, Model Assisted Survey Sampling (1992), 3.6 and 5.6-5.7; Hartley, Rao, Annals of
Mathematical Statistics 33 (1962); Tsui, Matsumura, Tsui, The Accounting Review 60 (1985); Brown, Cai, DasGupta,
Statistical Science 16 (2001).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gisement.models.arrays import Floats, Integers

DRAWS = 4000
PRIOR = 1 / 3
SHARE_OUTCOMES = ((1.0, 1.0), (1.0, 0.0), (0.0, 0.0))
RATE_OUTCOMES = ((1.0, 1.0), (1.0, 0.0))


@dataclass(frozen=True)
class Chosen:
    """What is drawn of one stratum: positions taken with certainty, positions drawn, share of variance spared."""

    certain: Integers
    drawn: Integers
    spared: float


@dataclass(frozen=True)
class Stratum:
    """The checked lines of one stratum: sums over certain lines, and outcomes per cent of drawn ones.

    `cents` is the signed total of the lines that were not certain; `spared` is the part of the variance that drawing
    without replacement spares.
    """

    cents: float
    certain_x: float
    certain_y: float
    x: Floats
    y: Floats
    spared: float


def allocation(totals: Mapping[str, float], lines: int, fewest: Mapping[str, int]) -> dict[str, int]:
    """How many lines for each stratum: in proportion to `totals` (cents times expected spread), `fewest` at least.

    Source: Neyman's allocation, Särndal, Swensson, Wretman (1992), 3.7.3.
    """
    whole = sum(totals.values())
    return {name: max(fewest[name], round(lines * weight / whole)) for name, weight in totals.items()}


def choose(sizes: Integers, lines: int, start: float) -> Chosen:
    """Systematic draw in proportion to `sizes`, in the given order, from `start` in [0, 1[ of the step.

    Sizes at least as large as the step are certain, and the step is made anew for the others until none is.
    `spared` is Σπ² / Σπ over lines that are not certain: the part of the variance of a draw with replacement that is
    not there.

    Source: Hartley, Rao (1962); Särndal, Swensson, Wretman (1992), 3.6.2.
    """
    certain = np.zeros(len(sizes), dtype=bool)
    left = lines
    while (~certain).any():
        if (~certain).sum() <= left:
            certain[:] = True
            break
        large = ~certain & (sizes * left >= sizes[~certain].sum())
        if left < 1 or not large.any():
            break
        certain |= large
        left = max(lines - int(certain.sum()), 1)
    others = np.flatnonzero(~certain)
    if not len(others):
        return Chosen(np.arange(len(sizes)), others, 0.0)
    reached = np.cumsum(sizes[others])
    step = reached[-1] / left
    drawn = others[np.searchsorted(reached, (start + np.arange(left)) * step, side="right")]
    inclusion = sizes[others] / step
    return Chosen(np.flatnonzero(certain), drawn, float((inclusion**2).sum() / left))


def ratio(strata_checked: Sequence[Stratum]) -> float | None:
    """R = Y / X, null unless X is positive."""
    x = sum(h.certain_x + h.cents * _mean(h.x) for h in strata_checked)
    y = sum(h.certain_y + h.cents * _mean(h.y) for h in strata_checked)
    return float(y / x) if x > 0 else None


def linearised_error(strata_checked: Sequence[Stratum], value: float | None) -> float | None:
    """Standard error of R by linearisation: the spread of e = y - R·x in each stratum, over X.

    Given for information; where errors are rare it is too small.

    Source: Särndal, Swensson, Wretman (1992), 5.6.
    """
    if value is None:
        return None
    x = sum(h.certain_x + h.cents * _mean(h.x) for h in strata_checked)
    residuals = [(h, h.y - value * h.x) for h in strata_checked if len(h.x) > 1]
    variance = sum(h.cents**2 * (1 - h.spared) * np.var(e, ddof=1) / len(e) for h, e in residuals)
    return float(np.sqrt(variance) / x)


def interval(
    strata_checked: Sequence[Stratum],
    value: float | None,
    outcomes: Sequence[tuple[float, float]],
    *,
    seed: int,
    draws: int = DRAWS,
) -> tuple[float | None, float | None]:
    """The 95 % interval of Y / X: quantiles over Dirichlet weights of each stratum's outcomes; it holds `value`.

    `outcomes` are the pairs (x, y) that exist before looking; each is given a third of a line.

    Source: Tsui, Matsumura, Tsui (1985); Brown, Cai, DasGupta (2001), 4.1 (the ends include the estimate).
    """
    if value is None:
        return None, None
    # The stream of RandomState is frozen for good, that of newer generators is not.
    chance = np.random.RandomState(seed % 2**32)
    x, y = np.zeros(draws), np.zeros(draws)
    for h in strata_checked:
        seen = np.column_stack([np.append(h.x, [o[0] for o in outcomes]), np.append(h.y, [o[1] for o in outcomes])])
        weights = np.append(np.ones(len(h.x)), np.full(len(outcomes), PRIOR))
        mean_x, mean_y = _dirichlet_means(seen, weights, h.spared, draws, chance) if h.cents else (0.0, 0.0)
        x += h.certain_x + h.cents * mean_x
        y += h.certain_y + h.cents * mean_y
    shares = y[x > 0] / x[x > 0]
    if not len(shares):
        return None, None
    low, high = np.quantile(shares, (0.025, 0.975))
    return min(float(low), value), max(float(high), value)


def _dirichlet_means(
    seen: Floats, weights: Floats, spared: float, draws: int, chance: np.random.RandomState
) -> tuple[Floats, Floats]:
    """Means of (x, y) under random weights of the distinct outcomes, drawn towards their centre by what is spared."""
    outcomes, where = np.unique(seen, axis=0, return_inverse=True)
    total = np.bincount(where.ravel(), weights=weights)
    gammas = chance.standard_gamma(total, (draws, len(total)))
    means = gammas @ outcomes / gammas.sum(axis=1, keepdims=True)
    centre = total @ outcomes / total.sum()
    means = centre + np.sqrt(1 - spared) * (means - centre)
    return means[:, 0], means[:, 1]


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0
