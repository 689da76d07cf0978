"""Tables of contracts (CSV, Parquet): decp.info, the ministry's tables, SCDL, house exports; a row a line."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gisement.sources.decp import (
    cells,
    csv_rows,
    encoding,
    headers,
    headless,
    raw,
    refusals,
    shapes,
    tabular_sql,
)
from gisement.sources.decp.headers import Header
from gisement.sources.decp.published import ELEMENTS, LABELS
from gisement.sources.decp.report import Progress

CELLS_AT_ONCE: Final = 250_000
"""Cells of a batch on its way to DuckDB, which bounds memory whatever the width of the table."""

Reader = Callable[[Any], Any]


@dataclass
class _Table:
    """What is known of a table, and how its columns become Arrow columns."""

    name: str
    found: list[Header | None]
    position: int = 0
    trouble: BaseException | None = None
    _readers: list[tuple[int, pa.DataType, Reader | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbered = tabular_sql.numbered_holders(self.found)
        for place, header in enumerate(self.found):
            if header and header.target:
                self._readers.append((place, *_reading(header.target)))

    @property
    def schema(self) -> pa.Schema:
        """Position, reason, fingerprint, and the recognised columns."""
        told = [("position", pa.int64()), ("reason", pa.string()), ("fingerprint", pa.string())]
        holders = [("holders", _elements_type("titulaires"))] if self._numbered else []
        return pa.schema(told + [(f"c{place}", kind) for place, kind, _ in self._readers] + holders)

    def batch(self, lines: Sequence[csv_rows.Line]) -> pa.RecordBatch:
        """The lines as one Arrow batch; a cell that cannot be read makes its line unreadable."""
        width = len(self.found)
        blank = [None] * width
        rows = [line.cells if line.reason is None else blank for line in lines]
        columns = list(zip(*rows, strict=True))
        reasons = [line.reason for line in lines]
        arrays = [_array(columns[place], kind, read, reasons) for place, kind, read in self._readers]
        if self._numbered:
            arrays.append(pa.array(self._holders(columns), _elements_type("titulaires")))
        if unread := [at for at, reason in enumerate(reasons) if reason and lines[at].reason is None]:
            again = [
                line if at not in set(unread) else csv_rows.Line(line.cells, reasons[at])
                for at, line in enumerate(lines)
            ]
            return self.batch(again)
        first = self.position + 1
        self.position += len(lines)
        prints = [line.fingerprint if line.reason else None for line in lines]
        told = [
            pa.array(range(first, self.position + 1)),
            pa.array(reasons, pa.string()),
            pa.array(prints, pa.string()),
        ]
        return pa.record_batch(told + arrays, schema=self.schema)

    def _holders(self, columns: list[tuple[Any, ...]]) -> list[list[dict[str, Any]]]:
        """The holders of each line, in the order of their numbers."""
        groups = [
            {name: [columns[place] for place in places] for name, places in fields.items()}
            for fields in self._numbered.values()
        ]
        made: list[list[dict[str, Any]]] = [[] for _ in columns[0]]
        for group in groups:
            for at, holders in enumerate(made):
                said = {name: cells.first(column[at] for column in given) for name, given in group.items()}
                if any(value not in (None, tabular_sql.EMPTY_MARK) for value in said.values()):
                    holders.append(said)
        return made

    def write(self, connection: duckdb.DuckDBPyConnection, target: Path, batches: Iterable[pa.RecordBatch]) -> None:
        """Streams the batches through DuckDB into `target`."""
        stream = pa.RecordBatchReader.from_batches(self.schema, self._watched(batches))
        connection.register("lines", stream)
        try:
            raw.copy(connection, tabular_sql.query(self.found, "lines"), target)
        except Exception:
            if self.trouble is not None:
                raise self.trouble from None
            raise
        finally:
            connection.unregister("lines")

    def _watched(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Keeps an error of ours, which Arrow and DuckDB would turn into another."""
        try:
            yield from batches
        except BaseException as error:
            self.trouble = error
            raise


def csv_to_parquet(
    source: Path,
    name: str,
    connection: duckdb.DuckDBPyConnection,
    target: Path,
    notes: list[str],
    progress: Progress | None = None,
) -> str:
    """Writes the raw rows of a CSV file and answers its encoding. Raises `Trouble`.

    Delimiter and encoding are found once for the file; a line of another width is an unreadable row.
    """
    found = encoding.detect(source)
    path = encoding.as_utf8(source, found, target.with_suffix(".csv"))
    mark = found.mark if path == source else 0
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        sign = csv_rows.delimiter(file.read(1 << 16))
    first = next(csv_rows.records(path, mark, sign), None)
    if first is None:
        raise refusals.empty(name)
    if headless.is_headless(first.cells):
        table = _Table(name, headers.recognise(headless.NAMES))
        notes.append("Le fichier n'a pas d'en-tête : les colonnes sont reconnues à leur contenu, ligne par ligne.")
        lines: Iterator[csv_rows.Line] = map(_aligned, csv_rows.records(path, mark, sign))
    else:
        table = _Table(name, _checked(name, first.cells, notes))
        lines = itertools.islice(csv_rows.records(path, mark, sign, width=len(first.cells)), 1, None)
    table.write(connection, target, _csv_batches(table, lines, source.stat().st_size, progress))
    return found.name


def parquet_to_parquet(
    source: Path,
    name: str,
    connection: duckdb.DuckDBPyConnection,
    target: Path,
    notes: list[str],
    progress: Progress | None = None,
) -> str:
    """Writes the raw rows of a Parquet table; numbers, dates and booleans become text. Raises `Trouble`."""
    try:
        file = pq.ParquetFile(source)
        table = _Table(name, _checked(name, file.schema_arrow.names, notes))
        table.write(connection, target, _parquet_batches(table, file, progress))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise refusals.broken_table(name, refusals.plain(str(error)) or "Parquet") from None
    return "parquet"


def _checked(name: str, names: Sequence[str], notes: list[str]) -> list[Header | None]:
    """What the headers stand for; those that are not known are named in the notes."""
    found = headers.recognise(names)
    if not headers.is_table_of_contracts(found):
        raise refusals.no_column(name, list(names))
    unknown = [header or "(sans nom)" for header, known in zip(names, found, strict=True) if known is None]
    if unknown:
        shown = ", ".join(refusals.plain(header, 40) for header in unknown)
        notes.append(f"Colonnes non reconnues, non reprises : {shown}.")
    return found


def _aligned(line: csv_rows.Line) -> csv_rows.Line:
    if line.reason:
        return line
    placed, reason = headless.align(line.cells)
    return csv_rows.Line(line.cells, reason) if reason else csv_rows.Line(placed)


def _csv_batches(
    table: _Table, lines: Iterator[csv_rows.Line], size: int, progress: Progress | None
) -> Iterator[pa.RecordBatch]:
    at_once = max(CELLS_AT_ONCE // max(len(table.found), 1), 1)
    while batch := list(itertools.islice(lines, at_once)):
        yield table.batch(batch)
        if progress:
            progress(min(table.position, size), 2 * size)


def _parquet_batches(table: _Table, file: Any, progress: Progress | None) -> Iterator[pa.RecordBatch]:
    at_once = max(CELLS_AT_ONCE // max(len(table.found), 1), 1)
    for batch in file.iter_batches(batch_size=at_once):
        lists = [_texts(column) for column in batch.columns]
        yield table.batch([csv_rows.Line(list(row)) for row in zip(*lists, strict=True)])
        if progress:
            progress(table.position, 2 * file.metadata.num_rows)


def _texts(column: pa.Array) -> list[Any]:
    """The cells of a Parquet column as texts; a structure as JSON."""
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return [None if value is None else shapes.encode({"v": value})[5:-1].decode() for value in column.to_pylist()]
    return list(column.cast(pa.string()).to_pylist())


def _array(column: Sequence[Any], kind: pa.DataType, read: Reader | None, reasons: list[str | None]) -> pa.Array:
    if kind == pa.string():
        return _without_blanks(pa.array(column if read is None else list(map(read, column)), kind))
    assert read is not None
    values = []
    for at, cell in enumerate(column):
        try:
            values.append(read(cell))
        except shapes.Unreadable as error:
            reasons[at] = str(error)
            values.append(None)
    return pa.array(values, kind)


def _without_blanks(texts: pa.Array) -> pa.Array:
    empty = pc.is_in(pc.utf8_trim_whitespace(texts), value_set=pa.array(sorted(cells.BLANKS)))
    return pc.if_else(empty, pa.scalar(None, pa.string()), texts)


def _reading(target: str) -> tuple[pa.DataType, Reader | None]:
    """The Arrow type of a target's cells, and what reads them (None: as they are)."""
    if target in LABELS:
        return pa.list_(pa.string()), _remembering(cells.labels)
    if target in tabular_sql.OBJECTS:
        kind = pa.struct([(name, pa.string()) for name in tabular_sql.OBJECTS[target]])
        return kind, _remembering(cells.party if target == "acheteur" else cells.location)
    if target == tabular_sql.ACT_HOLDERS:
        return _elements_type("concessionnaires"), _remembering(cells.holders)
    if target in tabular_sql.LISTS:
        return _elements_type(target), _remembering(cells.elements(target))
    return pa.string(), cells.alone if target.startswith(tabular_sql.HOLDER) else None


def _elements_type(name: str) -> pa.DataType:
    fields = []
    for field_name in ELEMENTS[name].fields:
        holders = field_name == "titulaires"
        fields.append((field_name, _elements_type("concessionnaires") if holders else pa.string()))
    extra = ("commune_code", "departement_code") if name == "titulaires" else ()
    return pa.list_(pa.struct(fields + [(more, pa.string()) for more in extra]))


def _remembering(read: Reader) -> Reader:
    """Cells of labels and places repeat: each spelling is read once."""
    known = lru_cache(maxsize=4096)(read)
    return lambda cell: known(cell) if isinstance(cell, str) or cell is None else read(cell)
