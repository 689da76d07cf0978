"""Reads one DECP file of any format into one Parquet file of raw rows."""

from __future__ import annotations

import mmap
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from gisement.sources.decp import encoding, raw, refusals
from gisement.sources.decp.chunks import Chunks, RawRows
from gisement.sources.decp.json_file import JsonFile
from gisement.sources.decp.report import Progress, ReadReport
from gisement.terms import Trouble

_PARQUET = b"PAR1"
_UNREADABLE = (b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x7fELF")


@dataclass
class _Task:
    source: Path
    name: str
    workdir: Path
    made: Path
    connection: duckdb.DuckDBPyConnection
    progress: Progress | None
    threads: int
    notes: list[str] = field(default_factory=list)

    def rows(self) -> RawRows:
        self.connection.execute("SET threads = 1")
        return RawRows(self.connection, self.workdir, threads=self.threads)


def recognise(path: Path, *, name: str | None = None) -> str:
    """The format of a file by its content: `json`, `xml`, `csv` or `parquet`. Raises Trouble for another."""
    shown = name or path.name
    if not path.is_file():
        raise refusals.not_a_file(shown)
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise _lack(shown, error) from None
    if head[:4] == _PARQUET:
        return "parquet"
    if head.startswith(_UNREADABLE):
        raise refusals.unknown_format(shown)
    found = encoding.detect(path)
    text = encoding.decode(head[found.mark :], found).lstrip()
    if not text:
        raise refusals.empty(shown)
    if text[0] == "<":
        return "xml"
    if text[0] == "{" or (text[0] == "[" and not text.startswith("['")):
        return "json"
    return "csv"


def read(
    source: Path,
    target: Path,
    *,
    name: str | None = None,
    progress: Progress | None = None,
    threads: int = 2,
    memory: str = "2500MB",
) -> ReadReport:
    """Writes the raw rows of `source` as `target`, a Parquet file or, if they are many, a folder of several.

    One row per record or line (columns of `raw_decp`); every value is the text published, an empty one is null.
    `name` is what users are shown in messages. `target` appears whole or not at all. Raises `Trouble` where
    the file is broken or holds no DECP contract.
    """
    shown = name or source.name
    kind = recognise(source, name=shown)
    with tempfile.TemporaryDirectory(prefix=".decp-", dir=target.parent) as folder:
        workdir = Path(folder)
        with raw.connect(workdir, threads=threads, memory=memory) as connection:
            task = _Task(source, shown, workdir, workdir / "made", connection, progress, threads)
            try:
                used = _READERS[kind](task)
                report = _report(task, used)
            except (duckdb.OutOfMemoryException, duckdb.IOException, OSError, MemoryError) as error:
                raise _lack(shown, error) from None
            os.replace(task.made, target)
    if progress:
        progress(2 * source.stat().st_size, 2 * source.stat().st_size)
    return report


NO_ROOM = ("space", "File too large", "quota")


def _lack(name: str, error: Exception) -> Trouble:
    reason = refusals.plain(str(error)) or type(error).__name__
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError) or any(word in reason for word in NO_ROOM):
        return refusals.no_room(name, reason)
    return refusals.broken_table(name, reason)


def _report(task: _Task, used: str) -> ReadReport:
    records, unreadable, concessions, main = raw.count(task.connection, task.made)
    return ReadReport(records, unreadable, concessions, main, used, tuple(task.notes))


def _json(task: _Task) -> str:
    found = encoding.detect(task.source)
    path = encoding.as_utf8(task.source, found, task.workdir / "utf8.json")
    with task.rows() as rows:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            document = JsonFile(task.name, data, Chunks(rows), task.progress, task.notes)
            document.split(found.mark if path == task.source else 0)
        rows.finish(task.made)
    return found.name


def _xml(task: _Task) -> str:
    from gisement.sources.decp import xml  # lxml and pyarrow wait until a file needs them

    found = encoding.detect(task.source)
    with task.source.open("rb") as file:
        declared = xml.declared_encoding(file.read(1024))
    with task.rows() as rows:
        chunks = Chunks(rows)
        if found.name == "cp1252" and declared == "utf-8":
            path = encoding.as_utf8(task.source, found, task.workdir / "utf8.xml")
            xml.split(path, task.name, chunks, task.notes, task.progress, encoding="utf-8")
            declared = found.name
        else:
            declared = xml.split(task.source, task.name, chunks, task.notes, task.progress)
        rows.finish(task.made)
    return declared


def _csv(task: _Task) -> str:
    from gisement.sources.decp import tabular

    return tabular.csv_to_parquet(task.source, task.name, task.connection, task.made, task.notes, task.progress)


def _parquet(task: _Task) -> str:
    from gisement.sources.decp import tabular

    return tabular.parquet_to_parquet(task.source, task.name, task.connection, task.made, task.notes, task.progress)


_READERS = {"json": _json, "xml": _xml, "csv": _csv, "parquet": _parquet}
