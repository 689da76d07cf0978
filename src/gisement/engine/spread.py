"""From judged rows to a statistic of their weights by key: what a `Spread` is measured on, group by group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gisement.engine.query import dimensions_of, weighed_inside, whole
from gisement.models import concentration, order_size
from gisement.models.concentration import Holdings
from gisement.terms import Spread
from gisement.terms.arithmetic import Bounded

Integers = npt.NDArray[np.int64]

BY_KEY: Mapping[str, Callable[[Holdings], Bounded]] = {
    "hhi": concentration.hhi,
    "top_1": partial(concentration.top, 1),
    "top_5": partial(concentration.top, 5),
    "top_10": partial(concentration.top, 10),
    "pareto": concentration.pareto,
    "count": concentration.supplier_count,
}
BY_ROW: Mapping[str, Callable[[Integers, Integers, int], Bounded]] = {
    "mean": order_size.mean,
    "median": order_size.median,
    "upper_quartile": order_size.upper_quartile,
}
STATISTICS = (*BY_KEY, *BY_ROW)


@dataclass(frozen=True)
class Amounts:
    """Weights of one group, one entry per key (or row without a key): whether the key and the scope are known."""

    has_key: npt.NDArray[np.bool_]
    is_sure: npt.NDArray[np.bool_]
    key: npt.NDArray[np.int64]
    positive: Integers
    negative: Integers


def amounts(rows: Any, by: Sequence[str], kind: Spread) -> Any:
    """The weights of judged rows that count or may count: one row per group, key and knowledge of the scope, and one
    per row that has no key; rows without weight are left to the sums."""
    kept = weighed_inside(rows)
    kept = kept.mutate(key=ibis.coalesce(*(kept[name] for name in kind.over)), **dimensions_of(kept, by))
    # compared, not negated: see `query.judged`
    kept = kept.mutate(has_key=kept.key.notnull(), is_sure=(kept.in_scope == ibis.literal(True)).notnull())
    columns = [*by, "has_key", "key", "is_sure"]
    keyed = kept.filter(kept.has_key)
    keyed = keyed.group_by(columns).agg(
        positive=keyed.weight.sum(where=keyed.weight > 0), negative=keyed.weight.sum(where=keyed.weight < 0)
    )
    keyed = keyed.mutate(**{name: whole(ibis.coalesce(keyed[name], 0)) for name in ("positive", "negative")})
    lone = kept.filter(~kept.has_key).select(
        *columns,
        positive=ibis.greatest(kept.weight, 0).cast("int64"),
        negative=ibis.least(kept.weight, 0).cast("int64"),
    )
    return keyed.select(*columns, "positive", "negative").union(lone)


def by_group(found: pa.Table, by: Sequence[str]) -> dict[tuple[Any, ...], Amounts]:
    """What `amounts` gave, apart for each group."""
    key = _codes(found["key"])
    columns = [found[name].to_numpy(zero_copy_only=False) for name in ("has_key", "is_sure", "positive", "negative")]
    has_key, is_sure, positive, negative = columns
    return {
        group: Amounts(has_key[rows], is_sure[rows], key[rows], positive[rows], negative[rows])
        for group, rows in _groups(found, by)
    }


def statistic(kind: Spread, held: Amounts | None, missing: int) -> Bounded:
    """The statistic of one group with its bounds; `missing` counts its rows without weight."""
    if held is None:
        held = Amounts(*(np.zeros(0, dtype) for dtype in (bool, bool, np.int64, np.int64, np.int64)))
    if kind.statistic in BY_ROW:
        each = held.positive + held.negative
        return BY_ROW[kind.statistic](each[held.is_sure], each[~held.is_sure], missing)
    return BY_KEY[kind.statistic](_holdings(held))


def _holdings(held: Amounts) -> Holdings:
    """Totals by key: those of rows of known scope, and the two signed parts of the others."""
    _, number = np.unique(held.key[held.has_key], return_inverse=True)
    size = int(number.max()) + 1 if len(number) else 0
    keyed_sure, each = held.is_sure[held.has_key], held.positive + held.negative

    def of(values: Integers, rows: npt.NDArray[np.bool_]) -> Integers:
        sums = np.zeros(size, dtype=np.int64)
        np.add.at(sums, number[rows], values[held.has_key][rows])
        return sums

    lone = ~held.has_key
    return Holdings(
        of(each, keyed_sure), of(held.positive, ~keyed_sure), of(held.negative, ~keyed_sure),
        each[lone & held.is_sure], each[lone & ~held.is_sure],
    )  # fmt: skip


def _groups(found: pa.Table, by: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], Integers]]:
    """The values of each group, and the numbers of its rows."""
    if not by:
        yield (), np.arange(found.num_rows)
        return
    codes = np.column_stack([_codes(found[name]) for name in by])
    kinds, first, where = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(where.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(where.ravel(), minlength=len(kinds)))
    heads = found.select(list(by)).take(pa.array(first)).to_pylist()
    for number, end in enumerate(ends):
        start = ends[number - 1] if number else 0
        yield tuple(heads[number][name] for name in by), order[start:end]


def _codes(column: pa.ChunkedArray) -> Integers:
    encoded = pc.dictionary_encode(column, null_encoding="encode").combine_chunks()
    codes: Integers = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes
