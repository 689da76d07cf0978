"""The rows of a table as arrays, for a server: a figure is a few sums over them, without a query to plan.

DuckDB plans the query of a figure for longer (3 ms) than it runs it. What is added up is each row's own verdict and
weight, as DuckDB gives them; every figure equals that of the SQL, which stays what is shown beside it.
"""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gisement.engine.compiled import Frozen, frozen, judged_sql
from gisement.engine.query import BUYERS, PREFIXES, column_of, keeps_to_territory
from gisement.store.database import schema
from gisement.terms import Indicator, Perimeter, Verdict

MOST_ROWS = 300_000
"""A larger table is asked in SQL: to go through that many rows takes longer than to plan."""
MOST_BYTES = 64 << 20
"""What judged rows take in all, the latest asked for; those of one indicator and its options take ten bytes a row."""
DENSE = 1 << 16
"""Up to so many possible groups, each has its place in the sums; else only those that are there."""
MASKS = 256
"""Filters whose rows are remembered: a page asks for the same perimeter several times, and all of the same year."""
LAST = "\U0010ffff"
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
_VERDICTS = len(Verdict)


@dataclass(frozen=True)
class Column:
    """A column in codes: `values` in their order, the code of each row; the code after the last is a missing value."""

    values: list[Any]
    codes: NDArray[np.int32]

    def span(self, value: Any, *, prefix: bool = False) -> slice:
        """The codes of a value, or of those that begin with it."""
        first = bisect_left(self.values, value)
        if prefix:
            return slice(first, bisect_left(self.values, value + LAST))
        return slice(first, first + (self.values[first : first + 1] == [value]))

    def among(self, values: Sequence[Any], *, prefix: bool = False) -> Flags:
        """Which rows hold one of these values ("" for a missing one), or one that begins so."""
        accepted = np.zeros(len(self.values) + 1, dtype=bool)
        for value in values:
            accepted[-1 if value == "" else self.span(value, prefix=prefix)] = True
        return accepted[self.codes]


@dataclass(frozen=True)
class Judged:
    """The rows of a table as an indicator and its options judge them: verdict, weight (0 if unknown), level."""

    verdict: NDArray[np.int8]
    weight: Integers
    unweighted: Flags
    rank: NDArray[np.int8]

    @property
    def bytes(self) -> int:
        """What it takes in memory."""
        return sum(held.nbytes for held in (self.verdict, self.weight, self.unweighted, self.rank))


class Cube:
    """One table of a server's copy, whose rows keep their order; columns are read when they are first asked for."""

    def __init__(self, connection: Any, table: str, buyers: tuple[str, ...]) -> None:
        self._connection, self.table, self.buyers = connection, table, buyers
        (self.rows,) = connection.cursor().execute(f'SELECT count(*) FROM "{table}"').fetchone()
        self._columns: dict[str, Column] = {}
        self._matching = lru_cache(maxsize=MASKS)(self._matches)
        self._placed = lru_cache(maxsize=MASKS)(self._places)
        self._judged: OrderedDict[tuple[str, Frozen], Judged] = OrderedDict()
        self._lock = threading.Lock()

    def sums(
        self, indicator: Indicator, perimeter: Perimeter, option: SimpleNamespace, by: Sequence[str]
    ) -> list[dict[str, Any]]:
        """What `query.summed` gives: a row per group and verdict, in the order of the groups, missing values last.

        Raises OverflowError where 64 bits are not enough: SQL then answers.
        """
        columns = [self._column(column_of(indicator, name, filtering=False)) for name in by]
        kept = self._kept(indicator, perimeter)
        judged = self._judged_rows(indicator, option)
        places, inverse = _groups(judged.verdict[kept], [column.codes[kept] for column in columns], columns)
        added = _added(judged, kept, inverse, len(places))
        there = np.flatnonzero(added["rows_count"])
        lists = (held[there].tolist() for held in (places, *added.values()))
        return [
            {**_values(place, by, columns), "verdict_number": place % _VERDICTS, **dict(zip(added, sums, strict=True))}
            for place, *sums in zip(*lists, strict=True)
        ]

    def places(self, indicator: Indicator, perimeter: Perimeter, option: SimpleNamespace, verdict: Verdict) -> Integers:
        """Which rows of the table are in the perimeter, with this verdict."""
        kept = self._kept(indicator, perimeter)
        found: Integers = kept[self._judged_rows(indicator, option).verdict[kept] == list(Verdict).index(verdict)]
        return found

    def _kept(self, indicator: Indicator, perimeter: Perimeter) -> Integers:
        """The places of the rows of the perimeter: `query.filters` over arrays."""
        columns = {key: column_of(indicator, key) for key in perimeter.filters if key != BUYERS}
        asked = tuple((column, key, tuple(perimeter.filters[key])) for key, column in columns.items())
        return self._placed(asked, keeps_to_territory(perimeter) and "buyer_id" in schema(self.table))

    def _places(self, asked: tuple[tuple[str, str, tuple[str, ...]], ...], is_in_territory: bool) -> Integers:
        flags = self._in_territory() if is_in_territory else np.ones(self.rows, dtype=bool)
        for one in asked:
            flags = flags & self._matching(*one)
        return np.flatnonzero(flags)

    def _matches(self, column: str, key: str, values: Sequence[str]) -> Flags:
        if key in ("year", "month"):
            return self._column(column).among([int(value) if value else value for value in values])
        if key == "buyer":
            exact = [value.removeprefix("=") for value in values if value.startswith("=") or not value]
            sirens = [value for value in values if value and not value.startswith("=")]
            return self._column(column).among([*exact, *sirens]) | self._column("buyer_siren").among(sirens)
        return self._column(column).among(values, prefix=key in PREFIXES)

    def _in_territory(self) -> Flags:
        if not self.buyers:
            return self._matching("is_buyer_in_territory", "", (True,))
        return self._column("buyer_id").among(self.buyers) | self._column("buyer_siren").among(self.buyers)

    def _column(self, name: str) -> Column:
        with self._lock:
            if name not in self._columns:
                found = self._connection.cursor().execute(f'SELECT "{name}" FROM "{self.table}"').to_arrow_table()
                self._columns[name] = _coded(found.column(0).to_pylist())
            return self._columns[name]

    def _judged_rows(self, indicator: Indicator, option: SimpleNamespace) -> Judged:
        key = (indicator.name, frozen(option))
        with self._lock:
            if key not in self._judged:
                sql = judged_sql(indicator, key[1], self.buyers)
                self._judged[key] = _arrays(self._connection.cursor().execute(sql).to_arrow_table())
                while len(self._judged) > 1 and sum(held.bytes for held in self._judged.values()) > MOST_BYTES:
                    self._judged.popitem(last=False)
            self._judged.move_to_end(key)
            return self._judged[key]


def cube_of(connection: Any, table: str, buyers: tuple[str, ...]) -> Cube | None:
    """The cube of a table; none where it has so many rows that SQL is as fast."""
    cube = Cube(connection, table, buyers)
    return cube if cube.rows <= MOST_ROWS else None


def _arrays(found: Any) -> Judged:
    """The judged rows as arrays. Raises OverflowError where their weights may not add up in 64 bits."""
    weights = found.column("weight")
    weight = weights.fill_null(0).to_numpy().astype(np.int64)
    if float(np.abs(weight.astype(np.float64)).sum()) >= 2.0**62:
        raise OverflowError("weights that do not add up in 64 bits")
    verdict, rank = (found.column(name).to_numpy().astype(np.int8) for name in ("verdict_number", "rank"))
    return Judged(verdict, weight, weights.is_null().to_numpy(), rank)


def _coded(held: list[Any]) -> Column:
    values = sorted({value for value in held if value is not None})
    code = {value: n for n, value in enumerate(values)} | {None: len(values)}
    return Column(values, np.fromiter((code[value] for value in held), dtype=np.int32, count=len(held)))


def _groups(
    verdict: NDArray[np.int8], codes: Sequence[NDArray[np.int32]], columns: Sequence[Column]
) -> tuple[Integers, Integers]:
    """The number of each group and verdict, in their order, and the place of each row's among them."""
    sizes = [len(column.values) + 1 for column in columns]
    possible = math.prod(sizes) * _VERDICTS
    if possible >= 2**62:
        raise OverflowError("more possible groups than 64 bits can number")
    combined = np.zeros(len(verdict), dtype=np.int64)
    for size, held in zip(sizes, codes, strict=True):
        combined = combined * size + held
    combined = combined * _VERDICTS + verdict
    if possible <= DENSE:
        return np.arange(possible), combined
    return np.unique(combined, return_inverse=True)


def _added(judged: Judged, kept: Integers, inverse: Integers, count: int) -> dict[str, NDArray[Any]]:
    """For each group and verdict: the weights, the positive ones, the rows, those without weight, the highest level."""
    weight = judged.weight[kept]
    weighed, positive = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    np.add.at(weighed, inverse, weight)
    np.add.at(positive, inverse, np.maximum(weight, 0))
    rank = np.zeros(count, dtype=np.int8)
    np.maximum.at(rank, inverse, judged.rank[kept])
    return {
        "weighed": weighed,
        "positive": positive,
        "rows_count": np.bincount(inverse, minlength=count),
        "unweighted": np.bincount(inverse[judged.unweighted[kept]], minlength=count),
        "rank": rank,
    }


def _values(place: int, by: Sequence[str], columns: Sequence[Column]) -> Mapping[str, Any]:
    """The values of the group that a number stands for."""
    rest = place // _VERDICTS
    found: dict[str, Any] = {}
    for name, column in zip(reversed(by), reversed(columns), strict=True):
        rest, code = divmod(rest, len(column.values) + 1)
        found[name] = column.values[code] if code < len(column.values) else None
    return {name: found[name] for name in by}
