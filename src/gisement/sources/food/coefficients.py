"""How meals become kilograms, hectares and heads: coefficients with source and date, to `raw_food_coefficient`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisement.catalog.food import food_coefficients
from gisement.sources.food.table import Line, read_lines, word_key
from gisement.sources.raw_rows import write_parquet

HEADERS = {
    "product": ("product", "produit", "denree"),
    "class": ("class", "classe", "classedage", "age"),
    "coefficient": ("coefficient",),
    "value": ("value", "valeur"),
    "source": ("source",),
    "date": ("date",),
    "confidence": ("confidence", "confiance"),
}
EXPECTED = "product,class,coefficient,value,source,date,confidence"
CONFIDENCES = ("verified", "likely", "assumed")
MOST = {"percent": 99.9}


def read_food_coefficients(path: Path, target: Path, name: str) -> int:
    """Write `raw_food_coefficient`, one row per line; returns the number of lines.

    Raises Trouble, with its line and column, for an unknown coefficient, a value that is no number of its unit, or one
    without a source, a date or a confidence: a kilogram that nobody can trace is refused.
    """
    lines = read_lines(path, name, HEADERS, ("coefficient", "value", "source", "date", "confidence"), EXPECTED)
    write_parquet("raw_food_coefficient", [_row(line) for line in lines], target)
    return len(lines)


def _row(line: Line) -> dict[str, Any]:
    known = food_coefficients().get(line.cells["coefficient"])
    if known is None:
        allowed = ", ".join(food_coefficients())
        raise line.wrong("coefficient", f"un coefficient connu ({allowed})", f"a known coefficient ({allowed})")
    if line.cells["confidence"] not in CONFIDENCES:
        allowed = ", ".join(CONFIDENCES)
        raise line.wrong("confidence", f"un degré de confiance ({allowed})", f"a degree of confidence ({allowed})")
    day = line.day("date")
    if day is None:
        raise line.wrong("date", "une date (écrire 2027-12-31)", "a date (write 2027-12-31)")
    return {
        "food_product": word_key(line.cells["product"]) if line.cells["product"] else None,
        "food_product_name": line.cells["product"] or None,
        "eater_class": word_key(line.cells["class"]) if line.cells["class"] else None,
        "coefficient": line.cells["coefficient"],
        "coefficient_value": line.number_of("value", most=MOST.get(known["unit"], 1e9)),
        "coefficient_source": line.text("source"), "coefficient_date": day, "confidence": line.cells["confidence"],
    }  # fmt: skip
