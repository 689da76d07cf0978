"""The rows of a table as arrays, for a server: a figure is a few sums over them, without a query to plan.

DuckDB plans the query of a figure for longer (3 ms) than it runs it. What is added up is each row's own verdict and
weight, as DuckDB gives them; every figure equals that of the SQL, which stays what is shown beside it.
"""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from gisement.catalog import tables
from gisement.engine.arranged import MAYBE, SURE, Amounts, Arranged, Flags, Integers, Keys, arranged, of_each_group
from gisement.engine.compiled import frozen, judged_sql
from gisement.engine.query import BUYERS, PREFIXES, column_of, keeps_to_territory
from gisement.store.database import schema
from gisement.terms import Indicator, Level, Perimeter, Spread, Verdict

MOST_ROWS = 300_000
"""The pages of rows of a larger table are asked in SQL: laid out for pages, its rows would take too much memory."""
MOST_SUMMED = 4_000_000
"""The figures of a larger table are asked in SQL."""
MOST_BYTES = 192 << 20
"""What judged rows take in all, the latest asked for; those of one indicator and its options take a byte a row, and
eight for a weight that no other has."""
DENSE = 1 << 16
"""Up to so many possible groups, or two a row, each has its place in the sums; else only those that are there."""
MASKS, MASK_BYTES = 256, 64 << 20
"""Filters whose rows are remembered: a page asks for the same perimeter several times, and all of the same year."""
LAST = "\U0010ffff"
Filters = tuple[tuple[str, str, tuple[str, ...]], ...]
_VERDICTS = len(Verdict)
_SURE, _UNWEIGHTED, _RANK = _VERDICTS, 2 * _VERDICTS, 4 * _VERDICTS
_CODES = _RANK * len(Level)


@lru_cache(maxsize=1)
def _part() -> bytes:
    """By code of a row: what it has part in of a statistic of amounts, which takes weights of two verdicts."""
    every, verdicts = np.arange(_CODES), list(Verdict)
    inside = [verdicts.index(verdict) for verdict in (Verdict.PART, Verdict.UNKNOWN)]
    is_taken = (every // _UNWEIGHTED % 2 == 0) & np.isin(every % _VERDICTS, inside)
    part = np.where(is_taken, np.where(every // _SURE % 2 == 1, SURE, MAYBE), 0)
    return bytes(part.tolist()).ljust(256, b"\0")


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


@dataclass(frozen=True, eq=False)
class Judged:
    """The rows of a table as indicators and their options judge them: weight (0 if unknown), and the rest in one code.

    The code adds up the verdict's number, whether the scope is known, whether the weight is not, and the level.
    """

    code: NDArray[np.int8]
    weight: Integers
    has_negative: bool

    @property
    def verdict(self) -> NDArray[np.int8]:
        """The number of each row's verdict."""
        found: NDArray[np.int8] = self.code % _VERDICTS
        return found


class Cube:
    """One table of a server's copy, whose rows keep their order; columns are read when they are first asked for."""

    def __init__(self, connection: Any, table: str, buyers: tuple[str, ...]) -> None:
        self._connection, self.table, self.buyers = connection, table, buyers
        (self.rows,) = connection.cursor().execute(f'SELECT count(*) FROM "{table}"').fetchone()
        self._columns: dict[str, Column] = {}
        self._keys: dict[tuple[str, ...], Keys] = {}
        masks = MASK_BYTES // max(1, self.rows)
        self._matching = lru_cache(maxsize=max(8, min(MASKS, masks)))(self._matches)
        few = max(4, min(MASKS, masks // 8))
        self._placed = lru_cache(maxsize=few)(self._places)
        self._numbered = lru_cache(maxsize=few)(self._numbers)
        self._arranged = lru_cache(maxsize=few)(self._arrangement)
        self._apart = lru_cache(maxsize=few)(self._amounts)
        self._judged: OrderedDict[str, Judged] = OrderedDict()
        self._lock = threading.Lock()

    def sums(
        self, indicator: Indicator, perimeter: Perimeter, option: SimpleNamespace, by: Sequence[str]
    ) -> list[dict[str, Any]]:
        """What `query.summed` gives: a row per group and verdict, in the order of the groups, missing values last.

        Raises OverflowError where 64 bits are not enough: SQL then answers.
        """
        columns, asked = self._columns_of(indicator, by), self._asked(indicator, perimeter)
        kept, judged = self._placed(*asked), self._judged_rows(indicator, option)
        places, inverse = _groups(judged.code[kept], *self._numbered(tuple(columns), *asked))
        sums = _added(judged.weight[kept], inverse, len(places), has_negative=judged.has_negative)
        found = _by_verdict(places, *sums)
        if not by:
            return list(found.values())
        held = list(columns.values())
        return [{**_values(number // _VERDICTS, by, held), **row} for number, row in found.items()]

    def amounts(
        self, indicator: Indicator, perimeter: Perimeter, option: SimpleNamespace, by: Sequence[str]
    ) -> dict[tuple[Any, ...], Amounts]:
        """What `spread.amounts` and `spread.by_group` give: the weights of each group, with the key of each.

        Raises OverflowError as `sums` does.
        """
        from gisement.engine.spread import BY_KEY

        assert isinstance(indicator.kind, Spread)
        columns, asked = self._columns_of(indicator, by), self._asked(indicator, perimeter)
        arrangement = (tuple(columns), indicator.kind.over, *asked)
        with_nothing = indicator.kind.statistic in BY_KEY
        groups = self._apart(self._judged_rows(indicator, option), *arrangement, with_nothing=with_nothing)
        told = list(columns.values())
        return {tuple(_values(group, by, told).values()): amounts for group, amounts in groups}

    def places(
        self, indicator: Indicator, perimeter: Perimeter, option: SimpleNamespace, verdict: Verdict
    ) -> Integers | None:
        """Which rows of the table are in the perimeter, with this verdict; None where there are too many for pages."""
        if self.rows > MOST_ROWS:
            return None
        kept = self._placed(*self._asked(indicator, perimeter))
        has_verdict = self._judged_rows(indicator, option).verdict[kept] == list(Verdict).index(verdict)
        found: Integers = np.flatnonzero(has_verdict) if isinstance(kept, slice) else kept[has_verdict]
        return found

    def _asked(self, indicator: Indicator, perimeter: Perimeter) -> tuple[Filters, bool]:
        """What a perimeter asks of the rows: values of columns, and whether they are of the territory's buyers."""
        columns = {key: column_of(indicator, key) for key in perimeter.filters if key != BUYERS}
        asked = tuple((column, key, tuple(perimeter.filters[key])) for key, column in columns.items())
        return asked, keeps_to_territory(perimeter) and "buyer_id" in schema(self.table)

    def _places(self, asked: Filters, is_in_territory: bool) -> Integers | slice:
        """The places of the rows that are asked for (a slice for all): `query.filters` over arrays."""
        flags = self._in_territory if is_in_territory else np.ones(self.rows, dtype=bool)
        for one in asked:
            flags = flags & self._matching(*one)
        return slice(None) if flags.all() else np.flatnonzero(flags)

    def _numbers(self, columns: tuple[str, ...], asked: Filters, is_in_territory: bool) -> tuple[Integers, int]:
        """For the rows that are asked for: one number for their values in some columns; how many are possible."""
        kept, held = self._placed(asked, is_in_territory), [self._column(name) for name in columns]
        count = self.rows if isinstance(kept, slice) else len(kept)
        return _numbered([column.codes[kept] for column in held], held, count)

    def _arrangement(
        self, columns: tuple[str, ...], over: tuple[str, ...], asked: Filters, is_in_territory: bool
    ) -> Arranged:
        """The rows that are asked for, in the order of their values in some columns, then of a key."""
        kept, keys = self._placed(asked, is_in_territory), self._keys_over(over)
        number, possible = self._numbered(columns, asked, is_in_territory)
        held = arranged(number, possible, None if keys is None else keys.at(kept))
        return held if isinstance(kept, slice) else replace(held, rows=kept[held.rows])

    def _amounts(
        self,
        judged: Judged,
        columns: tuple[str, ...],
        over: tuple[str, ...],
        asked: Filters,
        is_in_territory: bool,
        *,
        with_nothing: bool,
    ) -> list[tuple[int, Amounts]]:
        """The weights of each group by key: several statistics are asked of the same, by all figures of a page."""
        held = self._arranged(columns, over, asked, is_in_territory)
        part = np.frombuffer(judged.code[held.rows].tobytes().translate(_part()), dtype=np.int8)
        return list(of_each_group(held, part, judged.weight[held.rows], with_nothing=with_nothing))

    def _matches(self, column: str, key: str, values: Sequence[str]) -> Flags:
        if key in ("year", "month"):
            return self._column(column).among([int(value) if value else value for value in values])
        if key == "buyer":
            exact = [value.removeprefix("=") for value in values if value.startswith("=") or not value]
            sirens = [value for value in values if value and not value.startswith("=")]
            return self._column(column).among([*exact, *sirens]) | self._column("buyer_siren").among(sirens)
        return self._column(column).among(values, prefix=key in PREFIXES)

    @cached_property
    def _in_territory(self) -> Flags:
        if not self.buyers:
            flags: Flags = self._matching("is_buyer_in_territory", "", (True,))
            return flags
        return self._column("buyer_id").among(self.buyers) | self._column("buyer_siren").among(self.buyers)

    def _column(self, name: str) -> Column:
        with self._lock:
            if name not in self._columns:
                self._columns[name] = _coded(self._read(f'"{name}"'))
            return self._columns[name]

    def _columns_of(self, indicator: Indicator, by: Sequence[str]) -> dict[str, Column]:
        """The columns of a breakdown, by their name in the table."""
        names = [column_of(indicator, name, filtering=False) for name in by]
        return {name: self._column(name) for name in names}

    def _keys_over(self, over: tuple[str, ...]) -> Keys | None:
        """The keys of the rows, each being its first known column; None for the row's own."""
        if over == tables()[self.table].key:
            return None
        with self._lock:
            if over not in self._keys:
                listed = ", ".join(f'"{name}"' for name in over)
                self._keys[over] = Keys.of(_key_numbers(self._read(f"coalesce({listed})")))
            return self._keys[over]

    def _read(self, column: str) -> Any:
        """A column as one Arrow array."""
        found = self._connection.cursor().execute(f'SELECT {column} AS held FROM "{self.table}"').to_arrow_table()
        return found.column(0).combine_chunks()

    def _judged_rows(self, indicator: Indicator, option: SimpleNamespace) -> Judged:
        sql = judged_sql(indicator, frozen(option), self.buyers)
        with self._lock:
            if sql not in self._judged:
                self._judged[sql] = self._sharing(_arrays(self._connection.cursor().execute(sql).to_arrow_table()))
                while len(self._judged) > 1 and _bytes(self._judged.values()) > MOST_BYTES:
                    self._judged.popitem(last=False)
            self._judged.move_to_end(sql)
            return self._judged[sql]

    def _sharing(self, judged: Judged) -> Judged:
        """The same, with the weights of other indicators where they are the same: most are one column."""
        for held in self._judged.values():
            if np.array_equal(held.weight, judged.weight):
                return replace(judged, weight=held.weight)
        return judged


def cube_of(connection: Any, table: str, buyers: tuple[str, ...]) -> Cube | None:
    """The cube of a table; none where it has too many rows."""
    cube = Cube(connection, table, buyers)
    return cube if cube.rows <= MOST_SUMMED else None


def _arrays(found: Any) -> Judged:
    """The judged rows as arrays. Raises OverflowError where their weights may not add up in 64 bits."""
    weights = found.column("weight")
    weight = weights.fill_null(0).to_numpy().astype(np.int64)
    if float(np.abs(weight.astype(np.float64)).sum()) >= 2.0**62:
        raise OverflowError("weights that do not add up in 64 bits")
    verdict, rank = (found.column(name).to_numpy().astype(np.int8) for name in ("verdict_number", "rank"))
    is_sure, is_unweighted = found.column("is_sure").to_numpy(), weights.is_null().to_numpy()
    code = verdict + np.int8(_SURE) * is_sure + np.int8(_UNWEIGHTED) * is_unweighted + np.int8(_RANK) * rank
    return Judged(code.astype(np.int8), weight, bool(weight.min(initial=0) < 0))


def _bytes(judged: Iterable[Judged]) -> int:
    """What judged rows take in memory, weights that several share being counted once."""
    held = {id(array): array.nbytes for each in judged for array in (each.code, each.weight)}
    return sum(held.values())


def _key_numbers(column: Any) -> NDArray[np.int32]:
    """A number for each value, -1 where it is missing."""
    before, after = column[:-1], column[1:]
    # the rows of a contract are neighbours: that need not be looked up
    if not column.null_count and pc.all(pc.less_equal(before, after)).as_py():
        is_new = pc.not_equal(before, after).to_numpy(zero_copy_only=False)
        return np.cumsum(np.append(False, is_new), dtype=np.int32)[: len(column)]
    found: NDArray[np.int32] = column.dictionary_encode().indices.fill_null(-1).to_numpy()
    return found


def _coded(column: Any) -> Column:
    encoded = column.dictionary_encode()
    held = encoded.dictionary.to_pylist()
    order = sorted(range(len(held)), key=held.__getitem__)
    code = np.full(len(held) + 1, len(held), dtype=np.int32)
    code[order] = np.arange(len(held), dtype=np.int32)
    return Column([held[number] for number in order], code[encoded.indices.fill_null(len(held)).to_numpy()])


def _numbered(codes: Sequence[NDArray[np.int32]], columns: Sequence[Column], count: int) -> tuple[Integers, int]:
    """One number for the codes of each of so many rows, and how many are possible."""
    sizes = [len(column.values) + 1 for column in columns]
    possible = math.prod(sizes)
    if possible >= 2**62 // _CODES:
        raise OverflowError("more possible groups than 64 bits can number")
    number = np.zeros(count, dtype=np.int64)
    for size, held in zip(sizes, codes, strict=True):
        number = number * size + held
    return number, possible


def _groups(code: NDArray[np.int8], number: Integers, possible: int) -> tuple[Integers, Integers]:
    """The number of each group and code, in their order, and the place of each row's among them."""
    combined = number * _CODES + code if possible > 1 else code.astype(np.int64)
    if possible * _CODES <= max(DENSE, 2 * len(code)):
        return np.arange(possible * _CODES), combined
    return np.unique(combined, return_inverse=True)


def _added(
    weight: Integers, inverse: Integers, count: int, *, has_negative: bool
) -> tuple[Integers, Integers, Integers]:
    """For each place: the weights, the positive ones, the rows."""
    weighed = np.zeros(count, dtype=np.int64)
    np.add.at(weighed, inverse, weight)
    positive = np.zeros(count, dtype=np.int64) if has_negative else weighed
    if has_negative:
        np.add.at(positive, inverse, np.maximum(weight, 0))
    return weighed, positive, np.bincount(inverse, minlength=count)


def _by_verdict(places: Integers, *sums: Integers) -> dict[int, dict[str, int]]:
    """The sums of each group and verdict that has rows, in their order (its number says both), with its highest level.

    Few places have rows: adding up the codes of each one by one is faster than arrays of all that may be.
    """
    there = np.flatnonzero(sums[-1])
    found: dict[int, dict[str, int]] = {}
    for place, weighed, positive, count in zip(*(held[there].tolist() for held in (places, *sums)), strict=True):
        group, code = divmod(place, _CODES)
        number, rank = group * _VERDICTS + code % _VERDICTS, code // _RANK
        unweighted = count if code // _UNWEIGHTED % 2 else 0
        held = found.get(number)
        if held is None:
            found[number] = {
                "verdict_number": number % _VERDICTS, "weighed": weighed, "positive": positive, "rows_count": count,
                "unweighted": unweighted, "rank": rank,
            }  # fmt: skip
            continue
        held["weighed"] += weighed
        held["positive"] += positive
        held["rows_count"] += count
        held["unweighted"] += unweighted
        held["rank"] = max(held["rank"], rank)
    return dict(sorted(found.items()))


def _values(group: int, by: Sequence[str], columns: Sequence[Column]) -> Mapping[str, Any]:
    """The values of the group that a number stands for."""
    found: dict[str, Any] = {}
    for name, column in zip(reversed(by), reversed(columns), strict=True):
        group, code = divmod(group, len(column.values) + 1)
        found[name] = column.values[code] if code < len(column.values) else None
    return {name: found[name] for name in by}
