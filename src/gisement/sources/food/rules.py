"""The rules of a food plan (quality, money, contracts, workshops, scenarios), to `raw_food_rule`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisement.catalog.food import food_rules
from gisement.sources.food.offer import quality_of
from gisement.sources.food.table import Line, read_lines, word_key
from gisement.sources.raw_rows import write_parquet

HEADERS = {
    "rule": ("rule", "regle"),
    "buyer": ("buyer", "acheteur"),
    "product": ("product", "produit"),
    "quality": ("quality", "qualite"),
    "name": ("name", "nom"),
    "value": ("value", "valeur"),
}
EXPECTED = "rule,buyer,product,quality,name,value"
MOST = {"percent": 100.0}


def read_food_rules(path: Path, target: Path, name: str) -> int:
    """Write `raw_food_rule`, one row per line; returns the number of lines.

    Raises Trouble, with its line and column, for an unknown rule, a missing name, or a value that is no number of its
    unit: a plan held to half of its rules would be another plan.
    """
    lines = read_lines(path, name, HEADERS, ("rule", "value"), EXPECTED)
    write_parquet("raw_food_rule", [_row(line) for line in lines], target)
    return len(lines)


def _row(line: Line) -> dict[str, Any]:
    known = food_rules().get(line.cells["rule"])
    if known is None:
        allowed = ", ".join(food_rules())
        raise line.wrong("rule", f"une règle connue ({allowed})", f"a known rule ({allowed})")
    for column in known["needs"].split():
        line.text(column)
    value = line.number_of("value", most=MOST.get(known["unit"], 1e12)) if known["unit"] else None
    return {
        "food_rule": line.cells["rule"],
        "food_buyer": word_key(line.cells["buyer"]) if line.cells["buyer"] else None,
        "food_product": word_key(line.cells["product"]) if line.cells["product"] else None,
        "quality_class": quality_of(line) if line.cells["quality"] else None,
        "rule_name": word_key(line.cells["name"]) if line.cells["name"] else None,
        "rule_label": line.cells["name"] or None,
        "rule_value": value,
    }
