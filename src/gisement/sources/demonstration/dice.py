"""Seeded chance that falls the same on every machine: everything comes from `Random.random()`."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from operator import sub
from random import Random
from typing import TypeVar

Kind = TypeVar("Kind")
_UNIFORMS = 12
_CLOSE = 1e-3
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
        return min(int(self._random.random() * limit), limit - 1)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def pick(self, values: Sequence[Kind]) -> Kind:
        """One of the values, all alike."""
        return values[self.below(len(values))]

    def weighted(self, values: Sequence[Kind], weights: Sequence[float]) -> Kind:
        """One of the values, in proportion to its weight."""
        left = self._random.random() * sum(weights)
        for value, weight in zip(values, weights, strict=True):
            left -= weight
            if left < 0:
                return value
        return values[-1]

    def among(self, values: Sequence[Kind], until: Sequence[int]) -> Kind:
        """As `weighted`, for whole weights whose running sums are `until`: soon where there are many values."""
        left = self._random.random() * until[-1]
        rank = bisect_right(until, left)
        if left - (until[rank - 1] if rank else -1) > _CLOSE and until[rank] - left > _CLOSE:
            return values[rank]
        for value, weight in zip(values, map(sub, until, [0, *until]), strict=False):  # as `weighted` rounds
            left -= weight
            if left < 0:
                return value
        return values[-1]

    def skewed(self, limit: int, power: float) -> int:
        """A whole number from 0 to `limit` - 1, the low ones more often (the more so as `power` is high)."""
        return min(int(limit * self._random.random() ** power), limit - 1)

    def lognormal(self, spread: float) -> float:
        """exp(spread × z), z nearly normal: the sum of twelve uniforms minus six (no tail beyond 6)."""
        normal = sum(self._random.random() for _ in range(_UNIFORMS)) - _UNIFORMS / 2
        return math.exp(spread * normal)
