"""Tables of the food chain: rows typed as the catalog says, and no cell that tells of one producer.

What fewer than three producers make, or one of them more than 85 %, is kept back; so is one more cell of the line where
a single one is: a subtraction would give it away.

Source: statistical secrecy as Insee applies it to tables on firms (three units, 85 %).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from gisement.catalog import tables

LEAST_UNITS = 3
LARGEST_PART = 0.85


def table_of(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """The rows as the table of the catalog of that name."""
    kinds = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_()}
    schema = pa.schema([(column, kinds[kind]) for column, kind in tables()[name].schema.items()])
    return pa.Table.from_pylist(list(rows), schema=schema)


def kept_back(cells: Mapping[Any, Mapping[str, float]]) -> set[Any]:
    """The cells of one line of a table that may not be shown, from the part of each producer in each of them."""
    held = {cell: parts for cell, parts in cells.items() if parts}
    alone = {
        cell for cell, parts in held.items()
        if len(parts) < LEAST_UNITS or max(parts.values()) > LARGEST_PART * sum(parts.values())
    }  # fmt: skip
    others = held.keys() - alone
    if len(alone) == 1 and others:
        alone.add(min(others, key=lambda cell: (len(cells[cell]), sum(cells[cell].values()), str(cell))))
    return alone


def counted(number: int) -> int | None:
    """A number of producers, or None under three."""
    return number if number >= LEAST_UNITS or number == 0 else None
