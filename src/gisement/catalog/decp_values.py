"""Words that a field of the essential data may hold, as data: `decp_values.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gisement.catalog.tables import read_yaml


@cache
def decp_values() -> Mapping[str, frozenset[str]]:
    """The allowed words of each field, by its name (those of concessions after `concession_`)."""
    return {name: frozenset(words) for name, words in read_yaml("decp_values.yaml").items()}
