"""Rows in the order of their groups, and of their keys in each: what a key has in a group is a sum of neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
SURE, MAYBE = 1, 2
"""What a row has part in: a statistic that takes it, or one that may take it (its scope is unknown)."""


@dataclass(frozen=True)
class Amounts:
    """Weights of one group, by key or row: whether the key (by a number) and the scope are known, what is added or
    taken away."""

    has_key: Flags
    is_sure: Flags
    key: Integers
    positive: Integers
    negative: Integers

    def at(self, rows: Integers | slice) -> Amounts:
        """Those of some rows."""
        return Amounts(self.has_key[rows], self.is_sure[rows], self.key[rows], self.positive[rows], self.negative[rows])


@dataclass(frozen=True)
class Keys:
    """A number for the key of each row, -1 where it is not known, and the places of the rows in the order of these."""

    number: NDArray[np.int32]
    order: Integers

    @classmethod
    def of(cls, number: NDArray[np.int32]) -> Keys:
        """Those of rows whose keys have these numbers."""
        return cls(number, in_order(number + 1, int(number.max(initial=0)) + 2))

    def at(self, rows: Integers | slice) -> Keys:
        """Those of some rows."""
        return self if isinstance(rows, slice) else Keys.of(self.number[rows])


@dataclass(frozen=True)
class Arranged:
    """Rows by their place in a table (a slice for all, as they stand): those of a group together, and in it of a key.

    `starts` says where each of `groups` begins, and where the last ends; `keys` where each key of a group begins (each
    row that has none is one, and so is each row where there is no key), and where the last ends.
    """

    rows: Integers | slice
    groups: list[int]
    starts: Integers
    keys: Integers
    has_key: Flags

    def keys_of(self, is_taken: Flags) -> tuple[Integers, Integers]:
        """The keys that have any of some rows, by number; where each begins among these, and where the last ends."""
        if len(self.has_key) == len(is_taken):  # each row has its own
            number = np.flatnonzero(is_taken)
            return number, np.arange(len(number) + 1)
        number = np.repeat(np.arange(len(self.has_key), dtype=np.int32), np.diff(self.keys))
        taken = number[is_taken]
        heads = np.flatnonzero(_is_first(taken))
        return taken[heads].astype(np.int64), np.append(heads, len(taken))


def arranged(number: Integers, possible: int, keys: Keys | None) -> Arranged:
    """All rows in the order of their group's number (of so many possible ones), then of their key."""
    number = number.astype(np.min_scalar_type(possible))
    if keys is None:
        order = in_order(number, possible)
    else:
        order = keys.order if possible == 1 else keys.order[in_order(number[keys.order], possible)]
    ordered = number[order]
    is_head = _is_first(ordered)
    starts, ends, has_key = np.flatnonzero(is_head), np.arange(len(order) + 1), np.ones(len(order), dtype=bool)
    if keys is not None:
        held = keys.number[order]
        heads = np.flatnonzero(is_head | _is_first(held) | (held < 0))
        ends, has_key = np.append(heads, len(order)), held[heads] >= 0
    rows = slice(None) if _is_rising(order) else order
    return Arranged(rows, ordered[starts].tolist(), np.append(starts, len(order)), ends, has_key)


def in_order(number: NDArray[Any], possible: int) -> Integers:
    """The places of numbers (of so many possible ones) in their order, equal ones as they stand."""
    if _is_rising(number):
        return np.arange(len(number))
    # numpy sorts 8 or 16 bits by counting, ten times as fast
    order = np.argsort(number.astype(np.uint8 if possible <= 256 else np.uint16, copy=False), kind="stable")
    for shift in range(16, possible.bit_length(), 16):
        order = order[np.argsort((number[order] >> shift).astype(np.uint16), kind="stable")]
    return order


def of_each_group(
    held: Arranged, part: NDArray[np.int8], weight: Integers, *, with_nothing: bool
) -> Iterator[tuple[int, Amounts]]:
    """Group by group, where any row counts: an entry per key and knowledge of the scope, and one per row without key.

    What a row has part in (`SURE`, `MAYBE`, or nothing) and its weight: as the rows are arranged. Of rows whose scope
    is known, the sum alone is told (as added), and they come first. `with_nothing` leaves keys that have no row that
    counts, with a sum of 0.
    """
    sure = _of_sure_rows(held, part == SURE, weight, with_nothing=with_nothing)
    maybe = _of_other_rows(held, part == MAYBE, weight)
    firsts = np.searchsorted(held.keys, held.starts)
    sure_ends, maybe_ends = (pairwise(np.searchsorted(one.key, firsts).tolist()) for one in (sure, maybe))
    for group, first, ends, others in zip(held.groups, firsts.tolist(), sure_ends, maybe_ends, strict=False):
        found, further = sure.at(slice(*ends)), maybe.at(slice(*others))
        if len(further.key):
            pairs = zip(vars(found).values(), vars(further).values(), strict=True)
            found = Amounts(*map(np.concatenate, pairs)) if len(found.key) else further
        if len(found.key):
            yield group, replace(found, key=found.key - first) if first else found


def _of_sure_rows(held: Arranged, is_taken: Flags, weight: Integers, *, with_nothing: bool) -> Amounts:
    """An entry for each key that has any of these rows, or for each."""
    has_key, number, takes_all = held.has_key, np.arange(len(held.has_key)), is_taken.all()
    if takes_all or with_nothing:
        sums = _between(held.keys, weight if takes_all else weight * is_taken)
    else:
        number, ends = held.keys_of(is_taken)
        sums, has_key = _between(ends, weight[is_taken]), has_key[number]
    every, nothing = np.broadcast_to(np.True_, len(sums)), np.broadcast_to(np.int64(0), len(sums))
    return Amounts(has_key, every, number, sums, nothing)


def _of_other_rows(held: Arranged, is_taken: Flags, weight: Integers) -> Amounts:
    """An entry for each key that has any of these rows."""
    number, ends = held.keys_of(is_taken)
    weight = weight[is_taken]
    added = _between(ends, np.maximum(weight, 0))
    taken = _between(ends, np.minimum(weight, 0)) if weight.min(initial=0) < 0 else np.zeros_like(added)
    return Amounts(held.has_key[number], np.zeros(len(number), dtype=bool), number, added, taken)


def _is_rising(number: NDArray[Any]) -> bool:
    """Whether none is less than the one before."""
    return bool((number[1:] >= number[:-1]).all())


def _is_first(number: NDArray[Any]) -> Flags:
    """Which ones are not the same as the one before."""
    found = np.ones(len(number), dtype=bool)
    np.not_equal(number[1:], number[:-1], out=found[1:])
    return found


def _between(ends: Integers, values: Integers) -> Integers:
    """The sums of values from each end to the next."""
    if len(ends) == len(values) + 1:  # they are apart
        return values
    until = np.empty(len(values) + 1, dtype=np.int64)
    until[0] = 0
    np.cumsum(values, out=until[1:])
    return np.diff(until[ends])
