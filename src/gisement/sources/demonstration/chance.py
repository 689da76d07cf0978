"""Seeded numbers by the thousand, the same on every machine: only the raw bits of the generator are used."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_QUANTILES: Final = 4096
_UNIT: Final = 1_000


class Chance:
    """Draws in arrays from a seed and a purpose: what is drawn for one purpose never moves another's."""

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
