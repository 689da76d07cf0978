"""The raw table `raw_decp`: its columns, the fingerprint of a record, how it is written, and the account of a file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from gisement.store.sql_text import identifier, literal, parquet, sql_type

TABLE = "raw_decp"
ROW_GROUP = 40_960
DICTIONARY = 4096
"""Values of the largest dictionary of a column: a larger one costs more time than it saves room."""
DERIVED = ("record_hash", "position", "unreadable_reason", "has_lost_letters")
"""Columns that say something about a record, and are no part of its fingerprint."""

Progress = Callable[[int, int], None]
"""Told now and then: bytes done, bytes to do."""


@dataclass
class File:
    """One file on its way into raw rows: what users call it, where it is read, and what is to be told of it."""

    source: Path
    name: str
    workdir: Path
    connection: duckdb.DuckDBPyConnection
    progress: Progress | None
    threads: int
    notes: list[str] = field(default_factory=list)

    @property
    def made(self) -> Path:
        """Where its rows are written: a Parquet file, or a folder of several."""
        return self.workdir / "made"


@dataclass(frozen=True)
class ReadReport:
    """The account of one file: every record of the file is a row of the raw table.

    `records` counts rows written, `unreadable` those of them that have an `unreadable_reason`,
    `concessions` those of kind `contrat-concession`. `notes` are plain French sentences.
    """

    records: int
    unreadable: int
    concessions: int
    source_format: str
    encoding: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RawColumn:
    """One column of the raw table, as the catalog declares it."""

    name: str
    type: str


@cache
def columns() -> tuple[RawColumn, ...]:
    """The columns of `raw_decp` in their order, from `catalog/raw_columns.csv`."""
    text = files("gisement.catalog").joinpath("raw_columns.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(RawColumn(row["column"], row["type"]) for row in rows if row["table"] == TABLE)


def select(values: Mapping[str, str], relation: str, *, reason: str, fingerprint: str) -> str:
    """The query that makes raw rows of `relation`.

    `values` gives the SQL of published columns (an absent one is null) and of `position`;
    `reason` is the SQL of `unreadable_reason`; `fingerprint` the SQL of the hash of an
    unreadable record, whose columns are all null.
    """
    inner = [f"{values.get(c.name, 'NULL')}::{sql_type(c.type)} AS {identifier(c.name)}" for c in columns()]
    taken = [text for c, text in zip(columns(), inner, strict=True) if c.name not in DERIVED]
    hashed = ", ".join(identifier(c.name) for c in columns() if c.name not in DERIVED)
    outer = {
        "record_hash": "CASE WHEN reason IS NULL OR fingerprint IS NULL THEN md5(canon) ELSE fingerprint END",
        "unreadable_reason": "reason",
        "has_lost_letters": "contains(canon, chr(65533))",
    }
    shown = [f"{outer.get(c.name, identifier(c.name))} AS {identifier(c.name)}" for c in columns()]
    return (
        f"SELECT {', '.join(shown)} FROM (SELECT *, json_array({hashed})::VARCHAR AS canon FROM ("
        f'SELECT {values["position"]} AS "position", {", ".join(taken)}, '
        f"{reason} AS reason, {fingerprint} AS fingerprint FROM {relation}))"
    )


def connect(workdir: Path, *, threads: int, memory: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that spills into `workdir` and never reaches for the network."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": str(workdir / "spill"),
            "autoinstall_known_extensions": False,
        },
    )
    connection.execute("SET enable_progress_bar = false")
    return connection


def copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    """Write the rows of `query` as one Parquet file.

    Raises what DuckDB raises for a record of another shape (`chunks.REFUSED`).
    """
    try:
        connection.execute(
            f"COPY ({query}) TO {literal(target)} (FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, "
            f"COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT {DICTIONARY}, "
            f"ROW_GROUP_SIZE {ROW_GROUP})"
        )
    except UnicodeDecodeError as error:
        # DuckDB quotes the record that it refuses, and may cut one of its letters in half.
        raise duckdb.InvalidInputException(error.object.decode("utf-8", "replace")) from None


def report(file: File, encoding: str) -> ReadReport:
    """The account of the rows written of a file (`source_format` is that of most of them)."""
    rows = file.connection.execute(
        "SELECT count(*), count(unreadable_reason), count(*) FILTER (record_kind = 'contrat-concession'), "
        f"source_format FROM read_parquet({parquet(file.made)}) GROUP BY source_format "
        "ORDER BY source_format IS NULL, count(*) DESC, source_format"
    ).fetchall()
    records, unreadable, concessions = (sum(int(row[at]) for row in rows) for at in range(3))
    main = str(rows[0][3] or "") if rows else ""
    return ReadReport(records, unreadable, concessions, main, encoding, tuple(file.notes))
