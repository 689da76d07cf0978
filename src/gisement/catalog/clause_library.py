"""The library of clauses and criteria: our own wording, its text, how it is verified, a usual weight."""

from __future__ import annotations

from functools import cache
from typing import Any

from gisement.catalog.tables import read_yaml


@cache
def clause_library() -> tuple[dict[str, Any], ...]:
    """Every entry, in the order of the file; `weight_pct` is None but for criteria."""
    return tuple({"weight_pct": None, **entry} for entry in read_yaml("clause_library.yaml"))
