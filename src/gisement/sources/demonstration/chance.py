"""Seeded chance that falls the same on every machine: one draw at a time (`Dice`), or by the thousand (`Chance`)."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from operator import sub
from random import Random
from statistics import NormalDist
from typing import Final, TypeVar
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
Kind = TypeVar("Kind")
_UNIFORMS: Final = 12
_QUANTILES: Final = 4096
_UNIT: Final = 1_000
_CLOSE: Final = 1e-3
"""More than what subtracting one weight after the other can lose."""


class Dice:
    """Draws from one seed. Only `random()` is used: its sequence is the one that Python promises to keep."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random.random() < probability

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        return self.skewed(limit, 1)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def pick(self, values: Sequence[Kind]) -> Kind:
        """One of the values, all alike."""
        return values[self.below(len(values))]

    def weighted(self, values: Sequence[Kind], weights: Sequence[float]) -> Kind:
        """One of the values, in proportion to its weight."""
        return _reached(values, weights, self._random.random() * sum(weights))

    def among(self, values: Sequence[Kind], until: Sequence[int]) -> Kind:
        """As `weighted`, for whole weights whose running sums are `until`: soon where there are many values."""
        left = self._random.random() * until[-1]
        rank = bisect_right(until, left)
        if left - (until[rank - 1] if rank else -1) > _CLOSE and until[rank] - left > _CLOSE:
            return values[rank]
        return _reached(values, list(map(sub, until, [0, *until])), left)  # as `weighted` rounds

    def skewed(self, limit: int, power: float) -> int:
        """A whole number from 0 to `limit` - 1, the low ones more often (the more so as `power` is high)."""
        return min(int(limit * self._random.random() ** power), limit - 1)

    def lognormal(self, spread: float) -> float:
        """exp(spread × z), z nearly normal: the sum of twelve uniforms minus six (no tail beyond 6)."""
        return math.exp(spread * (sum(self._random.random() for _ in range(_UNIFORMS)) - _UNIFORMS / 2))


class Chance:
    """Draws in arrays from a seed and a purpose: what is drawn for one purpose never moves another's.

    Only the raw bits of the generator are used.
    """

    def __init__(self, seed: int, purpose: str) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, crc32(purpose.encode())]))

    def uniform(self, count: int) -> Floats:
        """Numbers from 0 to 1, 1 excluded."""
        return (self._bits.random_raw(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def below(self, limit: int | Integers, count: int) -> Integers:
        """Whole numbers from 0 to `limit` - 1."""
        drawn: Integers = (self.uniform(count) * limit).astype(np.int64)
        held: Integers = np.minimum(drawn, np.asarray(limit, np.int64) - 1)
        return held

    def weights(self, spread: float, count: int) -> Integers:
        """Whole weights, lognormal: a table of quantiles is drawn from, so that no machine computes its own."""
        normal = NormalDist()
        points = [(rank + 0.5) / _QUANTILES for rank in range(_QUANTILES)]
        table = np.array([max(1, round(_UNIT * math.exp(spread * normal.inv_cdf(p)))) for p in points], np.int64)
        drawn: Integers = table[self.below(_QUANTILES, count)]
        return drawn


def spread_over(order: Integers, rate: float) -> Integers:
    """The middle one of every `1 / rate` members of `order`: a part that resembles the whole."""
    count = round(len(order) * rate)
    places = ((np.arange(count) + 0.5) * (len(order) / max(1, count))).astype(np.int64)
    taken: Integers = order[places]
    return taken


def _reached(values: Sequence[Kind], weights: Sequence[float], left: float) -> Kind:
    """The value whose weight is reached first, taking one after the other from `left`."""
    for value, weight in zip(values, weights, strict=True):
        left -= weight
        if left < 0:
            return value
    return values[-1]
