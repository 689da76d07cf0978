"""Secrecy of cells: the rule, the bounds of an intruder on a published table, and what suppression must leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from gisement.models.arrays import Flags, Floats, Integers
from gisement.models.secrecy.rule import Behind, Rule, behind, rule
from gisement.models.secrecy.suppression import (
    Breaks,
    Cells,
    Intruder,
    View,
    as_everyone_reads,
    remainders,
    suppressed,
)

RULE = Rule(suppliers=3, share_pct=85)
# Investment of enterprises by activity (rows I, II, III) and region (A, B, C), with totals; 22 is confidential.
# Source: Fischetti and Salazar-González, Management Science 47 (2001), figure 1 (values recalled: to check).
PUBLISHED = np.array([[20, 50, 10, 80], [8, 19, 22, 49], [17, 32, 12, 61], [45, 101, 44, 190]], dtype=float)
SECRET_CELL = (1, 2)
PUBLISHED_HIDDEN = ((1, 0), (1, 2), (2, 0), (2, 2))
PUBLISHED_BOUNDS = (5.0, 30.0)
"""30 less the cell is the other of its row, 25 less that one the cell below it: from 5 to 30."""


def two_way(table: Floats) -> Cells:
    """The cells of a table whose last row and column are totals, row by row."""
    rows, columns = table.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    relations = np.zeros((rows + columns, rows * columns))
    for row in range(rows):
        relations[row, number[row, :-1]], relations[row, number[row, -1]] = -1, 1
    for column in range(columns):
        relations[rows + column, number[:-1, column]], relations[rows + column, number[-1, column]] = -1, 1
    return as_everyone_reads(table.ravel(), sparse.csr_matrix(relations))


def at(row: int, column: int) -> int:
    """The number of a cell of the published table."""
    return row * int(PUBLISHED.shape[1]) + column


def protected(cells: Cells, sensitive: Flags, margin: Floats, breaks: Breaks | None = None) -> Flags:
    """What is shown where any cell may be, large ones at a greater cost, and no sum of cells breaks a rule of its own."""
    cost = 1.0 + np.log10(1.0 + np.abs(cells.values))
    view = View(cells, sensitive, margin, breaks or (lambda sums: np.zeros(len(sums), dtype=bool)))
    return suppressed([view], np.ones(len(sensitive), dtype=bool), cost)


# --- the rule -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "suppliers", "is_forbidden"),
    [
        ([10, 10, 10], [0, 1, 2], False),
        ([10, 10], [0, 1], True),
        ([10, 10, 10], [0, 1, 1], True),
        ([86, 7, 7], [0, 1, 2], True),
        ([85, 8, 7], [0, 1, 2], False),
        ([10, 10, 10, -10], [0, 1, 2, 2], True),
        ([10, 10, -10], [0, 1, 2], False),
        ([10, 10, 10, 1], [0, 1, 2, -1], False),
        ([10, 10, 10, 200], [0, 1, 2, -1], True),
        ([10, 10, 10], [-1, -1, -1], True),
    ],
    ids=["three", "two", "two-by-lines", "dominated", "at-the-limit", "third-paid-back", "one-owes", "some-unknown",
         "much-unknown", "nobody-known"],
)  # fmt: skip
def test_the_rule(cents: list[int], suppliers: list[int], is_forbidden: bool) -> None:
    held = behind(np.zeros(len(cents), dtype=np.int64), np.array(suppliers), np.array(cents), 1)
    assert held.breaks(RULE).tolist() == [is_forbidden]


def test_a_sum_of_cells_is_judged_by_all_that_is_behind_it() -> None:
    held = behind(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2]), np.array([10, 10, 10, 10]), 2)
    assert held.breaks(RULE).tolist() == [True, True]
    assert held.of([np.array([0, 1])]).breaks(RULE).tolist() == [False]
    alone = behind(np.array([0, 1, 2]), np.array([0, 0, 0]), np.array([10, 10, 10]), 3)
    assert alone.of([np.array([0, 1, 2])]).breaks(RULE).tolist() == [True]


def test_the_rule_in_force_is_that_of_the_catalog() -> None:
    assert rule() == RULE


# --- the intruder -------------------------------------------------------------------------------------------


def bounds(cells: Cells, shown: Flags) -> tuple[Floats, Floats]:
    """The least and greatest value of every cell that fit the shown ones; shown cells have their own value twice."""
    low, high = cells.values.copy(), cells.values.copy()
    intruder = Intruder(cells, shown)
    for cell in np.flatnonzero(~shown).tolist():
        low[cell] = intruder.reach(cell, -1)[cell]
        high[cell] = intruder.reach(cell, 1)[cell]
    return low, high


def test_the_bounds_of_the_published_example() -> None:
    cells, shown = two_way(PUBLISHED), np.ones(PUBLISHED.size, dtype=bool)
    shown[[at(*place) for place in PUBLISHED_HIDDEN]] = False
    low, high = bounds(cells, shown)
    assert (low[at(*SECRET_CELL)], high[at(*SECRET_CELL)]) == pytest.approx(PUBLISHED_BOUNDS)


def test_a_cell_hidden_alone_is_worked_out() -> None:
    cells, shown = two_way(PUBLISHED), np.ones(PUBLISHED.size, dtype=bool)
    shown[at(*SECRET_CELL)] = False
    low, high = bounds(cells, shown)
    assert low[at(*SECRET_CELL)] == pytest.approx(22) == high[at(*SECRET_CELL)]


# --- suppression --------------------------------------------------------------------------------------------


def test_the_published_example_is_protected_by_three_more_cells() -> None:
    cells, sensitive = two_way(PUBLISHED), np.zeros(PUBLISHED.size, dtype=bool)
    sensitive[at(*SECRET_CELL)] = True
    margin = np.full(PUBLISHED.size, 5.0)
    shown = protected(cells, sensitive, margin)
    low, high = bounds(cells, shown)
    assert not shown[at(*SECRET_CELL)]
    # four cells at the corners of a rectangle are the least that hides one cell of a two-way table
    assert int((~shown).sum()) == len(PUBLISHED_HIDDEN)
    assert low[at(*SECRET_CELL)] <= 22 - 5
    assert high[at(*SECRET_CELL)] >= 22 + 5


def random_study(seed: int) -> tuple[Cells, Flags, Floats, Behind]:
    """A table of payments of few suppliers with its margins: cells, which break the rule, margins, what is behind."""
    chance = np.random.default_rng(seed)
    rows, columns, lines = chance.integers(2, 7), chance.integers(2, 7), chance.integers(20, 120)
    row, column = chance.integers(0, rows, lines), chance.integers(0, columns, lines)
    supplier, cents = chance.integers(0, 12, lines), chance.integers(-20, 500, lines)
    table = np.zeros((rows + 1, columns + 1))
    everywhere = [(row, column), (row, np.full(lines, columns)), (np.full(lines, rows), column)]
    everywhere.append((np.full(lines, rows), np.full(lines, columns)))
    for place in everywhere:
        np.add.at(table, place, cents)
    cell = np.concatenate([r * (columns + 1) + c for r, c in everywhere])
    held = behind(cell, np.tile(supplier, 4), np.tile(cents, 4), table.size)
    cells = two_way(table)
    return cells, held.breaks(RULE), np.maximum(np.abs(cells.values) * 0.2, 1.0), held


@pytest.mark.parametrize("seed", range(40))
def test_nothing_sensitive_is_shown_or_can_be_worked_out(seed: int) -> None:
    cells, sensitive, margin, held = random_study(seed)

    def breaks(sums: Sequence[Integers]) -> Flags:
        return held.of(sums).breaks(RULE)

    shown = protected(cells, sensitive, margin, breaks)
    low, high = bounds(cells, shown)
    assert not (shown & sensitive).any()
    room = np.minimum(margin, cells.values - cells.floor)
    assert (high - cells.values >= margin - 1e-4)[sensitive].all()
    assert (cells.values - low >= room - 1e-4)[sensitive].all()
    assert not breaks([hidden for hidden, _ in remainders(cells, shown) if len(hidden)]).any()


def test_where_nothing_is_sensitive_everything_is_shown() -> None:
    cells = two_way(PUBLISHED)
    none = np.zeros(PUBLISHED.size, dtype=bool)
    assert protected(cells, none, cells.values).all()


def test_a_remainder_of_one_supplier_is_not_left() -> None:
    """Two hidden cells of one supplier in a row: neither can be worked out, their sum could, and is what it was paid."""
    table = np.array([[30.0, 40.0, 50.0, 120.0], [30.0, 40.0, 50.0, 120.0], [60.0, 80.0, 100.0, 240.0]])
    cells, sensitive = two_way(table), np.zeros(table.size, dtype=bool)
    sensitive[[0, 1, 4, 5]] = True
    whose = {0: {1}, 1: {1}, 4: {2}, 5: {2}}

    def breaks(sums: Sequence[Integers]) -> Flags:
        return np.array(
            [len(set().union(*(whose.get(int(c), {3, 4, 5}) for c in each))) < 3 for each in sums], dtype=bool
        )

    margin = np.full(table.size, 1.0)
    lax = protected(cells, sensitive, margin)
    strict = protected(cells, sensitive, margin, breaks)
    assert lax[[2, 6]].all()
    assert not strict[[2, 6]].any()


def test_a_reader_who_knows_some_cells_does_not_work_out_the_others() -> None:
    """Two payers in each of two columns; who knows the first payer's part takes it away from every sum."""
    mine = np.array([[30.0, 0.0, 30.0], [0.0, 0.0, 0.0], [30.0, 0.0, 30.0]])
    theirs = np.array([[0.0, 25.0, 25.0], [40.0, 35.0, 75.0], [40.0, 60.0, 100.0]])
    whole, rest = two_way(mine + theirs), two_way(theirs)
    cells = replace(rest, known=(theirs == 0).ravel())
    sensitive, none = np.zeros(theirs.size, dtype=bool), np.zeros(theirs.size, dtype=bool)
    sensitive[1] = True

    def never(sums: Sequence[Integers]) -> Flags:
        return np.zeros(len(sums), dtype=bool)

    margin, offered = np.full(theirs.size, 5.0), np.ones(theirs.size, dtype=bool)
    everyone, insider = View(whole, none, margin, never), View(cells, sensitive, margin, never)
    assert suppressed([everyone], offered, np.ones(theirs.size)).all()
    shown = suppressed([everyone, insider], offered, np.ones(theirs.size))
    low, high = bounds(cells, shown)
    assert not shown[1]
    assert low[1] <= 20
    assert high[1] >= 30
    # the first row is 25 more than what this reader paid: its total goes too, or the cell would be read from it
    assert not shown[2]
