"""Steps run in DuckDB, on the files of the workspace."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from gisement.catalog import tables
from gisement.engine.plan import Planned, Steps
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

    def run(self, step: Planned) -> int:
        """Make the table of a step; returns its number of rows."""
        self._show(step.inputs)
        target = database.table_path(self.workspace, step.name)
        return database.write_sorted(self.connection, step.sql, tables()[step.name], target)

    def local(self, step: Planned, steps: Steps) -> int:
        """Run a step that wants Arrow tables on the driver."""
        self._show(step.inputs)
        target = database.table_path(self.workspace, step.name)
        if step.idle_without and not self.connection.sql(f'FROM "{step.idle_without}" LIMIT 1').fetchall():
            return database.write_sorted(self.connection, _no_rows(step.name), tables()[step.name], target)
        declared = {s.name: s for s in steps()}[step.name]
        given = [self.connection.sql(f'SELECT * FROM "{name}"').to_arrow_table() for name in step.inputs]
        for name, table in zip(step.inputs, given, strict=True):
            if declared.row_limit is not None and table.num_rows > declared.row_limit:
                raise Trouble(
                    fr=f"{step.name} accepte {declared.row_limit} lignes de {name}, qui en a {table.num_rows}.",
                    en=f"{step.name} takes {declared.row_limit} rows of {name}, which has {table.num_rows}.",
                )
        self.connection.register("made", declared(*given))
        return database.write_sorted(self.connection, "SELECT * FROM made", tables()[step.name], target)

    def _show(self, names: Sequence[str]) -> None:
        for name in names:
            self.connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {database.view_sql(self.workspace, name)}')

    def close(self) -> None:
        """Let go of the files."""
        self.connection.close()


def _no_rows(name: str) -> str:
    columns = tables()[name].schema.items()
    empty = ", ".join(f'NULL::{database.sql_type(kind)} AS "{column}"' for column, kind in columns)
    return f"SELECT {empty} WHERE false"
