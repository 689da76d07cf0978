"""Workspaces built by the real functions from a few files; the steps are compiled once for all (the user's cache).

An engine has one thread here: on tables this small a second one costs a quarter of the time and has nothing to do. That
threads change no byte is what `test_determinism.py` sees.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from gisement import pipeline
from gisement.catalog import tables
from gisement.engine.build import build
from gisement.engine.intake import Added, add_files
from gisement.store import Workspace, database
from gisement.terms import parse_territory


def created(folder: Path, territory: str) -> Workspace:
    """A workspace without any file; given an existing folder, the same one for another territory."""
    return replace(Workspace.create(folder, parse_territory(territory)), threads=1)


def copied(workspace: Workspace, folder: Path, territory: str) -> Workspace:
    """A copy of a workspace for another territory: what is parsed and built comes along."""
    shutil.copytree(workspace.root, folder)
    return created(folder, territory)


def added(workspace: Workspace, kind: str, paths: Sequence[Path]) -> list[Added]:
    """What became of each of these files."""
    return add_files(workspace, pipeline.SOURCES[kind], paths)


def built(workspace: Workspace, names: Sequence[str] = ()) -> list[str]:
    """Bring the tables (the named ones, with what they need) up to date; which ones were made."""
    by_one = replace(workspace, threads=workspace.threads or 1)
    return build(by_one, lambda: pipeline.STEPS, pipeline.SOURCES, names=names)


def workspace_of(
    folder: Path, territory: str, files: Mapping[str, Sequence[Path]], names: Sequence[str] = ()
) -> Workspace:
    """A workspace holding these files, by kind, none of which may be refused; built, for what is asked of it."""
    workspace = created(folder, territory)
    for kind, paths in files.items():
        refused = [one.trouble.fr for one in added(workspace, kind, paths) if one.trouble]
        assert not refused, refused
    built(workspace, names)
    return workspace


def rows(workspace: Workspace, sql: str, tables: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a query over tables of the workspace, raw or built."""
    connection = _engine().cursor()
    try:
        for table in tables:
            connection.execute(f'CREATE TEMP VIEW "{table}" AS {database.view_sql(workspace, table)}')
        answer = connection.execute(sql)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    finally:
        connection.close()


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One engine for all such queries, which takes a hundredth of a second to start; each has its own views."""
    return duckdb.connect(config={"threads": 1, "enable_external_file_cache": "false"})


def written() -> set[str]:
    """The tables that a build writes where none is named: all but those held in memory."""
    return {name for name, table in tables().items() if not table.is_held}


def content(workspace: Workspace) -> dict[str, bytes]:
    """Every built table, byte for byte."""
    return {path.stem: path.read_bytes() for path in sorted(workspace.tables.glob("*.parquet"))}
