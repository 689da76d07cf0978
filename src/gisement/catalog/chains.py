"""Chains of works and equipment: the purchases that each looks at."""

from __future__ import annotations

from functools import cache
from typing import Any

from gisement.catalog.tables import read_yaml


@cache
def chains() -> dict[str, dict[str, Any]]:
    """Every chain by its name: titles, what it is about, its segments."""
    return {entry["name"]: entry for entry in read_yaml("chains.yaml")}
