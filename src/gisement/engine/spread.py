"""From judged rows to a statistic of their weights by key: what a `Spread` is measured on, group by group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gisement.engine.arranged import Amounts, arranged
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
    columns = [found[name].to_numpy(zero_copy_only=False) for name in ("has_key", "is_sure", "positive", "negative")]
    has_key, is_sure, positive, negative = columns
    held = Amounts(has_key, is_sure, _codes(found["key"]), positive, negative)
    number, possible = np.zeros(found.num_rows if by else 0, dtype=np.int64), 1
    for name in by:
        codes = _codes(found[name])
        size = int(codes.max(initial=0)) + 1
        number, possible = number * size + codes, possible * size
    if not by:
        return {(): held}
    apart = arranged(number, possible, None)
    heads = found.select(list(by)).take(pa.array(np.arange(found.num_rows)[apart.rows][apart.starts[:-1]]))
    values = (tuple(head[name] for name in by) for head in heads.to_pylist())
    held = held.at(apart.rows)
    return {group: held.at(slice(*ends)) for group, ends in zip(values, pairwise(apart.starts.tolist()), strict=True)}


def statistic(kind: Spread, held: Amounts | None, missing: int) -> Bounded:
    """The statistic of one group with its bounds; `missing` counts its rows without weight."""
    if held is None:
        held = Amounts(*(np.zeros(0, dtype) for dtype in (bool, bool, np.int64, np.int64, np.int64)))
    if kind.statistic in BY_ROW:
        each = held.positive + held.negative
        sure, maybe = (each, each[:0]) if held.is_sure.all() else (each[held.is_sure], each[~held.is_sure])
        return BY_ROW[kind.statistic](sure, maybe, missing)
    holdings = _holdings(held)
    keys = None if len(holdings.lone) or len(holdings.lone_maybe) else int((holdings.sure > 0).sum())
    return replace(BY_KEY[kind.statistic](holdings), keys=keys)


def _holdings(held: Amounts) -> Holdings:
    """Totals by key: those of rows of known scope, and the two signed parts of the others."""
    keyed = held if held.has_key.all() else held.at(np.flatnonzero(held.has_key))
    lone = held.at(np.flatnonzero(~held.has_key))
    each = lone.positive + lone.negative
    return Holdings(*_by_key(keyed), each[lone.is_sure], each[~lone.is_sure])


def _by_key(held: Amounts) -> tuple[Integers, Integers, Integers]:
    """What each key has of known scope, then what is added and taken away of unknown scope."""
    if held.is_sure.all():  # each key once
        nothing = np.zeros(len(held.key), dtype=np.int64)
        return held.positive + held.negative, nothing, nothing
    number, size = _compact(held.key)
    sure, maybe = np.flatnonzero(held.is_sure), np.flatnonzero(~held.is_sure)

    def of(values: Integers, rows: Integers) -> Integers:
        sums = np.zeros(size, dtype=np.int64)
        np.add.at(sums, number[rows], values[rows])
        return sums

    return of(held.positive + held.negative, sure), of(held.positive, maybe), of(held.negative, maybe)


def _compact(keys: Integers) -> tuple[Integers, int]:
    """The keys (one or more) numbered from 0 without gaps, and how many there are."""
    last = int(keys.max())
    if last > 8 * len(keys):
        kinds, number = np.unique(keys, return_inverse=True)
        return number, len(kinds)
    is_there = np.bincount(keys) > 0
    return (np.cumsum(is_there) - 1)[keys], int(is_there.sum())


def _codes(column: pa.ChunkedArray) -> Integers:
    encoded = pc.dictionary_encode(column, null_encoding="encode").combine_chunks()
    codes: Integers = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes
