"""Windows in which several buyers may buy together: contracts of one need that end close to each other, grouped.

A window is opened by its first end and reaches so many days after it; a need is in one window at most, and a window
has two buyers at least. Among all ways to group, first the one that joins the most money: what a window adds to the
purchase of its largest buyer, which would be made in any case. Then the one that leaves the fewest needs alone, then
the one that makes buyers wait least. With x[i,a] = 1 where need i is in the window opened by need a:

    max  sum_a ( sum_i v[i] x[i,a] - m[a] ),   m[a] >= sum_(i of buyer b) v[i] x[i,a]  for every buyer b
    sum_a x[i,a] <= 1;   x[i,a] <= x[a,a];   z[b,a] <= sum_(i of b) x[i,a];   sum_b z[b,a] >= 2 x[a,a]

Of many needs that hang together the best is out of reach (sixty took the solver over half a minute without a proof):
a good grouping is then taken, and said not to be proven the best. Needs are moved one by one while that gains, from
the best whose windows follow each other (each takes all needs between its first and its last end), and from needs
that are all alone.

Source: own formulation; groups in which each is counted once are the set packing of Vance et al., « Solving binary
cutting stock problems by column generation and branch-and-bound », Comput. Optim. Appl. 3 (1994), 111-130.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from gisement.models.linear_model import Floats, Ints, Model, Solved, solve

LEAST_BUYERS = 2
CENTS = 100
HALF = 0.5
Merit = tuple[int, int, int]
NO_MOVE: Merit = (-(10**17), 0, 0)
"""Less than any move gains: a need stays in its own group, and out of one whose ends are too far from its own."""
EXACT_NEEDS = 12
"""Up to so many needs that hang together, the best of all groupings is sought: half a second."""


@dataclass(frozen=True, order=True)
class Need:
    """What one buyer has to buy again on one day: `cents` a year (0 where unknown), the contracts that end then."""

    end: date
    buyer: str
    cents: int
    contracts: tuple[str, ...]


@dataclass(frozen=True)
class Grouping:
    """Windows (each in the order of ends) and whether no better grouping exists."""

    windows: tuple[tuple[Need, ...], ...]
    is_optimal: bool


def joined_cents(window: Sequence[Need]) -> int:
    """What a window joins: its cents a year, without those of its largest buyer."""
    of_buyer: dict[str, int] = defaultdict(int)
    for need in window:
        of_buyer[need.buyer] += need.cents
    return sum(of_buyer.values()) - max(of_buyer.values(), default=0)


def waiting_days(window: Sequence[Need]) -> int:
    """Days from the first end of a window to each of the others, added."""
    first = min(need.end for need in window)
    return sum((need.end - first).days for need in window)


def grouped(needs: Sequence[Need], reach_days: int, time_limit: float | None = None) -> Grouping:
    """The best windows among needs of one segment; the same needs in any order give the same windows."""
    parts = [
        _best(part, reach_days, time_limit) if len(part) <= EXACT_NEEDS else (near_best(part, reach_days), False)
        for part in _apart(sorted(needs), reach_days)
    ]
    windows = tuple(window for windows, _ in parts for window in windows)
    return Grouping(windows, all(is_optimal for _, is_optimal in parts))


def near_best(needs: Sequence[Need], reach_days: int) -> list[tuple[Need, ...]]:
    """A good grouping: needs moved one by one while that gains, from two starts, of which the better end is taken.

    One start is the best grouping whose windows follow each other; in the other all needs are alone.
    """
    ordered = sorted(needs)
    ends = [_moved(start, ordered, reach_days) for start in (_consecutive(ordered, reach_days), [])]
    return max(ends, key=lambda windows: [sum(column) for column in zip(*map(_measured, windows), strict=True)])


def _moved(start: Sequence[Sequence[Need]], needs: Sequence[Need], reach_days: int) -> list[tuple[Need, ...]]:
    held = {need for group in start for need in group}
    moves = _Moves([list(group) for group in start] + [[need] for need in needs if need not in held], reach_days)
    while move := moves.best():
        moves.do(*move)
    return sorted(tuple(sorted(group)) for group in moves.groups if _is_window(group, reach_days))


class _Moves:
    """Groups between which needs move, and what each gains or loses by a move: reckoned again only where one moved."""

    def __init__(self, groups: list[list[Need]], reach_days: int) -> None:
        self.groups, self.reach_days = groups, reach_days
        self._needs = [need for group in groups for need in group]
        self._number = {need: number for number, need in enumerate(self._needs)}
        self._gains = np.zeros((len(groups), len(self._needs), 3), dtype=np.int64)
        self._losses = np.zeros((len(self._needs), 3), dtype=np.int64)
        for group in range(len(groups)):
            self._reckon(group)

    def best(self) -> tuple[Need, int, int] | None:
        """The need that gains most by leaving its group for another, with the numbers of both; None if none gains."""
        order = [self._number[need] for group in self.groups for need in group]
        origins = [number for number, group in enumerate(self.groups) for _ in group]
        gains = (self._gains[:, order] - self._losses[order]).swapaxes(0, 1).reshape(-1, 3)
        top = np.arange(len(gains))
        for part in range(3):
            top = top[gains[top, part] == gains[top, part].max()]
        need, target = divmod(int(top[0]), len(self.groups))
        is_gain = tuple(gains[top[0]].tolist()) > (0, 0, 0)
        return (self._needs[order[need]], origins[need], target) if is_gain else None

    def do(self, need: Need, origin: int, target: int) -> None:
        """Move a need from one group to another."""
        self.groups[origin].remove(need)
        self.groups[target].append(need)
        self._reckon(origin)
        self._reckon(target)

    def _reckon(self, number: int) -> None:
        """What a group would gain by each need of others, and lose by each of its own."""
        group, reach = self.groups[number], self.reach_days
        held = _merit(group, reach)
        for at, need in enumerate(self._needs):
            is_near = not group or abs((group[0].end - need.end).days) <= reach
            gain = _less(_merit([*group, need], reach), held) if is_near and need not in group else NO_MOVE
            self._gains[number, at] = gain
        for need in group:
            self._losses[self._number[need]] = _less(held, _merit([each for each in group if each != need], reach))


def _consecutive(needs: Sequence[Need], reach_days: int) -> list[tuple[Need, ...]]:
    """The best windows that follow each other, of needs in the order of their ends.

    best[j], over the first j needs: the last of them alone, or in a window that begins at need i.
    """
    best: list[Merit] = [(0, 0, 0)]
    begins: list[int | None] = [None]
    for j in range(len(needs)):
        found, begin = best[j], None
        for i in range(j - 1, -1, -1):
            window = needs[i : j + 1]
            if _is_window(window, reach_days) and _added(best[i], _merit(window, reach_days)) > found:
                found, begin = _added(best[i], _merit(window, reach_days)), i
        best.append(found)
        begins.append(begin)
    windows, end = [], len(needs)
    while end:
        first = begins[end]
        windows += [] if first is None else [tuple(needs[first:end])]
        end = end - 1 if first is None else first
    return windows[::-1]


def _is_window(group: Sequence[Need], reach_days: int) -> bool:
    ends = [need.end for need in group]
    return len({need.buyer for need in group}) >= LEAST_BUYERS and (max(ends) - min(ends)).days <= reach_days


def _merit(group: Sequence[Need], reach_days: int) -> Merit:
    """Money joined, needs not left alone, days of waiting (fewer is better): compared in that order."""
    return _measured(group) if _is_window(group, reach_days) else (0, 0, 0)


def _measured(window: Sequence[Need]) -> Merit:
    return joined_cents(window), len(window), -waiting_days(window)


def _less(one: Merit, other: Merit) -> Merit:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def _added(one: Merit, other: Merit) -> Merit:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _apart(needs: Sequence[Need], reach_days: int) -> Iterator[list[Need]]:
    """Needs cut where two ends are too far from each other: no window crosses such a gap."""
    held: list[Need] = []
    for need in needs:
        if held and (need.end - held[-1].end).days > reach_days:
            yield held
            held = []
        held.append(need)
    if held:
        yield held


def _best(needs: list[Need], reach_days: int, limit: float | None) -> tuple[list[tuple[Need, ...]], bool]:
    if len({need.buyer for need in needs}) < LEAST_BUYERS:
        return [], True
    model, pairs, x, largest = _model(needs, reach_days)
    euros = np.array([needs[i].cents / CENTS for i, _ in pairs])
    days = np.array([(needs[i].end - needs[a].end).days for i, a in pairs], dtype=float)
    money, count, wait = (np.zeros(model.n) for _ in range(3))
    money[x], money[largest], count[x], wait[x] = -euros, 1.0, -1.0, days
    found = Solved("nothing", np.zeros(model.n))
    is_optimal = True
    for aim in (money, count, wait):
        model.set_cost(aim)
        # no start is given: with one, HiGHS 1.16 was seen to call a worse grouping the best
        tried = solve(model, time_limit=limit)
        is_optimal = is_optimal and tried.status == "optimal"
        if tried.objective is None:
            break
        found = tried
        # a cent of slack: what follows may not undo it, and rounding may not make it impossible
        model.rule("aim", 1, (0, np.arange(model.n), aim), upper=tried.objective + 1 / CENTS)
    return _windows(needs, pairs, found.values[x]), is_optimal


def _model(needs: Sequence[Need], reach_days: int) -> tuple[Model, list[tuple[int, int]], Ints, Ints]:
    """The model above; pairs (need, opener) of the columns x, and the columns of the largest buyer of each opener."""
    n = len(needs)
    pairs = [(i, a) for a in range(n) for i in range(a, n) if (needs[i].end - needs[a].end).days <= reach_days]
    model = Model()
    x = model.columns(len(pairs), upper=1.0, integer=True)
    largest = model.columns(n)
    at = dict(zip(pairs, x.tolist(), strict=True))
    model.rule("once", n, ([i for i, _ in pairs], x), upper=1.0)
    later = [pair for pair in pairs if pair[0] != pair[1]]
    rows, opened = np.arange(len(later)), [at[a, a] for _, a in later]
    model.rule("opened", len(later), (rows, [at[pair] for pair in later]), (rows, opened, -1.0), upper=0.0)
    for a in range(n):
        members: dict[str, list[int]] = defaultdict(list)
        for i in (i for i, opener in pairs if opener == a):
            members[needs[i].buyer].append(i)
        _buyers(model, needs, at, a, members, int(largest[a]))
    return model, pairs, x, largest


def _buyers(
    model: Model, needs: Sequence[Need], at: dict[tuple[int, int], int], a: int, members: dict[str, list[int]],
    largest: int,
) -> None:  # fmt: skip
    """Of one opener: the largest buyer's money, and two buyers at least."""
    present = model.columns(len(members), upper=1.0)
    model.rule("two_buyers", 1, (0, at[a, a], -float(LEAST_BUYERS)), (0, present), lower=0.0)
    for z, (_, held) in zip(present.tolist(), sorted(members.items()), strict=True):
        columns = [at[i, a] for i in held]
        model.rule("largest", 1, (0, columns, [-needs[i].cents / CENTS for i in held]), (0, largest), lower=0.0)
        model.rule("present", 1, (0, columns, -1.0), (0, z), upper=0.0)


def _windows(needs: Sequence[Need], pairs: Sequence[tuple[int, int]], chosen: Floats) -> list[tuple[Need, ...]]:
    held: dict[int, list[Need]] = defaultdict(list)
    for (i, a), value in zip(pairs, chosen, strict=True):
        if value > HALF:
            held[a].append(needs[i])
    return [tuple(sorted(window)) for _, window in sorted(held.items())]
