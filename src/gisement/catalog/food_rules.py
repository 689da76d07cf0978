"""The rules that a food plan may be held to: their unit, what each must name, what they mean in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gisement.catalog.tables import read_csv


@cache
def food_rules() -> Mapping[str, Mapping[str, str]]:
    """Every rule of a food plan, by the word that files use."""
    return {row["rule"]: row for row in read_csv("food_rules.csv")}


@cache
def food_coefficients() -> Mapping[str, Mapping[str, str]]:
    """Every coefficient that turns meals into kilograms, hectares or heads, by the word that files use."""
    return {row["coefficient"]: row for row in read_csv("food_coefficients.csv")}
