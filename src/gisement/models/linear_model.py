"""A linear or mixed-integer model written by blocks, whose rows keep the name of the rule they state; HiGHS solves.

Columns and rows come in blocks of arrays, so that a model of a million coefficients is built in a tenth of a second and
still reads like the mathematics: `x = model.columns(n, cost=…)`, `model.rule("demand", count, (need, x), lower=…)`.

Source: HiGHS, Huangfu & Hall, "Parallelizing the dual revised simplex method", Math. Prog. Comp. 10 (2018) 119-142.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Say = Callable[[str, int, int], None]
INFINITY = highspy.kHighsInf
OPTIMAL, FEASIBLE, INFEASIBLE, NOTHING = "optimal", "feasible", "infeasible", "nothing"
SEED = 1
PERCENT_STEPS = 100
Term = tuple[ArrayLike, ArrayLike] | tuple[ArrayLike, ArrayLike, ArrayLike]
"""Rows of a block (below 0: none), columns, and their coefficients (1 where none is given)."""


def silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Solved:
    """What the solver found: `optimal`, `feasible` (stopped before), `infeasible` or `nothing` (stopped too soon).

    `gap` is the relative distance to the best bound, 0 for a linear model that is solved; None without a solution.
    """

    status: str
    values: Floats = field(default_factory=lambda: np.zeros(0))
    objective: float | None = None
    gap: float | None = None
    basis: Any = None
    seconds: float = 0.0


@dataclass
class Model:
    """Columns and rows, block by block. `rules` has the name of each block of rows."""

    cost: list[Floats] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    integer: list[NDArray[np.bool_]] = field(default_factory=list)
    row_lower: list[Floats] = field(default_factory=list)
    row_upper: list[Floats] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    n: int = 0
    m: int = 0

    def columns(
        self, count: int, *, cost: ArrayLike = 0.0, lower: ArrayLike = 0.0, upper: ArrayLike = INFINITY,
        integer: bool = False,
    ) -> Ints:  # fmt: skip
        """As many new variables, by their numbers."""
        for held, values in ((self.cost, cost), (self.lower, lower), (self.upper, upper)):
            held.append(np.broadcast_to(np.asarray(values, dtype=float), (count,)))
        self.integer.append(np.full(count, integer))
        self.n += count
        return np.arange(self.n - count, self.n)

    def rule(
        self, name: str, count: int, *terms: Term, lower: ArrayLike = -INFINITY, upper: ArrayLike = INFINITY
    ) -> None:  # fmt: skip
        """As many new rows of a rule: `lower` ≤ the sum of terms ≤ `upper`. Coefficients of one place add up."""
        for held, values in ((self.row_lower, lower), (self.row_upper, upper)):
            held.append(np.broadcast_to(np.asarray(values, dtype=float), (count,)))
        for term in terms:
            value = np.asarray(term[2] if len(term) == 3 else 1.0, dtype=float)
            at, columns, values = np.broadcast_arrays(term[0], term[1], value)
            told = at >= 0
            self.entries.append((at[told] + self.m, columns[told], values[told]))
        self.rules.append(name)
        self.m += count

    def set_cost(self, cost: Floats) -> None:
        """Another objective: a coefficient for every column, in their order."""
        self.cost = [cost]

    def costs(self) -> Floats:
        """The coefficient of every column in the objective, which is minimised."""
        return np.concatenate([*self.cost, np.zeros(0)])

    def bounds(self) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
        """Lower and upper bounds of columns, then of rows."""
        low, high, row_low, row_high = (
            np.concatenate([*held, np.zeros(0)]) for held in (self.lower, self.upper, self.row_lower, self.row_upper)
        )
        return (low, high), (row_low, row_high)

    def relaxed(self) -> Model:
        """The same, whose whole numbers may be fractions."""
        return replace(self, integer=[np.zeros(self.n, dtype=bool)])

    def is_kept_by(self, values: Floats, tolerance: float = 1e-6) -> bool:
        """Whether values keep every row and bound."""
        row, column, value = self.coefficients()
        made = np.bincount(row, weights=value * values[column], minlength=self.m)
        scale = tolerance * (1 + np.abs(made))
        (low, high), (row_low, row_high) = self.bounds()
        rows = (made >= row_low - scale) & (made <= row_high + scale)
        columns = (values >= low - tolerance) & (values <= high * (1 + tolerance) + tolerance)
        return bool(rows.all() and columns.all())

    def lp(self) -> Any:
        """The model as an object of HiGHS, coefficients by rows; whole numbers are marked where there are some."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.n, self.m
        (lp.col_lower_, lp.col_upper_), (lp.row_lower_, lp.row_upper_) = self.bounds()
        lp.col_cost_ = self.costs()
        row, column, value = self.coefficients()
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=self.m))])
        lp.a_matrix_.index_, lp.a_matrix_.value_ = column, value
        whole = np.concatenate(self.integer)
        if whole.any():
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[flag] for flag in whole.astype(int).tolist()]
        return lp

    def coefficients(self) -> tuple[Ints, Ints, Floats]:
        """Coefficients by row and column, those of one place added."""
        if not self.entries:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
        row, column, value = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        place, first = np.unique(row * max(self.n, 1) + column, return_inverse=True)
        summed = np.bincount(first, weights=value, minlength=len(place)).astype(np.float64)
        return place // max(self.n, 1), place % max(self.n, 1), summed


class Silent(highspy.Highs):
    """HiGHS without its banner, which it would print on the standard output as soon as callbacks are set."""

    def enableCallbacks(self) -> Any:
        """Be silent before anything is said."""
        self.silent()
        return super().enableCallbacks()  # type: ignore[no-untyped-call]


def solve(
    model: Model, *, gap: float = 0.0, time_limit: float | None = None, first_only: bool = False, basis: Any = None,
    interior: bool = False, say: Say = silent,
) -> Solved:  # fmt: skip
    """Minimise. The status is read from the solver and never assumed; the same model gives the same answer.

    `gap` is the relative gap at which to stop, `time_limit` in seconds, `basis` that of a model of the same size; with
    `first_only` the first feasible solution will do; `interior` begins a model without whole numbers by an interior
    point, for aims under which many plans are equal. No starting solution is ever given: with one, HiGHS once called a
    worse solution optimal.
    """
    highs = Silent()  # type: ignore[no-untyped-call]
    options: dict[str, Any] = {"threads": 1, "random_seed": SEED, "mip_rel_gap": gap, "mip_abs_gap": 1e-6}
    options |= {} if time_limit is None else {"time_limit": time_limit}
    options |= {"mip_max_improving_sols": 1} if first_only else {}
    options |= {"solver": "ipm"} if interior else {}
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(model.lp())
    if basis is not None:
        highs.setBasis(basis)

    def told(event: Any) -> None:
        """Say how close to the best bound the search is."""
        done = PERCENT_STEPS - min(PERCENT_STEPS, round(float(event.data_out.mip_gap) * PERCENT_STEPS))
        say("plan", max(0, done), PERCENT_STEPS)

    highs.cbMipLogging.subscribe(told)
    highs.run()
    return replace(_answer(highs, model), seconds=float(highs.getRunTime()))


def _answer(highs: Any, model: Model) -> Solved:
    status, info, kinds = highs.getModelStatus(), highs.getInfo(), highspy.HighsModelStatus
    if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return Solved(INFEASIBLE)
    if model.n == 0:
        return Solved(OPTIMAL, objective=0.0, gap=0.0)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Solved(NOTHING)
    is_whole, done = any(flags.any() for flags in model.integer), status == kinds.kOptimal
    gap = (float(info.mip_gap) if is_whole else 0.0) if done or is_whole else None
    values = np.asarray(highs.getSolution().col_value)
    return Solved(OPTIMAL if done else FEASIBLE, values, float(model.costs() @ values), gap, highs.getBasis())
