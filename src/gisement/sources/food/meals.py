"""Meals that canteens serve, by class of age and month or week, to `raw_food_meal`.

They are told as such (till data), or as who is enrolled, how often they come and on how many days the kitchen is open.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisement.sources.food.table import Line, period_of, read_lines, word_key
from gisement.sources.raw_rows import write_parquet

HEADERS = {
    "buyer": ("buyer", "acheteur", "siret", "canteen", "cantine"),
    "class": ("class", "classe", "classedage", "age"),
    "month": ("month", "mois"),
    "week": ("week", "semaine"),
    "period": ("monthweek", "moissemaine", "period", "periode"),
    "meals": ("meals", "repas"),
    "enrolled": ("enrolled", "inscrits", "effectif"),
    "presence_pct": ("presencepct", "presence", "tauxpresence"),
    "open_days": ("opendays", "joursouverts", "jours"),
    "tied_until": ("tieduntil", "lieejusquau", "engagejusquau"),
    "channel": ("channel", "canal"),
}
EXPECTED = "buyer,class,month,meals,enrolled,presence_pct,open_days,tied_until,channel"
MOST_DAYS = 31.0


def read_food_meals(path: Path, target: Path, name: str) -> int:
    """Write `raw_food_meal`, one row per line, in meals; returns the number of lines.

    Raises Trouble, with its line and column, at the first cell that cannot be read.
    """
    lines = read_lines(path, name, HEADERS, ("buyer", "class"), EXPECTED)
    write_parquet("raw_food_meal", [_row(line) for line in lines], target)
    return len(lines)


def _row(line: Line) -> dict[str, Any]:
    when = period_of(line)
    return {
        "food_buyer": word_key(line.text("buyer")), "food_buyer_name": line.cells["buyer"],
        "eater_class": word_key(line.text("class")), "food_period": when.period, "food_month": when.month,
        "first_day": when.first_day, "meals": _meals(line), "tied_until": line.day("tied_until"),
        "channel": line.cells["channel"] or None,
    }  # fmt: skip


def _meals(line: Line) -> float:
    """Meals as told, else enrolment × presence × open days."""
    if line.cells["meals"]:
        return line.number_of("meals")
    presence = line.number_of("presence_pct", most=100.0) / 100
    return line.number_of("enrolled") * presence * line.number_of("open_days", most=MOST_DAYS)
