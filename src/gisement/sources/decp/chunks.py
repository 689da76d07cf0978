"""Records on their way to DuckDB: newline-delimited JSON files of a bounded size, and their Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from gisement.sources.decp import raw, record_sql, refusals, shapes
from gisement.store.sql_text import literal

SIZE: Final = 8 << 20
"""Bytes of a chunk: small, so that one odd record sends few others to the slow path."""
LARGEST: Final = 8 << 20
"""Bytes of the largest record that is read (contracts have about 1,200)."""

REFUSED: Final = (duckdb.InvalidInputException, duckdb.ConversionException)
"""What DuckDB raises for a record of another shape; a full disk or memory is not that."""

_BUFFER: Final = 1 << 20
_TOO_LARGE: Final = "Enregistrement de plus de 8 Mo : trop grand pour un contrat."


@dataclass
class Chunks:
    """Lines of records in files of a folder, numbered from 1 in the order they come."""

    folder: Path
    paths: list[Path] = field(default_factory=list)
    count: int = 0
    sample: list[bytes] = field(default_factory=list)
    _lines: list[bytes] = field(default_factory=list)
    _waiting: int = 0

    def take(self, records: Sequence[Any], kind: str | None, size: int) -> None:
        """Takes well-formed records (bytes-like, no line break in them), `size` bytes in all."""
        head = b'{"p":%%d,"k":"%s","r":' % kind.encode() if kind else b'{"p":%d,"r":'
        self._sample(records)
        lines = self._lines
        for number, record in enumerate(records, self.count + 1):
            lines += (head % number, record, b"}\n")
        self.count += len(records)
        self._full(size)

    def repair(self, record: bytes, kind: str | None) -> None:
        """Takes a record that is not well-formed: repaired, or named as unreadable."""
        self._sample([record])
        self.count += 1
        line = repaired(self.count, kind, record)
        self._lines.append(line)
        self._full(len(line))

    def fit(self, record: dict[str, Any], kind: str | None) -> None:
        """Takes a decoded record that already has the published structure."""
        self.count += 1
        line = shapes.encode({"p": self.count, "k": kind, "r": record}) + b"\n"
        self._lines.append(line)
        self._full(len(line))

    def close(self) -> None:
        """Write the lines that are left, as the last file."""
        if self._lines:
            self._flush()

    def _sample(self, records: Sequence[Any]) -> None:
        if len(self.sample) < 200:
            self.sample += [bytes(record) for record in records[:200]]

    def _full(self, size: int) -> None:
        self._waiting += size
        if self._waiting >= SIZE:
            self._flush()

    def _flush(self) -> None:
        path = self.folder / f"{len(self.paths):06}.ndjson"
        with path.open("wb", buffering=_BUFFER) as out:
            out.writelines(self._lines)
        self.paths.append(path)
        self._lines.clear()
        self._waiting = 0


def repaired(position: int, kind: str | None, record: bytes) -> bytes:
    """The line of a record after the slow path: made to fit, or with the reason why it cannot be read."""
    try:
        if len(record) > LARGEST:
            raise shapes.Unreadable(_TOO_LARGE)
        fitted = shapes.repair(record.decode("utf-8", "replace"))
        return shapes.encode({"p": position, "k": kind, "r": fitted}) + b"\n"
    except shapes.Unreadable as reason:
        return _unread(position, kind, record, str(reason))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        return _unread(position, kind, record, f"Enregistrement illisible ({refusals.plain(str(error))}).")


def _unread(position: int, kind: str | None, record: bytes, reason: str) -> bytes:
    print_ = hashlib.md5(record, usedforsecurity=False).hexdigest()
    return shapes.encode({"p": position, "k": kind, "u": reason, "h": print_}) + b"\n"


def to_parquet(connection: duckdb.DuckDBPyConnection, chunks: Chunks, target: Path) -> None:
    """Writes the raw rows of all chunks into `target`: at once, or by chunk where one has odd records."""
    if not chunks.paths:
        raw.copy(connection, record_sql.query([_empty(chunks.folder)]), target)
        return
    try:
        raw.copy(connection, record_sql.query(chunks.paths), target)
        return
    except REFUSED:
        pass
    parts = []
    for path in chunks.paths:
        parts += _parts(connection, path)
    named = ", ".join(literal(part) for part in parts)
    raw.copy(connection, f"SELECT * FROM read_parquet([{named}])", target)


def _empty(folder: Path) -> Path:
    path = folder / "none.ndjson"
    path.touch()
    return path


def _parts(connection: duckdb.DuckDBPyConnection, path: Path) -> list[Path]:
    part = path.with_suffix(".parquet")
    try:
        raw.copy(connection, record_sql.query([path]), part)
        return [part]
    except REFUSED:
        pass
    slow = path.with_suffix(".slow.ndjson")
    with path.open("rb") as lines, slow.open("wb") as out:
        out.writelines(_repaired_line(line) for line in lines)
    return _surely(connection, slow)


class _Line(msgspec.Struct):
    p: int
    k: str | None = None
    u: str | None = None
    r: msgspec.Raw = msgspec.Raw(b"null")


def _repaired_line(line: bytes) -> bytes:
    read = msgspec.json.decode(line, type=_Line)
    return line if read.u is not None else repaired(read.p, read.k, bytes(read.r))


def _surely(connection: duckdb.DuckDBPyConnection, path: Path) -> list[Path]:
    """The parts of repaired lines; one that DuckDB still refuses is found by halving, and is unreadable."""
    part = path.with_suffix(".parquet")
    try:
        raw.copy(connection, record_sql.query([path]), part)
        return [part]
    except REFUSED as error:
        lines = path.read_bytes().split(b"\n")[:-1]
        if len(lines) == 1:
            read = msgspec.json.decode(lines[0], type=_Line)
            reason = f"Enregistrement illisible ({refusals.plain(str(error))})."
            path.write_bytes(_unread(read.p, read.k, bytes(read.r), reason))
            return _surely(connection, path)
    parts = []
    for name, half in (("a", lines[: len(lines) // 2]), ("b", lines[len(lines) // 2 :])):
        piece = path.with_suffix(f".{name}.ndjson")
        piece.write_bytes(b"".join(line + b"\n" for line in half))
        parts += _surely(connection, piece)
    return parts
