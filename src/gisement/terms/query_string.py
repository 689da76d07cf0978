"""The part of an address that says what is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote_plus


def query_string(pairs: Iterable[tuple[str, str]]) -> str:
    """Keys and values as they stand in an address: `year=2024&buyer=%3D21860194300016`."""
    return "&".join([_written(key, value) for key, value in pairs])


@lru_cache(maxsize=8192)
def _written(key: str, value: str) -> str:
    """A pair inside an address: a page writes a hundred of them out of the same few."""
    return f"{quote_plus(key)}={quote_plus(value)}"
