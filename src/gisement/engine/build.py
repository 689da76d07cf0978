"""Build tables: parse the snapshots that are not yet parsed, then run the steps whose inputs or code changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gisement.catalog import raw_tables, tables
from gisement.engine.duck import DuckRunner
from gisement.engine.own import give_own_tables
from gisement.engine.plan import Steps, Written, needed, plan, written
from gisement.store import database, parsed, snapshots
from gisement.store.layout import migrate
from gisement.store.workspace import Workspace
from gisement.terms import Snapshot, Source, Trouble

Say = Callable[[str, int, int], None]


def build(
    workspace: Workspace,
    steps: Steps,
    sources: Mapping[str, Source],
    *,
    names: Sequence[str] = (),
    engine: str = "duckdb",
    say: Say = lambda what, done, total: None,
) -> list[str]:
    """Bring the named tables (all, if none is named) up to date; returns the tables that were made anew.

    A build killed at any instant leaves the last good tables; the next one goes on from there.
    """
    _check_names(names)
    with workspace.locked():
        parsed.tidy(workspace)
        migrate(workspace)
        give_own_tables(workspace)
        parse(workspace, sources, say)
        say("SQL", 0, 0)  # compiled by the first build of a version: ten seconds under the name of the last file
        runner = _runner(workspace, engine)
        try:
            to_write = written(needed(plan(workspace, steps, runner.dialect), names), names)
            _drop_held(workspace, to_write)
            return _run(workspace, to_write, runner, say)
        finally:
            runner.close()
            parsed.sweep(workspace)


def parse(workspace: Workspace, sources: Mapping[str, Source], say: Say = lambda what, done, total: None) -> None:
    """Make the raw tables of every snapshot that has none yet (a killed `add`, a copied workspace, newer readers)."""
    parsed.forget_other_readers(workspace)
    for snapshot in snapshots(workspace):
        if snapshot.kind in sources:
            parse_snapshot(workspace, sources[snapshot.kind], snapshot, say)


def parse_snapshot(workspace: Workspace, source: Source, snapshot: Snapshot, say: Say) -> Any:
    """The raw tables of one snapshot, and the reading's account; None where they were there already."""
    say(snapshot.name, 0, 1)
    return parsed.parse_once(workspace, source, snapshot)


def _check_names(names: Sequence[str]) -> None:
    unknown = sorted(set(names) - set(tables()))
    if unknown:
        allowed = ", ".join(sorted(tables()))
        raise Trouble(
            fr=f"Table inconnue : {', '.join(unknown)}. Tables possibles : {allowed}.",
            en=f"Unknown table: {', '.join(unknown)}. Tables: {allowed}.",
        )


def _runner(workspace: Workspace, engine: str) -> Any:
    if engine == "duckdb":
        return DuckRunner(workspace)
    if engine == "spark":
        from gisement.engine.spark import SparkRunner

        return SparkRunner(workspace)
    raise Trouble(
        fr=f"Moteur inconnu : « {engine} ». Choisir duckdb ou spark.",
        en=f"Unknown engine: '{engine}'. Choose duckdb or spark.",
    )


def _drop_held(workspace: Workspace, to_write: Sequence[Written]) -> None:
    """Delete the files of held tables, but for those asked for: nothing would bring them up to date."""
    kept = {target.step.name for target in to_write}
    for name, table in tables().items():
        if table.is_held and name not in kept:
            database.drop(workspace, name)


def _run(workspace: Workspace, to_write: Sequence[Written], runner: Any, say: Say) -> list[str]:
    digests: dict[str, str] = {}
    made: list[str] = []
    last_use = {held.name: number for number, target in enumerate(to_write) for held in target.through}
    for number, target in enumerate(to_write):
        name = target.step.name
        inputs = {read: _input_digest(workspace, read, digests) for read in target.inputs}
        lineage = database.read_lineage(workspace, name)
        content = database.fingerprint(database.table_path(workspace, name)) if lineage else ""
        if lineage and (lineage["step"], lineage["inputs"], lineage["content"]) == (target.digest, inputs, content):
            digests[name] = content
        else:
            rows = _make(target, runner, lambda what, at=number: say(what, at, len(to_write)))  # type: ignore[misc]
            digests[name] = database.fingerprint(database.table_path(workspace, name))
            made.append(name)
            account = {"step": target.digest, "inputs": inputs, "content": digests[name], "rows": rows}
            database.write_lineage(workspace, name, {**account, "engine": runner.version, "sql": target.step.sql})
        runner.release([held for held, last in last_use.items() if last == number])
    say("", len(to_write), len(to_write))
    return made


def _make(target: Written, runner: Any, say: Callable[[str], None]) -> int:
    """Make the table of a step, and first the held tables it reads that no former step left; returns its rows."""
    for held in target.through:
        say(held.name)
        runner.hold(held)
    step = target.step
    if step in target.through:
        step = replace(step, inputs=(), idle_without=(), sql=f"SELECT * FROM {step.name}")
    say(step.name)
    rows: int = runner.local(step) if step.local else runner.run(step)
    return rows


def _input_digest(workspace: Workspace, name: str, digests: dict[str, str]) -> Any:
    if name not in raw_tables():
        return digests[name]
    return {
        identifier: identifier if identifier != database.OWN else database.fingerprint(path)
        for identifier, path in database.raw_files(workspace, name).items()
    }
