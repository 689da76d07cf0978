"""What an intruder can work out: between which values each hidden cell of a set of linked tables must lie.

Cells are bound by relations (a total less its parts is 0). Whoever reads the shown cells knows them all, and that no
cell is below its floor; the least and greatest values of a hidden cell that fit are two linear programmes.

Source: M. Fischetti and J. J. Salazar-González, « Solving the cell suppression problem on tabular data with linear
constraints », Management Science 47 (2001), 1008-1027 (the intruder's problem).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from gisement.models.linear_model import Silent

Vector = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
INFINITY = highspy.kHighsInf
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Cells:
    """Cells of linked tables: their values (any one unit), and the relations that bind them.

    `relations` is a sparse matrix, one row each: +1 at a total, -1 at its parts. `floor` is what an intruder knows
    every cell to reach at least: 0, or a negative value. `known` are those that the reader knows by itself.
    """

    values: Vector
    relations: Any
    floor: Vector
    known: Flags


def as_everyone_reads(values: Vector, relations: Any) -> Cells:
    """Cells of which a reader knows none, but that none is below 0 (or below its own negative value).

    `values` in any one unit, one per column of `relations`.
    """
    return Cells(values, relations, np.minimum(values, 0.0), np.zeros(len(values), dtype=bool))


class Solver:
    """One linear programme over HiGHS, asked again and again with another objective: it starts where it stopped."""

    def __init__(self, relations: Any, lower: Vector, upper: Vector) -> None:
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

    def solve(self) -> Vector | None:
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

    def reach(self, cell: int, sign: int) -> Vector:
        """Values of all cells that fit what is shown, with this one as high (`sign` 1) or low (-1) as can be.

        Raises ArithmeticError where nothing fits: the true values do, so that would be a defect of the program.
        """
        self.solver.cost(cell, -float(sign))
        found = self.solver.solve()
        self.solver.cost(cell, 0.0)
        if found is None:
            raise ArithmeticError("the true values fit what is shown: this programme has a solution")
        return found


def bounds(cells: Cells, shown: Flags) -> tuple[Vector, Vector]:
    """The least and greatest value of every cell that fit the shown ones; shown cells have their own value twice."""
    low, high = cells.values.copy(), cells.values.copy()
    intruder = Intruder(cells, shown)
    for cell in np.flatnonzero(~shown).tolist():
        low[cell] = intruder.reach(cell, -1)[cell]
        high[cell] = intruder.reach(cell, 1)[cell]
    return low, high
