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


def arranged(number: Integers, possible: int, key: Integers | None) -> Arranged:
    """All rows in the order of their group's number (of so many possible ones), then of their key (-1 for none)."""
    if key is None:
        order = in_order(number, possible)
        keys, has_key = np.arange(len(order) + 1), np.ones(len(order), dtype=bool)
    else:
        by_key = in_order(key + 1, int(key.max(initial=0)) + 2)
        order = by_key[in_order(number[by_key], possible)]
        has_key = key[order] >= 0
    ordered = number[order]
    is_first = np.diff(ordered, prepend=-1) != 0
    starts = np.flatnonzero(is_first)
    if key is not None:
        keys = np.append(np.flatnonzero(is_first | ~has_key | (np.diff(key[order], prepend=-1) != 0)), len(order))
        has_key = has_key[keys[:-1]]
    rows = order if possible > 1 or key is not None else slice(None)
    return Arranged(rows, ordered[starts].tolist(), np.append(starts, len(order)), keys, has_key)


def in_order(number: Integers, possible: int) -> Integers:
    """The places of numbers (of so many possible ones) in their order, equal ones as they stand."""
    # numpy sorts 16 bits by counting, ten times as fast
    order = np.argsort(number.astype(np.uint16), kind="stable")
    for shift in range(16, possible.bit_length(), 16):
        order = order[np.argsort((number[order] >> shift).astype(np.uint16), kind="stable")]
    return order


def of_each_group(
    held: Arranged, is_counted: Flags, is_sure: Flags, weight: Integers, *, with_nothing: bool
) -> Iterator[tuple[int, Amounts]]:
    """Group by group, where any row counts: an entry per key and knowledge of the scope, and one per row without key.

    Whether a row counts, whether its scope is known and its weight: as the rows are arranged. Of rows whose scope is
    known, the sum alone is told (as added). `with_nothing` leaves keys that have no row that counts, with a sum of 0.
    """
    entries = _of_sure_rows(held, is_counted & is_sure, weight, with_nothing=with_nothing)
    maybe = np.flatnonzero(is_counted & ~is_sure)
    if len(maybe):
        pairs = zip(vars(entries).values(), vars(_of_other_rows(held, maybe, weight[maybe])).values(), strict=True)
        both = Amounts(*map(np.concatenate, pairs))
        entries = both.at(np.argsort(both.key, kind="stable"))
    firsts = np.searchsorted(held.keys, held.starts)
    ends = np.searchsorted(entries.key, firsts).tolist()
    for group, first, (start, end) in zip(held.groups, firsts.tolist(), pairwise(ends), strict=False):
        if start < end:
            found = entries.at(slice(start, end))
            yield group, replace(found, key=found.key - first) if first else found


def _of_sure_rows(held: Arranged, is_taken: Flags, weight: Integers, *, with_nothing: bool) -> Amounts:
    """An entry for each key that has any of these rows, or for each."""
    has_key, number, takes_all = held.has_key, np.arange(len(held.has_key)), is_taken.all()
    sums = _between(held.keys, weight if takes_all else weight * is_taken)
    if not takes_all and not with_nothing:
        number = np.flatnonzero(_between(held.keys, is_taken))
        sums, has_key = sums[number], has_key[number]
    return Amounts(has_key, np.ones(len(sums), dtype=bool), number, sums, np.zeros(len(sums), dtype=np.int64))


def _between(ends: Integers, values: NDArray[Any]) -> NDArray[Any]:
    """The sums of values from each end to the next."""
    if len(ends) == len(values) + 1:  # they are apart
        return values
    until = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=until[1:])
    return np.diff(until[ends])


def _of_other_rows(held: Arranged, rows: Integers, weight: Integers) -> Amounts:
    """An entry for each key that has any of these rows."""
    number = np.searchsorted(held.keys, rows, side="right") - 1
    heads = np.flatnonzero(np.diff(number, prepend=-1))
    added, taken = (np.add.reduceat(part, heads) for part in (np.maximum(weight, 0), np.minimum(weight, 0)))
    return Amounts(held.has_key[number[heads]], np.zeros(len(heads), dtype=bool), number[heads], added, taken)
