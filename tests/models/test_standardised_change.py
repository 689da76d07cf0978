"""Changes among like contracts: a published case, identities, intervals that hold the truth."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from gisement.models.standardised_change import (
    LIKE_CONTRACTS,
    RAW,
    READINGS,
    SAME_BUYERS,
    Change,
    changes,
    mantel_haenszel,
)

Row = tuple[str, str, int, bool]
Strata = dict[tuple[str, str], tuple[float, float, int, int]]
"""By buyer and kind: the true share of each year, and the number of contracts of each."""


def rows_of(rows: list[Row], weights: list[int] | None = None) -> pa.Table:
    """The table of contracts."""
    buyers, strata, years, answers = zip(*rows, strict=True)
    return pa.table(
        {"buyer_id": buyers, "stratum": strata, "year": years, "is_yes": answers, "weight": weights or [1] * len(rows)}
    )


def drawn(strata: Strata, seed: int) -> pa.Table:
    """Contracts whose answers are drawn from the true shares."""
    dice = np.random.default_rng(seed)
    rows: list[Row] = []
    for (buyer, kind), (share_0, share_1, n_0, n_1) in strata.items():
        for year, share, n in ((2020, share_0, n_0), (2025, share_1, n_1)):
            rows += [(buyer, kind, year, bool(answer)) for answer in dice.random(n) < share]
    return rows_of(rows)


def told(rows: pa.Table, reading: str, draws: int = 400) -> Change:
    """One reading of the change from 2020 to 2025."""
    return {change.reading: change for change in changes(rows, [(2020, 2025)], draws)}[reading]


def test_the_pooled_difference_is_the_published_one() -> None:
    """Deaths in the UGDP trial by age (under 55; 55 and over), placebo then tolbutamide: 0.035 pooled, 0.045 crude.

    Source: Rothman, Greenland, Lash, Modern Epidemiology, 3rd ed. (2008), chapter 15, tables 15-1 and following.
    """
    n_0, dead_0, n_1, dead_1 = [120, 85], [5, 16], [106, 98], [8, 22]
    assert round(float(mantel_haenszel(n_0, dead_0, n_1, dead_1)), 3) == 0.035
    rows = [
        ("trial", age, year, number < yes)
        for age, years in (("under", ((2020, 120, 5), (2025, 106, 8))), ("over", ((2020, 85, 16), (2025, 98, 22))))
        for year, n, yes in years
        for number in range(n)
    ]
    assert round(told(rows_of(rows), RAW).value or 0, 3) == 0.045
    assert round(told(rows_of(rows), LIKE_CONTRACTS).value or 0, 3) == 0.035


def test_a_mix_that_changes_is_no_progress_among_like_contracts() -> None:
    """Works, where clauses are frequent, pass from a fifth to two thirds of contracts; nobody does more than before."""
    rows = drawn({("a", "works"): (0.5, 0.5, 100, 400), ("a", "supplies"): (0.05, 0.05, 400, 200)}, seed=3)
    raw, like = told(rows, RAW), told(rows, LIKE_CONTRACTS)
    assert (raw.low or 0) > 0.1
    assert like.low is not None
    assert like.high is not None
    assert like.low < 0 < like.high
    assert abs(like.value or 1) < 0.05


def test_a_buyer_that_comes_is_no_progress_over_the_same_buyers() -> None:
    rows = drawn({("a", "works"): (0.2, 0.2, 200, 200), ("new", "works"): (0, 0.9, 0, 200)}, seed=5)
    assert (told(rows, RAW).low or 0) > 0.2
    for reading in (SAME_BUYERS, LIKE_CONTRACTS):
        change = told(rows, reading)
        assert change.low is not None
        assert change.high is not None
        assert change.low < 0 < change.high
        assert change.coverage == pytest.approx(400 / 600)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Of 100 draws of many small strata whose true change is 0.12, 90 intervals at least hold it (95 awaited)."""
    strata: Strata = {
        (f"b{buyer}", f"k{kind}"): (0.1 + 0.02 * kind, 0.22 + 0.02 * kind, 2 + kind, 3 + buyer)
        for buyer in range(5)
        for kind in range(8)
    }
    held = [told(drawn(strata, seed), LIKE_CONTRACTS, draws=200) for seed in range(100)]
    assert sum((change.low or 0) <= 0.12 <= (change.high or 0) for change in held) >= 90
    assert np.mean([change.value or 0 for change in held]) == pytest.approx(0.12, abs=0.01)


def test_money_weighs_and_the_order_of_rows_does_not() -> None:
    rows = [("a", "k", 2020, True), ("a", "k", 2020, False), ("a", "k", 2025, True), ("a", "k", 2025, False)]
    weights = [100, 300, 300, 100]
    by_money = changes(rows_of(rows, weights), [(2020, 2025)])
    assert [change.value for change in by_money] == pytest.approx([0.5] * 3)
    assert changes(rows_of(rows[::-1], weights[::-1]), [(2020, 2025)]) == by_money
    assert [change.value for change in changes(rows_of(rows), [(2020, 2025)])] == pytest.approx([0] * 3)


def test_what_cannot_be_compared_is_not_known() -> None:
    apart = rows_of([("a", "k", 2020, True), ("b", "k", 2025, False)])
    values = {change.reading: change.value for change in changes(apart, [(2020, 2025)])}
    assert values == {RAW: -1, SAME_BUYERS: None, LIKE_CONTRACTS: None}
    nowhere = changes(apart, [(1998, 2025)])
    assert [(change.reading, change.value, change.low, change.coverage) for change in nowhere] == [
        (reading, None, None, None) for reading in READINGS
    ]


def test_no_interval_is_given_of_few_contracts_nor_one_of_no_width() -> None:
    """Two contracts gave an interval of no width, and a change of 100 points passed for a proof."""
    few = rows_of([("a", "k", 2020, False), ("a", "k", 2020, True), ("a", "k", 2025, True), ("a", "k", 2025, True)])
    alike = rows_of([("a", "k", year, year == 2025) for year in (2020, 2025) for _ in range(40)])
    assert all(change.low is not None for change in changes(few, [(2020, 2025)]))
    for rows, least in ((few, 3), (alike, 30)):
        for change in changes(rows, [(2020, 2025)], least=least):
            assert change.value is not None
            assert (change.low, change.high) == (None, None)
