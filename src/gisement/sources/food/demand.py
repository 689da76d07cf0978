"""What canteens need, by product and by month or week, to `raw_food_demand`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisement.sources.food.table import Line, period_of, read_lines, word_key
from gisement.sources.raw_rows import write_parquet

HEADERS = {
    "buyer": ("buyer", "acheteur", "siret", "canteen", "cantine"),
    "product": ("product", "produit", "denree"),
    "month": ("month", "mois"),
    "week": ("week", "semaine"),
    "period": ("monthweek", "moissemaine", "period", "periode"),
    "quantity_kg": ("quantitykg", "kg", "quantitekg", "needkg", "besoinkg"),
    "tied_until": ("tieduntil", "lieejusquau", "engagejusquau"),
    "channel": ("channel", "canal"),
}
EXPECTED = "buyer,product,month,quantity_kg,tied_until,channel"


def read_food_demand(path: Path, target: Path, name: str) -> int:
    """Write `raw_food_demand`, one row per line, in gross kg; returns the number of lines.

    Raises Trouble, with its line and column, at the first cell that cannot be read.
    """
    lines = read_lines(path, name, HEADERS, ("buyer", "product", "quantity_kg"), EXPECTED)
    write_parquet("raw_food_demand", [_row(line) for line in lines], target)
    return len(lines)


def _row(line: Line) -> dict[str, Any]:
    when = period_of(line)
    return {
        "food_buyer": word_key(line.text("buyer")), "food_buyer_name": line.cells["buyer"],
        "food_product": word_key(line.text("product")), "food_product_name": line.cells["product"],
        "food_period": when.period, "food_month": when.month, "first_day": when.first_day,
        "quantity_kg": line.number_of("quantity_kg"), "tied_until": line.day("tied_until"),
        "channel": line.cells["channel"] or None,
    }  # fmt: skip
