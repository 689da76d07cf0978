"""What a source is: how a file that someone publishes becomes raw tables, and what must be said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Reading:
    """What a reader found in one file: records in all, those it could not read, and remarks in French."""

    records: int
    unreadable: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """One file as it was received: never altered, named by its content."""

    identifier: str
    kind: str
    name: str
    path: Path
    sha256: str
    size: int
    card: Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """A kind of file that `add` accepts and the raw tables it feeds.

    `read(snapshot, targets, progress)` writes one Parquet file per raw table, at `targets[table]`.
    `prepare(file, target, mapping, buyer)`, where there is one, writes at `target` what may be kept of a file: it runs
    before the snapshot is taken, so that the original never enters the workspace. `reads_workbooks`: a file may be a
    workbook (XLSX, ODS), which is an archive to others.
    """

    kind: str
    raw_tables: tuple[str, ...]
    read: Callable[[Path, Mapping[str, Path], str], Reading]
    card: str
    prepare: Callable[[Path, Path, Path | None, str | None], Any] | None = None
    reads_workbooks: bool = False
