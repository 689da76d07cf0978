"""Observatories over rows that a test gives: real tables of the catalog, real SQL, no file of any source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from gisement.catalog import tables as known
from gisement.engine.measure import MEASURED, Observatory
from gisement.store import Workspace, database
from gisement.terms import parse_territory


def observatory(
    folder: Path, territory: str, buyers: Sequence[str] = (), tables: Sequence[str] = MEASURED
) -> Observatory:
    """An observatory of `territory` whose tables are in memory, and empty."""
    workspace = Workspace.create(folder, parse_territory(territory, buyers=buyers))
    connection = database.connect(workspace)
    for name in tables:
        columns = ", ".join(
            f'NULL::{database.sql_type(kind)} AS "{column}"' for column, kind in known()[name].schema.items()
        )
        target = database.table_path(workspace, name)
        database.write_sorted(connection, f"SELECT {columns} WHERE false", known()[name], target)
        database.write_lineage(workspace, name, {"content": name, "inputs": {}})
    connection.close()
    return Observatory(workspace, tables, load=True)


def fill(held: Observatory, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put these rows, and no others, into a table of the observatory."""
    schema = known()[table].schema
    given = [[_written(row.get(column)) for column in schema] for row in rows]
    cells = zip(*given, strict=True) if given else ([] for _ in schema)
    arrow = pa.table(
        {column: pa.array(list(values), pa.string()) for column, values in zip(schema, cells, strict=True)}
    )
    casts = ", ".join(f'"{column}"::{database.sql_type(kind)}' for column, kind in schema.items())
    held.connection.execute(f'DELETE FROM "{table}"')
    held.connection.register("given", arrow)
    held.connection.execute(f'INSERT INTO "{table}" SELECT {casts} FROM given')
    held.connection.unregister("given")
    held._cubes.pop(table, None)  # what was added up in memory is of the rows before


def _written(value: Any) -> str | None:
    return None if value is None else str(value)
