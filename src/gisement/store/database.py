"""DuckDB over the Parquet files of a workspace: views to read, one sorted file to write."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from gisement.catalog import Table, raw_tables, tables
from gisement.store.snapshots import identifiers
from gisement.store.sql_text import literal as literal
from gisement.store.sql_text import parquet as parquet
from gisement.store.sql_text import spark_type as spark_type
from gisement.store.sql_text import sql_type as sql_type
from gisement.store.workspace import Workspace, put_in_place, write_atomically

# Half of the block of rows that DuckDB sorts: as many wait in memory to be written, of each table made at once. A group
# that does not divide the block would be cut as threads please, and bytes would differ.
ROW_GROUP = 61_440
# The most rows that DuckDB hands on at once. Where a table has fewer than these beyond one group, several threads leave
# them in it, and one does not.
VECTOR = 2048
# The most values of a column that are written by their number in a list: more cost time and save no room.
DICTIONARY = 12_288
OWN = "own"


def connect(workspace: Workspace, *, kept: str = "0MB", memory: str = "") -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that spills into the workspace's scratch folder and reads nothing from outside.

    It takes `memory` (little, unless said), and what it frees of it, it keeps for itself up to `kept`.
    """
    workspace.scratch.mkdir(parents=True, exist_ok=True)
    spill = tempfile.mkdtemp(prefix=f"spill-{os.getpid()}-", dir=workspace.scratch)
    connection = duckdb.connect(
        config={
            "memory_limit": memory or workspace.memory_grants()[0],
            "temp_directory": spill,
            "block_allocator_memory": kept,
            # tables in memory are gone with the connection: DuckDB 1.5 would now and then take seconds to tidy them up
            "checkpoint_threshold": "1TB",
            "autoinstall_known_extensions": "false",
            **({"threads": workspace.threads} if workspace.threads else {}),
        }
    )
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET enable_progress_bar = false")
    # A test against a list of words would become a join: 33 of them in one projection cost half of the time and memory.
    connection.execute("SET disabled_optimizers = 'in_clause'")
    return connection


def scratch_of(connection: duckdb.DuckDBPyConnection) -> Path:
    """The folder of this connection alone, for as long as its process runs."""
    (folder,) = connection.execute("SELECT current_setting('temp_directory')").fetchall()[0]
    return Path(folder)


def threads_of(connection: duckdb.DuckDBPyConnection) -> int:
    """How many threads the queries of a connection have."""
    (found,) = connection.execute("SELECT current_setting('threads')").fetchall()[0]
    return int(found)


def raw_files(workspace: Workspace, table: str) -> dict[str, Path]:
    """The parsed snapshots of a raw table, by snapshot identifier: each a Parquet file, or a folder of several."""
    found = {path.stem: path for path in sorted((workspace.raw / table).glob("*.parquet"))}
    present = identifiers(workspace) if found.keys() - {OWN} else set()
    return {identifier: path for identifier, path in found.items() if identifier in present or identifier == OWN}


def parsed_bytes(workspace: Workspace, table: str) -> int:
    """Bytes of the parsed snapshots of a raw table."""
    places = raw_files(workspace, table).values()
    return sum(part.stat().st_size for place in places for part in (place.iterdir() if place.is_dir() else (place,)))


def table_path(workspace: Workspace, table: str) -> Path:
    """Where the Parquet file of a built table stands, whether it is there or not."""
    return workspace.tables / f"{table}.parquet"


def is_built(workspace: Workspace, table: str) -> bool:
    """Whether the file of a built table is there (of an older build too)."""
    return table_path(workspace, table).is_file()


def view_sql(workspace: Workspace, table: str) -> str:
    """A SELECT over the file(s) of a raw or built table; an absent source gives an empty table of its schema."""
    if table in raw_tables():
        return _raw_view(raw_tables()[table], raw_files(workspace, table))
    return f"SELECT * FROM read_parquet({literal(table_path(workspace, table))})"


def _raw_view(table: Table, files: Mapping[str, Path]) -> str:
    columns = ", ".join(f'"{column}"' for column in table.schema)
    if not files:
        empty = ", ".join(f'NULL::{sql_type(kind)} AS "{column}"' for column, kind in table.schema.items())
        return f"SELECT {empty}, NULL::VARCHAR AS snapshot WHERE false"
    parts = (
        f"SELECT {columns}, {literal(identifier)} AS snapshot FROM read_parquet({parquet(path)})"
        for identifier, path in files.items()
    )
    return " UNION ALL ".join(parts)


def spark_columns(schema: Mapping[str, str]) -> str:
    """Columns and types as Spark's DDL spells them."""
    return ", ".join(f"`{column}` {spark_type(kind)}" for column, kind in schema.items())


def schema(table: str) -> dict[str, str]:
    """The declared columns and types of a raw or built table, as steps see them."""
    if table in raw_tables():
        return {**raw_tables()[table].schema, "snapshot": "string"}
    return dict(tables()[table].schema)


def write_sorted(connection: duckdb.DuckDBPyConnection, sql: str, table: Table, target: Path) -> int:
    """Write the rows of a query as the one file of a table, totally ordered by its key; returns the row count.

    Same rows in, same bytes out: fixed order, row groups and compression, and no wall-clock metadata.
    """
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    written = _copy(connection, sql, table, unfinished, ROW_GROUP)
    if ROW_GROUP < written < ROW_GROUP + VECTOR:
        written = _copy(connection, sql, table, unfinished, 2 * ROW_GROUP)
    # killed between the two, a table must not pass for the one that its lineage tells of
    _lineage_path(target).unlink(missing_ok=True)
    put_in_place(unfinished, target)
    return written


def _copy(connection: duckdb.DuckDBPyConnection, sql: str, table: Table, target: Path, row_group: int) -> int:
    order = ", ".join(f'"{column}"' for column in table.key)
    written = connection.execute(
        f"COPY ({_typed(sql, table)} ORDER BY {order}) TO {literal(target)} "
        f"(FORMAT parquet, PARQUET_VERSION {_parquet_version(table)}, COMPRESSION zstd, COMPRESSION_LEVEL 1, "
        f"DICTIONARY_SIZE_LIMIT {DICTIONARY}, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE {row_group})"
    ).fetchone()
    return int(written[0]) if written else 0


def hold(connection: duckdb.DuckDBPyConnection, sql: str, table: Table) -> int:
    """Keep the rows of a query as a table in memory, in any order; returns the row count."""
    # parts of a file are otherwise put one after the other, which copies those that are smaller than a row group
    connection.execute("SET SESSION preserve_insertion_order = false")
    made = connection.execute(f'CREATE TABLE "{table.name}" AS {_typed(sql, table)}').fetchone()
    return int(made[0]) if made else 0


def drop(workspace: Workspace, table: str) -> None:
    """Delete the file of a built table and its lineage, if they are there."""
    for path in (_lineage_path(table_path(workspace, table)), table_path(workspace, table)):
        path.unlink(missing_ok=True)


def write_rows(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]], target: Path
) -> None:
    """Write a few rows known to the program (the territory, embedded geography) as a raw table's file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    kinds = {column: sql_type(kind) for column, kind in schema(table).items() if column != "snapshot"}
    values = ", ".join(
        "(" + ", ".join(f"{_constant(row.get(column))}::{kind}" for column, kind in kinds.items()) + ")" for row in rows
    )
    holder = ", ".join(f'"{column}" {kind}' for column, kind in kinds.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE given ({holder})")
    if rows:
        connection.execute(f"INSERT INTO given VALUES {values}")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    connection.execute(f"COPY given TO {literal(unfinished)} (FORMAT parquet, COMPRESSION zstd)")
    put_in_place(unfinished, target)


def query(workspace: Workspace, sql: str, tables_read: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of a query over these tables of the workspace, raw or built."""
    connection = connect(workspace)
    try:
        for table in tables_read:
            connection.execute(f'CREATE VIEW "{table}" AS {view_sql(workspace, table)}')
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def fingerprint(path: Path) -> str:
    """A digest of a file's content: BLAKE2b, its first 32 hexadecimal digits."""
    with path.open("rb") as reader:
        return hashlib.file_digest(reader, "blake2b").hexdigest()[:32]


def read_lineage(workspace: Workspace, table: str) -> dict[str, Any] | None:
    """What is known of how a table was built, or None if it was not."""
    if not table_path(workspace, table).is_file():
        return None
    try:  # a build at work takes the file away and puts it back: to look first and read next would fail now and then
        content: dict[str, Any] = json.loads(_lineage_path(table_path(workspace, table)).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return content


def write_lineage(workspace: Workspace, table: str, content: Mapping[str, Any]) -> None:
    """Say beside a table what it was built from; written after the table itself."""
    write_atomically(
        _lineage_path(table_path(workspace, table)),
        json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True),
    )


def _parquet_version(table: Table) -> str:
    """V2, by an eighth faster to write and to read, but where its encoding of decimals is one that Spark 4.0 lacks."""
    return "V1" if "float64" in table.schema.values() else "V2"


def _typed(sql: str, table: Table) -> str:
    columns = ", ".join(f'"{column}"::{sql_type(kind)} AS "{column}"' for column, kind in table.schema.items())
    return f"SELECT {columns} FROM ({sql})"


def _constant(value: object) -> str:
    return "NULL" if value is None else literal(value)


def _lineage_path(table: Path) -> Path:
    return table.with_name(f"{table.stem}.lineage.json")
