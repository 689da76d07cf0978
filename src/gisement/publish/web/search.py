"""Words for comparison: without case or accents."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """`Éclairage` as `eclairage`."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
