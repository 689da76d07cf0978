"""What was counted in the whole country, year by year, to be read beside a figure of the territory."""

from __future__ import annotations

from typing import Any

from gisement.catalog.parameters import every_value_of_parameter


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
