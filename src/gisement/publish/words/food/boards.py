"""The boards of the food chain on a terminal: conversion, gaps, lots, follow-up, declared rates, an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gisement.catalog.texts import food_texts
from gisement.publish import format
from gisement.publish.layout import Column, show_table, tell

LONGEST = 60
Row = Mapping[str, Any]
SHOWN: Mapping[str, tuple[str, ...]] = {
    "need": ("food_product_name", "eater_class", "per_20_meals", "portion_g", "cooked_over_raw", "inedible_pct",
             "kitchen_loss_pct", "over_production_pct", "kg_per_meal", "confidence", "conversion_sources"),
    "gaps": ("supply_step", "food_product_name", "food_month", "need_kg", "tied_kg", "offered_kg", "gap_kg",
             "reachable_kg", "gap_ha", "gap_heads", "producers_count"),
    "lots": ("food_product_name", "need_kg", "need_cents", "award_procedure", "planned_lots_count", "lot_kg",
             "bidders_count", "first_month", "last_month", "lot_areas", "lot_reason"),
    "converted": ("food_buyer_name", "need_origin", "food_text", "food_product_name", "food_month", "amount_cents",
                  "quantity_kg", "text_reason"),
    "sourcing": ("food_product_name", "known_producers_count", "organic_department_count", "organic_region_count",
                 "census_farms_count", "census_ha", "census_year"),
    "follow": ("food_producer_name", "food_product_name", "quality_class", "secured_kg", "due_kg", "delivered_kg",
               "price_eur_per_kg", "paid_eur_per_kg", "first_day", "last_day", "follow_state"),
    "declared": ("group", "year", "canteens", "organic_mean", "organic_median", "egalim_mean", "egalim_median",
                 "reaching_organic", "reaching_egalim", "unreadable"),
    "order": ("canteen", "year", "order_cents", "organic_before", "organic_after", "egalim_before", "egalim_after",
              "meat_fish_before", "meat_fish_after", "unclear_cents", "budget_cents", "left_cents"),
}  # fmt: skip
"""The columns of each board, in order."""
SHARES = ("organic_mean", "organic_median", "egalim_mean", "egalim_median")
COUNTS = ("canteens", "unreadable", "reaching_organic", "reaching_egalim")
NUMBERS = (
    "_kg", "_cents", "_pct", "_ha", "_heads", "_count", "_per_kg", "_before", "_after", "_g", "_meals", "_raw", "_meal"
)  # fmt: skip
WORDS = (
    "text_reason",
    "need_origin",
    "supply_step",
    "award_procedure",
    "lot_reason",
    "follow_state",
    "confidence",
    "quality_class",
)
KEPT_BACK = ("offered_kg", "gap_kg", "reachable_kg")
MADE = ("field", "storage")
"""Steps at which producers offer."""
FEW = ("producers_count", "bidders_count", "known_producers_count")


def show(name: str, rows: Sequence[Row], language: str = "fr") -> None:
    """A board as a table, and what must be known to read it."""
    words = food_texts(language)["boards"]
    if not rows:
        tell(words["empty"][name])
        return
    columns = [Column(words["columns"][column], is_number=is_number(column)) for column in SHOWN[name]]
    show_table(columns, [cells(name, row, language) for row in rows[:LONGEST]])
    print()
    if len(rows) > LONGEST:
        counts = (format.number(number, language=language) for number in (LONGEST, len(rows)))
        tell(words["more"].format(*counts))
    tell(words["about"][name])


def cells(name: str, row: Row, language: str) -> list[str]:
    """The cells of one row, as texts."""
    return [cell(column, row, language) for column in SHOWN[name]]


def is_number(column: str) -> bool:
    """Whether a column is set to the right."""
    return column.endswith(NUMBERS) or column in (*SHARES, *COUNTS)


def cell(column: str, row: Row, language: str) -> str:
    """One cell as a text: kept back, fewer than three, unknown, a share, euros, kg or words."""
    words, value = food_texts(language)["boards"], row[column]
    if value is None:
        if column in KEPT_BACK and row.get("supply_step") in MADE:
            return str(words["kept_back"])
        is_few = column in FEW and row.get("supply_step", MADE[0]) in MADE and row.get("lot_reason") != "no_offer"
        return str(words["few"]) if is_few else ""
    if column in WORDS:
        return str(words["words"][column].get(value, value))
    return _number(column, language)(value) if is_number(column) else str(value)


def _number(column: str, language: str) -> Callable[[Any], str]:
    if column in SHARES or column.endswith(("_before", "_after")):
        return lambda value: format.percent(value, 1, language)
    if column.endswith("_cents"):
        return lambda value: format.cents(value, language)
    digits = {"_per_kg": 2, "_ha": 1, "_raw": 3, "_meal": 4, "_pct": 1}
    kept = next((count for end, count in digits.items() if column.endswith(end)), 0)
    return lambda value: format.number(value, kept, language)


def order_rows(found: Sequence[Any]) -> list[dict[str, Any]]:
    """What an order does to each canteen's year, a line each."""
    rows = []
    for one in found:
        shares = {f"{share}_{when}": getattr(one, when).share(share)
                  for share in ("organic", "egalim", "meat_fish") for when in ("before", "after")}  # fmt: skip
        spent = one.after.food_cents
        rows.append({
            "canteen": one.canteen, "year": one.year, "order_cents": one.order_cents, **shares,
            "unclear_cents": one.after.unclear_cents, "budget_cents": one.budget_cents,
            "left_cents": None if one.budget_cents is None else one.budget_cents - spent,
        })  # fmt: skip
    return rows


def told_ma_cantine(found: Any, output: object) -> list[tuple[str, str]]:
    """What a file for ma cantine holds and leaves out, in French and English."""
    fr, en = format.Count(found.lines, "fr"), format.Count(found.lines, "en")
    told = [(f"{output} : {fr:ligne|lignes}.", f"{output}: {en:line|lines}.")]
    if found.without_siret:
        fr, en = format.Count(found.without_siret, "fr"), format.Count(found.without_siret, "en")
        told.append((f"Laissés de côté, sans SIRET de cantine : {fr:achat|achats}.",
                     f"{en:purchase|purchases} without a canteen's SIRET, left out."))  # fmt: skip
    if found.unclear_cents:
        euros = {language: format.cents(found.unclear_cents, language) for language in ("fr", "en")}
        told.append((f"{euros['fr']} sous un label incertain : comptés dans le total, dans aucune qualité.",
                     f"{euros['en']} under an unclear label: in the total, in no quality."))  # fmt: skip
    return told
