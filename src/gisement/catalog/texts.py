"""Names and texts for people, by language: `texts/{fr,en}.yaml`."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from gisement.catalog.tables import read_yaml

_BEFORE = re.compile(r" (?=[;:!?»%€])")
_AFTER = re.compile(r"(?<=«) ")


@cache
def texts(language: str = "fr") -> dict[str, Any]:
    """All texts of a language (`fr` or `en`): `indicators`, `options`, `rings`, `findings`, `dimensions`."""
    content: dict[str, Any] = read_yaml(f"texts/{language}.yaml")
    return content


@cache
def page_texts(language: str = "fr") -> dict[str, Any]:
    """The texts of the pages that are served, by page."""
    content: dict[str, Any] = read_yaml(f"texts/{language}_pages.yaml")
    return {name: {key: _held(text) for key, text in words.items()} for name, words in content.items()}


def _held(text: str) -> str:
    """A text whose French signs stay with their word (no-break spaces)."""
    return _AFTER.sub("\u00a0", _BEFORE.sub("\u00a0", text))
