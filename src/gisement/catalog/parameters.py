"""Dated values with their unit and reference, as in law: `parameters/*.yaml`."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from gisement.catalog.tables import FOLDER, read_yaml


@cache
def parameters() -> dict[str, dict[str, Any]]:
    """Every parameter, by name: `unit`, `description`, `reference` and `values` (date → value)."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((FOLDER / "parameters").glob("*.yaml")):
        found |= read_yaml(f"parameters/{path.name}")
    return found


def every_value_of_parameter(name: str) -> dict[str, Any]:
    """A parameter with its unit, description, reference and every dated value."""
    return parameters()[name]


def parameter(name: str, on: date | None = None) -> int:
    """The value of a parameter in force on a day (the latest one when no day is given).

    Raises KeyError if the parameter does not exist or was not yet in force.
    """
    values = parameters()[name]["values"]
    in_force = [since for since in sorted(values) if on is None or since <= on]
    if not in_force:
        raise KeyError(f"{name} has no value on {on}")
    return int(values[in_force[-1]])


def national_series(indicator: str) -> dict[str, Any] | None:
    """`shares` by year (fractions), `reference`, `mark` of the national series of the same definition, if any.

    Two shares have one: at least one consideration, in number.
    """
    if indicator == "pnad_social_count_share":
        told = every_value_of_parameter("national_social_count_permille")
    elif indicator == "pnad_environmental_count_share":
        told = every_value_of_parameter("national_environmental_count_permille")
    else:
        return None
    shares = {since.year: value / 1000 for since, value in told["values"].items()}
    return {"shares": shares, "reference": told["reference"].strip(), "mark": told["mark"]}
