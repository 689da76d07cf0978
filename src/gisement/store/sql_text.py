"""How values, names and types are written in SQL."""

from __future__ import annotations

from pathlib import Path


def parquet(path: Path) -> str:
    """A file of rows as `read_parquet` takes it, or a folder of files, in the order of their names."""
    return literal(path / "*.parquet" if path.is_dir() else path)


def literal(value: object) -> str:
    """`value` as a constant of SQL: its text between quotes, those inside doubled.

    Not a bound parameter: DuckDB imports all of pandas, 0.9 s, to bind one.
    """
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """`name` as the name of a column or table in SQL, whatever its letters."""
    return '"' + name.replace('"', '""') + '"'


_SQL_TYPES = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "int16": "SMALLINT", "int8": "TINYINT",
              "float64": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}  # fmt: skip


def sql_type(kind: str) -> str:
    """The DuckDB name of a catalog type (`array<struct<id: string>>` gives `STRUCT("id" VARCHAR)[]`)."""
    kind = kind.strip()
    if kind.startswith("array<"):
        return sql_type(kind[len("array<") : -1]) + "[]"
    if kind.startswith("struct<"):
        fields = (part.split(":", 1) for part in _split(kind[len("struct<") : -1]))
        return "STRUCT(" + ", ".join(f'"{name.strip()}" {sql_type(inner)}' for name, inner in fields) + ")"
    return _SQL_TYPES[kind]


def spark_type(kind: str) -> str:
    """The Spark name of a catalog type (`int64` gives `BIGINT`, also inside arrays and structures)."""
    names = {"int64": "BIGINT", "int32": "INT", "int16": "SMALLINT", "int8": "TINYINT", "float64": "DOUBLE"}
    for name, spark in names.items():
        kind = kind.replace(name, spark)
    return kind


def _split(text: str) -> list[str]:
    """`a: x, b: array<…, …>` cut at the commas of the outer level."""
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        depth += (letter == "<") - (letter == ">")
        if letter == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]
