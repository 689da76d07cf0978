"""Every effect is what it is called, effects add up exactly, and the account is that of all 24 orders done by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations
from math import prod

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gisement.models.share_decomposition import (
    ARRIVALS,
    DEPARTURES,
    EFFECTS,
    FACTORS,
    Change,
    decompose,
    in_points,
    trend,
)
from gisement.terms import Trouble

Payment = tuple[str, str, str, int, bool, int]
NAMES = ("buyer_id", "segment", "supplier_siren", "year", "is_local", "amount_cents")


def table(*payments: Payment) -> pa.Table:
    """Payments as the rows that `decompose` reads."""
    columns = list(zip(*payments, strict=True))
    return pa.table(dict(zip(NAMES, columns, strict=True)))


def change(*payments: Payment) -> Change:
    """The account from 2023 to 2024."""
    return decompose(table(*payments), 2023, 2024)


def nonzero(found: Change) -> dict[str, float]:
    """The effects that move something."""
    return {name: round(value, 9) for name, value in found.effects.items() if value}


@st.composite
def payments(draw: st.DrawFn, least: int = 1) -> list[Payment]:
    """Few buyers, needs and suppliers, so that cells meet over two years."""
    cents = st.integers(least, 10**9)
    row = st.tuples(
        st.sampled_from("AB"), st.sampled_from("xyz"), st.sampled_from("klm"),
        st.sampled_from((2023, 2024)), st.booleans(), cents,
    )  # fmt: skip
    return draw(st.lists(row, min_size=2, max_size=25))


# many draws have no share in a year, whose money adds up to nothing
unhurried = settings(suppress_health_check=[HealthCheck.filter_too_much])


# --- each effect is what it is called -----------------------------------------------------------------------


def test_a_supplier_that_moves_is_a_relocation() -> None:
    found = change(
        ("A", "x", "k", 2023, False, 600), ("A", "x", "l", 2023, False, 400),
        ("A", "x", "k", 2024, True, 1200), ("A", "x", "l", 2024, False, 800),
    )  # fmt: skip
    assert nonzero(found) == {"relocation": 0.6}


def test_another_supplier_for_the_same_need_is_a_change_of_supplier() -> None:
    found = change(("A", "x", "k", 2023, False, 1000), ("A", "x", "l", 2024, True, 900))
    assert nonzero(found) == {"supplier_change": 1.0}


def test_a_need_that_grows_or_appears_is_a_change_of_needs() -> None:
    grown = change(
        ("A", "x", "k", 2023, True, 100), ("A", "y", "l", 2023, False, 300),
        ("A", "x", "k", 2024, True, 300), ("A", "y", "l", 2024, False, 300),
    )  # fmt: skip
    assert nonzero(grown) == {"needs": 0.25}
    appeared = change(
        ("A", "y", "l", 2023, False, 300), ("A", "x", "k", 2024, True, 300), ("A", "y", "l", 2024, False, 300)
    )
    assert nonzero(appeared) == {"needs": 0.5}


def test_a_buyer_that_spends_more_is_a_change_of_weights() -> None:
    found = change(
        ("A", "x", "k", 2023, True, 100), ("B", "x", "l", 2023, False, 300),
        ("A", "x", "k", 2024, True, 300), ("B", "x", "l", 2024, False, 300),
    )  # fmt: skip
    assert nonzero(found) == {"buyer_weights": 0.25}


def test_buyers_that_come_and_go_are_the_perimeter() -> None:
    found = change(
        ("A", "x", "k", 2023, True, 100), ("A", "x", "l", 2023, False, 100), ("B", "x", "k", 2023, True, 200),
        ("A", "x", "k", 2024, True, 100), ("A", "x", "l", 2024, False, 100), ("C", "x", "l", 2024, False, 300),
    )  # fmt: skip
    # 2023: A 50 %, with B 75 %; 2024: A 50 %, with C 20 %.
    assert nonzero(found) == {DEPARTURES: -0.25, ARRIVALS: -0.3}
    assert found.at_constant_perimeter == 0


def test_two_factors_give_the_mean_of_laspeyres_and_paasche() -> None:
    # Need x from 1/4 to 3/4 of the spending while its supplier k goes from 0 to 2/5 of local establishments.
    found = change(
        ("A", "x", "k", 2023, False, 100), ("A", "y", "l", 2023, False, 300),
        ("A", "x", "k", 2024, True, 120), ("A", "x", "k", 2024, False, 180), ("A", "y", "l", 2024, False, 100),
    )  # fmt: skip
    weights, places = (0.25, 0.75), (0.0, 0.4)
    mean_place, mean_weight = sum(places) / 2, sum(weights) / 2
    assert nonzero(found) == {"needs": 0.5 * mean_place, "relocation": 0.4 * mean_weight}


# --- identities ---------------------------------------------------------------------------------------------


@unhurried
@given(payments(least=-(10**9)))
def test_effects_add_up_to_the_last_digit_in_any_order(rows: list[Payment]) -> None:
    try:
        found = change(*rows)
    except Trouble:
        assume(False)
    assert set(found.effects) == set(EFFECTS)
    assert sum(found.effects.values()) == found.share_1 - found.share_0
    assert sum(reversed(found.effects.values())) == found.share_1 - found.share_0
    assert found.share_1 == pytest.approx(share(rows, 2024), abs=1e-12)


@unhurried
@given(payments())
def test_the_years_swapped_change_every_sign(rows: list[Payment]) -> None:
    try:
        there = decompose(table(*rows), 2023, 2024)
    except Trouble:
        assume(False)
    back = decompose(table(*rows), 2024, 2023)
    swapped = {**back.effects, ARRIVALS: back.effects[DEPARTURES], DEPARTURES: back.effects[ARRIVALS]}
    assert {name: -value for name, value in swapped.items()} == pytest.approx(there.effects, abs=1e-11)


@unhurried
@given(payments(), st.randoms())
def test_the_order_of_rows_changes_nothing(rows: list[Payment], chance: object) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    try:
        assert change(*rows) == change(*shuffled)
    except Trouble:
        assume(False)


@unhurried
@given(payments())
def test_the_account_is_that_of_the_24_orders_in_exact_fractions(rows: list[Payment]) -> None:
    try:
        found = change(*rows)
    except Trouble:
        assume(False)
    expected = by_orders(rows)
    assert {name: found.effects[name] for name in FACTORS} == pytest.approx(expected, abs=1e-11)


@unhurried
@given(payments(least=-(10**9)), st.integers(0, 3))
def test_printed_points_add_up(rows: list[Payment], decimals: int) -> None:
    try:
        found = change(*rows)
    except Trouble:
        assume(False)
    printed = in_points(found, decimals)
    scale = 10**decimals
    whole = round(100 * (found.share_1 - found.share_0) * scale)
    assert sum(round(value * scale) for value in printed.values()) == whole
    assert all(abs(printed[name] - 100 * value) <= 1.01 / scale for name, value in found.effects.items())


def share(rows: list[Payment], year: int) -> float:
    """The local share of a year, as it is defined."""
    local = sum(row[5] for row in rows if row[3] == year and row[4])
    return local / sum(row[5] for row in rows if row[3] == year)


class ByHand:
    """The four factors of every cell in exact fractions, over the buyers of both years."""

    def __init__(self, rows: list[Payment]) -> None:
        buyers = {r[0] for r in rows if r[3] == 2023} & {r[0] for r in rows if r[3] == 2024}
        self.rows = [r for r in rows if r[0] in buyers]

    def cents(self, year: int, key: tuple[str, ...], only_local: bool = False) -> int:
        """Sum over the rows whose first columns are `key`."""
        inside = (r for r in self.rows if r[3] == year and r[: len(key)] == key and (r[4] or not only_local))
        return sum(r[5] for r in inside)

    def factor(self, name: str, year: int, cell: tuple[str, str, str]) -> Fraction:
        """W, m, q or ℓ of a cell."""
        depth = FACTORS.index(name)
        whole = cell[:depth]
        if name in ("supplier_change", "relocation") and not self.cents(year, whole):
            year = 4047 - year
        part = self.cents(year, cell, True) if name == "relocation" else self.cents(year, cell[: depth + 1])
        return Fraction(part, self.cents(year, whole))

    def total(self, passed: tuple[str, ...]) -> Fraction:
        """The share when these factors have passed to the second year."""
        whole = Fraction(0)
        for cell in {r[:3] for r in self.rows}:
            years = {name: 2024 if name in passed else 2023 for name in FACTORS}
            whole += prod((self.factor(name, year, cell) for name, year in years.items()), start=Fraction(1))
        return whole


def by_orders(rows: list[Payment]) -> dict[str, float]:
    """The four effects by passing the factors one after the other in each of the 24 orders."""
    known = {frozenset(some): ByHand(rows).total(some) for size in range(5) for some in combinations(FACTORS, size)}
    effects = dict.fromkeys(FACTORS, Fraction(0))
    for order in permutations(FACTORS):
        for i, name in enumerate(order):
            effects[name] += known[frozenset(order[: i + 1])] - known[frozenset(order[:i])]
    return {name: float(value / 24) for name, value in effects.items()}


# --- credit notes, refusals, trend --------------------------------------------------------------------------


def test_credit_notes_larger_than_the_need_do_not_break_the_account() -> None:
    found = change(
        ("A", "x", "k", 2023, True, 100), ("A", "y", "l", 2023, False, 300),
        ("A", "x", "k", 2024, True, -50), ("A", "x", "k", 2024, False, 50), ("A", "y", "l", 2024, False, 300),
    )  # fmt: skip
    assert sum(found.effects.values()) == found.share_1 - found.share_0
    assert all(abs(value) < 1 for value in found.effects.values())


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(Trouble, match="No buyer is present both in 2023 and in 2024"):
        change(("A", "x", "k", 2023, True, 1), ("B", "x", "k", 2024, True, 1))
    with pytest.raises(Trouble, match="local share of 2024 is not known"):
        change(("A", "x", "k", 2023, True, 1), ("A", "x", "k", 2024, True, -1))


def test_the_trend_is_chained_at_constant_perimeter_and_mix() -> None:
    rows = [
        ("A", "x", "k", 2022, False, 100), ("A", "y", "l", 2022, True, 100),
        ("A", "x", "k", 2023, True, 100), ("A", "y", "l", 2023, True, 100), ("B", "x", "m", 2023, False, 200),
        ("A", "x", "k", 2024, True, 300), ("A", "y", "l", 2024, True, 100), ("B", "x", "m", 2024, False, 400),
    ]  # fmt: skip
    found = trend(table(*rows)).to_pylist()
    assert [row["year"] for row in found] == [2022, 2023, 2024]
    assert [row["share"] for row in found] == pytest.approx([0.5, 0.5, 0.5])
    assert [row["constant_mix"] for row in found] == pytest.approx([0.5, 1.0, 1.0])
    assert found[1][ARRIVALS] == pytest.approx(-0.5)
    assert found[0]["needs"] is None


def test_the_chain_breaks_where_no_buyer_is_common() -> None:
    rows = [("A", "x", "k", 2022, True, 1), ("B", "x", "k", 2023, True, 1), ("B", "x", "k", 2024, True, 1)]
    found = trend(table(*rows)).to_pylist()
    assert [row["share"] for row in found] == [1, 1, 1]
    assert [row["constant_perimeter"] for row in found] == [1, None, None]


def test_a_ledger_of_ten_thousand_cells_adds_up_exactly() -> None:
    chance = np.random.RandomState(2)
    size = 40_000
    rows = pa.table(
        {
            "buyer_id": [f"b{i}" for i in chance.randint(0, 9, size)],
            "segment": [f"s{i}" for i in chance.randint(0, 100, size)],
            "supplier_siren": [f"k{i}" for i in chance.randint(0, 3000, size)],
            "year": chance.randint(2023, 2025, size),
            "is_local": chance.random_sample(size) < 0.5,
            "amount_cents": (100 * chance.lognormal(7, 2, size)).astype(np.int64) * chance.choice([1, 1, 1, -1], size),
        }
    )
    found = decompose(rows, 2023, 2024)
    assert sum(found.effects.values()) == found.share_1 - found.share_0
