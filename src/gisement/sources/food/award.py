"""After the award: what is secured with each holder, and what each delivered, to two raw tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisement.sources.food.offer import quality_of
from gisement.sources.food.table import Line, period_of, read_lines, word_key
from gisement.sources.raw_rows import write_parquet

WHAT = {
    "producer": ("producer", "producteur", "siret", "fournisseur", "titulaire"),
    "product": ("product", "produit", "denree"),
    "quality": ("quality", "qualite", "label"),
    "quantity_kg": ("quantitykg", "kg", "quantitekg"),
}
AWARD = WHAT | {
    "price_eur_per_kg": ("priceeurperkg", "prixeurkg", "prixkg", "prix"),
    "first_day": ("firstday", "debut", "du"),
    "last_day": ("lastday", "fin", "au"),
}
DELIVERY = WHAT | {"month": ("month", "mois"), "amount_eur": ("amounteur", "montant", "montanteur")}


def read_food_award(path: Path, target: Path, name: str) -> int:
    """Write `raw_food_award`, one row per contract and product; returns the number of lines.

    Raises Trouble, with its line and column, at the first cell that cannot be read.
    """
    needed = ("producer", "product", "quantity_kg", "first_day", "last_day")
    lines = read_lines(path, name, AWARD, needed, ",".join(AWARD))
    write_parquet("raw_food_award", [_award(line) for line in lines], target)
    return len(lines)


def read_food_delivery(path: Path, target: Path, name: str) -> int:
    """Write `raw_food_delivery`, one row per delivery or month of deliveries; returns the number of lines.

    Raises Trouble, with its line and column, at the first cell that cannot be read.
    """
    lines = read_lines(path, name, DELIVERY, ("producer", "product", "month", "quantity_kg"), ",".join(DELIVERY))
    write_parquet("raw_food_delivery", [_delivery(line) for line in lines], target)
    return len(lines)


def _what(line: Line) -> dict[str, Any]:
    return {
        "food_producer": word_key(line.text("producer")), "food_producer_name": line.cells["producer"],
        "food_product": word_key(line.text("product")), "food_product_name": line.cells["product"],
        "quality_class": quality_of(line), "quantity_kg": line.number_of("quantity_kg"),
    }  # fmt: skip


def _award(line: Line) -> dict[str, Any]:
    days = {column: line.day(column) for column in ("first_day", "last_day")}
    for column, day in days.items():
        if day is None or day < (days["first_day"] or ""):
            raise line.wrong(column, "un jour, la fin après le début", "a day, the end after the beginning")
    has_price = bool(line.cells["price_eur_per_kg"])
    price = line.number_of("price_eur_per_kg", most=1e5) if has_price else None
    return {**_what(line), "price_eur_per_kg": price, **days}


def _delivery(line: Line) -> dict[str, Any]:
    when = period_of(line)
    if "-" not in when.month:
        raise line.wrong("month", "un mois daté (écrire 2027-01)", "a dated month (write 2027-01)")
    amount = line.number_of("amount_eur") if line.cells["amount_eur"] else None
    return {**_what(line), "food_month": when.month, "amount_cents": None if amount is None else round(amount * 100)}
