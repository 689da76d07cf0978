"""From meals, menus and purchases to kilograms, each coefficient with its source; and to hectares and heads.

    kg per meal = frequency/20 · portion/1000 / (cooked over raw) / (1 - inedible) / (1 - kitchen loss) · (1 + over)
    hectares    = kg/1000 / yield / (1 - field loss)      heads = kg / kg per head
    menu        kg = guests × portion / (cooked over raw) / (1 - inedible) / (1 - kitchen loss) · (1 + over-production)
    purchase    kg = euros before tax / euros per kg

A coefficient of a class of age is preferred to that of the product, that to one of every product, and among several
the one of the latest date: to override one, add a file that gives it another value later. Without a frequency, a
portion, a yield of cooking or a part that is not eaten, nothing is converted; a loss that nobody tells is not
counted, and is null.

A dish is made of the products that its composition tells; without one, of the product whose name its own holds. Its
guests are those that the composition tells; otherwise the meals of its restaurant and class in the month, shared
between the days that have a menu. A purchase is of the product whose name its text holds. What cannot be converted
stays, with the reason: nothing is guessed.

Source: arrêté du 30 septembre 2011, annexe I (frequencies per 20 meals).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from gisement.catalog.food import product_in, word_key
from gisement.models.food.tables import table_of
from gisement.terms import local_step

NEEDED = ("per_20_meals", "portion_g", "cooked_over_raw", "inedible_pct")
LOSSES = ("kitchen_loss_pct", "over_production_pct")
CONFIDENCES = ("assumed", "likely", "verified")
"""The least sure first."""
MENUS, PURCHASES = "menus", "purchases"
NO_PRODUCT, NO_GUESTS, NO_PORTION, NO_PRICE = "no_product", "no_guests", "no_portion", "no_price"
EVERY_MEAL = 20.0
Row = Mapping[str, Any]


class Coefficients:
    """Coefficients by product and class, the most precise and the latest of each."""

    def __init__(self, rows: Iterable[Row]) -> None:
        order = ("coefficient_date", "coefficient_value", "coefficient_source")
        ordered = sorted(rows, key=lambda row: tuple(row[name] for name in order))
        self._held = {(row["food_product"], row["eater_class"], row["coefficient"]): row for row in ordered}
        self.names = {row["food_product"]: row["food_product_name"] for row in self._held.values()}

    def row(self, product: str, eater: str | None, coefficient: str) -> Row | None:
        """The line that tells a coefficient; None where none does."""
        places = ((product, eater), (product, None), (None, eater), (None, None))
        return next((self._held[*place, coefficient] for place in places if (*place, coefficient) in self._held), None)

    def value(self, product: str, coefficient: str) -> float | None:
        """A coefficient of a product, whoever eats it."""
        row = self.row(product, None, coefficient)
        return None if row is None else float(row["coefficient_value"])

    def eaten(self) -> list[tuple[str, str]]:
        """Products and classes that have a portion."""
        return sorted((p, c) for p, c, name in self._held if name == "portion_g" and p and c)


def kg_per_meal(values: Mapping[str, float | None]) -> float | None:
    """Gross kg for one meal served; None where a needed coefficient is unknown, or none can be (a whole part lost)."""
    known = {name: values.get(name) for name in (*NEEDED, *LOSSES)}
    if any(known[name] is None for name in NEEDED) or not known["cooked_over_raw"]:
        return None
    lost = (1 - (known["inedible_pct"] or 0) / 100) * (1 - (known["kitchen_loss_pct"] or 0) / 100)
    served = (known["per_20_meals"] or 0) / 20 * (known["portion_g"] or 0) / 1000
    return served / known["cooked_over_raw"] / lost * (1 + (known["over_production_pct"] or 0) / 100) if lost else None


def land_and_herd(coefficients: Coefficients, product: str, kg: float) -> tuple[float | None, float | None]:
    """Hectares, and heads, that a quantity takes; None where the coefficient is unknown."""
    tonnes, head = coefficients.value(product, "yield_t_per_ha"), coefficients.value(product, "kg_per_head")
    loss = coefficients.value(product, "field_loss_pct") or 0.0
    hectares = kg / 1000 / tonnes / (1 - loss / 100) if tonnes and loss < 100 else None
    return hectares, kg / head if head else None


@local_step(100_000, "the latest and most precise of several coefficients is looked up one by one, in the driver")
def food_conversion(raw_food_coefficient: pa.Table) -> pa.Table:
    """One row per product and class of those who eat: each coefficient, and the gross kg of one meal."""
    held = Coefficients(raw_food_coefficient.to_pylist())
    rows = []
    for product, eater in held.eaten():
        lines = {name: held.row(product, eater, name) for name in (*NEEDED, *LOSSES)}
        values = {name: None if line is None else line["coefficient_value"] for name, line in lines.items()}
        known = [line for line in lines.values() if line is not None]
        sources = sorted({f"{line['coefficient_source']} ({line['coefficient_date']})" for line in known})
        rows.append({
            "food_product": product, "food_product_name": held.names[product], "eater_class": eater, **values,
            "kg_per_meal": kg_per_meal(values), "conversion_sources": " ; ".join(sources),
            "confidence": min((line["confidence"] for line in known), key=CONFIDENCES.index),
        })  # fmt: skip
    return table_of("food_conversion", rows)


@local_step(2_000_000, "products are looked for in the words of dishes and purchases, in the driver")
def food_text_need(
    food_bought: pa.Table, raw_food_menu: pa.Table, raw_food_dish: pa.Table, raw_food_meal: pa.Table,
    raw_food_coefficient: pa.Table,
) -> pa.Table:  # fmt: skip
    """One row per buyer, origin, text, product and month: gross kg, or why none can be told."""
    held = Coefficients(raw_food_coefficient.to_pylist())
    rows = [
        *_menus(raw_food_menu.to_pylist(), raw_food_dish.to_pylist(), raw_food_meal.to_pylist(), held),
        *_bought(food_bought.to_pylist(), held),
    ]
    return table_of("food_text_need", rows)


def _bought(rows: Sequence[Row], held: Coefficients) -> Iterator[dict[str, Any]]:
    products = [product for product in held.names if product]
    for row in rows:
        product = product_in(word_key(row["food_text"]), products)
        price = None if product is None else held.value(product, "price_eur_per_kg")
        cents = row["amount_cents"]
        kg = None if not price or cents is None else cents / 100 / price
        reason = NO_PRODUCT if product is None else NO_PRICE if kg is None else None
        month = f"{row['planned_year']}-{row['month']:02}"
        yield _row(row, PURCHASES, row["food_text"], product, held, month, kg, reason, cents=cents)


def _menus(
    menus: Sequence[Row], dishes: Sequence[Row], meals: Sequence[Row], held: Coefficients
) -> Iterator[dict[str, Any]]:
    made, guests_of = _composition(dishes), _guests(menus, meals)
    sums: dict[tuple[Any, ...], float | None] = {}
    names: dict[tuple[Any, ...], Row] = {}
    for row in menus:
        parts = made.get(row["dish_code"] or "") or made.get(row["dish_key"]) or {}
        told, products = parts.get("", None), [name for name in parts if name]
        found: list[str | None] = [*products] or [product_in(row["dish_key"], [name for name in held.names if name])]
        for product in found:
            for eater, guests in _eaters(row, told, guests_of):
                kg, reason = _served(product, eater, guests, held)
                key = (row["food_buyer"], row["dish_name"], product, row["menu_day"][:7], reason)
                names.setdefault(key, row)
                before = sums.get(key)
                sums[key] = kg if before is None else before + (kg or 0.0)
    for key, kg in sorted(sums.items(), key=lambda item: tuple(map(str, item[0]))):
        _, dish, product, month, reason = key
        yield _row(names[key], MENUS, dish, product, held, month, kg, reason)


def _composition(dishes: Sequence[Row]) -> dict[str, dict[str, float | None]]:
    """Products of each dish, by its code and by its name; under an empty product, how many eat it."""
    found: dict[str, dict[str, float | None]] = defaultdict(dict)
    for row in dishes:
        for name in {row["dish_code"] or "", row["dish_key"]} - {""}:
            found[name][row["food_product"] or ""] = None
            if row["guests"] is not None:
                found[name][""] = row["guests"]
    return found


def _guests(menus: Sequence[Row], meals: Sequence[Row]) -> dict[tuple[str, str], dict[str, float]]:
    """Guests of a day by restaurant and month, for each class of age: meals over the days that have a menu."""
    days: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in menus:
        days[row["food_buyer"], row["menu_day"][:7]].add(row["menu_day"])
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in meals:
        for buyer, month in days:
            if buyer == row["food_buyer"] and row["food_month"] in (month, month[-2:]):
                found[buyer, month][row["eater_class"]] += row["meals"] / len(days[buyer, month])
    return found


def _eaters(
    row: Row, told: float | None, guests: Mapping[tuple[str, str], Mapping[str, float]]
) -> list[tuple[str | None, float | None]]:
    """Who eats a dish, by class: as its composition tells, else as meals tell; (class, None) where nobody does."""
    eater = row["eater_class"]
    if told is not None:
        return [(eater, told)]
    known = guests.get((row["food_buyer"], row["menu_day"][:7]), {})
    if eater is None:
        return list(known.items()) or [(None, None)]
    return [(eater, known.get(eater))]


def _served(
    product: str | None, eater: str | None, guests: float | None, held: Coefficients
) -> tuple[float | None, str | None]:
    """Gross kg of one dish, and why there is none."""
    if product is None:
        return None, NO_PRODUCT
    if guests is None:
        return None, NO_GUESTS
    lines = {name: held.row(product, eater, name) for name in (*NEEDED, *LOSSES)}
    values = {name: None if line is None else line["coefficient_value"] for name, line in lines.items()}
    kg = kg_per_meal({**values, "per_20_meals": EVERY_MEAL})
    return (None, NO_PORTION) if kg is None else (guests * kg, None)


def _row(
    row: Row, origin: str, text: str, product: str | None, held: Coefficients, month: str, kg: float | None,
    reason: str | None, cents: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "food_buyer": row["food_buyer"], "food_buyer_name": row["food_buyer_name"], "need_origin": origin,
        "food_text": text, "food_product": product, "food_product_name": held.names.get(product) or product,
        "food_month": month, "amount_cents": cents, "quantity_kg": kg, "text_reason": reason,
    }  # fmt: skip
