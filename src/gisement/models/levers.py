"""Levers on shares: what moves from the part that does not count to the part that does, segment by segment.

With P, R the known weights of a segment, a lever of x points asks for d = x (P + R) / 100 to move, and gets no more
than what is feasible: min(d, R, bound), in whole units. The share of the whole goes from P / (P + R) to
(P + sum d) / (P + R): the effect of each segment is d / (P + R), and they add up to the effect of all. Nothing moved
changes nothing.

Source: own definition; fractions are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gisement.terms import Sums

HUNDRED = 100


@dataclass(frozen=True)
class Lever:
    """A wish: `points` (of 0 to 100) of a segment, for the indicator that `kind` moves."""

    kind: str
    segment: str
    points: Fraction


@dataclass(frozen=True)
class Moved:
    """What a lever moves: the units asked for (cents, or contracts), feasible and held, and its effect on the whole."""

    lever: Lever
    asked: int
    feasible: int
    held: int
    effect: Fraction

    @property
    def is_capped(self) -> bool:
        """Whether less is moved than was asked for."""
        return self.held < self.asked


def feasible_units(rest: int, ending: int, running: int) -> int:
    """Of what does not count, what may change: the part of contracts that end within the window, in whole units."""
    return max(0, rest) * ending // running if running > 0 else 0


def moved(levers: Sequence[Lever], cells: Mapping[str, Sums], bounds: Mapping[str, int]) -> list[Moved]:
    """What each lever of one kind moves, those of one segment added first; `cells` are the sums of each segment."""
    whole = sum(cell.part + cell.rest for cell in cells.values())
    wishes: dict[str, Lever] = {}
    for lever in levers:
        before = wishes.get(lever.segment)
        wishes[lever.segment] = lever if before is None else replace(lever, points=before.points + lever.points)
    found = []
    for segment, lever in sorted(wishes.items()):
        cell = cells.get(segment, Sums())
        asked = int(lever.points * (cell.part + cell.rest) / HUNDRED)
        feasible = min(max(0, cell.rest), bounds.get(segment, 0))
        held = min(asked, feasible)
        found.append(Moved(lever, asked, feasible, held, Fraction(held, whole) if whole > 0 else Fraction(0)))
    return found


def after(sums: Sums, found: Sequence[Moved]) -> Sums:
    """The sums of the whole once these are moved; the same sums if nothing is."""
    held = sum(each.held for each in found)
    return replace(sums, part=sums.part + held, rest=sums.rest - held)
