"""How large an order is: average, median and upper quartile of the amounts of rows, with their bounds.

The value is that of rows whose scope and amount are known. Bounds are the least and the greatest over every completion:
each row of unknown scope is taken or left, each missing amount is any amount. An average is not bounded as soon as an
amount is missing; a median is, since a missing amount only stands above or below it, and so is any quantile.

Source: Huber, Ronchetti, Robust Statistics (2009), 1.4, for the breakdown point that makes the difference.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import numpy.typing as npt

from gisement.terms.arithmetic import Bounded

Integers = npt.NDArray[np.int64]
HALF, THREE_QUARTERS = Fraction(1, 2), Fraction(3, 4)


def mean(sure: Integers, maybe: Integers, missing: int) -> Bounded:
    """The average of `sure`, in their unit; not bounded if an amount is missing."""
    value = int(sure.sum()) / len(sure) if len(sure) else None
    if missing or not len(sure) + len(maybe):
        return Bounded(value, None, None)
    rising = np.sort(maybe)
    return Bounded(value, _least_mean(sure, rising), -_least_mean(-sure, -rising[::-1]))


def median(sure: Integers, maybe: Integers, missing: int) -> Bounded:
    """The amount in the middle of `sure`; of two in the middle, the lesser (an amount that exists)."""
    return _quantile(sure, maybe, missing, HALF)


def upper_quartile(sure: Integers, maybe: Integers, missing: int) -> Bounded:
    """The least amount of `sure` that three quarters of them do not pass."""
    return _quantile(sure, maybe, missing, THREE_QUARTERS)


def _quantile(sure: Integers, maybe: Integers, missing: int, part: Fraction) -> Bounded:
    if not len(sure) + len(maybe) + missing:
        return Bounded(None, None, None)
    if not len(maybe) + missing:
        return Bounded(*3 * (_at(sure, 0, 0, part),))
    low, high = (_extreme(sure, maybe, missing, part, below=below) for below in (True, False))
    return Bounded(_at(sure, 0, 0, part), low, high)


def _least_mean(sure: Integers, rising: Integers) -> float:
    """The least average with any number of the optional amounts, from the smallest."""
    sums = int(sure.sum()) + np.concatenate([[0], np.cumsum(rising)])
    counts = len(sure) + np.arange(len(rising) + 1)
    return float((sums[counts > 0] / counts[counts > 0]).min())


def _extreme(sure: Integers, maybe: Integers, missing: int, part: Fraction, *, below: bool) -> float | None:
    """The quantile once every missing amount is below (above) all others, with the optional ones that lower (raise) it.

    One that is below the quantile lowers it or leaves it: they are taken from the smallest on, up to the first that is
    above what those before it give. From there on each is above, hence the search by halves.
    """
    before, after = (missing, 0) if below else (0, missing)
    ordered = np.sort(maybe) if below else np.sort(maybe)[::-1]

    def with_first(count: int) -> float | None:
        return _at(np.concatenate([sure, ordered[:count]]), before, after, part)

    def goes_on(count: int) -> bool:
        found = with_first(count)
        if len(sure) + count + missing == 0:
            return True
        return found is not None and bool(ordered[count] <= found if below else ordered[count] >= found)

    least, most = 0, len(ordered)
    while least < most:
        half = (least + most) // 2
        least, most = (half + 1, most) if goes_on(half) else (least, half)
    return with_first(least)


def _at(amounts: Integers, before: int, after: int, part: Fraction) -> float | None:
    """The quantile of amounts with so many others before and after all of them; None if it is one of those.

    It is the least amount that so large a part of all does not pass.
    """
    rank = ceil(part * (len(amounts) + before + after)) - 1 - before
    return float(np.partition(amounts, rank)[rank]) if 0 <= rank < len(amounts) else None
