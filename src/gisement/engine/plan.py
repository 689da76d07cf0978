"""Steps compiled to SQL, once: the plan of a version of the code is kept in the workspace.

Compiling needs Ibis, whose import alone takes most of a second; a workspace that was built once by this version of
the code needs neither. The plan is keyed by the content of every file of the package.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gisement.catalog import tables
from gisement.store.code import code_digest, keep_plan, kept_plan
from gisement.store.database import schema
from gisement.store.workspace import Workspace
from gisement.terms import Step

Steps = Callable[[], Sequence[Step]]
_DROPPED = re.compile(r"""\b(EXCLUDE|EXCEPT) \(((?:"\w+"|`\w+`)(?:, (?:"\w+"|`\w+`))*)\)""")
_DRAWN = re.compile(r"\bibis_[a-z_]+_[a-z0-9]{26}\b")


@dataclass(frozen=True)
class Planned:
    """A step ready to run: its SQL, or where a local step is declared (`module:name`), and a digest of what it does."""

    name: str
    inputs: tuple[str, ...]
    sql: str
    digest: str
    local: bool = False
    idle_without: tuple[str, ...] = ()
    declared: str = ""


@dataclass(frozen=True)
class Written:
    """A table to write: its step, the held tables it is made through (in order), and what all of them read from files.

    `digest` tells what all of them do. A held table that is asked for is made through itself.
    """

    step: Planned
    through: tuple[Planned, ...]
    inputs: tuple[str, ...]
    digest: str


def plan(workspace: Workspace | None, steps: Steps, dialect: str = "duckdb") -> list[Planned]:
    """Every step of the pipeline, compiled for an engine, in an order in which they can run.

    Without a workspace, they are compiled for those to come of this user: what the installation does.
    """
    kept = kept_plan(workspace, dialect)
    if kept is not None:
        return [_read(entry) for entry in kept]
    compiled = [compile_step(step, dialect) for step in ordered(steps())]
    keep_plan(workspace, dialect, [asdict(planned) for planned in compiled])
    return compiled


def compile_step(step: Step, dialect: str) -> Planned:
    """One step as SQL; raises TypeError where its columns are not those that the catalog declares."""
    if step.local:
        # what it calls may stand anywhere in the package
        declared = f"{step.function.__module__}:{step.function.__name__}"
        return Planned(step.name, step.inputs, "", code_digest(), True, step.idle_without, declared)
    import ibis

    expression = step(*(ibis.table(schema(name), name=name) for name in step.inputs))
    declared = ibis.schema(schema(step.name))
    if expression.schema().names != declared.names:
        wrong = set(expression.schema().names) ^ set(declared.names)
        raise TypeError(f"{step.name} does not make the columns that the catalog declares: {sorted(wrong) or 'order'}")
    if dialect == "pyspark":
        from ibis.backends.pyspark import Backend

        Backend.register_options()  # normally done on connecting; its compiler reads them
    sql = _in_order(str(ibis.to_sql(expression.cast(dict(declared.items())), dialect=dialect, pretty=False)))
    return Planned(step.name, step.inputs, sql, _digest(sql), idle_without=step.idle_without)


def _read(entry: Mapping[str, Any]) -> Planned:
    """A step of a kept plan, whose lists were tuples."""
    return Planned(**{**entry, "inputs": tuple(entry["inputs"]), "idle_without": tuple(entry["idle_without"])})


def _in_order(sql: str) -> str:
    """The same SQL in every process: Ibis lists dropped columns in the order of a set, and draws the names of some."""
    sql = _DROPPED.sub(lambda found: f"{found[1]} ({', '.join(sorted(found[2].split(', ')))})", sql)
    for number, drawn in enumerate(dict.fromkeys(_DRAWN.findall(sql))):
        sql = sql.replace(drawn, f"drawn_{number}")
    return sql


def ordered(steps: Iterable[Step]) -> list[Step]:
    """The steps so that each comes after those whose table it reads."""
    by_name = {step.name: step for step in steps}
    done: dict[str, Step] = {}

    def visit(name: str) -> None:
        if name in by_name and name not in done:
            for needed in by_name[name].inputs:
                visit(needed)
            done[name] = by_name[name]

    for name in by_name:
        visit(name)
    return list(done.values())


def needed(planned: Sequence[Planned], names: Sequence[str]) -> list[Planned]:
    """The steps that make the named tables (all where none is named), with what they need, in order."""
    by_name = {step.name: step for step in planned}
    wanted: set[str] = set()

    def want(name: str) -> None:
        if name in by_name and name not in wanted:
            wanted.add(name)
            for needed_name in by_name[name].inputs:
                want(needed_name)

    for name in names or by_name:
        want(name)
    return [step for step in planned if step.name in wanted]


def written(planned: Sequence[Planned], names: Sequence[str]) -> list[Written]:
    """The tables to write, in order: those that are not held in memory, and those that are named."""
    held = {step.name: step for step in planned if tables()[step.name].is_held}
    return [_written(step, held) for step in planned if step.name not in held or step.name in names]


def _written(step: Planned, held: Mapping[str, Planned]) -> Written:
    through: dict[str, Planned] = {}

    def pass_through(name: str) -> None:
        if name in held and name not in through:
            for input_name in held[name].inputs:
                pass_through(input_name)
            through[name] = held[name]

    for name in (*step.inputs, step.name):
        pass_through(name)
    read = {name for made in (step, *through.values()) for name in made.inputs if name not in held}
    digest = _digest(" ".join((*(made.digest for made in through.values()), step.digest))) if through else step.digest
    return Written(step, tuple(through.values()), tuple(sorted(read)), digest)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
