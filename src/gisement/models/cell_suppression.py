"""Which cells of linked tables to hide, so that those that may not be shown cannot be worked out from the others.

Three things must hold at the end. Every sensitive cell is hidden, and an intruder can only place it in an interval that
reaches far enough on both sides of its value (the exact bounds of `cell_bounds`). No remainder (a total less its shown
parts) breaks the primary rule itself. And no more is hidden than the heuristic needs: for each sensitive cell that is
not yet safe, the cheapest set of cells whose values could change together with it.

Source: J. P. Kelly, B. L. Golden and A. A. Assad, « Cell suppression: disclosure protection for sensitive tabular
data », Networks 22 (1992), 397-417 (linear programmes for one cell at a time); M. Fischetti and J. J. Salazar-González,
Management Science 47 (2001), 1008-1027 (the exact audit); A. Hundepool et al., Statistical Disclosure Control (2012),
chapter 4 (singletons in remainders).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from gisement.models.cell_bounds import INFINITY, TOLERANCE, Cells, Flags, Intruder, Solver, Vector

Integers = npt.NDArray[np.int64]
Breaks = Callable[[Integers], bool]
"""Whether the sum of these cells breaks the primary rule."""


@dataclass(frozen=True)
class Secret:
    """What must hold of the cells: which are sensitive, which may be shown at all, what hiding each of them costs.

    `margin` is how far an intruder's interval must reach on each side of a sensitive value (to the floor at most).
    """

    sensitive: Flags
    offered: Flags
    cost: Vector
    margin: Vector


def suppressed(cells: Cells, secret: Secret, breaks: Breaks) -> Flags:
    """Which cells to show: none that is sensitive, none that is not offered, and none that would tell of one."""
    search = _Search(cells, secret)
    while True:
        search.protect_every_cell()
        told = list(_telling(cells, search.shown, breaks))
        if not told:
            return search.shown
        for parts in told:
            if search.shown[parts].all():
                search.hide(int(parts[np.argmin(secret.cost[parts])]))


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


def _telling(cells: Cells, shown: Flags, breaks: Breaks) -> Iterator[Integers]:
    """The shown parts of every remainder that breaks the rule."""
    for hidden, seen in remainders(cells, shown):
        if len(hidden) and breaks(hidden):
            yield seen


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
    """Cells hidden so far, and how far each sensitive one is known to be able to move."""

    def __init__(self, cells: Cells, secret: Secret) -> None:
        self.cells, self.secret = cells, secret
        self.shown: Flags = secret.offered & ~secret.sensitive
        self.intruder = Intruder(cells, self.shown)
        count = len(cells.values)
        self.moved = {1: np.zeros(count), -1: np.zeros(count)}
        room = cells.values - cells.floor
        self.wanted = {1: secret.margin, -1: np.minimum(secret.margin, room)}
        # columns: what each cell gains, then what it loses; a shown cell that moves is one to hide
        cost = np.where(self.shown, secret.cost, 0.0)
        both = sparse.hstack([cells.relations, -cells.relations]).tocsr()
        self.detour = Solver(both, np.zeros(2 * count), np.concatenate([np.full(count, INFINITY), room]))
        for cell in np.flatnonzero(cost).tolist():
            self._price(cell, float(cost[cell]))

    def protect_every_cell(self) -> None:
        """Hide what it takes for every sensitive cell to be able to move far enough; the greatest margins first."""
        order = np.argsort(-self.secret.margin, kind="stable")
        for cell in order[self.secret.sensitive[order]].tolist():
            for sign in (1, -1):
                if not self._is_safe(cell, sign):
                    self._learn(self.intruder.reach(cell, sign) - self.cells.values)
                if not self._is_safe(cell, sign):
                    self._make_room(cell, sign)

    def hide(self, cell: int) -> None:
        """Show a cell no longer."""
        if self.shown[cell]:
            self.shown[cell] = False
            self.intruder.hide(cell)
            self._price(cell, 0.0)

    def _is_safe(self, cell: int, sign: int) -> bool:
        return bool(self.moved[sign][cell] >= self.wanted[sign][cell] - TOLERANCE)

    def _learn(self, moves: Vector) -> None:
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
