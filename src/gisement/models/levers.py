"""Levers on shares: what moves from the part that does not count to the part that does, segment by segment.

With P, R the known weights of a segment, a lever of x points asks for d = x (P + R) / 100 to move, and gets no more
than what is feasible: min(d, R, bound), in whole units. The share of the whole goes from P / (P + R) to
(P + sum d) / (P + R): the effect of each segment is d / (P + R), and they add up to the effect of all. Nothing moved
changes nothing.

A lever of kind k also touches the shares that it does not aim at, and how far that could go whatever happens is told.
It moves d units of a segment from what does not count for k (R) to what does (P). Of another share j, over the same
units, let a be its part among P and b its part among R, of what is known. If what moves becomes like what counts
already, j changes by d (a - b). Whatever moves and whatever it becomes, j changes by no less than -min(d, j in R) and
by no more than min(d, not j in R). Where the lever changes who holds part of the money of a segment in a way that
nobody can tell, the change is of unknown sign: zero in the middle, from all of the holders lost to all of them won.

Source: own definition; fractions are exact, units whole, so that effects of segments add up to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gisement.terms import Sums, Verdict

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


ALIKE, ANY, KEPT = "alike", "any", "kept"
"""What moves becomes like what counts already; nobody can tell; nothing changes, by assumption."""
Joint = Mapping[tuple[Verdict, Verdict], int]
"""Units of a segment by the verdict of the lever's indicator, and that of the other one."""
NOTHING = Fraction(0)


@dataclass(frozen=True)
class Crossed:
    """What a lever does to another share: units in the middle, at least and at most, and how that is told."""

    kind: str
    segment: str
    how: str
    units: int
    low: int
    high: int


def alike(moved: Moved, joint: Joint) -> Crossed:
    """The effect if what moves becomes like what counts; of unknown sign where nothing that counts is known of."""
    held, kind, segment = moved.held, moved.lever.kind, moved.lever.segment
    parts = {(k, j): max(0, units) for (k, j), units in joint.items()}
    in_rest = parts.get((Verdict.REST, Verdict.PART), 0), parts.get((Verdict.REST, Verdict.REST), 0)
    in_part = parts.get((Verdict.PART, Verdict.PART), 0), parts.get((Verdict.PART, Verdict.REST), 0)
    low, high = -min(held, in_rest[0]), min(held, in_rest[1])
    if not sum(in_part) or not sum(in_rest):
        return Crossed(kind, segment, ANY, 0, low, high)
    change = held * (Fraction(in_part[0], sum(in_part)) - Fraction(in_rest[0], sum(in_rest)))
    return Crossed(kind, segment, ALIKE, min(high, max(low, int(change))), low, high)


def of_unknown_sign(kind: str, segment: str, fraction: Fraction, cell: Sums) -> Crossed:
    """The effect where `fraction` of a segment may change hands: none in the middle; at the ends, all lost, all won."""
    part, rest = (int(fraction * max(0, units)) for units in (cell.part, cell.rest))
    return Crossed(kind, segment, ANY, 0, -part, rest)


def kept(kind: str, segment: str) -> Crossed:
    """No effect, by assumption: a clause does not choose who holds a contract, nor a holder its clauses."""
    return Crossed(kind, segment, KEPT, 0, 0, 0)


def bounded(found: list[Crossed], own: Mapping[str, int], cells: Mapping[str, Sums]) -> list[Crossed]:
    """The same, so that no segment has less than nothing, `own` units being moved by the levers of the share."""
    room = {
        name: (-max(0, cell.part + own.get(name, 0)), max(0, cell.rest - own.get(name, 0)))
        for name, cell in cells.items()
    }
    told = []
    for each in found:
        low, high = room.get(each.segment, (0, 0))
        units = min(high, max(low, each.units))
        room[each.segment] = (low - units, high - units)
        told.append(Crossed(each.kind, each.segment, each.how, units, max(low, each.low), min(high, each.high)))
    return told
