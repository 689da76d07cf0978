"""Steps run in DuckDB, on the files of the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

import duckdb

from gisement.catalog import tables
from gisement.engine.plan import Planned
from gisement.store import database
from gisement.store.workspace import Workspace
from gisement.terms import Trouble


class DuckRunner:
    """Runs compiled steps in DuckDB, on the files of the workspace."""

    dialect = "duckdb"
    version = f"duckdb {duckdb.__version__}"

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.connection = database.connect(workspace)
        self.further_memory = iter(workspace.memory_grants()[1:])
        self.shown: set[str] = set()
        self.held: set[str] = set()

    def run(self, step: Planned) -> int:
        """Make the table of a step; returns its number of rows."""
        self._show(step.inputs)
        return self._write(self._sql(step), step.name)

    def hold(self, step: Planned) -> None:
        """Make the table of a step in memory (on the disk what is too large for it), for the steps that read it."""
        if step.name not in self.held:
            self._show(step.inputs)
            sql = self._sql(step)
            self._granted(step.name, lambda: database.hold(self.connection, sql, tables()[step.name]))
            self.held.add(step.name)

    def release(self, names: Iterable[str]) -> None:
        """Let go of held tables that no step reads any more."""
        for name in self.held.intersection(names):
            self.connection.execute(f'DROP TABLE "{name}"')
            self.held.remove(name)

    def local(self, step: Planned) -> int:
        """Run a step that wants Arrow tables on the driver; returns the number of rows of its table.

        Raises Trouble where an input has more rows than the step accepts (`row_limit`).
        """
        self._show(step.inputs)
        if self._is_idle(step):
            return self._write(_no_rows(step.name), step.name)
        # its own module alone: the whole pipeline would load Ibis, most of a second
        module, _, name = step.declared.partition(":")
        declared = getattr(import_module(module), name)
        given = [self.connection.sql(f'SELECT * FROM "{name}"').to_arrow_table() for name in step.inputs]
        for name, table in zip(step.inputs, given, strict=True):
            if declared.row_limit is not None and table.num_rows > declared.row_limit:
                raise Trouble(
                    fr=f"{step.name} accepte {declared.row_limit} lignes de {name}, qui en a {table.num_rows}.",
                    en=f"{step.name} takes {declared.row_limit} rows of {name}, which has {table.num_rows}.",
                )
        self.connection.register("made", declared(*given))
        return self._write("SELECT * FROM made", step.name)

    def _sql(self, step: Planned) -> str:
        return _no_rows(step.name) if self._is_idle(step) else step.sql

    def _is_idle(self, step: Planned) -> bool:
        """Whether every input is empty without which the step makes no row: planning its query would cost more."""
        needed = (self.connection.sql(f'FROM "{name}" LIMIT 1') for name in step.idle_without)
        return bool(step.idle_without) and not any(rows.fetchall() for rows in needed)

    def _write(self, sql: str, name: str) -> int:
        target = database.table_path(self.workspace, name)
        return self._granted(name, lambda: database.write_sorted(self.connection, sql, tables()[name], target))

    def _granted(self, name: str, make: Callable[[], int]) -> int:
        """Make a table, with more memory each time that what is granted is too little; `Trouble` where no more is."""
        try:
            return make()
        except duckdb.OutOfMemoryException:
            more = next(self.further_memory, None)
        if more is None:
            granted = self.workspace.memory_grants()[-1]
            raise Trouble(
                fr=f"La table {name} demande plus de mémoire que les {granted} permis : libérer de la mémoire ou en "
                f"permettre davantage (GISEMENT_MEMORY=8GB), puis relancer « gisement build ».",
                en=f"The table {name} needs more memory than the {granted} allowed: free some or allow more "
                f"(GISEMENT_MEMORY=8GB), then run 'gisement build' again.",
            )
        self.connection.execute(f"SET memory_limit = '{more}'")
        return self._granted(name, make)

    def _show(self, names: Sequence[str]) -> None:
        """Make a view of each table, once: it reads the file that stands there, whichever it is by then."""
        for name in sorted(set(names) - self.shown - self.held):
            self.connection.execute(f'CREATE VIEW "{name}" AS {database.view_sql(self.workspace, name)}')
            self.shown.add(name)

    def close(self) -> None:
        """Let go of the files of the workspace, and delete what this engine spilled."""
        self.connection.close()


def _no_rows(name: str) -> str:
    columns = tables()[name].schema.items()
    empty = ", ".join(f'NULL::{database.sql_type(kind)} AS "{column}"' for column, kind in columns)
    return f"SELECT {empty} WHERE false"
