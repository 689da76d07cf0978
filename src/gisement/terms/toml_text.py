"""TOML that a user wrote: whatever is wrong with it is one kind of error."""

from __future__ import annotations

import tomllib
from typing import Any

TOO_DEEP = "brackets within brackets, too deep to be read"
TOO_LONG = "a number of thousands of digits"


def parsed_toml(text: str) -> dict[str, Any]:
    """The content of a TOML text. Raises TOMLDecodeError, also where a number or the nesting is beyond the parser."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError(TOO_DEEP) from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # Python reads no number of more than 4,300 digits
        raise tomllib.TOMLDecodeError(TOO_LONG) from None
