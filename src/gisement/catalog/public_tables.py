"""The closed list of tables that are published of payments, read from `public_tables.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gisement.catalog.tables import read_yaml


@dataclass(frozen=True)
class PublicTable:
    """A table of payments by year: what its cells stand for, the table of their detail, whether it is ever shown."""

    name: str
    by: tuple[str, ...]
    detail: str
    offered: bool


@cache
def public_tables() -> Mapping[str, PublicTable]:
    """Every table of the list, by name, in order; a table without detail is its own."""
    return {
        name: PublicTable(name, tuple(entry["by"]), entry.get("detail", name), entry.get("offered", True))
        for name, entry in read_yaml("public_tables.yaml").items()
    }


@cache
def public_columns() -> tuple[str, ...]:
    """The columns that cells of any table stand for, in alphabetical order."""
    return tuple(sorted({column for table in public_tables().values() for column in table.by}))
