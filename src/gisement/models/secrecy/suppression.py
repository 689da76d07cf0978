"""Which cells of linked tables to hide, so that those that may not be shown cannot be worked out from the others.

Three things must hold at the end. Every sensitive cell is hidden, and an intruder can only place it in an interval that
reaches far enough on both sides of its value. No remainder (a total less its shown parts) breaks the primary rule
itself. And no more is hidden than the heuristic needs: for each sensitive cell that is not yet safe, the cheapest set
of cells whose values could change together with it.

The intruder reads the shown cells, knows the relations that bind all of them (a total less its parts is 0), and that no
cell is below its floor: the least and greatest values of a hidden cell that fit are two linear programmes.

Source: J. P. Kelly, B. L. Golden and A. A. Assad, « Cell suppression: disclosure protection for sensitive tabular
data », Networks 22 (1992), 397-417 (linear programmes for one cell at a time); M. Fischetti and J. J. Salazar-González,
Management Science 47 (2001), 1008-1027 (the intruder's problem); A. Hundepool et al., Statistical Disclosure Control
(2012), chapter 4 (singletons in remainders).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from gisement.models.arrays import Flags, Floats, Integers
from gisement.models.linear_model import Silent

INFINITY = highspy.kHighsInf
TOLERANCE = 1e-6
Breaks = Callable[[Sequence[Integers]], Flags]
"""Which of these sums of cells break the primary rule."""


@dataclass(frozen=True)
class Cells:
    """Cells of linked tables: their values (any one unit), and the relations that bind them.

    `relations` is a sparse matrix, one row each: +1 at a total, -1 at its parts. `floor` is what an intruder knows
    every cell to reach at least: 0, or a negative value. `known` are those that the reader knows by itself.
    """

    values: Floats
    relations: Any
    floor: Floats
    known: Flags


def as_everyone_reads(values: Floats, relations: Any) -> Cells:
    """Cells of which a reader knows none, but that none is below 0 (or below its own negative value).

    `values` in any one unit, one per column of `relations`.
    """
    return Cells(values, relations, np.minimum(values, 0.0), np.zeros(len(values), dtype=bool))


class Solver:
    """One linear programme over HiGHS, asked again and again with another objective: it starts where it stopped."""

    def __init__(self, relations: Any, lower: Floats, upper: Floats) -> None:
        matrix = relations.tocsr()
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.zeros(matrix.shape[1]), lower, upper
        lp.row_lower_ = lp.row_upper_ = np.zeros(matrix.shape[0])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
        lp.a_matrix_.value_ = matrix.data.astype(float)
        self.highs: Any = Silent()  # type: ignore[no-untyped-call]
        for name in ("threads", "random_seed"):
            self.highs.setOptionValue(name, 1)
        self.highs.passModel(lp)

    def bound(self, column: int, lower: float, upper: float) -> None:
        """Give a column the interval from `lower` to `upper` in place of its own."""
        self.highs.changeColBounds(int(column), float(lower), float(upper))

    def cost(self, column: int, cost: float) -> None:
        """Give a column another coefficient in the objective, which is minimised."""
        self.highs.changeColCost(int(column), float(cost))

    def solve(self) -> Floats | None:
        """The cheapest solution; None where there is none, or no end to it."""
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.asarray(self.highs.getSolution().col_value)


class Intruder:
    """Who reads the shown cells of a publication; more of them may be hidden as time goes."""

    def __init__(self, cells: Cells, shown: Flags) -> None:
        self.cells = cells
        # nothing exceeds the whole by more than what is negative in it: this bounds every programme
        self.ceiling = float(np.abs(cells.values).sum() + 1.0)
        told = shown | cells.known
        lower = np.where(told, cells.values, cells.floor)
        upper = np.where(told, cells.values, self.ceiling)
        self.solver = Solver(cells.relations, lower, upper)

    def hide(self, cell: int) -> None:
        """A cell that is no longer shown (and that the reader does not know by itself)."""
        self.solver.bound(cell, float(self.cells.floor[cell]), self.ceiling)

    def reach(self, cell: int, sign: int) -> Floats:
        """Values of all cells that fit what is shown, with this one as high (`sign` 1) or low (-1) as can be.

        Raises ArithmeticError where nothing fits: the true values do, so that would be a defect of the program.
        """
        self.solver.cost(cell, -float(sign))
        found = self.solver.solve()
        self.solver.cost(cell, 0.0)
        if found is None:
            raise ArithmeticError("the true values fit what is shown: this programme has a solution")
        return found


@dataclass(frozen=True)
class View:
    """What one reader sees of the cells, and what must hold of it.

    `cells` are what the reader does not know yet (for one who knows a part of the money, the rest of each cell);
    `sensitive` says which of them may not be told, `margin` how far its interval must reach on each side of such a
    value (to the floor at most), `breaks` which sums of cells break the primary rule for this reader.
    """

    cells: Cells
    sensitive: Flags
    margin: Floats
    breaks: Breaks


def suppressed(views: Sequence[View], offered: Flags, cost: Floats) -> Flags:
    """Which cells to show: none that is sensitive to a reader, none that is not offered, none that would tell of one.

    Every view has the same cells, in the same order. Hiding more never makes a hidden cell of any view easier to find.
    """
    shown: Flags = offered & ~np.logical_or.reduce([view.sensitive for view in views])
    for view in views:
        _Search(view, shown, cost).protect_every_cell()
    while told := list(_telling(views, shown)):
        for parts in told:
            if shown[parts].all():
                shown[parts[np.argmin(cost[parts])]] = False
    return shown


def remainders(cells: Cells, shown: Flags) -> Iterator[tuple[Integers, Integers]]:
    """Sums of hidden cells that anyone can compute: the hidden cells, and the shown parts that were taken away.

    A shown total less its shown parts; and the same once more, where one of the hidden parts is itself a total some of
    whose parts are shown.
    """
    relations = cells.relations.tocsr()
    totals, parts_of = _read(relations)
    by_total: dict[int, list[int]] = {}
    for number, total in enumerate(totals):
        by_total.setdefault(int(total), []).append(number)
    for number, total in enumerate(totals):
        parts = parts_of[number]
        if not shown[total] or shown[parts].all():
            continue
        hidden, seen = parts[~shown[parts]], parts[shown[parts]]
        if len(seen):
            yield hidden, seen
        for part in hidden:
            for inner in by_total.get(int(part), ()):
                below = parts_of[inner]
                if shown[below].any():
                    rest = np.concatenate([hidden[hidden != part], below[~shown[below]]])
                    yield rest, np.concatenate([seen, below[shown[below]]])


def _telling(views: Sequence[View], shown: Flags) -> Iterator[Integers]:
    """The shown parts of every remainder that breaks the rule in some view."""
    found = [(hidden, seen) for hidden, seen in remainders(views[0].cells, shown) if len(hidden)]
    is_told = np.zeros(len(found), dtype=bool)
    for view in views:
        is_told |= view.breaks([hidden for hidden, _ in found])
    yield from (seen for (_, seen), told in zip(found, is_told, strict=True) if told)


def _read(relations: sparse.csr_matrix) -> tuple[Integers, list[Integers]]:
    """The total and the parts of each relation."""
    totals, parts = [], []
    for number in range(relations.shape[0]):
        held = slice(relations.indptr[number], relations.indptr[number + 1])
        columns, signs = relations.indices[held], relations.data[held]
        totals.append(int(columns[signs > 0][0]))
        parts.append(columns[signs < 0].astype(np.int64))
    return np.array(totals, dtype=np.int64), parts


class _Search:
    """Cells hidden so far (`shown` is changed in place), and how far each sensitive one is known to be able to move."""

    def __init__(self, view: View, shown: Flags, cost: Floats) -> None:
        cells = view.cells
        self.view, self.cells, self.shown = view, cells, shown
        self.intruder = Intruder(cells, shown)
        count = len(cells.values)
        self.moved = {1: np.zeros(count), -1: np.zeros(count)}
        room = cells.values - cells.floor
        self.wanted = {1: view.margin, -1: np.minimum(view.margin, room)}
        # columns: what each cell gains, then what it loses; a shown cell that moves is one to hide
        priced = np.where(shown, cost, 0.0)
        both = sparse.hstack([cells.relations, -cells.relations]).tocsr()
        gains = np.where(cells.known, 0.0, INFINITY)
        self.detour = Solver(both, np.zeros(2 * count), np.concatenate([gains, np.where(cells.known, 0.0, room)]))
        for cell in np.flatnonzero(priced).tolist():
            self._price(cell, float(priced[cell]))

    def protect_every_cell(self) -> None:
        """Hide what it takes for every sensitive cell to be able to move far enough; the greatest margins first."""
        order = np.argsort(-self.view.margin, kind="stable")
        for cell in order[self.view.sensitive[order]].tolist():
            for sign in (1, -1):
                if not self._is_safe(cell, sign):
                    self._learn(self.intruder.reach(cell, sign) - self.cells.values)
                if not self._is_safe(cell, sign):
                    self._make_room(cell, sign)

    def hide(self, cell: int) -> None:
        """Show a cell no longer, to any reader; those that know it by themselves go on knowing it."""
        if self.shown[cell]:
            self.shown[cell] = False
            self.intruder.hide(cell)
            self._price(cell, 0.0)

    def _is_safe(self, cell: int, sign: int) -> bool:
        return bool(self.moved[sign][cell] >= self.wanted[sign][cell] - TOLERANCE)

    def _learn(self, moves: Floats) -> None:
        """Moves that fit what is shown: they tell of every cell at once."""
        self.moved[1] = np.maximum(self.moved[1], moves)
        self.moved[-1] = np.maximum(self.moved[-1], -moves)

    def _make_room(self, cell: int, sign: int) -> None:
        count, wanted = len(self.cells.values), float(self.wanted[sign][cell])
        there, back = (cell, cell + count) if sign > 0 else (cell + count, cell)
        room = float(self.cells.values[cell] - self.cells.floor[cell])
        self.detour.bound(there, wanted, wanted)
        self.detour.bound(back, 0.0, 0.0)
        found = self.detour.solve()
        self.detour.bound(cell, 0.0, INFINITY)
        self.detour.bound(cell + count, 0.0, room)
        if found is None:
            raise ArithmeticError("hiding every cell would leave this one free: there is always a way")
        moves = found[:count] - found[count:]
        for other in np.flatnonzero(np.abs(moves) > TOLERANCE):
            self.hide(int(other))
        self._learn(moves)

    def _price(self, cell: int, cost: float) -> None:
        self.detour.cost(cell, cost)
        self.detour.cost(cell + len(self.cells.values), cost)
