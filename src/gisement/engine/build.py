"""Build tables: parse the snapshots that are not yet parsed, then run the steps whose inputs or code changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gisement.catalog import raw_tables, tables
from gisement.engine.duck import DuckRunner
from gisement.engine.own import give_own_tables
from gisement.engine.plan import Planned, Steps, needed, plan
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
            return _run(workspace, needed(plan(workspace, steps, runner.dialect), names), runner, say)
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


def _run(workspace: Workspace, planned: Sequence[Planned], runner: Any, say: Say) -> list[str]:
    digests: dict[str, str] = {}
    made: list[str] = []
    for number, step in enumerate(planned):
        say(step.name, number, len(planned))
        inputs = {name: _input_digest(workspace, name, digests) for name in step.inputs}
        lineage = database.read_lineage(workspace, step.name)
        content = database.fingerprint(database.table_path(workspace, step.name)) if lineage else ""
        if lineage and (lineage["step"], lineage["inputs"], lineage["content"]) == (step.digest, inputs, content):
            digests[step.name] = content
            continue
        rows = runner.local(step) if step.local else runner.run(step)
        digests[step.name] = database.fingerprint(database.table_path(workspace, step.name))
        made.append(step.name)
        account = {"step": step.digest, "inputs": inputs, "content": digests[step.name], "rows": rows}
        database.write_lineage(workspace, step.name, {**account, "engine": runner.version, "sql": step.sql})
    say("", len(planned), len(planned))
    return made


def _input_digest(workspace: Workspace, name: str, digests: dict[str, str]) -> Any:
    if name not in raw_tables():
        return digests[name]
    return {
        identifier: identifier if identifier != database.OWN else database.fingerprint(path)
        for identifier, path in database.raw_files(workspace, name).items()
    }
