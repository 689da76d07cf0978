"""Steps of the gap board that depend on the canteens alone: what kitchens can peel, what is worth a delivery.

A canteen peels what its own capacity allows; the rest has to go through a vegetable workshop or be bought peeled. Each
product is taken to be delivered alone: what is under the least value of a delivery has to be grouped, with other
products or with other canteens. Neither tells anything of a producer.

Source: about 80 euros within 10 km, the least worthwhile delivery of farms in Saône-et-Loire (Agrilocal).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from gisement.models.food_plan_inputs import CONVENTIONAL, EVERYONE, Inputs

KITCHEN, DELIVERY = "kitchen", "delivery"


def kitchens(inputs: Inputs, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """One row per canteen and month with something to peel: kg, what it can peel (null if nobody tells), the rest."""
    rules, peeled = inputs.rules, defaultdict[tuple[str, str], float](float)
    for (buyer, product, period), kg in inputs.needs.items():
        if product in rules.peeled:
            peeled[buyer, inputs.month_of[period]] += kg
    for (buyer, month), kg in sorted(peeled.items()):
        most = rules.peeling.get(buyer, rules.peeling.get(EVERYONE))
        yield _row(KITCHEN, buyer, names.get(buyer, buyer), month, kg, None if most is None else min(kg, most))


def deliveries(inputs: Inputs, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """One row per product and month: kg needed, kg of the canteens whose delivery of it alone is worth the way."""
    rules, needs = inputs.rules, defaultdict[tuple[str, str, str], float](float)
    if not rules.least_drop or not rules.drops:
        return
    for (buyer, product, period), kg in inputs.needs.items():
        needs[product, inputs.month_of[period], buyer] += kg
    whole, enough = defaultdict[tuple[str, str], float](float), defaultdict[tuple[str, str], float](float)
    for (product, month, buyer), kg in needs.items():
        drops, least = _drops(inputs, buyer, product), rules.least_drop.get(buyer, rules.least_drop.get(EVERYONE))
        price = rules.market.get((product, CONVENTIONAL))
        if drops and least is not None and price is not None:
            whole[product, month] += kg
            enough[product, month] += kg if kg / drops * price >= least else 0.0
    for (product, month), kg in sorted(whole.items()):
        yield _row(DELIVERY, product, names.get(product, product), month, kg, enough[product, month])


def _drops(inputs: Inputs, buyer: str, product: str) -> float | None:
    """Deliveries in a month: as told of this canteen and product, of the canteen, of the product, of all."""
    places = ((buyer, product), (buyer, EVERYONE), (EVERYONE, product), (EVERYONE, EVERYONE))
    return next((inputs.rules.drops[place] for place in places if place in inputs.rules.drops), None)


def _row(step: str, product: str, name: str, month: str, need: float, held: float | None) -> dict[str, Any]:
    return {
        "supply_step": step, "food_product": product, "food_product_name": name, "food_month": month, "need_kg": need,
        "tied_kg": 0.0, "offered_kg": held, "gap_kg": None if held is None else need - held, "reachable_kg": None,
        "gap_ha": None, "gap_heads": None, "producers_count": None,
    }  # fmt: skip
