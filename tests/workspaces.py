"""Workspaces built by the real functions from a few files; a whole session compiles the steps once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gisement import pipeline
from gisement.engine import plan
from gisement.engine.build import build
from gisement.engine.intake import Added, add_files
from gisement.store import Workspace, code, database
from gisement.terms import parse_territory

Plan = Sequence[dict[str, Any]]
_plans: dict[str, Plan] = {}
"""The steps as this version of the code compiles them, for each engine."""


def created(folder: Path, territory: str) -> Workspace:
    """A workspace without any file; given an existing folder, the same one for another territory."""
    return Workspace.create(folder, parse_territory(territory))


def copied(workspace: Workspace, folder: Path, territory: str) -> Workspace:
    """A copy of a workspace for another territory: what is parsed and built comes along."""
    shutil.copytree(workspace.root, folder)
    return created(folder, territory)


def added(workspace: Workspace, kind: str, paths: Sequence[Path]) -> list[Added]:
    """What became of each of these files."""
    return add_files(workspace, pipeline.SOURCES[kind], paths)


def built(workspace: Workspace, names: Sequence[str] = ()) -> list[str]:
    """Bring the tables (the named ones, with what they need) up to date; which ones were made."""
    with plans_shared():
        return build(workspace, lambda: pipeline.STEPS, pipeline.SOURCES, names=names)


@contextmanager
def plans_shared() -> Iterator[None]:
    """Compiling the steps takes most of a small build: what one workspace compiled serves the next."""

    def kept(workspace: Workspace, dialect: str) -> Plan | None:
        if code.kept_plan(workspace, dialect) is None and dialect in _plans:
            code.keep_plan(workspace, dialect, _plans[dialect])
        return code.kept_plan(workspace, dialect)

    def keep(workspace: Workspace, dialect: str, compiled: Plan) -> None:
        _plans[dialect] = compiled
        code.keep_plan(workspace, dialect, compiled)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "kept_plan", kept)
        patch.setattr(plan, "keep_plan", keep)
        yield


def workspace_of(folder: Path, territory: str, files: Mapping[str, Sequence[Path]]) -> Workspace:
    """A built workspace holding these files, by kind; none of them may be refused."""
    workspace = created(folder, territory)
    for kind, paths in files.items():
        refused = [one.trouble.fr for one in added(workspace, kind, paths) if one.trouble]
        assert not refused, refused
    built(workspace)
    return workspace


def rows(workspace: Workspace, sql: str, tables: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a query over tables of the workspace, raw or built."""
    connection = database.connect(workspace)
    try:
        for table in tables:
            connection.execute(f'CREATE VIEW "{table}" AS {database.view_sql(workspace, table)}')
        answer = connection.execute(sql)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    finally:
        connection.close()


def content(workspace: Workspace) -> dict[str, bytes]:
    """Every built table, byte for byte."""
    return {path.stem: path.read_bytes() for path in sorted(workspace.tables.glob("*.parquet"))}
