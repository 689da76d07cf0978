"""The engine that DuckDB opens as it is loaded, for the first who wants one: another takes a hundredth of a second."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

import duckdb

from gisement.store.sql_text import literal

_TAKEN = Lock()
"""Never given back: the engine belongs to who took it, and is gone once closed."""


def opened(settings: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """An engine in memory with these settings, for who closes it: the one at hand, or a new one where that is taken."""
    if not _TAKEN.acquire(blocking=False):
        return duckdb.connect(config={**settings})
    connection = duckdb.default_connection()
    for name, value in settings.items():
        connection.execute(f"SET {name} = {literal(value)}")
    return connection
