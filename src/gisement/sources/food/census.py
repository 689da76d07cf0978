"""Crops and herds that a farm census counts in a place, to `raw_farm_census`: how many farms could be asked.

The official tables come in many layouts: this one is the program's own (`gisement template farm-census`), one line per
place and crop, with the publication that each line is copied from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisement.sources.food.table import Line, read_lines, word_key
from gisement.sources.raw_rows import write_parquet

HEADERS = {
    "place": ("place", "lieu", "commune", "epci", "territory", "territoire"),
    "product": ("product", "produit", "crop", "culture"),
    "farms": ("farms", "exploitations"),
    "hectares": ("hectares", "ha", "surfaceha"),
    "heads": ("heads", "tetes"),
    "year": ("year", "annee"),
    "source": ("source",),
}
EXPECTED = "place,product,farms,hectares,heads,year,source"


def read_farm_census(path: Path, target: Path, name: str) -> int:
    """Write `raw_farm_census`, one row per line; returns the number of lines.

    Raises Trouble, with its line and column, where a line has no place, product, year or source, or a number is none.
    """
    lines = read_lines(path, name, HEADERS, ("place", "product", "farms", "year", "source"), EXPECTED)
    write_parquet("raw_farm_census", [_row(line) for line in lines], target)
    return len(lines)


def _row(line: Line) -> dict[str, Any]:
    numbers = {f"census_{name}": line.number_of(name) if line.cells[name] else None
               for name in ("farms", "hectares", "heads")}  # fmt: skip
    return {
        "census_place": line.text("place"), "food_product": word_key(line.text("product")),
        "food_product_name": line.cells["product"], **numbers, "census_year": int(line.number_of("year", most=2100)),
        "census_source": line.text("source"),
    }  # fmt: skip
