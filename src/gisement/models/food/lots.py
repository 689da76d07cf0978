"""Lots: how many, how large, so that at least three producers could bid for each; counts only, never who.

The volume of a product is what is open to lots: the need, at most what is known to be offered. It is cut into the
fewest equal lots for which three independent producers have the capacity of a whole lot; if twelve do not do, there
is no lot yet: sourcing comes first. Whatever the number of lots, the threshold is that of the whole homogeneous need:
lots never change the procedure. The area of a lot is that of the canteens that it delivers, never that of bidders.

Source: Code de la commande publique, art. L2113-10 (lots), R2121-6 and R2121-7 (homogeneous need), R2122-8
(dispensation).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from gisement.catalog import parameter
from gisement.models.food.gaps import known_inputs
from gisement.models.food.inputs import CONVENTIONAL, Inputs
from gisement.models.food.tables import table_of
from gisement.terms import local_step

ROW_LIMIT = 2_000_000
MOST_LOTS, LEAST_BIDDERS = 12, 3
ALLOTTED, NO_OFFER, TOO_FEW = "allotted", "no_offer", "too_few_bidders"
DISPENSED, ADAPTED, FORMAL, UNKNOWN = "dispensed", "adapted", "formal", "unknown"


@local_step(ROW_LIMIT, "capacities of producers are counted against each size of lot, in the driver")
def food_lot(food_need: pa.Table, food_offer: pa.Table, food_rule: pa.Table) -> pa.Table:
    """One row per product that is needed: lots, their size and months, how many could bid, and the procedure."""
    inputs = known_inputs(food_need, food_offer, food_rule)
    if inputs is None:
        return table_of("food_lot", ())
    names = {row["food_product"]: row["food_product_name"] for row in reversed(food_need.to_pylist())}
    prices = _prices(food_offer, inputs)
    shown = {row["food_buyer"]: row["food_buyer_name"] for row in food_need.to_pylist()}
    shown |= {row["rule_name"]: row["rule_label"] for row in food_rule.to_pylist() if row["food_rule"] == "group"}
    return table_of("food_lot", [
        _lot(product, names.get(product, product), prices.get(product), inputs, shown) for product in inputs.products
    ])  # fmt: skip


def sized(volume: float, capacities: Mapping[str, float]) -> tuple[int, int]:
    """The fewest equal lots of a volume for which three producers could bid, and how many could; (0, count) if none.

    Where no number of lots does, the count is of those who could bid for the smallest lot.
    """
    bidders = 0
    for lots in range(1, MOST_LOTS + 1):
        bidders = sum(kg >= volume / lots - 1e-9 for kg in capacities.values())
        if bidders >= LEAST_BIDDERS:
            return lots, bidders
    return 0, bidders


def areas(needs: Mapping[str, float], lots: int) -> tuple[tuple[str, ...], ...]:
    """Which buying groups each lot delivers: each lot near an equal share of the need, no group cut without cause.

    Fewer lots than groups: the groups, largest first, to the lot that has least. More: each group as many lots as its
    share of the need (largest remainders), one at least.
    """
    order = sorted(needs, key=lambda group: (-needs[group], group))
    if lots <= len(order):
        bins: list[list[str]] = [[] for _ in range(lots)]
        for group in order:
            min(bins, key=lambda held: sum(needs[one] for one in held)).append(group)
        return tuple(tuple(sorted(held)) for held in bins)
    whole = sum(needs.values())
    share = {group: max(1.0, lots * needs[group] / whole) for group in order}
    count = {group: int(share[group]) for group in order}
    while sum(count.values()) < lots:
        count[max(order, key=lambda group: (share[group] - count[group], needs[group]))] += 1
    while sum(count.values()) > lots:
        count[max(order, key=lambda group: (count[group] - share[group], count[group]))] -= 1
    return tuple((group,) for group in order for _ in range(count[group]))


def told_areas(held: tuple[tuple[str, ...], ...], shown: Mapping[str, str]) -> str:
    """Areas as a text, groups under the names that files write: `Campus + CHU ; Ville × 3`."""
    names = [" + ".join(shown.get(group, group) for group in groups) for groups in held]
    counted = {name: names.count(name) for name in names}
    return " ; ".join(name if count == 1 else f"{name} × {count}" for name, count in sorted(counted.items()))


def procedure(cents: int | None) -> str:
    """The procedure that a whole homogeneous need of so many cents before tax takes (buyers other than the State).

    UNKNOWN where the need has no price. Thresholds are those in force on the latest date of the catalog.

    Source: Code de la commande publique, art. R2122-8 (dispensation); European thresholds (parameters
    `dispensation_supplies_cents`, `eu_threshold_other_cents`).
    """
    if cents is None:
        return UNKNOWN
    if cents < parameter("dispensation_supplies_cents"):
        return DISPENSED
    return ADAPTED if cents < parameter("eu_threshold_other_cents") else FORMAL


def _lot(
    product: str, name: str, price: float | None, inputs: Inputs, shown: Mapping[str, str]
) -> dict[str, Any]:  # fmt: skip
    need = sum(kg for (_, p, _), kg in inputs.needs.items() if p == product)
    capacities: dict[str, float] = defaultdict(float)
    months: set[str] = set()
    for offer in inputs.offers:
        if offer.product == product:
            capacities[offer.producer] += sum(offer.capacity.values())
            months |= {month for month, kg in offer.capacity.items() if kg > 0}
    volume = min(need, sum(capacities.values()))
    lots, bidders = sized(volume, capacities) if capacities else (0, 0)
    is_told = lots > 0 and len(capacities) >= LEAST_BIDDERS
    cents = None if price is None else round(100 * price * need)
    return {
        "food_product": product, "food_product_name": name, "need_kg": need, "planned_lots_count": lots,
        "lot_kg": volume / lots if is_told else None, "bidders_count": bidders if is_told else None,
        "first_month": min(months) if is_told else None, "last_month": max(months) if is_told else None,
        "lot_areas": told_areas(areas(_by_group(product, inputs), lots), shown) if is_told else None,
        "lot_reason": ALLOTTED if lots else TOO_FEW if capacities else NO_OFFER,
        "need_cents": cents, "award_procedure": procedure(cents),
    }  # fmt: skip


def _by_group(product: str, inputs: Inputs) -> dict[str, float]:
    """Kg of a product by buying group: where it is delivered. Where bidders are plays no part."""
    found: dict[str, float] = defaultdict(float)
    for (buyer, name, _), kg in inputs.needs.items():
        if name == product:
            found[inputs.group(buyer)] += kg
    return dict(found)


def _prices(offers: pa.Table, inputs: Inputs) -> dict[str, float]:
    """A price by product: that of the market (conventional), else the mean of what three or more producers ask."""
    asked: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in offers.to_pylist():
        if row["price_eur_per_kg"] is not None:
            asked[row["food_product"]][row["food_producer"]].append(row["price_eur_per_kg"])
    found = {
        product: sum(sum(prices) / len(prices) for prices in by.values()) / len(by)
        for product, by in asked.items() if len(by) >= LEAST_BIDDERS
    }  # fmt: skip
    return found | {p: value for (p, quality), value in inputs.rules.market.items() if quality == CONVENTIONAL}
