"""Steps are compiled once for all workspaces of a user; a cache that cannot be used costs only the compilation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from gisement import pipeline
from gisement.catalog import tables
from gisement.engine.plan import Planned, compile_step, plan
from gisement.store import Workspace, database
from gisement.terms import Step
from tests.conftest import PROJECT
from tests.workspaces import created


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "gisement" / "plans"


def few() -> list[Step]:
    """Steps that compile in a moment."""
    return list(pipeline.STEPS[:2])


def refused() -> list[Step]:
    raise AssertionError("what was compiled is compiled again")


def test_what_the_installation_runs_is_there() -> None:
    """A failure is passed over there, for a home that cannot be written to: an import that moved would not be seen."""
    commands = re.findall(r'python -c "([^"]+)"', (PROJECT / "Makefile").read_text(encoding="utf-8"))
    imports = [line.strip() for command in commands for line in command.split(";") if " import " in line]
    assert any("pipeline_steps" in line for line in imports)
    for line in imports:
        exec(line, {})


def workspace_in(folder: Path) -> Workspace:
    return created(folder, "department:86")


def test_what_one_workspace_compiled_serves_another(tmp_path: Path, cache: Path) -> None:
    compiled = plan(workspace_in(tmp_path / "one"), few)
    assert len(list(cache.glob("*-duckdb.json"))) == 1
    assert plan(workspace_in(tmp_path / "other"), refused) == compiled


@pytest.mark.usefixtures("cache")
def test_what_an_installation_compiled_serves_every_workspace(tmp_path: Path) -> None:
    compiled = plan(None, few)
    assert plan(workspace_in(tmp_path / "one"), refused) == compiled


def test_compiled_steps_do_not_depend_on_the_draws_of_a_process() -> None:
    """Ibis lists what a step drops in the order of a set, and names a column of its own by a draw."""
    steps = {step.name: step for step in pipeline.STEPS}
    dropping, drawing = (compile_step(steps[name], "duckdb").sql for name in ("account_gap", "word_segment"))
    for names in re.findall(r"EXCLUDE \(([^)]*)\)", dropping):
        assert names.split(", ") == sorted(names.split(", "))
    assert 'EXCLUDE ("told", "told_key")' in dropping
    assert ("drawn_0" in drawing, "ibis_" in drawing) == (True, False)


def test_steps_make_nothing_without_what_they_are_idle_without(tiny_home: Path) -> None:
    """What an engine leaves out must be empty: each such query is run, beside full tables, on empty inputs."""
    workspace = Workspace(tiny_home)
    planned = plan(workspace, lambda: pipeline.STEPS)
    idle = [step for step in planned if step.idle_without and not step.local]
    held = [step for step in planned if tables()[step.name].is_held]
    connection = database.connect(workspace)
    try:
        full = filled(connection, workspace, planned)
        for step in idle:
            empty = without(planned, step.idle_without) & full.keys()
            changed = {name: f"FROM ({full[name]}) LIMIT 0" for name in empty}
            for each in held:  # in their order: those made of what is now empty are made again
                if each.name not in changed and changed.keys() & set(each.inputs):
                    changed[each.name] = each.sql
            for name, sql in changed.items():
                connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {sql}')
            assert connection.execute(f"SELECT count(*) FROM ({step.sql})").fetchall() == [(0,)], step.name
            for name in changed:
                connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {full[name]}')
    finally:
        connection.close()
    assert len(idle) > 20


def filled(connection: duckdb.DuckDBPyConnection, workspace: Workspace, planned: Sequence[Planned]) -> dict[str, str]:
    """Show every table that a step reads under its name, and say what each view reads; held tables are made once."""
    held = {step.name: step.sql for step in planned if tables()[step.name].is_held}
    shown: dict[str, str] = {}
    for name in (*(name for step in planned for name in step.inputs if name not in held), *held):
        if name in held:
            connection.execute(f'CREATE TABLE "full {name}" AS {held[name]}')
        shown[name] = f'FROM "full {name}"' if name in held else database.view_sql(workspace, name)
        connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {shown[name]}')
    return shown


def without(planned: Sequence[Planned], inputs: Sequence[str]) -> set[str]:
    """These inputs, and the tables of steps that are idle without them."""
    empty = set(inputs)
    for step in planned:
        if step.idle_without and empty.issuperset(step.idle_without):
            empty.add(step.name)
    return empty


@pytest.mark.usefixtures("cache")
def test_a_workspace_keeps_its_own_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = plan(workspace_in(tmp_path / "one"), few)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    assert plan(workspace_in(tmp_path / "one"), refused) == compiled


def test_a_damaged_copy_is_compiled_again(tmp_path: Path, cache: Path) -> None:
    compiled = plan(workspace_in(tmp_path / "one"), few)
    (kept,) = cache.glob("*-duckdb.json")
    kept.write_text("[", encoding="utf-8")
    assert plan(workspace_in(tmp_path / "other"), few) == compiled


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path: Path, cache: Path) -> None:
    cache.parent.parent.mkdir()
    cache.parent.write_bytes(b"a file where the folder should be")
    assert plan(workspace_in(tmp_path / "one"), few)


def test_only_the_latest_plans_are_kept(tmp_path: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    for number in range(20):
        (cache / f"former{number}-duckdb.json").write_text("[]", encoding="utf-8")
    plan(workspace_in(tmp_path / "one"), few)
    assert len(list(cache.iterdir())) == 8
