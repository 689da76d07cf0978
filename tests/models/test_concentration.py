"""Indices of concentration on a published case, and bounds that are the least and the greatest of every completion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisement.models.concentration import UNKNOWN, Holdings, hhi, pareto, pareto_count, supplier_count, top
from gisement.terms import Sums, Verdict
from gisement.terms.arithmetic import Bounded, spread

known = Holdings.known


def test_the_worked_case_of_the_merger_guidelines() -> None:
    # Horizontal Merger Guidelines (2010), 5.3: "a market consisting of four firms with market shares of thirty
    # percent, thirty percent, twenty percent, and twenty percent" has an HHI of 2600 (900 + 900 + 400 + 400).
    assert hhi(known([30, 30, 20, 20])).value == pytest.approx(0.26)
    assert hhi(known([100])).value == 1.0
    assert top(2, known([30, 20, 30, 20])).value == pytest.approx(0.6)


def test_unknown_rows_are_suppliers_of_their_own_or_all_of_the_largest() -> None:
    # 60 + 20 known, 10 + 10 unknown: low (3600 + 400 + 100 + 100) / 10000, high (80² + 20²) / 10000.
    held = known([20, 60], [10, 10])
    found = hhi(held)
    assert (found.low, found.high) == pytest.approx((0.42, 0.68))
    assert found.value == pytest.approx(0.625)
    assert top(1, held) == Bounded(0.75, 0.6, 0.8)
    assert top(3, held) == Bounded(1.0, 0.9, 1.0)
    assert supplier_count(held) == Bounded(2, 2, 4)


def test_rows_of_unknown_suppliers_alone_are_bounded() -> None:
    held = known([], [3, 1])
    index_only = hhi(held)
    assert (index_only.value, index_only.high) == (None, 1.0)
    assert index_only.low == pytest.approx(10 / 16)
    assert top(1, held) == Bounded(None, 0.75, 1.0)
    assert supplier_count(held) == Bounded(None, 1, 2)


# --- every completion, one by one ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """Rows one by one: (supplier or None, whether the scope is known, cents)."""

    rows: tuple[tuple[int | None, bool, int], ...]

    @property
    def holdings(self) -> Holdings:
        """What the engine makes of them."""
        owners = range(1 + max((owner for owner, _, _ in self.rows if owner is not None), default=-1))

        def of(owner: int | None, is_sure: bool) -> list[int]:
            return [cents for held, sure, cents in self.rows if held == owner and sure == is_sure]

        return Holdings(
            np.array([sum(of(owner, True)) for owner in owners], dtype=np.int64),
            np.array([sum(c for c in of(owner, False) if c > 0) for owner in owners], dtype=np.int64),
            np.array([sum(c for c in of(owner, False) if c < 0) for owner in owners], dtype=np.int64),
            np.array(of(None, True), dtype=np.int64),
            np.array(of(None, False), dtype=np.int64),
        )

    def completions(self) -> Iterator[list[int]]:
        """The positive totals of each completion: optional rows taken or left, unknown suppliers known or new."""
        sure = [row for row in self.rows if row[1]]
        optional = [row for row in self.rows if not row[1]]
        owners = 1 + max((owner for owner, _, _ in self.rows if owner is not None), default=-1)
        for size in range(len(optional) + 1):
            for taken in combinations(optional, size):
                inside = [*sure, *taken]
                lone = sum(owner is None for owner, _, _ in inside)
                for given_owners in product(range(owners + lone), repeat=lone):
                    yield self.totals(inside, owners + lone, list(given_owners))

    @staticmethod
    def totals(inside: Sequence[tuple[int | None, bool, int]], owners: int, given_owners: list[int]) -> list[int]:
        """Positive totals once rows without a supplier are given to those."""
        totals = [0] * owners
        for owner, _, cents in inside:
            totals[given_owners.pop() if owner is None else owner] += cents
        return [total for total in totals if total > 0]


def rows_of(least: int, all_sure: bool) -> st.SearchStrategy[Rows]:
    """A few rows of three suppliers and of nobody knows whom."""
    owner, is_sure = st.sampled_from([0, 1, 2, None]), st.just(True) if all_sure else st.booleans()
    row = st.tuples(owner, is_sure, st.integers(least, 100).filter(bool))
    lists = st.lists(row, min_size=1, max_size=5).filter(lambda rows: sum(owner is None for owner, _, _ in rows) <= 2)
    return lists.map(lambda rows: Rows(tuple(rows)))


def index(totals: Sequence[int]) -> float:
    """The index, as it is defined."""
    return sum((total / sum(totals)) ** 2 for total in totals)


def first(totals: Sequence[int], n: int) -> float:
    """The share of the first n, as it is defined."""
    return sum(sorted(totals)[-n:]) / sum(totals)


@given(rows_of(1, all_sure=True), st.integers(1, 3))
def test_bounds_are_the_least_and_the_greatest_of_every_completion(rows: Rows, n: int) -> None:
    every = list(rows.completions())
    for found, exact in (
        (hhi(rows.holdings), [index(totals) for totals in every]),
        (top(n, rows.holdings), [first(totals, n) for totals in every]),
        (supplier_count(rows.holdings), [float(len(totals)) for totals in every]),
    ):
        assert (found.low, found.high) == pytest.approx((min(exact), max(exact)))


@given(rows_of(1, all_sure=False), st.integers(1, 3))
def test_bounds_of_rows_of_unknown_scope_hold_and_those_of_the_first_are_reached(rows: Rows, n: int) -> None:
    every = [totals for totals in rows.completions() if totals]
    counted = supplier_count(rows.holdings)
    lengths = [len(totals) for totals in rows.completions()]
    assert (counted.low, counted.high) == (min(lengths), max(lengths))
    check_held(hhi(rows.holdings), [index(totals) for totals in every])
    shares = [first(totals, n) for totals in every]
    check_held(top(n, rows.holdings), shares)
    assert top(n, rows.holdings).high == pytest.approx(max(shares))


@given(rows_of(-100, all_sure=False), st.integers(1, 3))
def test_bounds_hold_with_credit_notes(rows: Rows, n: int) -> None:
    every = [totals for totals in rows.completions() if totals]
    if not every:
        return
    check_held(hhi(rows.holdings), [index(totals) for totals in every])
    check_held(top(n, rows.holdings), [first(totals, n) for totals in every])
    counted, lengths = supplier_count(rows.holdings), [len(totals) for totals in every]
    assert counted.low is not None
    assert counted.high is not None
    assert counted.low <= min(lengths)
    assert counted.high >= max(lengths)


def check_held(found: Bounded, exact: Sequence[float]) -> None:
    """No completion passes the bounds."""
    assert found.low is not None
    assert found.high is not None
    assert found.low - 1e-9 <= min(exact)
    assert found.high + 1e-9 >= max(exact)


def test_an_envelope_that_is_loose_is_seen() -> None:
    # Supplier 0 has 100 for sure, supplier 1 perhaps 30: the index is 1 (left) or (100² + 30²) / 130² (taken).
    held = Rows(((0, True, 100), (1, False, 30))).holdings
    for found, low in ((hhi(held), 10900 / 16900), (top(1, held), 100 / 130)):
        assert (found.value, found.high) == (1.0, 1.0)
        assert found.low == pytest.approx(low)


def test_a_leader_may_be_one_that_is_perhaps_alone() -> None:
    # 50 for sure, 100 perhaps: without the second, all is in one hand.
    assert hhi(Rows(((0, True, 50), (1, False, 100))).holdings).high == 1.0


# --- value --------------------------------------------------------------------------------------------------


def test_a_value_that_no_completion_gives_is_not_known() -> None:
    held = known([1, 1], [100])
    found = hhi(held)
    assert found.value == 0.5
    assert found.low == pytest.approx(10002 / 102**2)
    sums = Sums(part=2, unknown_positive=100, counts={Verdict.PART: 2, Verdict.UNKNOWN: 1})
    told = spread(sums, found, 1)
    assert (told.value, told.low, told.high) == (None, found.low, found.high)
    assert told.coverage == pytest.approx(2 / 102)


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=30))
def test_without_unknown_rows_the_bounds_are_the_value(totals: list[int]) -> None:
    for found in (hhi(known(totals)), top(5, known(totals))):
        assert found.value is not None
        assert found.low == found.high == found.value
        assert spread(Sums(part=sum(totals)), found, 1).value == found.value
    value = hhi(known(totals)).value
    assert value is not None
    assert 1 / len(totals) - 1e-9 <= value <= 1 + 1e-9


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=9), st.lists(st.integers(1, 20), max_size=9))
def test_the_value_can_only_be_below_its_bounds(totals: list[int], lone: list[int]) -> None:
    for found in (hhi(known(totals, lone)), top(2, known(totals, lone))):
        assert found.value is not None
        assert found.high is not None
        assert found.value <= found.high + 1e-12


def test_pareto() -> None:
    totals = [700, 100, 100, 50, 50]
    assert pareto_count(totals) == 2
    assert pareto_count(totals, 70) == 1
    assert pareto(known(totals)) == Bounded(0.4, None, None)
    assert pareto_count([]) is None


def test_nothing_positive_is_not_known_rather_than_zero() -> None:
    for nothing in (known([]), known([0, -3])):
        assert hhi(nothing) == top(5, nothing) == pareto(nothing) == supplier_count(nothing) == UNKNOWN


def test_credit_notes_larger_than_the_payments_leave_a_supplier_out() -> None:
    assert hhi(known([60, 60, -5])) == Bounded(0.5, 0.5, 0.5)
    assert supplier_count(known([60, 60, -5])).value == 2
    assert list(chain(*Rows(((0, True, 5), (0, True, -5))).completions())) == []
