"""Steps run in DuckDB, on the files of the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from threading import Lock

import duckdb

from gisement.catalog import tables
from gisement.engine.plan import Planned
from gisement.store import database
from gisement.store.workspace import Workspace
from gisement.terms import Trouble

SORTED_BYTES = 40
"""Of memory for each byte of parsed contracts: two tables made at once are put in order without the disk."""


class DuckRunner:
    """Runs compiled steps in DuckDB, on the files of the workspace."""

    dialect = "duckdb"
    version = f"duckdb {duckdb.__version__}"

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.grants = workspace.memory_grants()
        wanted = SORTED_BYTES * database.parsed_bytes(workspace, "raw_decp") // 1_000_000
        while len(self.grants) > 1 and int(self.grants[0].removesuffix("MB")) < wanted:
            del self.grants[0]
        # given back after each table and asked for again by the next, memory costs a twenty-fifth of a large build
        kept = "0MB" if workspace.memory else "128MB"
        self.connection = database.connect(workspace, kept=kept, memory=self.grants[0])
        threads = database.threads_of(self.connection)
        # beside another one, a query might need more than the user grants
        self.workers = 1 if workspace.memory else min(2, threads)
        # DuckDB counts the thread that asks as one of its own: of two that ask, one would be too many. It would find no
        # processor, and asks for work without a pause while it waits: a fifth of all processor time.
        self.connection.execute(f"SET threads = {threads + 1 - self.workers}")
        self.further_memory = iter(self.grants[1:])
        self.known: set[str] = set()
        self.at_work: set[duckdb.DuckDBPyConnection] = set()
        self.lock = Lock()

    def run(self, step: Planned) -> int:
        """Make the table of a step; returns its number of rows."""
        with self._cursor(step.inputs) as cursor:
            return self._write(cursor, _no_rows(step.name) if _is_idle(cursor, step) else step.sql, step.name)

    def hold(self, step: Planned) -> None:
        """Make the table of a step in memory (on the disk what is too large for it), for the steps that read it."""
        with self._cursor(step.inputs) as cursor:
            sql = _no_rows(step.name) if _is_idle(cursor, step) else step.sql
            self._granted(cursor, step.name, lambda: database.hold(cursor, sql, tables()[step.name]))
        self.known.add(step.name)

    def release(self, name: str) -> None:
        """Let go of a held table that no step reads any more."""
        self.connection.execute(f'DROP TABLE "{name}"')
        self.known.remove(name)

    def local(self, step: Planned) -> int:
        """Run a step that wants Arrow tables on the driver; returns the number of rows of its table.

        Raises Trouble where an input has more rows than the step accepts (`row_limit`).
        """
        with self._cursor(step.inputs) as cursor:
            if _is_idle(cursor, step):
                return self._write(cursor, _no_rows(step.name), step.name)
            # its own module alone: the whole pipeline would load Ibis, most of a second
            module, _, name = step.declared.partition(":")
            declared = getattr(import_module(module), name)
            given = [cursor.sql(f'SELECT * FROM "{name}"').to_arrow_table() for name in step.inputs]
            for name, table in zip(step.inputs, given, strict=True):
                if declared.row_limit is not None and table.num_rows > declared.row_limit:
                    raise Trouble(
                        fr=f"{step.name} accepte {declared.row_limit} lignes de {name}, qui en a {table.num_rows}.",
                        en=f"{step.name} takes {declared.row_limit} rows of {name}, which has {table.num_rows}.",
                    )
            cursor.register("made", declared(*given))
            return self._write(cursor, "SELECT * FROM made", step.name)

    def stop(self) -> None:
        """Interrupt the queries at work."""
        for cursor in list(self.at_work):
            cursor.interrupt()

    def close(self) -> None:
        """Let go of the files of the workspace, and delete what this engine spilled."""
        self.connection.close()

    @contextmanager
    def _cursor(self, names: Sequence[str]) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own to the same tables: of each a view is made, once, of the file that stands there."""
        with self.lock:
            for name in sorted(set(names) - self.known):
                self.connection.execute(f'CREATE VIEW "{name}" AS {database.view_sql(self.workspace, name)}')
                self.known.add(name)
            cursor = self.connection.cursor()
            self.at_work.add(cursor)
        try:
            yield cursor
        finally:
            self.at_work.discard(cursor)
            cursor.close()

    def _write(self, cursor: duckdb.DuckDBPyConnection, sql: str, name: str) -> int:
        target = database.table_path(self.workspace, name)
        return self._granted(cursor, name, lambda: database.write_sorted(cursor, sql, tables()[name], target))

    def _granted(self, cursor: duckdb.DuckDBPyConnection, name: str, make: Callable[[], int]) -> int:
        """Make a table, with more memory each time that what is granted is too little; `Trouble` where no more is."""
        try:
            return make()
        except duckdb.OutOfMemoryException:
            more = next(self.further_memory, None)
        if more is None:
            granted = self.grants[-1]
            raise Trouble(
                fr=f"La table {name} demande plus de mémoire que les {granted} permis : libérer de la mémoire ou en "
                f"permettre davantage (GISEMENT_MEMORY=8GB), puis relancer « gisement build ».",
                en=f"The table {name} needs more memory than the {granted} allowed: free some or allow more "
                f"(GISEMENT_MEMORY=8GB), then run 'gisement build' again.",
            )
        cursor.execute(f"SET memory_limit = '{more}'")
        return self._granted(cursor, name, make)


def _is_idle(cursor: duckdb.DuckDBPyConnection, step: Planned) -> bool:
    """Whether every input is empty without which the step makes no row: planning its query would cost more."""
    needed = (cursor.sql(f'FROM "{name}" LIMIT 1') for name in step.idle_without)
    return bool(step.idle_without) and not any(rows.fetchall() for rows in needed)


def _no_rows(name: str) -> str:
    columns = tables()[name].schema.items()
    empty = ", ".join(f'NULL::{database.sql_type(kind)} AS "{column}"' for column, kind in columns)
    return f"SELECT {empty} WHERE false"
