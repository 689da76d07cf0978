"""Menus of canteens and what their dishes are made of, in the open schemas of local authorities (SCDL).

`menus-collectifs` (one line per dish of a day) to `raw_food_menu`, `plats-menus-collectifs` (one line per product of a
dish) to `raw_food_dish`. Neither tells a quantity: portions, and how many eat, come from other files.

Source: SCDL schemas menus-collectifs (0.5 to 1.2) and plats-menus-collectifs (0.2, 0.3), OpenDataFrance.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisement.sources.food.table import Line, read_lines, word_key
from gisement.sources.raw_rows import write_parquet

MENU = {
    "body": ("menucollnom", "collectivitenom"),
    "place": ("menurestaurantnom", "restaurantnom"),
    "place_id": ("menurestaurantid", "restaurantid"),
    "place_id_kind": ("menurestaurantidtype", "restaurantidtype"),
    "place_kind": ("menurestauranttype", "restauranttype"),
    "eaters": ("menurestaurantconvive", "restaurantconvive"),
    "menuDate": ("menudate",),
    "meal": ("menutyperepas",),
    "dish_kind": ("menutypeplat",),
    "menuNomPlat": ("menunomplat",),
    "dish_code": ("menucodeplat",),
}
DISH = {
    "platCode": ("platcode",),
    "platNom": ("platnom",),
    "platNombreConvive": ("platnombreconvive",),
    "platProduitNom": ("platproduitnom",),
}
MENU_HEADER = "menuCollNom,menuRestaurantNom,menuRestaurantType,menuDate,menuTypeRepas,menuTypePlat,menuNomPlat"
DISH_HEADER = "platCode,platNom,platNombreConvive,platProduitNom"
NO_CLASS = ("", "tous", "autre")
LUNCH = ("", "dejeuner")


def read_food_menus(path: Path, target: Path, name: str) -> int:
    """Write `raw_food_menu`, one row per dish of a lunch; returns the number of lines read.

    Raises Trouble, with its line and column, where a dish has no restaurant, no day or no name.
    """
    lines = read_lines(path, name, MENU, ("place", "menuDate", "menuNomPlat"), MENU_HEADER)
    rows = [_menu(line) for line in lines if word_key(line.cells["meal"]) in LUNCH]
    write_parquet("raw_food_menu", rows, target)
    return len(lines)


def read_food_dishes(path: Path, target: Path, name: str) -> int:
    """Write `raw_food_dish`, one row per product of a dish; returns the number of lines.

    Raises Trouble, with its line and column, where a line has no dish, or a number of guests that is none.
    """
    lines = read_lines(path, name, DISH, ("platNom",), DISH_HEADER)
    write_parquet("raw_food_dish", [_dish(line) for line in lines], target)
    return len(lines)


def _menu(line: Line) -> dict[str, Any]:
    place, day = line.text("place"), line.day("menuDate")
    if day is None:
        raise line.wrong("menuDate", "une date (écrire 2027-12-31)", "a date (write 2027-12-31)")
    identifier = line.cells["place_id"] if line.cells["place_id_kind"].lower() == "siret" else ""
    kind = next((line.cells[name] for name in ("place_kind", "eaters")
                 if word_key(line.cells[name]) not in NO_CLASS), "")  # fmt: skip
    return {
        "food_buyer": word_key(identifier or place), "food_buyer_name": place, "menu_day": day,
        "eater_class": word_key(kind) if kind else None, "dish_kind": line.cells["dish_kind"] or None,
        "dish_name": line.text("menuNomPlat"), "dish_key": word_key(line.cells["menuNomPlat"]),
        "dish_code": line.cells["dish_code"] or None,
    }  # fmt: skip


def _dish(line: Line) -> dict[str, Any]:
    told = line.cells["platNombreConvive"]
    product = line.cells["platProduitNom"]
    return {
        "dish_code": line.cells["platCode"] or None, "dish_name": line.text("platNom"),
        "dish_key": word_key(line.cells["platNom"]), "guests": line.number_of("platNombreConvive") if told else None,
        "food_product": word_key(product) if product else None, "food_product_name": product or None,
    }  # fmt: skip
