"""One release to read from beginning to end, and the file that a server reads, whatever a build does meanwhile.

A build never writes into a table: it puts another file in its place. Who holds the former file by another name goes on
reading it, and the space is given back when that name goes, with the reader's scratch folder. What a server reads is a
copy of what may be shown, opened read-only and shut off from all other files.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from gisement.catalog import raw_tables, tables
from gisement.store import database
from gisement.store.workspace import Workspace
from gisement.terms import Trouble

_CODE = hashlib.sha256
TRIES = 20


def release_of(workspace: Workspace) -> str:
    """Twelve characters that name the content of the built tables: same content, same release."""
    digest = _CODE()
    for name in sorted(tables()):
        lineage = database.read_lineage(workspace, name) or {}
        digest.update(f"{name}={lineage.get('content', '')}\n".encode())
    return digest.hexdigest()[:12]


def whole_release(workspace: Workspace) -> str:
    """The release, if each table was made from the tables beside it; raises Trouble while a build replaces them."""
    known = {name: database.read_lineage(workspace, name) for name in tables()}
    for lineage in filter(None, known.values()):
        for name, content in lineage["inputs"].items():
            if name in known and (known[name] or {}).get("content") != content:
                raise unsettled()
    return release_of(workspace)


def is_behind(workspace: Workspace) -> bool:
    """Whether files were added or removed since the tables were built: figures do not hold them yet."""
    for lineage in filter(None, (database.read_lineage(workspace, name) for name in tables())):
        for name, read in lineage["inputs"].items():
            if name in raw_tables() and set(read) != {path.stem for path in (workspace.raw / name).glob("*.parquet")}:
                return True
    return False


def unsettled() -> Trouble:
    """What is told of tables of which some are of one release, some of another."""
    return Trouble(
        fr="Les tables ne vont pas ensemble : une construction est en cours ou s'est arrêtée. Attendre sa fin, ou "
        "lancer « gisement build ».",
        en="The tables do not belong together: a build is at work, or was stopped. Wait for its end, or run "
        "'gisement build'.",
    )


def served_file(workspace: Workspace, copies: Mapping[str, str], inputs: tuple[str, ...]) -> Path:
    """The file of these copies (name → SELECT over `inputs`), made if these tables and SELECTs have none yet.

    Files of former releases go: they are a cache, in the scratch folder.
    """
    _as_declared(workspace, inputs)
    asked = _CODE("\n".join(f"{name}={sql}" for name, sql in copies.items()).encode()).hexdigest()[:8]
    release = whole_release(workspace)
    kept = workspace.scratch / f"served-{release}-{asked}.duckdb"
    if kept.is_file():
        return kept
    unfinished = kept.with_name(f".{kept.name}.{os.getpid()}.part")
    unfinished.unlink(missing_ok=True)
    connection = database.connect(workspace)
    for name in inputs:
        connection.execute(f'CREATE VIEW "{name}" AS {database.view_sql(workspace, name)}')
    connection.execute(f"ATTACH {database.literal(unfinished)} AS served")
    for name, sql in copies.items():
        connection.execute(f'CREATE TABLE served."{name}" AS {sql}')
    connection.execute("DETACH served")
    connection.close()
    if whole_release(workspace) != release:
        unfinished.unlink()  # a build went on meanwhile: some tables are of one release, some of another
        raise unsettled()
    unfinished.replace(kept)
    for former in workspace.scratch.glob(f"served-*-{asked}.duckdb"):
        if former != kept:
            former.unlink(missing_ok=True)
    return kept


def _as_declared(workspace: Workspace, names: Iterable[str]) -> None:
    """Raise Trouble for a table that an older version built, without a column that pages now read."""
    from pyarrow import parquet  # a command that reads no figure goes without

    for name in sorted(tables().keys() & set(names)):
        path = database.table_path(workspace, name)
        if path.is_file() and not tables()[name].schema.keys() <= set(parquet.read_schema(path).names):
            raise Trouble(
                fr=f"La table {name} est d'une version plus ancienne de Gisement : lancer d'abord « gisement build ».",
                en=f"The table {name} was built by an older version of Gisement: run 'gisement build' first.",
            )


def open_served(path: Path, memory: str, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A connection that can write nothing, read no other file, and be given no other setting."""
    connection = duckdb.connect(
        str(path), read_only=True, config={"memory_limit": memory, **({"threads": threads} if threads else {})}
    )
    (is_locked,) = connection.execute("SELECT current_setting('lock_configuration')").fetchall()[0]
    if is_locked:  # this file is served twice in one process, and DuckDB shares what it set the first time
        return connection
    connection.execute("SET disabled_optimizers = 'in_clause'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def held_still(workspace: Workspace, folder: Path) -> Workspace:
    """The same workspace, whose tables no build changes; as it is where the disk gives a file no second name."""
    for attempt in range(TRIES):
        place = folder / f"tables-{attempt}"
        place.mkdir(parents=True)
        try:
            is_same = _hold(workspace.tables, place)
        except OSError:
            shutil.rmtree(place, ignore_errors=True)
            return workspace
        if is_same:
            return replace(workspace, held=place)
        shutil.rmtree(place, ignore_errors=True)
    raise unsettled()


def let_go(workspace: Workspace) -> None:
    """Give back what a reader held."""
    if workspace.held:
        shutil.rmtree(workspace.held, ignore_errors=True)


def check_settled(workspace: Workspace, table: str) -> None:
    """Raise Trouble unless a table was made from the very tables beside it, and these from theirs."""
    waiting = {table: ""}
    seen: dict[str, Any] = {}
    while waiting:
        name, wanted = waiting.popitem()
        if name not in seen:
            seen[name] = database.read_lineage(workspace, name)
            # of a raw table, what went in is told file by file, not as one content
            inputs = seen[name]["inputs"] if seen[name] else {}
            waiting |= {made_from: content for made_from, content in inputs.items() if isinstance(content, str)}
        if seen[name] is None or wanted not in ("", seen[name]["content"]):
            raise unsettled()


def _hold(tables: Path, place: Path) -> bool:
    """Link every file; False if one was replaced meanwhile.

    A lineage goes before its table is replaced, and comes after: one that is still there when its table has been linked
    is of that very table.
    """
    for lineage in sorted(tables.glob("*.lineage.json")):
        name = lineage.name.removesuffix(".lineage.json") + ".parquet"
        try:
            os.link(lineage, place / lineage.name)
            os.link(tables / name, place / name)
            if not os.path.samefile(lineage, place / lineage.name):
                return False
        except FileNotFoundError:
            return False
    return True
