"""From sums by verdict to a value and its bounds: the only place where a figure is computed.

With P, R the weights that count and that do not, U = U+ + U- the unknown weight:
share  P/(P+R), from (P+U-)/(P+R+U) to (P+U+)/(P+R+U), coverage (P+R)/(P+R+U);
total  P, from P+U- to P+U+; the upper bound is open if any weight is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from gisement.terms.figure import Sums
from gisement.terms.verdict import Verdict


@dataclass(frozen=True)
class Measure:
    """A value with its bounds and coverage, in the unit of the weights (a share is a fraction)."""

    value: float | None
    low: float | None
    high: float | None
    coverage: float | None


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


def _ratio(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator > 0 else None
