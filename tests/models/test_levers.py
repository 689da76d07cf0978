"""Levers: nothing moved changes nothing, effects of segments add up exactly, nothing beyond what is feasible moves."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from gisement.models.levers import Lever, after, feasible_units, moved
from gisement.terms import Sums
from gisement.terms.arithmetic import share

SEEDS = 40


def drawn(seed: int) -> tuple[dict[str, Sums], dict[str, int], list[Lever], Sums]:
    """Cells of a few segments, bounds, wishes for some of them, and the sums of the whole."""
    dice = np.random.default_rng(seed)
    names = [f"s{n}" for n in range(6)]
    numbers = {name: [int(n) for n in dice.integers(0, 10**12, 4)] for name in names}
    cells = {name: Sums(part, rest, up, -down) for name, (part, rest, up, down) in numbers.items()}
    bounds = {name: int(dice.integers(0, 10**12)) for name in names[:5]}
    levers = [Lever("sme", str(name), Fraction(int(dice.integers(0, 1001)), 10)) for name in dice.choice(names, 4)]
    parts = ("part", "rest", "unknown_positive", "unknown_negative")
    whole = Sums(*(sum(getattr(cell, name) for cell in cells.values()) for name in parts))
    return cells, bounds, levers, whole


@pytest.mark.parametrize("seed", range(SEEDS))
def test_effects_of_segments_add_up_to_the_whole(seed: int) -> None:
    cells, bounds, levers, whole = drawn(seed)
    found = moved(levers, cells, bounds)
    then = after(whole, found)
    known = whole.part + whole.rest
    assert Fraction(then.part - whole.part, known) == sum((each.effect for each in found), Fraction(0))
    assert then.part + then.rest == known
    alone = [Fraction(after(whole, [each]).part - whole.part, known) for each in found]
    assert alone == [each.effect for each in found]
    for each in found:
        assert 0 <= each.held <= min(each.asked, each.feasible)
        assert each.feasible <= min(cells[each.lever.segment].rest, bounds.get(each.lever.segment, 0))
    assert share(then).value >= share(whole).value  # type: ignore[operator]


def test_zero_change_is_today_exactly() -> None:
    cells, bounds, levers, whole = drawn(3)
    still = [Lever(each.kind, each.segment, Fraction(0)) for each in levers]
    for wishes in ([], still):
        assert after(whole, moved(wishes, cells, bounds)) == whole
        assert share(after(whole, moved(wishes, cells, bounds))) == share(whole)


def test_wishes_of_one_segment_are_added_before_they_are_bounded() -> None:
    """100 known, 80 do not count: 30 + 40 points ask for 70, and 50 are feasible."""
    (one,) = moved([Lever("sme", "a", Fraction(30)), Lever("sme", "a", Fraction(40))], {"a": Sums(20, 80)}, {"a": 50})
    assert (one.asked, one.feasible, one.held, one.is_capped, one.effect) == (70, 50, 50, True, Fraction(1, 2))


def test_what_is_feasible_is_the_part_of_contracts_that_end() -> None:
    assert feasible_units(90, 1, 3) == 30
    assert feasible_units(10, 1, 3) == 3
    assert feasible_units(90, 0, 0) == feasible_units(-5, 1, 1) == 0
