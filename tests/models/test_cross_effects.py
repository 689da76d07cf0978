"""Effects of a lever on other shares: exact on worked cases, inside the bounds of every way to move, nothing for nothing."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement

import pytest

from gisement.models.levers import ALIKE, ANY, Lever, Moved, alike, bounded, kept, of_unknown_sign
from gisement.terms import Sums, Verdict

P, R, U = Verdict.PART, Verdict.REST, Verdict.UNKNOWN


def moved(held: int) -> Moved:
    """A lever that moves so many units of one segment."""
    return Moved(Lever("local", "a", Fraction(10)), held, held, held, Fraction(0))


def test_what_moves_becomes_like_what_counts() -> None:
    """Here, 80 of 100 are small; elsewhere, 25 of 100: 20 units that come here make 20 (0.8 - 0.25) = 11 small ones."""
    joint = {(P, P): 80, (P, R): 20, (R, P): 25, (R, R): 75, (R, U): 40}
    found = alike(moved(20), joint)
    assert (found.how, found.units, found.low, found.high) == (ALIKE, 11, -20, 20)
    assert alike(moved(0), joint).units == alike(moved(0), joint).low == alike(moved(0), joint).high == 0
    assert alike(moved(20), {(R, P): 25, (R, R): 5}) == of(ANY, 0, -20, 5)


def of(how: str, units: int, low: int, high: int) -> object:
    """What is expected of the segment `a`."""
    found = kept("local", "a")
    return type(found)("local", "a", how, units, low, high)


@pytest.mark.parametrize("held", range(6))
def test_bounds_are_those_of_every_way_to_move_and_to_become(held: int) -> None:
    rest = "j" * 3 + "n" * 2
    every = [
        after.count("j") - before.count("j")
        for before in {rest[a : a + held] for a in range(len(rest) - held + 1)}
        for after in ("".join(each) for each in combinations_with_replacement("jn", held))
    ]
    found = alike(moved(held), {(R, P): 3, (R, R): 2, (P, P): 1, (P, R): 1})
    assert (found.low, found.high) == (min(every), max(every))
    assert found.low <= found.units <= found.high


def test_nothing_goes_under_nothing() -> None:
    cells = {"a": Sums(part=10, rest=10)}
    twice = [of_unknown_sign("pooling", "a", Fraction(1), cells["a"]), of(ALIKE, 8, 0, 9)]
    found = bounded(twice, {"a": 5}, cells)  # type: ignore[arg-type]
    assert [each.units for each in found] == [0, 5]
    assert all(each.low >= -15 and each.high <= 5 for each in found)
