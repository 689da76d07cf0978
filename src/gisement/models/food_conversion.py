"""From a meal to kilograms: portions, frequencies, yields and losses, each with its source; and to hectares and heads.

    kg per meal = frequency/20 · portion/1000 / (cooked over raw) / (1 - inedible) / (1 - kitchen loss) · (1 + over)
    hectares = kg/1000 / yield / (1 - field loss)      heads = kg / kg per head

A coefficient of a class of age is preferred to that of the product, that to one of every product, and among several
the one of the latest date: to override one, add a file that gives it another value later. Without a frequency, a
portion, a yield of cooking or a part that is not eaten, nothing is converted; a loss that nobody tells is not
counted, and is null.

Source: arrêté du 30 septembre 2011, annexe I (frequencies per 20 meals).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from gisement.models.food_table import table_of
from gisement.terms import local_step

NEEDED = ("per_20_meals", "portion_g", "cooked_over_raw", "inedible_pct")
LOSSES = ("kitchen_loss_pct", "over_production_pct")
CONFIDENCES = ("assumed", "likely", "verified")
"""The least sure first."""
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
