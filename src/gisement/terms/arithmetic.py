"""From sums by verdict to a value and its bounds: the only place where a figure is computed.

With P, R the weights that count and that do not, U = U+ + U- the unknown weight:
share  P/(P+R), from (P+U-)/(P+R+U) to (P+U+)/(P+R+U), coverage (P+R)/(P+R+U);
total  P, from P+U- to P+U+; the upper bound is open if any weight is missing;
spread a statistic of the weights that count, summed by a key, with its least and greatest over all completions of what
is unknown. A value that no completion gives (one huge unknown row beside small known ones) says nothing of the whole:
it is not known, and the bounds are what is known (decision 7).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gisement.terms.figure import Sums
from gisement.terms.verdict import Verdict


@dataclass(frozen=True)
class Measure:
    """A value with its bounds and coverage, in the unit of the weights (a share is a fraction); `keys` as `Bounded`."""

    value: float | None
    low: float | None
    high: float | None
    coverage: float | None
    keys: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Bounded:
    """A statistic with its least and greatest over all completions; None where it is not known, or not bounded.

    `keys` is how many suppliers (or other keys) it is over, where all are known.
    """

    value: float | None
    low: float | None
    high: float | None
    keys: int | None = field(default=None, kw_only=True)


def share(sums: Sums) -> Measure:
    """Fraction of the known weight that counts; every part is None where its denominator is not positive."""
    known, whole = sums.part + sums.rest, sums.part + sums.rest + sums.unknown
    return Measure(
        value=_ratio(sums.part, known),
        low=_ratio(sums.part + sums.unknown_negative, whole),
        high=_ratio(sums.part + sums.unknown_positive, whole),
        coverage=_ratio(known, whole),
    )


def total(sums: Sums, divisor: int) -> Measure:
    """Weight that counts, divided by `divisor` (cents to euros); None over a perimeter with no row in scope."""
    in_scope = sum(sums.rows(verdict) for verdict in (Verdict.PART, Verdict.REST, Verdict.UNKNOWN))
    if in_scope == 0:
        return Measure(None, None, None, None)
    known = sums.part + sums.rest
    return Measure(
        value=sums.part / divisor if sums.rows(Verdict.PART) or sums.rows(Verdict.REST) else None,
        low=(sums.part + sums.unknown_negative) / divisor,
        high=None if sums.unweighted else (sums.part + sums.unknown_positive) / divisor,
        coverage=_ratio(known, known + sums.unknown),
    )


def spread(sums: Sums, found: Bounded, divisor: int) -> Measure:
    """A statistic divided by `divisor`; its value is None where it lies outside its bounds."""
    known = sums.part + sums.rest
    is_outside = found.value is not None and (
        (found.low is not None and found.value < found.low - _ROUNDING * abs(found.low))
        or (found.high is not None and found.value > found.high + _ROUNDING * abs(found.high))
    )
    value, low, high = (None if end is None else end / divisor for end in (found.value, found.low, found.high))
    if value is not None:
        value = max(value, value if low is None else low)
        value = None if is_outside else min(value, value if high is None else high)
    return Measure(value, low, high, _ratio(known, known + sums.unknown), keys=found.keys)


_ROUNDING = 1e-12
"""Two sums of the same floating-point numbers in another order differ by less."""


def added(found: Iterable[Sums]) -> Sums:
    """The sums of several sets of rows that share none."""
    every = list(found)
    return Sums(
        part=sum(each.part for each in every),
        rest=sum(each.rest for each in every),
        unknown_positive=sum(each.unknown_positive for each in every),
        unknown_negative=sum(each.unknown_negative for each in every),
        excluded=sum(each.excluded for each in every),
        counts={verdict: sum(each.rows(verdict) for each in every) for verdict in Verdict},
        unweighted=sum(each.unweighted for each in every),
        level_rank=max((each.level_rank for each in every), default=0),
    )


def _ratio(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator > 0 else None
