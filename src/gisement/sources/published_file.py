"""How a large published table is opened, whatever its wrapping: Parquet, CSV, gzip of CSV, zip of CSV.

Snapshots have no extension, so the first bytes decide. A CSV inside a zip is streamed: it is never
unpacked on the disk.
"""

from __future__ import annotations

import csv
import gzip
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from gisement.store.sql_text import literal
from gisement.terms.trouble import Trouble

if TYPE_CHECKING:
    import duckdb

_DELIMITERS = ",;\t|"
_SAMPLE_BYTES = 1 << 20
_STREAM_BLOCK_BYTES = 8 << 20
_MAXIMUM_LINE_BYTES = 16 << 20


@dataclass
class Published:
    """An opened table: its headers as published, and the SQL relation of its rows (text, for a CSV)."""

    headers: tuple[str, ...]
    relation: str
    skipped: list[str] = field(default_factory=list)

    def column(self, synonyms: tuple[str, ...]) -> str | None:
        """The published header among `synonyms` (compared without case, accents and separators), or None."""
        known = {plain(header): header for header in reversed(self.headers)}
        return next((known[synonym] for synonym in synonyms if synonym in known), None)


def plain(header: str) -> str:
    """A header in comparable form, without case, accents, spaces and signs: `Durée mois ` gives `dureemois`."""
    bare = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]", "", bare)


def whole_letters(text: str) -> str:
    """A text in which each half of a letter, which JSON may hold and DuckDB does not, is a question mark."""
    return text.encode("utf-8", "replace").decode()


def file_kind(source: Path) -> str:
    """`parquet`, `zip`, `gzip`, `json` or `csv`, from the first bytes."""
    with source.open("rb") as reader:
        start = reader.read(64)
    for magic, kind in ((b"PAR1", "parquet"), (b"PK\x03\x04", "zip"), (b"\x1f\x8b", "gzip")):
        if start.startswith(magic):
            return kind
    return "json" if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[") else "csv"


@contextmanager
def published(connection: duckdb.DuckDBPyConnection, source: Path) -> Iterator[Published]:
    """The table in `source`, readable on `connection` while open. Raises Trouble if it is no table."""
    kind = file_kind(source)
    if kind == "parquet":
        relation = f"read_parquet({literal(source)})"
        rows = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        yield Published(tuple(row[0] for row in rows), relation)
    elif kind == "zip":
        with zipfile.ZipFile(source) as archive, archive.open(_member(archive, source)) as stream:
            yield _streamed(connection, source, archive, stream)
    elif kind == "json":
        raise _no_table(source)
    else:
        yield _csv(source, kind)


def unreadable_lines(connection: duckdb.DuckDBPyConnection, table: Published) -> int:
    """How many lines of `table` had not as many fields as its header; to call once it has been read."""
    rejects = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'"
    found = connection.execute(rejects).fetchone()
    if not found or not found[0]:
        return len(table.skipped)
    lines = connection.execute("SELECT count(DISTINCT line) FROM reject_errors").fetchone()
    return len(table.skipped) + (int(lines[0]) if lines else 0)


def _csv(source: Path, kind: str) -> Published:
    with gzip.open(source) if kind == "gzip" else source.open("rb") as stream:
        sample = stream.read(_SAMPLE_BYTES)
    text, encoding = _decode(sample)
    headers, delimiter = _headers(text, source)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in headers)
    relation = (
        f"read_csv({literal(source)}, columns = {{{columns}}}, header = true, auto_detect = false,"
        f" delim = {literal(delimiter)}, quote = '\"', escape = '\"', encoding = '{encoding}',"
        f" compression = '{'gzip' if kind == 'gzip' else 'none'}', max_line_size = {_MAXIMUM_LINE_BYTES},"
        " strict_mode = true, store_rejects = true)"
    )
    return Published(headers, relation)


def _streamed(
    connection: duckdb.DuckDBPyConnection, source: Path, archive: zipfile.ZipFile, stream: IO[bytes]
) -> Published:
    """The CSV inside a zip, as a stream of batches that DuckDB pulls once."""
    from pyarrow import ArrowInvalid, string  # a tenth of a second to load, which only a zip is worth
    from pyarrow import csv as arrow_csv

    with archive.open(_member(archive, source)) as start:
        text, encoding = _decode(start.read(_SAMPLE_BYTES))
    headers, delimiter = _headers(text, source)
    table = Published(headers, "published_stream")

    def skip(row: Any) -> str:
        table.skipped.append(str(row.number))
        return "skip"

    read = arrow_csv.ReadOptions(
        column_names=list(headers), skip_rows=1, encoding=encoding, block_size=_STREAM_BLOCK_BYTES
    )
    parse = arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip)
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(headers, string()), strings_can_be_null=True, null_values=[""]
    )
    try:
        reader = arrow_csv.open_csv(stream, read_options=read, parse_options=parse, convert_options=convert)
    except ArrowInvalid:  # a header and nothing under it, or bytes of another encoding
        raise _no_table(source) from None
    connection.register(table.relation, reader)
    return table


def _member(archive: zipfile.ZipFile, source: Path) -> str:
    """The largest CSV of a zip (notices and readmes come along)."""
    members = [m for m in archive.infolist() if m.filename.lower().endswith((".csv", ".txt"))]
    if not members:
        raise Trouble(
            fr=f"L'archive {source.name} ne contient pas de fichier CSV : donner le CSV ou le Parquet.",
            en=f"Archive {source.name} holds no CSV file: give the CSV or the Parquet file.",
        )
    return max(members, key=lambda member: member.file_size).filename


def _decode(sample: bytes) -> tuple[str, str]:
    """The sample as text and its encoding; a character cut by its end is no proof of another."""
    try:
        return sample[: sample.rfind(b"\n") + 1 or None].decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return sample.decode("latin-1"), "latin-1"


def _headers(text: str, source: Path) -> tuple[tuple[str, ...], str]:
    first = text.partition("\n")[0].rstrip("\r")
    delimiter = max(_DELIMITERS, key=first.count)
    names = next(csv.reader([first], delimiter=delimiter), [])
    if len(names) < 2:
        raise _no_table(source)
    seen: Mapping[str, int] = {}
    unique = []
    for name in names:
        seen = {**seen, name: seen.get(name, 0) + 1}
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return tuple(unique), delimiter


def _no_table(source: Path) -> Trouble:
    return Trouble(
        fr=f"Le fichier {source.name} n'est pas un tableau lisible : donner un CSV (virgule ou point-virgule,"
        " avec en-têtes) ou un Parquet.",
        en=f"File {source.name} is no readable table: give a CSV (comma or semicolon, with headers) or a Parquet file.",
    )
