"""Parsed snapshots and the raw tables that the program gives itself: `raw/<table>/<snapshot>.parquet`."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from gisement.store import database
from gisement.store.code import code_stamp, known_digests
from gisement.store.unreadable import table_told
from gisement.store.workspace import Workspace, drop, put_in_place, write_atomically
from gisement.terms import Reading, Snapshot, Source, Trouble

OWN = database.OWN
MAGIC = b"PAR1"
LONGEST_NAME = 60
"""Letters of a name that came out of an archive, where it may be longer than a disk takes."""


def parse_once(
    workspace: Workspace, source: Source, snapshot: Snapshot, keep: Callable[[], object] = lambda: None
) -> Reading | None:
    """Read a snapshot into its raw tables, which appear when all are there; None if they were there already.

    `keep` puts in place a snapshot that is still on its way, before its tables. Raises Trouble, with the name
    of the file, where it cannot be read: no table is left of it.
    """
    targets = {table: workspace.raw / table / f"{snapshot.identifier}.parquet" for table in source.raw_tables}
    if all(is_whole(path) for path in targets.values()):
        keep()
        return None
    unfinished = {table: workspace.scratch / "raw" / f"{table}-{snapshot.identifier}" for table in targets}
    for path in (*targets.values(), *unfinished.values()):
        path.parent.mkdir(parents=True, exist_ok=True)
        drop(path)
    try:
        with table_told(snapshot.name):
            reading = source.read(snapshot.path, unfinished, snapshot.name)
    except Trouble as trouble:
        _drop_unfinished(workspace, snapshot)
        raise trouble.about(snapshot.name) from None
    keep()
    for table, path in unfinished.items():
        put_in_place(path, targets[table])
    return reading


def _drop_unfinished(workspace: Workspace, snapshot: Snapshot) -> None:
    for unfinished in (workspace.scratch / "raw").glob(f"*{snapshot.identifier}*"):
        drop(unfinished)


def is_whole(path: Path) -> bool:
    """Whether a Parquet file is there and ends as one does: not cut short, nor emptied by a failing disk.

    Of a folder of parts, whose names tell how many they are: whether each does.
    """
    if path.is_dir():
        parts = list(path.iterdir())
        return all(is_whole(part) and part.stem.endswith(f"-of-{len(parts):06}") for part in parts) and bool(parts)
    if not path.is_file() or path.stat().st_size < 2 * len(MAGIC):
        return False
    with path.open("rb") as reader:
        first = reader.read(len(MAGIC))
        reader.seek(-len(MAGIC), os.SEEK_END)
        return first == reader.read() == MAGIC


def forget_other_readers(workspace: Workspace) -> None:
    """Drop what another version of the readers parsed: it is read again from the snapshots, which never change."""
    mark, digest = workspace.raw / "readers.txt", known_digests(workspace)["readers"]
    known = mark.read_text(encoding="utf-8") if mark.is_file() else digest
    if known != digest:
        for path in workspace.raw.glob("*/*.parquet"):
            if path.stem != OWN:
                drop(path)
    if known != digest or not mark.is_file():
        write_atomically(mark, digest)


def give_file(workspace: Workspace, table: str, source: Path) -> None:
    """Put an embedded Parquet file in place as a raw table, if it is missing or another one."""
    target = workspace.raw / table / f"{OWN}.parquet"
    if target.is_file() and database.fingerprint(target) == database.fingerprint(source):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    shutil.copyfile(source, unfinished)
    put_in_place(unfinished, target)


def give_rows(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows known to the program as a raw table, if it is missing or holds others."""
    target = workspace.raw / table / f"{OWN}.parquet"
    columns = [column for column in database.schema(table) if column != "snapshot"]
    if target.is_file():
        listed = ", ".join(f'"{column}"' for column in columns)
        held = connection.execute(f"SELECT {listed} FROM read_parquet({database.literal(target)})").fetchall()
        if held == [tuple(row.get(column) for column in columns) for row in rows]:
            return
    database.write_rows(connection, table, rows, target)


def own_tables_untouched(workspace: Workspace) -> bool:
    """Whether the code, what the territory is declared to be, and every file are those that `know_own_tables` saw."""
    with suppress(OSError, ValueError, TypeError, KeyError):  # a file that is gone, a mark that cannot be read
        known = json.loads(_mark(workspace).read_text(encoding="utf-8"))
        return bool(known["files"] and known == _seen(workspace, known["files"]))
    return False


def know_own_tables(workspace: Workspace, tables: Iterable[str]) -> None:
    """Keep in mind how the files of these tables are, which are all that the program gives."""
    write_atomically(_mark(workspace), json.dumps(_seen(workspace, tables)))


def _seen(workspace: Workspace, tables: Iterable[str]) -> dict[str, Any]:
    status = {table: (workspace.raw / table / f"{OWN}.parquet").stat() for table in tables}
    return {
        "code": code_stamp(),
        "territory": (workspace.root / "territory.toml").read_text(encoding="utf-8"),
        # not the instants at which their state changed: they are those of a workspace that was copied
        "files": {table: [each.st_size, each.st_mtime_ns] for table, each in status.items()},
    }


def _mark(workspace: Workspace) -> Path:
    return workspace.scratch / "plans" / "own_tables.json"


def fresh_folder(workspace: Workspace, name: str) -> Path:
    """An empty folder in the scratch space."""
    folder = workspace.scratch / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@contextmanager
def work_folder(workspace: Workspace, *, outside: bool) -> Iterator[Path]:
    """An empty folder for what archives hold; outside of the workspace for files of which a part must not enter it."""
    if outside:
        with tempfile.TemporaryDirectory(prefix="gisement-") as private:
            yield Path(private)
        return
    folder = fresh_folder(workspace, "expanded")
    yield folder
    drop_folder(folder)


def named(file: Path, name: str, workdir: Path) -> Path:
    """A file that came out of an archive under its own name, which readers tell users."""
    if file.parent != workdir:
        return file
    (workdir / "named").mkdir(exist_ok=True)
    return file.rename(workdir / "named" / Path(name).name[-LONGEST_NAME:])


def drop_folder(folder: Path) -> None:
    """Delete a scratch folder, if it is still there."""
    shutil.rmtree(folder, ignore_errors=True)


def tidy(workspace: Workspace) -> None:
    """Delete what a killed command left unfinished; only for who holds the lock (downloads are kept: they resume)."""
    for folder in (workspace.root, workspace.tables, *workspace.raw.glob("*/"), workspace.scratch / "plans"):
        for unfinished in folder.glob(".*.part"):
            unfinished.unlink(missing_ok=True)
    for leftover in (workspace.scratch / "raw", workspace.scratch / "expanded", *workspace.scratch.glob("incoming-*")):
        shutil.rmtree(leftover, ignore_errors=True)


def sweep(workspace: Workspace) -> None:
    """Delete what engines of processes that are gone spilled (a page that is served keeps its folder)."""
    for leftover in workspace.scratch.glob("spill-*"):
        if not _is_running(leftover.name.split("-")[1]):
            shutil.rmtree(leftover, ignore_errors=True)


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except PermissionError:
        return True
    except (ProcessLookupError, ValueError):
        return False
    return True


def each_present(paths: Sequence[Path], absent: Callable[[Path], Exception]) -> None:
    """Raise what `absent` makes of the first path that does not exist."""
    for path in paths:
        if not path.exists():
            raise absent(path)
