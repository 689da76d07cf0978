"""Reads one DECP file of any format into one Parquet file of raw rows."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

import duckdb

from gisement.sources import text_file
from gisement.sources.decp import json, raw, refusals
from gisement.terms import Trouble

_PARQUET: Final = b"PAR1"
_UNREADABLE: Final = (b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x7fELF")
_NO_ROOM: Final = ("space", "File too large", "quota")


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
    found = text_file.detect(path)
    text = text_file.decode(head[found.mark :], found).lstrip()
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
    progress: raw.Progress | None = None,
    threads: int = 2,
    memory: str = "2500MB",
) -> raw.ReadReport:
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
            file = raw.File(source, shown, workdir, connection, progress, threads)
            try:
                report = raw.report(file, _write(file, kind))
            except (duckdb.OutOfMemoryException, duckdb.IOException, OSError, MemoryError) as error:
                raise _lack(shown, error) from None
            os.replace(file.made, target)
    if progress:
        progress(2 * source.stat().st_size, 2 * source.stat().st_size)
    return report


def _write(file: raw.File, kind: str) -> str:
    """Writes the rows of a file of a known format, and answers its encoding."""
    if kind == "json":
        return json.write(file)
    if kind == "xml":
        from gisement.sources.decp import xml  # lxml and pyarrow wait until a file needs them

        return xml.write(file)
    from gisement.sources.decp import tables

    return tables.write_csv(file) if kind == "csv" else tables.write_parquet(file)


def _lack(name: str, error: Exception) -> Trouble:
    reason = refusals.plain(str(error)) or type(error).__name__
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError) or any(word in reason for word in _NO_ROOM):
        return refusals.no_room(name, reason)
    return refusals.broken_table(name, reason)
