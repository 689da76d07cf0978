"""The Shapley value: what each of several things brings to a whole, averaged over all orders in which they can come.

Of n players, player i is worth Σ |S|! (n - 1 - |S|)! / n! × (v(S ∪ i) - v(S)) over the coalitions S without it: the one
rule that is exact, treats players alike and does not depend on an order.

Source: Shapley, A value for n-person games (1953).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from math import factorial


def shapley(players: Sequence[str], worth: Callable[[frozenset[str]], float | None]) -> dict[str, float]:
    """The value of each player, in the unit of `worth` (v); empty where the worth of a coalition is not known."""
    v: dict[frozenset[str], float] = {}
    for coalition in _coalitions(players):
        found = worth(coalition)
        if found is None:
            return {}
        v[coalition] = found
    n = len(players)
    return {
        i: sum(
            factorial(len(S)) * factorial(n - 1 - len(S)) / factorial(n) * (v[S | {i}] - v[S])
            for S in v
            if i not in S
        )
        for i in players
    }  # fmt: skip


def _coalitions(players: Sequence[str]) -> Iterator[frozenset[str]]:
    for size in range(len(players) + 1):
        yield from map(frozenset, combinations(players, size))
