"""A case of a food plan as a canteen manager writes it: needs, offers and rules in lines, and what must come out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisement.models.food.inputs import Inputs, inputs_of
from tests.yaml_file import read_yaml

CASES = Path(__file__).parent / "plans.yaml"
Case = dict[str, Any]


def cases() -> list[Case]:
    """Every case of the file."""
    found: list[Case] = read_yaml(CASES)
    return found


def inputs(case: Case) -> Inputs:
    """The problem of a case, from rows like those of the tables."""
    needs, offers, distances, rules = rows(case)
    return inputs_of(needs, offers, distances, rules, transport=case.get("transport", 0.0), local_ring=3)


def rows(case: Case) -> tuple[list[Case], list[Case], list[Case], list[Case]]:
    """The rows of needs, offers, distances and rules."""
    needs = [
        {"food_buyer": line["buyer"], "food_product": line["product"], "food_period": str(line["month"]),
         "food_month": str(line["month"]), "need_kg": float(line["kg"]), "is_tied": line.get("tied", False)}
        for line in case["needs"]
    ]  # fmt: skip
    offers = [
        {"food_producer": line["producer"], "food_product": line["product"], "food_month": str(line["month"]),
         "quality_class": line.get("quality", "conventional"), "capacity_kg": float(line["kg"]),
         "price_eur_per_kg": line["price"], "commune_code": line.get("commune"), "commune_place": None,
         "ring_nearest": 3 if line.get("near") else None}
        for line in case.get("offers", ())
    ]  # fmt: skip
    distances = [
        {"food_producer": offer["food_producer"], "commune_code": offer["commune_code"], "commune_place": None,
         "food_buyer": buyer, "supply_km": km}
        for offer, line in zip(offers, case.get("offers", ()), strict=True) for buyer, km in line.get("km", {}).items()
    ]  # fmt: skip
    rules = [
        {"food_rule": line["rule"], "food_buyer": line.get("buyer"), "food_product": line.get("product"),
         "quality_class": line.get("quality"), "rule_name": line.get("name"), "rule_label": line.get("name"), "rule_value": line.get("value")}
        for line in case.get("rules", ())
    ]  # fmt: skip
    return needs, offers, distances, rules
