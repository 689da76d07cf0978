"""Build tables: parse the snapshots that are not yet parsed, then run the steps whose inputs or code changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gisement.catalog import tables
from gisement.engine.duck import DuckRunner
from gisement.engine.own import give_own_tables
from gisement.engine.plan import Steps, Written, needed, plan, written
from gisement.engine.schedule import carry_out
from gisement.store import database, parsed, snapshots
from gisement.store.workspace import Workspace, migrate
from gisement.terms import Snapshot, Source, Trouble, among

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
            return carry_out(to_write, _Workshop(workspace, runner), runner.workers, say)
        finally:
            runner.close()
            parsed.sweep(workspace)


def parse(workspace: Workspace, sources: Mapping[str, Source], say: Say = lambda what, done, total: None) -> None:
    """Make the raw tables of every snapshot that has none yet (a killed `add`, a copied workspace, newer readers)."""
    parsed.forget_other_readers(workspace)
    for snapshot in snapshots(workspace):
        if snapshot.kind in sources:
            parse_snapshot(workspace, sources[snapshot.kind], snapshot, say)


def parse_snapshot(
    workspace: Workspace, source: Source, snapshot: Snapshot, say: Say, keep: Callable[[], object] = lambda: None
) -> Any:
    """The raw tables of one snapshot, which `keep` puts in place first where it is on its way, and the reading's
    account; None where they were there already."""
    say(snapshot.name, 0, 1)
    return parsed.parse_once(workspace, source, snapshot, keep)


def _check_names(names: Sequence[str]) -> None:
    unknown = sorted(set(names) - set(tables()))
    if unknown:
        allowed = among(unknown[0], sorted(tables()))
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


class _Workshop:
    """The tables of a workspace, made by an engine; each is written with its lineage beside it."""

    def __init__(self, workspace: Workspace, runner: Any) -> None:
        self.workspace, self.runner = workspace, runner
        self.hold, self.release, self.stop = runner.hold, runner.release, runner.stop
        self._digests: dict[str, Any] = {}

    def is_fresh(self, target: Written) -> bool:
        """Whether the table there was made by this code, of these inputs, and is as it was then."""
        name = target.step.name
        lineage = database.read_lineage(self.workspace, name)
        if not lineage or (lineage["step"], lineage["inputs"]) != (target.digest, self._inputs(target)):
            return False
        self._digests[name] = database.fingerprint(database.table_path(self.workspace, name))
        return bool(lineage["content"] == self._digests[name])

    def is_stale(self, target: Written, there: Collection[str]) -> bool:
        """Whether other code made the table there, or one of these inputs is not as it was then."""
        lineage = database.read_lineage(self.workspace, target.step.name)
        if not lineage or lineage["step"] != target.digest:
            return True
        return any(lineage["inputs"].get(name) != self._digest(name) for name in there)

    def write(self, target: Written) -> None:
        """Make the file of a table, then its lineage."""
        step, name = target.step, target.step.name
        if step in target.through:
            step = replace(step, inputs=(name,), idle_without=(), sql=f"SELECT * FROM {name}")
        rows = self.runner.local(step) if step.local else self.runner.run(step)
        self._digests[name] = database.fingerprint(database.table_path(self.workspace, name))
        account = {"step": target.digest, "inputs": self._inputs(target), "content": self._digests[name], "rows": rows}
        told = {**account, "engine": self.runner.version, "sql": target.step.sql}
        database.write_lineage(self.workspace, name, told)

    def _inputs(self, target: Written) -> dict[str, Any]:
        return {name: self._digest(name) for name in target.inputs}

    def _digest(self, name: str) -> Any:
        """What an input is made of: of a raw table, the snapshots in it."""
        if name not in self._digests:
            self._digests[name] = {
                identifier: identifier if identifier != database.OWN else database.fingerprint(path)
                for identifier, path in database.raw_files(self.workspace, name).items()
            }
        return self._digests[name]
