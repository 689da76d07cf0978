"""TOML that a user wrote: whatever is wrong with it is one kind of error."""

from __future__ import annotations

import tomllib
from typing import Any

TOO_DEEP = "brackets within brackets, too deep to be read"


def parsed_toml(text: str) -> dict[str, Any]:
    """The content of a TOML text. Raises TOMLDecodeError, also where it is nested deeper than the parser goes."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError(TOO_DEEP) from None
