"""Indices of concentration on a published case, and bounds that no assignment of unknown rows can pass."""

from __future__ import annotations

from itertools import product

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisement.models.concentration import (
    Bounded,
    concentration,
    hhi,
    median_cents,
    pareto_count,
    pareto_curve,
    top,
)


def test_the_worked_case_of_the_merger_guidelines() -> None:
    # Horizontal Merger Guidelines (2010), 5.3: "a market consisting of four firms with market shares of thirty
    # percent, thirty percent, twenty percent, and twenty percent" has an HHI of 2600 (900 + 900 + 400 + 400).
    assert hhi([30, 30, 20, 20]).value == pytest.approx(0.26)
    assert hhi([100]).value == 1.0
    assert top(2, [30, 20, 30, 20]).value == pytest.approx(0.6)


def test_unknown_rows_are_suppliers_of_their_own_or_all_of_the_largest() -> None:
    # 60 + 20 known, 10 + 10 unknown: low (3600 + 400 + 100 + 100) / 10000, high (80² + 20²) / 10000.
    found = hhi([20, 60], [10, 10])
    assert (found.low, found.high) == pytest.approx((0.42, 0.68))
    assert found.value == pytest.approx(0.625)
    assert top(1, [20, 60], [10, 10]) == Bounded(0.75, 0.6, 0.8)
    assert top(3, [20, 60], [10, 10]) == Bounded(1.0, 0.9, 1.0)


@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=3),
    st.lists(st.integers(1, 1000), max_size=4),
    st.integers(1, 3),
)
def test_no_assignment_of_unknown_rows_passes_the_bounds(known: list[int], unknown: list[int], n: int) -> None:
    index, first = hhi(known, unknown), top(n, known, unknown)
    owners = len(known) + len(unknown)
    for assignment in product(range(owners), repeat=len(unknown)):
        totals = known + [0] * len(unknown)
        for owner, cents in zip(assignment, unknown, strict=True):
            totals[owner] += cents
        for bounded, exact in ((index, hhi(totals).value), (first, top(n, totals).value)):
            assert exact is not None
            assert bounded.low is not None
            assert bounded.high is not None
            assert bounded.low - 1e-12 <= exact <= bounded.high + 1e-12


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=30))
def test_without_unknown_rows_the_bounds_are_the_value(known: list[int]) -> None:
    for found in (hhi(known), top(5, known)):
        assert found.low == pytest.approx(found.value)
        assert found.high == pytest.approx(found.value)
    index = hhi(known).value
    assert index is not None
    assert 1 / len(known) - 1e-9 <= index <= 1 + 1e-9


def test_pareto_and_median() -> None:
    known = [700, 100, 100, 50, 50]
    assert pareto_count(known) == 2
    assert pareto_count(known, 70) == 1
    assert median_cents(known) == 100
    assert median_cents([10, 20]) == 10
    curve = pareto_curve(known)
    assert curve["amount_share"].to_pylist() == pytest.approx([0.7, 0.8, 0.9, 0.95, 1.0])
    assert curve["suppliers_share"].to_pylist() == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert pareto_curve([]).num_rows == 0


def test_nothing_positive_is_not_known_rather_than_zero() -> None:
    nothing = Bounded(None, None, None)
    assert hhi([], [5]) == top(5, [0, -3]) == nothing
    assert median_cents([-1]) is None
    assert pareto_count([]) is None


def test_groups_hold_their_own_suppliers_and_leave_credit_notes_out() -> None:
    rows = pa.table(
        {
            "buyer_id": ["B", "A", "A", "A", "A", "A", "C", "A"],
            "supplier_id": ["k", "k", "l", "k", "m", None, None, "k"],
            "amount_cents": pa.array([7, 30, 20, 30, -5, 20, 9, None], pa.int64()),
        }
    )
    a, b, c = concentration(rows, ["buyer_id"]).to_pylist()
    assert (a["buyer_id"], a["suppliers_count"], a["known_cents"], a["unknown_cents"]) == ("A", 2, 80, 20)
    assert a["left_out_cents"] == -5
    assert a["hhi"] == pytest.approx(0.625)
    assert (a["hhi_low"], a["hhi_high"]) == pytest.approx((0.44, 0.68))
    assert (a["top_5"], a["pareto_80_count"], a["median_cents"]) == (1.0, 2, 20)
    assert (b["hhi"], b["unknown_cents"]) == (1.0, 0)
    assert (c["hhi"], c["suppliers_count"], c["unknown_cents"]) == (None, 0, 9)
    assert concentration(rows).num_rows == 1
