"""What a lever does to the shares that it does not aim at, and how far that could go whatever happens.

A lever of kind k moves d units of a segment from what does not count for k (R) to what does (P). Of another share j,
over the same units, let a be its part among P and b its part among R, of what is known. If what moves becomes like what
counts already, j changes by d (a - b). Whatever moves and whatever it becomes, j changes by no less than -min(d, j in
R) and by no more than min(d, not j in R). Where the lever changes who holds part of the money of a segment in a way
that nobody can tell, the change is of unknown sign: zero in the middle, from all of the holders lost to all of them
won.

Source: own definition; whole units, so that effects of segments add up to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from gisement.models.levers import Moved
from gisement.terms import Sums, Verdict

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
