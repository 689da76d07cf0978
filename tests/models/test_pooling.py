"""Windows of common purchase: the best of all groupings on small instances, and what a window may be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from gisement.models.pooling import Grouping, Need, grouped, joined_cents, waiting_days

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
