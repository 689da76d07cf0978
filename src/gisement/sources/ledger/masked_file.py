"""The masked file: a CSV that holds payment lines and the account of what was dropped. Nothing else is ever kept.

Its first column says what a line is (`payment` or `dropped`). A partner can open it in a spreadsheet program
before handing it over; `add ledger` reads it back without a mapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import duckdb
import pyarrow as pa
from pyarrow import csv

from gisement.sources.ledger.parsing import DROPPED, PAYMENT, columns_of, create_line
from gisement.store.unreadable import NO_MEMORY, too_little_memory
from gisement.terms import Reading, Trouble
from gisement.terms.mishap import unwritable

RECORD: Final = "ledger_record"
ADDED: Final = ("year", "reason", "lines_count", "amount_cents")
_ROW_GROUP: Final = 122_880
_WRITTEN: Final = {
    "amount_reported": "CASE WHEN amount_ht_cents IS NULL AND amount_ttc_cents IS NULL THEN amount_reported END",
    "date_reported": "CASE WHEN payment_date IS NULL AND invoice_date IS NULL THEN date_reported END",
}
_HASH: Final = "md5(concat_ws(chr(31), {parts})) AS record_hash"
_BATCH: Final = 100_000


def columns() -> tuple[str, ...]:
    """The header of a masked file."""
    return (RECORD, *columns_of(PAYMENT), *ADDED)


def is_masked(path: Path) -> bool:
    """Whether a file has the header of a masked file. Raises Trouble if a spreadsheet program has rewritten it."""
    header = _header()
    with path.open("rb") as file:
        start = file.read(len(header))
    if start == header:
        return True
    if RECORD.encode() in start[: len(RECORD) + 8]:
        raise Trouble(
            fr=f"{path.name} est un fichier masqué qu'un autre programme a réécrit : reprendre celui que « gisement "
            "prepare » a produit.",
            en=f"{path.name} is a masked file that another program has rewritten: take the one that 'gisement prepare' "
            "made.",
        )
    return False


class MaskedWriter:
    """Writes a masked file, which appears under its name when it is whole."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._part = target.with_name(f".{target.name}.part")
        self._schema = pa.schema([(name, pa.string()) for name in columns()])

    def __enter__(self) -> MaskedWriter:
        try:
            self._file = self._part.open("wb")
        except OSError as error:
            raise unwritable(self._target, error) from None
        self._file.write(_header())
        options = csv.WriteOptions(include_header=False, quoting_style="needed")
        self._writer = csv.CSVWriter(self._file, self._schema, write_options=options)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._writer.close()
        self._file.close()
        if kind is None:
            self._part.replace(self._target)
        else:
            self._part.unlink()

    def payments(self, lines: pa.Table) -> None:
        """Add payment lines."""
        self._write(lines, "payment")

    def dropped(self, rows: list[tuple[Any, ...]]) -> None:
        """Add the account of what was dropped."""
        if rows:
            columns = zip(*rows, strict=True)
            texts = ([None if value is None else str(value) for value in column] for column in columns)
            self._write(pa.table(dict(zip(columns_of(DROPPED), map(pa.array, texts), strict=True))), "dropped")

    def _write(self, lines: pa.Table, record: str) -> None:
        held = {name: lines.column(name).cast(pa.string()) for name in lines.column_names}
        blank = pa.nulls(lines.num_rows, pa.string())
        told = {RECORD: pa.repeat(pa.scalar(record), lines.num_rows)}
        self._writer.write_table(
            pa.table({name: told.get(name, held.get(name, blank)) for name in columns()}, schema=self._schema)
        )


def lines_of(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[None]:
    """Fill `line` with the next payment lines of a masked file, and hand over, until there are no more.

    They go through the rules again: a masked file that was edited cannot bring in what must not be kept.
    """
    _view(connection, path)
    with _damage_told(path.name):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE held AS SELECT * FROM masked WHERE {RECORD} = 'payment'")
    found = connection.execute("SELECT count(*) FROM held").fetchone()
    create_line(connection)
    for first in range(0, found[0] if found else 0, _BATCH):
        connection.execute("DELETE FROM line")
        listed = ", ".join(_typed(columns_of(PAYMENT)))
        part = f"SELECT * FROM held WHERE rowid >= {first} AND rowid < {first + _BATCH}"
        connection.execute(f"INSERT INTO line SELECT {listed}, false, NULL FROM ({part})")
        yield


def dropped_in(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[Any, ...]]:
    """The account of what was dropped, in a masked file."""
    _view(connection, path)
    listed = ", ".join(_typed(columns_of(DROPPED)))
    with _damage_told(path.name):
        found = connection.execute(f"SELECT {listed} FROM masked WHERE {RECORD} = 'dropped'").fetchall()
    if any(None in row[-3:] for row in found):  # reason, lines, cents
        raise _damaged(path.name)
    return found


def read_masked(path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    """Write `raw_payment` and `raw_payment_dropped` from a masked file. Raises Trouble if it is none.

    `record_hash` is the content of a line, its place in the file left out: a line that two exports hold is one.
    """
    if not is_masked(path):
        raise Trouble(
            fr=f"{name} n'est pas un fichier masqué : donner --mapping, ou passer par « gisement prepare ledger ».",
            en=f"{name} is no masked file: give --mapping, or go through 'gisement prepare ledger'.",
        )
    with _damage_told(name), duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        _view(connection, path)
        payments = _copy(connection, [_hash(), *_typed(columns_of(PAYMENT))], "payment", "position", targets[PAYMENT])
        _copy(connection, _typed(columns_of(DROPPED)), "dropped", "ALL", targets[DROPPED])
        dropped = dropped_in(connection, path)
    counts = {reason: sum(row[4] for row in dropped if row[3] == reason) for reason in sorted({r[3] for r in dropped})}
    return Reading(payments, counts.get("unreadable", 0), {"dropped": counts})


@contextmanager
def _damage_told(name: str) -> Iterator[None]:
    """A masked file that was cut or edited is refused with the line."""
    try:
        yield
    except NO_MEMORY:
        raise too_little_memory(name) from None
    except duckdb.Error as error:
        found = re.search(r"Line: (\d+)", str(error))
        raise _damaged(name, *((f" (ligne {found[1]})", f" (line {found[1]})") if found else ())) from None


def _damaged(name: str, fr: str = "", en: str = "") -> Trouble:
    return Trouble(
        fr=f"Le fichier masqué {name} est abîmé{fr} : reprendre celui que « gisement prepare » a produit.",
        en=f"The masked file {name} is damaged{en}: take the one that 'gisement prepare' made.",
    )


def _header() -> bytes:
    return ",".join(columns()).encode() + b"\n"


def _hash() -> str:
    """The content of a payment line: every cell but its number; how a value was written only where it was not read.

    (A workbook writes 1234.5 where a text writes 1 234,50: the same line of two exports has one content.)
    """
    parts = (f"coalesce({_WRITTEN.get(name, name)}, chr(30))" for name in columns_of(PAYMENT) if name != "position")
    return _HASH.format(parts=", ".join(parts))


def _copy(connection: duckdb.DuckDBPyConnection, columns: Sequence[str], record: str, order: str, target: Path) -> int:
    query = f"SELECT {', '.join(columns)} FROM masked WHERE {RECORD} = '{record}' ORDER BY {order}"
    options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP}"
    written = connection.execute(f"COPY ({query}) TO '{_escaped(target)}' ({options})").fetchone()
    return int(written[0]) if written else 0


def _view(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    kinds = ", ".join(f"'{name}': 'VARCHAR'" for name in columns())
    # Null is an empty cell, as the writer makes it: a quoted empty text does not occur.
    options = "header = true, delim = ',', quote = '\"', escape = '\"', new_line = '\\n', auto_detect = false"
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW masked AS SELECT * FROM read_csv('{_escaped(path)}', {options}, "
        f"columns = {{{kinds}}}, max_line_size = 1000000)"
    )


def _typed(columns: Mapping[str, str]) -> list[str]:
    return [name if kind == "VARCHAR" else f"TRY_CAST({name} AS {kind}) AS {name}" for name, kind in columns.items()]


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
