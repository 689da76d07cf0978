"""How large an order is: average, median and upper quartile of the amounts of rows, with their bounds.

The value is that of rows whose scope and amount are known. Bounds are the least and the greatest over every completion:
each row of unknown scope is taken or left, each missing amount is any amount. An average is not bounded as soon as an
amount is missing; a median is, since a missing amount only stands above or below it, and so is any quantile.

Source: Huber, Ronchetti, Robust Statistics (2009), 1.4, for the breakdown point that makes the difference.
"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction

import numpy as np

from gisement.models.arrays import Integers
from gisement.terms.arithmetic import Bounded

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
    others = ((0, 0), (missing, 0), (0, missing))
    if not len(maybe):
        ranks = [_rank(len(sure), before, after, part) for before, after in others]
        # one rank at a time: numpy looks for several a good deal longer, and they are most often the same
        held = {rank: float(np.partition(sure, rank)[rank]) for rank in set(ranks) if 0 <= rank < len(sure)}
        return Bounded(*map(held.get, ranks))
    first, second = np.sort(sure), np.sort(maybe)
    low, high = (_extreme(first, second, missing, part, below=below) for below in (True, False))
    return Bounded(_at(first, second[:0], 0, 0, part), low, high)


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

    def with_first(count: int) -> float | None:
        return _at(sure, maybe[:count] if below else maybe[len(maybe) - count :], before, after, part)

    def goes_on(count: int) -> bool:
        found = with_first(count)
        if len(sure) + count + missing == 0:
            return True
        return found is not None and bool(maybe[count] <= found if below else maybe[-1 - count] >= found)

    least = bisect_left(range(len(maybe)), True, key=lambda count: not goes_on(count))
    return with_first(least)


def _at(first: Integers, second: Integers, before: int, after: int, part: Fraction) -> float | None:
    """The quantile of two rising lists with so many others before and after all of them; None if it is one of those."""
    rank = _rank(len(first) + len(second), before, after, part)
    if not 0 <= rank < len(first) + len(second):
        return None
    # how many of the least rank + 1 are of the second list
    of_second = range(max(0, rank + 1 - len(first)), min(len(second), rank + 1))
    taken = of_second.start + bisect_left(of_second, True, key=lambda n: bool(second[n] >= first[rank - n]))
    of_first = rank + 1 - taken
    return float(max([*first[max(0, of_first - 1) : of_first], *second[max(0, taken - 1) : taken]]))


def _rank(count: int, before: int, after: int, part: Fraction) -> int:
    """The place, from 0, of what so large a part does not pass, among amounts with others before and after them."""
    every = count + before + after
    return -(-part.numerator * every // part.denominator) - 1 - before  # rounded up
