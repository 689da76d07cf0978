"""Where the rows behind a figure are: an address that says the whole perimeter, so that it can be asked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gisement.terms import Perimeter
from gisement.terms.query_string import query_string


def address_of(name: str, perimeter: Perimeter, options: Mapping[str, str], group: Mapping[str, Any]) -> str:
    """The address of the rows of a figure: it holds the whole perimeter, the territory's buyers included.

    `group` are the values of the dimensions that the figure is one group of; none for a figure of the whole perimeter.
    """
    from gisement.engine.query import BUYERS, keeps_to_territory

    held = {**perimeter.filters, **{name: (value,) for name, value in options.items()}}
    held |= {name: (_value(name, value),) for name, value in group.items()}
    if keeps_to_territory(perimeter) and group:
        held[BUYERS] = ("territory",)
    return (
        f"/figures/{name}/rows?{query_string((key, value) for key, values in sorted(held.items()) for value in values)}"
    )


def _value(name: str, value: Any) -> str:
    """How a group's value is asked for again: nothing for a missing one, `=` before a buyer to mean just that one."""
    if value is None:
        return ""
    return f"={value}" if name == "buyer" else str(value)
