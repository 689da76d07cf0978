"""Records on their way to DuckDB: newline-delimited JSON files of a bounded size, and their Parquet.

While records are cut into the next chunks, DuckDB reads the last ones in threads beside.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final

import duckdb
import msgspec

from gisement.sources.decp import raw, record, refusals, repair

SIZE: Final = 8 << 20
"""Bytes of a chunk: small, so that one odd record sends few others to the slow path."""
LARGEST: Final = 8 << 20
"""Bytes of the largest record that is read (contracts have about 1,200)."""

SAMPLE: Final = 200
"""The first records, whose unknown fields are told."""

REFUSED: Final = (duckdb.InvalidInputException, duckdb.ConversionException)
"""What DuckDB raises for a record of another shape; a full disk or memory is not that."""

AT_ONCE: Final = 48 << 20
"""Bytes of the chunks that DuckDB reads at once: about one row group."""

_TOO_LARGE: Final = "Enregistrement de plus de 8 Mo : trop grand pour un contrat."


def _lines(records: Iterable[Any], kind: str | None, before: int) -> bytes:
    """The lines of records, of which the first follows `before` others."""
    head = b'{"p":%%d,"k":"%s","r":' % kind.encode() if kind else b'{"p":%d,"r":'
    parts: list[Any] = []
    for number, each in enumerate(records, before + 1):
        parts += (head % number, each, b"}\n")
    return b"".join(parts)


def _has_lines(text: bytes, count: int) -> bool:
    """Whether the last of `count` line breaks ends a text: `bytes.count` looks at each byte, `find` does not."""
    end = -1
    for _ in range(count):
        end = text.find(b"\n", end + 1)
    return end == len(text) - 1 and b"\r" not in text


def on_one_line(text: bytes) -> bytes:
    """Sound JSON on one line: there, a line break is only ever white space between values."""
    return text.translate(_ONE_LINE) if b"\n" in text or b"\r" in text else text


_ONE_LINE: Final = bytes.maketrans(b"\r\n", b"  ")


def _repaired(position: int, kind: str | None, published: bytes) -> bytes:
    """The line of a record after the slow path: made to fit, or with the reason why it cannot be read."""
    try:
        if len(published) > LARGEST:
            raise repair.Unreadable(_TOO_LARGE)
        return _line(p=position, k=kind, r=repair.repair(published.decode("utf-8", "replace")))
    except repair.Unreadable as reason:
        return _unread(position, kind, published, str(reason))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        return _unread(position, kind, published, f"Enregistrement illisible ({refusals.plain(str(error))}).")


def _unread(position: int, kind: str | None, published: bytes, reason: str) -> bytes:
    return _line(p=position, k=kind, u=reason, h=hashlib.md5(published, usedforsecurity=False).hexdigest())


def _line(**told: Any) -> bytes:
    return repair.encode(told) + b"\n"


class Chunks:
    """Lines of records, numbered from 1 in the order they come, on their way into Parquet files.

    DuckDB reads some chunks at once, in threads, as they are written. Used in a `with`, which at its end leaves no
    thread behind, whatever happened. Each of the file's threads reads in one thread of the engine.
    """

    def __init__(self, file: raw.File) -> None:
        file.connection.execute("SET threads = 1")
        self.count = 0
        self.sample: list[bytes] = []
        self._file = file
        self._numbers = itertools.count()
        self._chunks: list[Path] = []
        self._lines: BinaryIO | None = None
        self._written = 0
        self._size = 0
        self._pool = ThreadPoolExecutor(file.threads)
        self._running: deque[Future[list[Path]]] = deque()
        self._parts: list[Path] = []

    def __enter__(self) -> Chunks:
        """Itself: threads begin with the first chunk."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._pool.shutdown(cancel_futures=True)

    def take(self, records: Sequence[Any], kind: str | None) -> None:
        """Takes well-formed records (bytes-like)."""
        self._sample(records)
        lines = _lines(records, kind, self.count)
        if not _has_lines(lines, len(records)):
            lines = _lines([on_one_line(bytes(each)) for each in records], kind, self.count)
        self.count += len(records)
        self._put(lines)

    def repair(self, published: bytes, kind: str | None) -> None:
        """Takes a record that is not well-formed: repaired, or named as unreadable."""
        self._sample([published])
        self.count += 1
        self._put(_repaired(self.count, kind, published))

    def fit(self, fitted: dict[str, Any], kind: str | None) -> None:
        """Takes a decoded record that already has the published structure."""
        self.count += 1
        self._put(_line(p=self.count, k=kind, r=fitted))

    def _sample(self, records: Sequence[Any]) -> None:
        if (wanted := SAMPLE - len(self.sample)) > 0:
            self.sample += [bytes(each) for each in records[:wanted]]

    def _put(self, lines: bytes) -> None:
        """Takes lines, written at once so that none wait in memory; raises what became of those before."""
        if self._lines is None:
            self._chunks.append(self._file.workdir / f"{next(self._numbers):06}.ndjson")
            self._lines = self._chunks[-1].open("wb")
        self._written += self._lines.write(lines)
        if self._written >= SIZE:
            self._close()
            if self._size >= AT_ONCE:
                self._hand_on()

    def finish(self) -> None:
        """Writes the rows of all chunks where the file's are made, in their order: a Parquet file, or several."""
        self._close()
        if self._chunks:
            self._hand_on()
        while self._running:
            self._parts += self._running.popleft().result()
        target = self._file.made
        if not self._parts:
            none = self._file.workdir / "none.ndjson"
            none.touch()
            self._parts = [_written(self._file.connection, [none])]
        if len(self._parts) == 1:
            self._parts[0].replace(target)
        else:
            target.mkdir()
            for number, part in enumerate(self._parts):
                part.replace(target / f"{number:06}-of-{len(self._parts):06}.parquet")

    def _close(self) -> None:
        if self._lines:
            self._lines.close()
            self._lines = None
            self._size += self._written
            self._written = 0

    def _hand_on(self) -> None:
        # What waits is bounded: Python cuts faster than DuckDB reads, and each chunk takes room on the disk.
        while len(self._running) > self._file.threads:
            self._parts += self._running.popleft().result()
        self._running.append(self._pool.submit(_read, self._file.connection.cursor(), self._chunks))
        self._chunks, self._size = [], 0


def _read(connection: duckdb.DuckDBPyConnection, chunks: Sequence[Path]) -> list[Path]:
    """The parts of chunks read at once, or one by one where a record is odd; they are deleted."""
    with connection:
        try:
            parts = [_written(connection, chunks)]
        except REFUSED:
            parts = [part for path in chunks for part in _parts(connection, path)]
    for path in chunks:
        path.unlink()
    return parts


def _written(connection: duckdb.DuckDBPyConnection, chunks: Sequence[Path]) -> Path:
    part = chunks[0].with_suffix(".parquet")
    raw.copy(connection, record.query(chunks), part)
    return part


def _parts(connection: duckdb.DuckDBPyConnection, path: Path) -> list[Path]:
    try:
        return [_written(connection, [path])]
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
    return line if read.u is not None else _repaired(read.p, read.k, bytes(read.r))


def _surely(connection: duckdb.DuckDBPyConnection, path: Path) -> list[Path]:
    """The parts of repaired lines; one that DuckDB still refuses is found by halving, and is unreadable."""
    try:
        return [_written(connection, [path])]
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
