"""Readings of distinct values: each row keeps its own, a null too, whatever table the values are taken from."""

from typing import Any

import ibis

from gisement.clean.values import by_value

ROWS = [(1, "a", "x"), (2, None, "x"), (3, "a", None), (4, None, None), (5, "a", "x"), (6, "b", "x")]
READ = [(1, "[a][x]"), (2, "[-][x]"), (3, "[a][-]"), (4, "[-][-]"), (5, "[a][x]"), (6, "[b][x]")]


def test_every_row_has_the_reading_of_its_values_and_nulls_are_values() -> None:
    connection = ibis.duckdb.connect()
    connection.raw_sql("CREATE TABLE said (row BIGINT, buyer VARCHAR, kind VARCHAR)")
    connection.con.executemany("INSERT INTO said VALUES (?, ?, ?)", ROWS)
    said = connection.table("said")

    def told(values: Any) -> Any:
        return values.mutate(told="[" + values.buyer.fill_null("-") + "][" + values.kind.fill_null("-") + "]")

    for among in (None, said.view()):
        made = by_value(said.filter(said.row > 0), ("buyer", "kind"), told, among)
        assert made.columns == ("row", "buyer", "kind", "told")
        sql = ibis.to_sql(made.select("row", "told").order_by("row"), dialect="duckdb")
        assert connection.con.execute(str(sql)).fetchall() == READ
