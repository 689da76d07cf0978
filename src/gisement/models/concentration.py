"""How far spending is in few hands: number of suppliers, Herfindahl-Hirschman index, share of the first n, Pareto.

Letters: t_k is what supplier k is paid, T the sum over suppliers; the index is Σ t_k² / T². The value is that of the
rows whose supplier and scope are known. Its bounds are the least and the greatest over every *completion*: each row of
unknown supplier is given to a known supplier or to a new one (alone or with others), each row of unknown scope is taken
or left. Both statistics are Schur-convex for a given T (merging suppliers raises them) and quasi-convex in t (their
sublevel sets are cones), hence:

- low, all scopes known: each row of unknown supplier is a supplier of its own; high: all are given to the largest.
  Both are completions, so the bounds are reached.
- A row of unknown scope, or a credit note of unknown supplier, leaves t_k anywhere in an interval [l_k, h_k]. The least
  over that box is at t_k = clip(λ, l_k, h_k) for some level λ (the most equal vector of each sum). For the greatest, a
  leader takes all that it can, and the others take, in the order of l_k + h_k, the share that suits the index best (an
  upper envelope). Completions are points of the box, so the bounds hold; they may not be reached.

Suppliers whose payments do not add up to more than zero (credit notes) have no share: they are left out of T.

Source: Rhoades, The Herfindahl-Hirschman Index, Federal Reserve Bulletin 79 (1993); U.S. Department of Justice and
Federal Trade Commission, Horizontal Merger Guidelines (2010), 5.3, for the worked case of the tests; Marshall, Olkin,
Arnold, Inequalities (2011), 3.C (Schur-convexity) and 5.B (vectors majorized by all others of a box).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from gisement.models.arrays import Floats, Integers
from gisement.terms.arithmetic import Bounded

PARETO_PERCENT = 80
LARGEST_TOTAL = 2.0**56
"""Up to here, a hundred times the total is exact in 64 bits."""


UNKNOWN = Bounded(None, None, None)


@dataclass(frozen=True)
class Holdings:
    """Integers (cents, or rows) by supplier, and those whose supplier nobody knows.

    `sure` is what each supplier has in rows of known scope; `more` and `less` are the positive and negative parts of
    its rows of unknown scope. `lone` and `lone_maybe` are rows of unknown supplier, of known and of unknown scope.
    """

    sure: Integers
    more: Integers
    less: Integers
    lone: Integers
    lone_maybe: Integers

    @property
    def is_known(self) -> bool:
        """Whether every supplier and every scope is."""
        return not (len(self.lone) or len(self.lone_maybe) or self.more.any() or self.less.any())

    @classmethod
    def known(cls, sure: Sequence[int], lone: Sequence[int] = ()) -> Holdings:
        """Holdings where every scope is known: `sure` by supplier, `lone` the rows of unknown supplier."""
        given, nothing = np.asarray(sure, dtype=np.int64), np.zeros(len(sure), dtype=np.int64)
        return cls(given, nothing, nothing, np.asarray(lone, dtype=np.int64), nothing[:0])


@dataclass(frozen=True)
class _Box:
    """Where the totals can be: the known suppliers first, then the rows of unknown supplier (`lone` of them)."""

    low: Floats
    high: Floats
    lone: int

    @property
    def suppliers(self) -> tuple[Floats, Floats]:
        """The least and the greatest total of each known supplier."""
        count = len(self.low) - self.lone
        return self.low[:count], self.high[:count]

    @property
    def unowned(self) -> float:
        """All that rows of unknown supplier can bring to one supplier."""
        return float(self.high[len(self.high) - self.lone :].sum())


def hhi(holdings: Holdings) -> Bounded:
    """Σ s_k², from 0 to 1, of the positive totals by supplier.

    Source: Rhoades (1993); Herfindahl, Concentration in the Steel Industry (1950).
    """
    return _bounded(holdings, lambda t: (_shares(t) ** 2).sum(), _greatest_index)


def top(n: int, holdings: Holdings) -> Bounded:
    """Share of the `n` suppliers that are paid most, from 0 to 1.

    Source: concentration ratio C_n, Rhoades (1993).
    """
    return _bounded(holdings, lambda t: _shares(t)[::-1][:n].sum(), lambda box: _greatest_first(box, n))


def supplier_count(holdings: Holdings) -> Bounded:
    """How many suppliers have a positive total; rows of unknown supplier are of those, or one supplier each."""
    value = int((holdings.sure > 0).sum())
    if holdings.is_known:
        return Bounded(value, value, value) if value else UNKNOWN
    box = _box(holdings)
    low, high = box.suppliers
    least = int((low > 0).sum()) or int(bool((box.low > 0).any()))
    return Bounded(value or None, least, int((high > 0).sum()) + box.lone) if box.high.any() else UNKNOWN


def pareto(holdings: Holdings, percent: int = PARETO_PERCENT) -> Bounded:
    """The least share of the suppliers that together are paid `percent` % of what suppliers are paid; not bounded.

    Source: Pareto, Cours d'économie politique (1897); Lorenz (1905) for the curve.
    """
    count, total = pareto_count(holdings.sure, percent), int((holdings.sure > 0).sum())
    return UNKNOWN if count is None else Bounded(count / total, None, None)


def pareto_count(known: Sequence[int] | Integers, percent: int = PARETO_PERCENT) -> int | None:
    """The least number of suppliers that together are paid `percent` % of what suppliers are paid."""
    kept = np.asarray(known, dtype=np.int64)
    a = np.sort(kept[kept > 0])[::-1]
    if not len(a):
        return None
    exact = a if float(a.sum(dtype=np.float64)) < LARGEST_TOTAL else a.astype(object)
    reached = np.cumsum(exact)
    return int(np.searchsorted(reached, -(-percent * int(reached[-1]) // 100))) + 1


# --- value, and least and greatest over the completions -----------------------------------------------------


def _bounded(holdings: Holdings, statistic: Callable[[Floats], Any], greatest: Callable[[_Box], float]) -> Bounded:
    sure = holdings.sure[holdings.sure > 0].astype(np.float64)
    if len(sure) and holdings.is_known:
        exact = float(statistic(sure))
        return Bounded(exact, exact, exact)
    box = _box(holdings)
    if not box.high.sum() > 0:
        return UNKNOWN
    value = float(statistic(sure)) if len(sure) else None
    if not box.lone and (box.low == box.high).all():
        return Bounded(value, value, value)
    box = _in_order(box)
    low = min(float(statistic(totals)) for totals in _levels(box) if totals.sum() > 0)
    return Bounded(value, low, greatest(box) if box.suppliers[1].any() else 1.0)


def _box(h: Holdings) -> _Box:
    """The interval of every total. Credit notes of unknown supplier may lower any of them; unknown rows may be those of
    a supplier whose total is negative."""
    maybe = h.lone_maybe
    owed = float(-h.lone[h.lone < 0].sum() - maybe[maybe < 0].sum())
    owing = float(-np.minimum(h.sure + h.less, 0).sum())
    low, high = np.maximum(h.sure + h.less - owed, 0), np.maximum(h.sure + h.more, 0)
    lone, maybe = h.lone[h.lone > 0], maybe[maybe > 0]
    lows = (low, np.maximum(lone - owed - owing, 0), np.zeros(len(maybe)))
    highs = (high, lone, maybe)
    return _Box(
        np.concatenate(lows).astype(np.float64), np.concatenate(highs).astype(np.float64), len(lone) + len(maybe)
    )


def _in_order(box: _Box) -> _Box:
    """The same whatever the order of suppliers, to the last bit of what is added up."""
    known = len(box.low) - box.lone
    order = [np.lexsort((box.high[part], box.low[part])) for part in (slice(known), slice(known, None))]
    rows = np.concatenate([order[0], known + order[1]])
    return _Box(box.low[rows], box.high[rows], box.lone)


def _levels(box: _Box) -> Iterator[Floats]:
    """The vectors of the box among which is the least: clip(λ, l, h) at each end of an interval, and between two of
    them where the index is least."""
    is_free = box.low < box.high
    if not is_free.any():
        yield box.low
        return
    ends = np.unique(np.concatenate([box.low[is_free], box.high[is_free]]))
    for level in ends:
        yield np.clip(level, box.low, box.high)
    for lower, upper in pairwise(ends):
        fixed = np.clip(lower, box.low, box.high)[~(is_free & (box.low <= lower) & (box.high >= upper))]
        if fixed.sum() > 0:
            yield np.clip(np.clip((fixed**2).sum() / fixed.sum(), lower, upper), box.low, box.high)


def _shares(totals: Floats) -> Floats:
    """The rising shares of a whole, which is added up in their order: the last bit depends on it."""
    rising = np.sort(totals)
    found: Floats = rising / rising.sum()
    return found


def _greatest_index(box: _Box) -> float:
    """The greatest over each possible leader: one that is not surely passed by another before unknown rows come."""
    low, high = box.suppliers
    leaders = np.flatnonzero((high >= low.max()) & (high > 0))
    _, kinds = np.unique(np.column_stack([low[leaders], high[leaders]]), axis=0, return_index=True)
    return min(1.0, max(_led_by(int(leader), low, high, box.unowned) for leader in leaders[kinds]))


def _led_by(leader: int, low: Floats, high: Floats, unowned: float) -> float:
    """The greatest index where `leader` has all it can: (L² + S) / (L + R)² along the envelope (R, S) of the rest."""
    first, least, most = high[leader] + unowned, np.delete(low, leader), np.delete(high, leader)
    order = np.argsort(-(least + most), kind="stable")
    slope, step = (least + most)[order], (most - least)[order]
    slope, step = slope[step > 0], step[step > 0]
    r = least.sum() + np.concatenate([[0.0], np.cumsum(step)])
    s = (least**2).sum() + np.concatenate([[0.0], np.cumsum(slope * step)])
    best = float(((first**2 + s) / (first + r) ** 2).max())
    if len(step):
        inside = np.clip(first + 2 * r[:-1] - 2 * (first**2 + s[:-1]) / slope, r[:-1], r[1:])
        best = max(best, float(((first**2 + s[:-1] + slope * (inside - r[:-1])) / (first + inside) ** 2).max()))
    return best


def _greatest_first(box: _Box, n: int) -> float:
    """The greatest share X / (X + Y) of n suppliers that have all they can, the others the least (Dinkelbach)."""
    low, high = box.suppliers
    share = 0.0
    while True:
        chosen = np.argsort(-((1 - share) * high + share * low), kind="stable")[:n]
        x, y = high[chosen].sum() + box.unowned, low.sum() - low[chosen].sum()
        better = float(x / (x + y)) if x else 0.0
        if better <= share:
            return share
        share = better
