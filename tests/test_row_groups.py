"""Parquet files put one after the other are one file, for any reader, and no page of them is written anew."""

from __future__ import annotations

import itertools
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from gisement.store import thrift
from gisement.store.row_groups import unite

GROUP = 2048
ROWS = 7 * GROUP + 500
SQL = (
    "SELECT n AS number, md5(n::VARCHAR) AS text, n % 3 = 0 AS flag, CASE WHEN n % 5 > 0 THEN [{{'a': n, 'b': ['x', NULL]}}] "
    "END AS list FROM range({}, {}) t(n)"
)


def part(folder: Path, number: int, sql: str, *, bloom: bool = True) -> Path:
    path = folder / f"{number}.parquet"
    options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP}, WRITE_BLOOM_FILTER {bloom}"
    duckdb.execute(f"COPY ({sql}) TO '{path}' ({options})")
    return path


def test_parts_put_together_are_their_rows_in_order(tmp_path: Path) -> None:
    bounds = [0, 10, ROWS, 2 * ROWS, 3 * ROWS]
    queries = [SQL.format(*two) for two in itertools.pairwise(bounds)]
    parts = [part(tmp_path, n, sql, bloom=n % 2 > 0) for n, sql in enumerate(queries)]
    whole, made = part(tmp_path, 9, SQL.format(0, bounds[-1])), tmp_path / "made.parquet"
    unite(parts, made)
    assert pq.read_metadata(made).num_row_groups == 1 + 8 + 8 + 8
    assert pq.read_table(made).equals(pq.read_table(whole))
    files = [f"FROM '{path}'" for path in (made, whole)]
    assert duckdb.sql(files[0]).fetchall() == duckdb.sql(files[1]).fetchall()
    # What is kept of a group, to pass over it, is at its new place too.
    assert duckdb.sql(f"{files[0]} WHERE text = md5('{ROWS + 3}')").fetchall()[0][0] == ROWS + 3
    assert made.stat().st_size < sum(path.stat().st_size for path in parts)


def test_parts_of_other_columns_are_refused(tmp_path: Path) -> None:
    parts = [part(tmp_path, n, f"SELECT 1 AS {name}") for n, name in enumerate(("a", "b"))]
    with pytest.raises(ValueError, match="other columns"):
        unite(parts, tmp_path / "made.parquet")


def test_every_type_of_a_structure_is_written_as_it_was_read() -> None:
    inner = {1: (thrift.TRUE, True), 2: (thrift.FALSE, False), 40: (thrift.I64, -(1 << 60))}
    struct = {
        1: (thrift.BYTE, b"\x07"),
        3: (thrift.DOUBLE, b"12345678"),
        4: (thrift.BINARY, bytes(300)),
        5: (thrift.LIST, (thrift.STRUCT, [inner] * 20)),
        6: (thrift.SET, (thrift.TRUE, [1, 2])),
        300: (thrift.I16, -2),
    }
    assert thrift.decoded(thrift.encoded(struct)) == struct
    with pytest.raises(ValueError, match="not read"):
        thrift.decoded(bytes((1 << 4 | thrift.MAP, 0)))
