"""Names and texts for people, by language: `texts/{fr,en}.yaml`."""

from __future__ import annotations

from functools import cache
from typing import Any

from gisement.catalog.tables import read_yaml


@cache
def texts(language: str = "fr") -> dict[str, Any]:
    """All texts of a language (`fr` or `en`): `indicators`, `options`, `rings`, `findings`, `dimensions`."""
    content: dict[str, Any] = read_yaml(f"texts/{language}.yaml")
    return content
