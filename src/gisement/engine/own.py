"""Raw tables that the program itself gives: the territory, the embedded geography, the prefixes of segments."""

from __future__ import annotations

import shutil
from typing import Any

from gisement.catalog.segments import segment_prefixes
from gisement.sources import geography
from gisement.store import database
from gisement.store.workspace import Workspace

OWN = "own"


def give_own_tables(workspace: Workspace) -> None:
    """Write the raw tables that need no file from outside, where they are missing or have changed."""
    connection = database.connect(workspace)
    try:
        given: dict[str, list[dict[str, Any]]] = {**geography.territory_rows(workspace.territory())}
        given["segment_prefix"] = segment_prefixes()
        for table, rows in given.items():
            _write_if_changed(workspace, connection, table, rows)
    finally:
        connection.close()
    for table, source in geography.raw_files().items():
        target = workspace.raw / table / f"{OWN}.parquet"
        if not target.is_file() or database.fingerprint(target) != database.fingerprint(source):
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_suffix(".part")
            shutil.copyfile(source, unfinished)
            unfinished.replace(target)


def _write_if_changed(workspace: Workspace, connection: Any, table: str, rows: list[dict[str, Any]]) -> None:
    target = workspace.raw / table / f"{OWN}.parquet"
    if target.is_file():
        columns = [column for column in database.schema(table) if column != "snapshot"]
        listed = ", ".join(f'"{column}"' for column in columns)
        held = connection.execute(f"SELECT {listed} FROM read_parquet({database.literal(target)})").fetchall()
        if held == [tuple(row.get(column) for column in columns) for row in rows]:
            return
    database.write_rows(connection, table, rows, target)
