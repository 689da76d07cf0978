"""Rows of Python to a table of the catalog, typed as it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from gisement.catalog import tables


def table_of(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """The rows as the table of that name."""
    kinds = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_()}
    schema = pa.schema([(column, kinds[kind]) for column, kind in tables()[name].schema.items()])
    return pa.Table.from_pylist(list(rows), schema=schema)
