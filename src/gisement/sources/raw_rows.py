"""Rows that a reader holds in memory, or that a query gives, written as the file of a raw table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisement.catalog import raw_tables
from gisement.store.sql_text import literal
from gisement.terms import Trouble

if TYPE_CHECKING:
    import duckdb


def write_parquet(name: str, rows: list[dict[str, Any]], target: Path) -> None:
    """Write rows as the file of a raw table, with the columns and types that the catalog declares.

    Raises Trouble, with its column, for what none holds: a number of 19 digits and more, a half of a letter.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_(),
             "array<string>": pa.list_(pa.string())}  # fmt: skip
    columns = {}
    for column, kind in raw_tables()[name].schema.items():
        try:
            columns[column] = pa.array([row.get(column) for row in rows], kinds[kind])
        except (OverflowError, UnicodeEncodeError):
            raise _no_value(column) from None
    pq.write_table(pa.table(columns), target, compression="zstd")


def write_query(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> int:
    """Write the rows of a query as the file of a raw table, with the columns of the query; returns how many."""
    written = connection.execute(f"COPY ({query}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd)").fetchone()
    return int(written[0]) if written else 0


def _no_value(column: str) -> Trouble:
    return Trouble(
        fr=f"La colonne {column} contient une valeur qu'aucune table ne tient (un nombre démesuré, une moitié de"
        " lettre) : la corriger et ajouter le fichier de nouveau.",
        en=f"The column {column} holds a value that no table can (a number out of measure, a half of a letter): mend it"
        " and add the file again.",
    )
