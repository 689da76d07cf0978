"""Meals become kilograms as by hand, each coefficient with its source; the latest and most precise one holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from gisement.models.food.conversion import Coefficients, food_conversion, kg_per_meal, land_and_herd
from tests.yaml_file import read_yaml

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).parent / "conversions.yaml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_comes_out_as_by_hand(case: dict[str, Any]) -> None:
    one = kg_per_meal(case["values"])
    told = None if one is None else case["meals"] * one
    assert told == (None if case["kg"] is None else pytest.approx(case["kg"], abs=0.001))


def line(
    product: str | None, eater: str | None, coefficient: str, value: float, day: str = "2026-01-01",
    confidence: str = "verified",
) -> dict[str, Any]:  # fmt: skip
    """A coefficient."""
    return {
        "food_product": product, "food_product_name": product, "eater_class": eater, "coefficient": coefficient,
        "coefficient_value": value, "coefficient_source": f"{coefficient} of the kitchen", "coefficient_date": day,
        "confidence": confidence,
    }  # fmt: skip


LINES = [
    line("carotte", "elementaire", "portion_g", 100), line("carotte", "adulte", "portion_g", 150),
    line("carotte", None, "per_20_meals", 2), line("carotte", None, "cooked_over_raw", 0.856),
    line("carotte", None, "inedible_pct", 10), line(None, None, "kitchen_loss_pct", 50),
    line("carotte", None, "kitchen_loss_pct", 3, "2025-01-01", "assumed"),
    line("carotte", None, "yield_t_per_ha", 45), line("carotte", None, "field_loss_pct", 10),
    line("agneau", None, "kg_per_head", 15),
]  # fmt: skip


def converted(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """The table of conversions, by product and class."""
    made = food_conversion.function(pa.Table.from_pylist(rows)).to_pylist()
    return {(row["food_product"], row["eater_class"]): row for row in made}


def test_the_most_precise_coefficient_holds_even_if_an_older_one() -> None:
    found = converted(LINES)
    assert set(found) == {("carotte", "elementaire"), ("carotte", "adulte")}
    row = found["carotte", "elementaire"]
    assert (row["kitchen_loss_pct"], row["over_production_pct"]) == (3, None)
    assert row["kg_per_meal"] == pytest.approx(0.1 * 0.1 / 0.856 / 0.9 / 0.97)
    assert row["confidence"] == "assumed", "a conversion is as sure as its least sure coefficient"
    assert "portion_g of the kitchen (2026-01-01)" in row["conversion_sources"]


def test_a_later_value_overrides_an_earlier_one() -> None:
    later = line("carotte", "elementaire", "portion_g", 80, "2026-09-01")
    before, after = converted(LINES), converted([later, *LINES])
    key = ("carotte", "elementaire")
    assert after[key]["kg_per_meal"] == pytest.approx(0.8 * before[key]["kg_per_meal"])
    assert after["carotte", "adulte"] == before["carotte", "adulte"]


def test_hectares_and_heads() -> None:
    held = Coefficients(LINES)
    # 81 t at 45 t a hectare, a tenth lost in the field: 81 / 45 / 0.9
    hectares, heads = land_and_herd(held, "carotte", 81_000)
    assert (hectares, heads) == (2.0, None)
    assert land_and_herd(held, "agneau", 1500) == (None, 100)
    assert land_and_herd(held, "merlu", 1500) == (None, None)
