"""The tables and their columns, read from `tables.yaml`, `columns.csv` and `raw_columns.csv`."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gisement.catalog.compiled import content_of

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Column:
    """A column: the same name means the same thing in every table."""

    name: str
    type: str
    unit: str
    description: str


@dataclass(frozen=True)
class Table:
    """A table: what one row is (`grain`), the columns that identify it (`key`), and its schema.

    One that `is_held` stays in the memory of the build that needs it: only steps read it.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    schema: Mapping[str, str]
    is_held: bool = False


def read_csv(name: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file of the catalog, as dictionaries of texts."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def read_yaml(name: str) -> Any:
    """The content of a YAML file of the catalog."""
    return content_of(FOLDER / name)


@cache
def columns() -> Mapping[str, Column]:
    """Every column of the built tables, by name."""
    return {r["column"]: Column(r["column"], r["type"], r["unit"], r["description"]) for r in read_csv("columns.csv")}


@cache
def exported_words() -> Mapping[str, str]:
    """What each column of the exported tables is, in French."""
    return {row["column"]: row["description"] for row in read_csv("exported_columns_fr.csv")}


@cache
def tables() -> Mapping[str, Table]:
    """Every built table by its name, in the order of `tables.yaml`."""
    known = columns()
    return {
        name: Table(
            name, entry["grain"], tuple(entry["key"]), {c: known[c].type for c in entry["columns"]},
            bool(entry.get("held")),
        )
        for name, entry in read_yaml("tables.yaml").items()
    }  # fmt: skip


@cache
def raw_tables() -> Mapping[str, Table]:
    """Every raw table, by name: the values are those of the files, as text."""
    schemas: dict[str, dict[str, str]] = defaultdict(dict)
    for row in read_csv("raw_columns.csv"):
        schemas[row["table"]][row["column"]] = row["type"]
    return {name: Table(name, "one row per record of a file", (), schema) for name, schema in schemas.items()}
