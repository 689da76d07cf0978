"""A linear or mixed-integer model written by blocks, whose rows keep the name of the rule they state; HiGHS solves.

Columns and rows come in blocks of arrays, so that a model of a million coefficients is built in a tenth of a second and
still reads like the mathematics: `x = model.columns("delivery", cost=…)`, `model.rows("demand", …)`.

Source: HiGHS, Huangfu & Hall, "Parallelizing the dual revised simplex method", Math. Prog. Comp. 10 (2018) 119-142.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class Solved:
    """What the solver found: `optimal`, `feasible` (stopped before), `infeasible` or `nothing` (stopped too soon).

    `gap` is the relative distance to the best bound, 0 for a linear model that is solved; None without a solution.
    """

    status: str
    values: Floats
    objective: float | None
    gap: float | None
    duals: Floats
    basis: Any = None
    seconds: float = 0.0


@dataclass
class Model:
    """Columns and rows, block by block. Every row block has a rule's name, and a label for each of its rows."""

    cost: list[Floats] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    integer: list[NDArray[np.bool_]] = field(default_factory=list)
    row_lower: list[Floats] = field(default_factory=list)
    row_upper: list[Floats] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    rules: list[tuple[str, int, Sequence[Any]]] = field(default_factory=list)
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
        numbers = np.arange(self.n, self.n + count)
        self.n += count
        return numbers

    def rows(
        self, rule: str, labels: Sequence[Any], *, lower: ArrayLike = -INFINITY, upper: ArrayLike = INFINITY
    ) -> Ints:  # fmt: skip
        """New rows of a rule, one per label, by their numbers; `put` gives them coefficients."""
        count = len(labels)
        self.row_lower.append(np.broadcast_to(np.asarray(lower, dtype=float), (count,)))
        self.row_upper.append(np.broadcast_to(np.asarray(upper, dtype=float), (count,)))
        self.rules.append((rule, self.m, labels))
        numbers = np.arange(self.m, self.m + count)
        self.m += count
        return numbers

    def put(self, rows: ArrayLike, columns: ArrayLike, values: ArrayLike = 1.0) -> None:
        """Coefficients; those of one place add up."""
        at, column = np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)
        at, column, value = np.broadcast_arrays(at, column, np.asarray(values, dtype=float))
        self.entries.append((at.ravel(), column.ravel(), value.ravel()))

    def set_cost(self, cost: Floats) -> None:
        """Another objective: a coefficient for every column, in their order."""
        self.cost = [cost]

    def costs(self) -> Floats:
        """The coefficient of every column in the objective, which is minimised."""
        return np.concatenate([*self.cost, np.zeros(0)])

    def label(self, row: int) -> tuple[str, Any]:
        """The rule and the label of a row."""
        rule, first, labels = next(held for held in reversed(self.rules) if held[1] <= row)
        return rule, labels[row - first]

    def lp(self) -> Any:
        """The model as an object of HiGHS, coefficients by rows; whole numbers are marked where there are some."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.n, self.m
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = (
            self.costs(),
            np.concatenate(self.lower),
            np.concatenate(self.upper),
        )
        lp.row_lower_, lp.row_upper_ = (
            np.concatenate([*held, np.zeros(0)]) for held in (self.row_lower, self.row_upper)
        )
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
    model: Model, *, gap: float = 0.0, time_limit: float | None = None, first_only: bool = False, relaxed: bool = False,
    basis: Any = None, interior: bool = False, say: Say = lambda what, done, total: None,
) -> Solved:  # fmt: skip
    """Minimise. The status is read from the solver and never assumed; the same model gives the same answer.

    `gap` is the relative gap at which to stop, `time_limit` in seconds, `basis` that of a model of the same size; with
    `first_only` the first feasible solution will do. `relaxed` lets whole numbers be fractions; `interior` then begins
    by an interior point, for aims under which many plans are equal. No starting solution is ever given: with one, HiGHS
    once called a worse solution optimal.
    """
    if relaxed:
        model = replace(model, integer=[np.zeros(model.n, dtype=bool)])
    highs = Silent()  # type: ignore[no-untyped-call]
    options: dict[str, Any] = {"threads": 1, "random_seed": SEED, "mip_rel_gap": gap, "mip_abs_gap": 1e-6}
    options |= {} if time_limit is None else {"time_limit": time_limit}
    options |= {"mip_max_improving_sols": 1} if first_only else {}
    options |= {"solver": "ipm"} if interior and relaxed else {}
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(model.lp())
    if basis is not None:
        highs.setBasis(basis)
    _tell(highs, say)
    highs.run()
    return replace(_answer(highs, model), seconds=float(highs.getRunTime()))


def _tell(highs: Any, say: Say) -> None:
    """Say how close to the best bound the search is."""

    def told(event: Any) -> None:
        left = float(event.data_out.mip_gap)
        say("plan", max(0, PERCENT_STEPS - min(PERCENT_STEPS, round(left * PERCENT_STEPS))), PERCENT_STEPS)

    highs.cbMipLogging.subscribe(told)


def _answer(highs: Any, model: Model) -> Solved:
    status, info = highs.getModelStatus(), highs.getInfo()
    kinds = highspy.HighsModelStatus
    nothing = np.zeros(0)
    if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return Solved(INFEASIBLE, nothing, None, None, nothing)
    if model.n == 0:
        return Solved(OPTIMAL, nothing, 0.0, 0.0, nothing)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Solved(NOTHING, nothing, None, None, nothing)
    solution = highs.getSolution()
    is_whole = any(flags.any() for flags in model.integer)
    done = status == kinds.kOptimal
    gap = (float(info.mip_gap) if is_whole else 0.0) if done or is_whole else None
    duals = np.asarray(solution.row_dual) if solution.dual_valid else nothing
    values = np.asarray(solution.col_value)
    objective = float(model.costs() @ values)
    return Solved(OPTIMAL if done else FEASIBLE, values, objective, gap, duals, highs.getBasis())
