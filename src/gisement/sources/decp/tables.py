"""Tables of contracts (CSV, Parquet): decp.info, the ministry's tables, SCDL, house exports; a row a line.

A cell may hold labels put one after the other, or a structure written as text (JSON or Python).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gisement.sources import text_file
from gisement.sources.decp import columns, raw, refusals, repair
from gisement.sources.decp.columns import BLANKS, EMPTY_MARK, Header
from gisement.sources.decp.record import CONTRACT, ELEMENTS, HOLDER, HOLDER_FIELDS, LABELS, Element, Shape
from gisement.sources.text_file import Line

CELLS_AT_ONCE: Final = 250_000
"""Cells of a batch on its way to DuckDB, which bounds memory whatever the width of the table."""
Reader = Callable[[Any], Any]

_SEPARATORS: Final = re.compile(r"\s*[,;|]\s*")
_ONE_TEXT: Final = re.compile(r"\['([^'\\]*)'\]")
_HOLDERS: Final = Element(("titulaire", "concessionnaire"), HOLDER_FIELDS)
_HOLDERS_SHAPE: Final[list[Shape]] = [{"titulaire": HOLDER, "concessionnaire": HOLDER, **HOLDER}]


@dataclass
class _Table:
    """What is known of a table, and how its columns become Arrow columns."""

    file: raw.File
    found: list[Header | None]
    position: int = 0
    trouble: BaseException | None = None
    _readers: list[tuple[int, pa.DataType, Reader | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbered = columns.numbered_holders(self.found)
        for place, header in enumerate(self.found):
            if header and header.target:
                self._readers.append((place, *_reading(header.target)))

    @property
    def schema(self) -> pa.Schema:
        """Position, reason, fingerprint, and the recognised columns."""
        told = [("position", pa.int64()), ("reason", pa.string()), ("fingerprint", pa.string())]
        holders = [("holders", _elements_type("titulaires"))] if self._numbered else []
        return pa.schema(told + [(f"c{place}", kind) for place, kind, _ in self._readers] + holders)

    def batch(self, lines: Sequence[Line]) -> pa.RecordBatch:
        """The lines as one Arrow batch; a cell that cannot be read makes its line unreadable."""
        width = len(self.found)
        blank = [None] * width
        rows = [line.cells if line.reason is None else blank for line in lines]
        cells = list(zip(*rows, strict=True))
        reasons = [line.reason for line in lines]
        arrays = [_array(cells[place], kind, read, reasons) for place, kind, read in self._readers]
        if self._numbered:
            arrays.append(pa.array(self._holders(cells), _elements_type("titulaires")))
        if unread := [at for at, reason in enumerate(reasons) if reason and lines[at].reason is None]:
            again = [line if at not in set(unread) else Line(line.cells, reasons[at]) for at, line in enumerate(lines)]
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

    def _holders(self, cells: list[tuple[Any, ...]]) -> list[list[dict[str, Any]]]:
        """The holders of each line, in the order of their numbers."""
        groups = [
            {name: [cells[place] for place in places] for name, places in fields.items()}
            for fields in self._numbered.values()
        ]
        made: list[list[dict[str, Any]]] = [[] for _ in cells[0]]
        for group in groups:
            for at, holders in enumerate(made):
                said = {name: _first_of(column[at] for column in given) for name, given in group.items()}
                if any(value not in (None, EMPTY_MARK) for value in said.values()):
                    holders.append(said)
        return made

    def write(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Streams the batches through DuckDB into the file's rows."""
        connection = self.file.connection
        stream = pa.RecordBatchReader.from_batches(self.schema, self._watched(batches))
        connection.register("lines", stream)
        try:
            raw.copy(connection, columns.query(self.found, "lines"), self.file.made)
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


def write_csv(file: raw.File) -> str:
    """Writes the raw rows of a CSV file and answers its encoding. Raises `Trouble`.

    Delimiter and encoding are found once for the file; a line of another width is an unreadable row.
    """
    found = text_file.detect(file.source)
    path = text_file.as_utf8(file.source, found, file.made.with_suffix(".csv"))
    mark = found.mark if path == file.source else 0
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
        sign = text_file.delimiter(opened.read(1 << 16))
    first = next(text_file.records(path, mark, sign), None)
    if first is None:
        raise refusals.empty(file.name)
    if columns.is_headless(first.cells):
        table = _Table(file, columns.recognise(columns.NAMES))
        file.notes.append("Le fichier n'a pas d'en-tête : les colonnes sont reconnues à leur contenu, ligne par ligne.")
        lines: Iterator[Line] = map(_aligned, text_file.records(path, mark, sign))
    else:
        table = _Table(file, _checked(file, first.cells))
        lines = itertools.islice(text_file.records(path, mark, sign, width=len(first.cells)), 1, None)
    table.write(_csv_batches(table, lines))
    return found.name


def write_parquet(file: raw.File) -> str:
    """Writes the raw rows of a Parquet table; numbers, dates and booleans become text. Raises `Trouble`."""
    try:
        opened = pq.ParquetFile(file.source)
        table = _Table(file, _checked(file, opened.schema_arrow.names))
        table.write(_parquet_batches(table, opened))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise refusals.broken_table(file.name, refusals.plain(str(error)) or "Parquet") from None
    return "parquet"


def _checked(file: raw.File, names: Sequence[str]) -> list[Header | None]:
    """What the headers stand for; those that are not known are named in the notes."""
    found = columns.recognise(names)
    if not columns.is_table_of_contracts(found):
        raise refusals.no_column(file.name, list(names))
    unknown = [header or "(sans nom)" for header, known in zip(names, found, strict=True) if known is None]
    if unknown:
        shown = ", ".join(refusals.plain(header, 40) for header in unknown)
        file.notes.append(f"Colonnes non reconnues, non reprises : {shown}.")
    return found


def _aligned(line: Line) -> Line:
    if line.reason:
        return line
    placed, reason = columns.align(line.cells)
    return Line(line.cells, reason) if reason else Line(placed)


def _csv_batches(table: _Table, lines: Iterator[Line]) -> Iterator[pa.RecordBatch]:
    size, progress = table.file.source.stat().st_size, table.file.progress
    at_once = max(CELLS_AT_ONCE // max(len(table.found), 1), 1)
    while batch := list(itertools.islice(lines, at_once)):
        yield table.batch(batch)
        if progress:
            progress(min(table.position, size), 2 * size)


def _parquet_batches(table: _Table, opened: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    at_once = max(CELLS_AT_ONCE // max(len(table.found), 1), 1)
    for batch in opened.iter_batches(batch_size=at_once):
        lists = [_texts(column) for column in batch.columns]
        yield table.batch([Line(list(row)) for row in zip(*lists, strict=True)])
        if table.file.progress:
            table.file.progress(table.position, 2 * opened.metadata.num_rows)


def _texts(column: pa.Array) -> list[Any]:
    """The cells of a Parquet column as texts; a structure as JSON."""
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return [None if value is None else repair.encode({"v": value})[5:-1].decode() for value in column.to_pylist()]
    return list(column.cast(pa.string()).to_pylist())


def _array(column: Sequence[Any], kind: pa.DataType, read: Reader | None, reasons: list[str | None]) -> pa.Array:
    if kind == pa.string():
        return _without_blanks(pa.array(column if read is None else list(map(read, column)), kind))
    assert read is not None
    values = []
    for at, cell in enumerate(column):
        try:
            values.append(read(cell))
        except repair.Unreadable as error:
            reasons[at] = str(error)
            values.append(None)
    return pa.array(values, kind)


def _without_blanks(texts: pa.Array) -> pa.Array:
    empty = pc.is_in(pc.utf8_trim_whitespace(texts), value_set=pa.array(sorted(BLANKS)))
    return pc.if_else(empty, pa.scalar(None, pa.string()), texts)


def _reading(target: str) -> tuple[pa.DataType, Reader | None]:
    """The Arrow type of a target's cells, and what reads them (None: as they are)."""
    if target in LABELS:
        return pa.list_(pa.string()), _remembering(_labels)
    if target in columns.OBJECTS:
        kind = pa.struct([(name, pa.string()) for name in columns.OBJECTS[target]])
        return kind, _remembering(_party if target == "acheteur" else _location)
    if target == columns.ACT_HOLDERS:
        return _elements_type("concessionnaires"), _remembering(_holders_of)
    if target in columns.LISTS:
        return _elements_type(target), _remembering(_elements(target))
    return pa.string(), _alone if target.startswith(columns.HOLDER) else None


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


def _labels(cell: Any) -> list[str] | None:
    """The labels of a cell: `['A', 'B']`, `{"technique": ["A"]}`, `A, B` or `A`. None for an empty cell."""
    text = _filled(cell)
    if text is None:
        return None
    value = repair.literal(text) if text.startswith(("[", "{", "(")) else text
    if isinstance(value, str):
        return [part for part in _SEPARATORS.split(value) if part]
    fitted = repair.fit_texts(value)
    return [label for item in fitted if (label := _text(item)) is not None]


def _elements(name: str) -> Callable[[Any], list[dict[str, Any]] | None]:
    """How to read a cell that holds the list `name` (`titulaires`, `modifications`, …) as raw structs.
    The reader raises `repair.Unreadable`."""

    if name == "titulaires":
        return _holders_of

    def read(cell: Any) -> list[dict[str, Any]] | None:
        text = _filled(cell)
        if text is None or text.strip().casefold() in repair.NON_VALUES - {"[]"}:
            return None
        return _bare(repair.fit(text, CONTRACT[name], name), ELEMENTS[name])

    return read


def _holders_of(cell: Any) -> list[dict[str, Any]] | None:
    """The holders (or concession holders) in one cell; raises `repair.Unreadable`."""
    text = _filled(cell)
    if text is None or text.strip().casefold() in repair.NON_VALUES - {"[]"}:
        return None
    return _bare(repair.fit(text, _HOLDERS_SHAPE, "titulaires"), _HOLDERS)


def _party(cell: Any) -> dict[str, str | None] | None:
    """A buyer in one cell: `{'id': …, 'nom': …}`, or its bare identifier; raises `repair.Unreadable`."""
    text = _filled(cell)
    found = None if text is None else repair.fit(text, CONTRACT["acheteur"], "acheteur")
    return found and {field: _text(found.get(field)) for field in ("id", "nom")}


def _location(cell: Any) -> dict[str, str | None] | None:
    """A place in one cell: `{'code': …, 'typeCode': …}`, a code, or a name; raises `repair.Unreadable`."""
    text = _filled(cell)
    if text is None:
        return None
    if not text.startswith(("{", "[")):
        is_code = any(letter.isdigit() for letter in text) and len(text) <= 6
        return {"code": text if is_code else None, "typeCode": None, "nom": None if is_code else text}
    found = repair.fit(text, CONTRACT["lieuExecution"], "lieuExecution")
    return found and {field: _text(found.get(field)) for field in ("code", "typeCode", "nom")}


def _alone(cell: Any) -> Any:
    """`['ENGIE']` is ENGIE; any other cell is itself."""
    if isinstance(cell, str) and cell.startswith("["):
        if found := _ONE_TEXT.fullmatch(cell):
            return found[1]
        value = repair.literal(cell)
        if isinstance(value, list) and len(value) == 1:
            return _text(value[0])
    return cell


def _first_of(given: Iterable[Any]) -> str | None:
    """The first of some cells that is not empty, out of its brackets if it stands alone in them."""
    for cell in given:
        if isinstance(cell, str) and cell.strip() not in BLANKS:
            return _text(_alone(cell))
    return None


def _filled(cell: Any) -> str | None:
    """The text of a cell without the spaces around it; None where it is empty."""
    if cell is None:
        return None
    text = (cell if isinstance(cell, str) else repair.encode({"v": cell})[5:-1].decode()).strip()
    return None if text in BLANKS else text


def _bare(items: list[Any] | None, element: Element) -> list[dict[str, Any]] | None:
    """Fitted elements as raw structs, without those that say nothing."""
    if items is None:
        return None
    made = []
    for item in items:
        owners: list[Mapping[str, Any]] = [item[w] for w in element.wrappers if item.get(w)] + [item]
        fields = {name: _first(owners, sources) for name, sources in element.fields.items()}
        if any(value is not None for value in fields.values()):
            made.append(fields)
    return made


def _first(owners: list[Mapping[str, Any]], sources: tuple[str, ...]) -> Any:
    for source in sources:
        for owner in owners:
            value: Any = owner
            for step in source.split("."):
                value = value.get(step) if isinstance(value, dict) else None
            if source == "titulaires":
                if value is not None:
                    return _bare(value, _HOLDERS)
            elif (text := _text(value)) is not None:
                return text
    return None


def _text(value: Any) -> str | None:
    """A value as text; an empty one is none."""
    if isinstance(value, str):
        return None if value in BLANKS else value
    if value is None or value != value:
        return None
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else repair.encode({"v": value})[5:-1].decode()
