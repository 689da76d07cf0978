"""Windows of common purchase: the best of all groupings on small instances, and what a window may be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from gisement.models.pooling import EXACT_NEEDS, Grouping, Need, grouped, joined_cents, near_best, waiting_days

REACH = 184
START = date(2026, 1, 15)
INSTANCES = 60


def need(day: int, buyer: str, cents: int) -> Need:
    """A need whose contract ends so many days after the start."""
    return Need(START + timedelta(days=day), buyer, cents, (f"{buyer}-{day}-{cents}",))


def drawn(seed: int) -> list[Need]:
    """Three to seven needs of two to four buyers over two years; one in six has no known money."""
    dice = np.random.default_rng(seed)
    count, buyers = int(dice.integers(3, 8)), int(dice.integers(2, 5))
    return [
        need(int(dice.integers(0, 500)), f"b{dice.integers(buyers)}", int(dice.integers(1, 400)) * 10_007 * (dice.random() > 1 / 6))
        for _ in range(count)
    ]  # fmt: skip


def partitions(needs: list[Need]) -> Iterator[list[list[Need]]]:
    """Every way to cut needs into groups, each once."""
    if not needs:
        yield []
        return
    first, rest = needs[0], needs[1:]
    for groups in partitions(rest):
        yield [[first], *groups]
        for place in range(len(groups)):
            yield [*groups[:place], [first, *groups[place]], *groups[place + 1 :]]


def merit(windows: list[list[Need]]) -> tuple[int, int, int]:
    """Money joined, needs not left alone, days of waiting (fewer is better): compared in that order."""
    return sum(map(joined_cents, windows)), sum(map(len, windows)), -sum(map(waiting_days, windows))


def best_of_all(needs: list[Need]) -> tuple[int, int, int]:
    """By trying every partition; a group of one buyer, or too long, is no window."""
    found = []
    for groups in partitions(needs):
        windows = [group for group in groups if len({each.buyer for each in group}) > 1]
        if all((max(w).end - min(w).end).days <= REACH for w in windows):
            found.append(merit(windows))
    return max(found)


@pytest.mark.parametrize("seed", range(INSTANCES))
def test_windows_are_the_best_of_all_groupings(seed: int) -> None:
    needs = drawn(seed)
    found = grouped(needs, REACH)
    assert found.is_optimal
    assert merit([list(window) for window in found.windows]) == best_of_all(needs)


def test_the_instances_tried_are_not_all_alike() -> None:
    counts = [len(grouped(drawn(seed), REACH).windows) for seed in range(INSTANCES)]
    assert {0, 1, 2} <= set(counts)


def test_a_window_joins_what_its_largest_buyer_would_not_buy_anyway() -> None:
    window = [need(0, "a", 500), need(3, "a", 200), need(5, "b", 300), need(9, "c", 0)]
    assert joined_cents(window) == 300
    assert waiting_days(window) == 17


def test_a_window_has_two_buyers_and_a_reach() -> None:
    alone = grouped([need(0, "a", 100), need(10, "a", 100)], REACH)
    far = grouped([need(0, "a", 100), need(REACH + 1, "b", 100)], REACH)
    near = grouped([need(0, "a", 100), need(REACH, "b", 100)], REACH)
    assert (alone, far) == (Grouping((), True), Grouping((), True))
    assert [len(window) for window in near.windows] == [2]


def test_a_need_between_two_joins_the_larger() -> None:
    """The middle one may join either; the whole is too long for one window."""
    needs = [need(0, "a", 100), need(150, "b", 1_000), need(300, "c", 900)]
    (window,) = grouped(needs, REACH).windows
    assert [each.buyer for each in window] == ["b", "c"]


def test_the_order_of_needs_changes_nothing() -> None:
    needs = drawn(5)
    assert grouped(needs, REACH) == grouped(needs[::-1], REACH)


def several(seed: int, count: int) -> list[Need]:
    """As many needs of two to six buyers over two years."""
    dice = np.random.default_rng(seed)
    buyers = int(dice.integers(2, 7))
    return [
        need(int(dice.integers(0, 700)), f"b{dice.integers(buyers)}", int(dice.integers(1, 400)) * 10_007)
        for _ in range(count)
    ]


def test_a_grouping_of_many_needs_is_near_the_best_and_never_above() -> None:
    """On needs that are few enough to know the best: 98 % of its money on average, and windows that may be."""
    shares = []
    for seed in range(20):
        needs = several(seed, 10)
        windows = near_best(needs, REACH)
        assert all((max(w).end - min(w).end).days <= REACH and len({e.buyer for e in w}) > 1 for w in windows)
        best = merit([list(window) for window in grouped(needs, REACH).windows])
        assert merit([list(window) for window in windows]) <= best
        shares.append(merit([list(window) for window in windows])[0] / best[0] if best[0] else 1.0)
    assert np.mean(shares) > 0.98


def test_many_needs_are_grouped_and_said_not_to_be_proven() -> None:
    """The order changes nothing, no need is in two windows, and nobody is told that nothing better exists."""
    needs = several(3, 4 * EXACT_NEEDS)
    found = grouped(needs, REACH)
    grouped_needs = [each for window in found.windows for each in window]
    assert not found.is_optimal
    assert len(grouped_needs) == len(set(grouped_needs)) > EXACT_NEEDS
    assert found == grouped(needs[::-1], REACH)
