"""The gap board: what is needed and what is known to be offered, by product, month and step, without telling of anyone.

Steps: the field (or barn, boat, workshop that sells), the store for what keeps, each workshop that products must go
through, the kitchens that peel, the deliveries that are worth the way. Of what is missing, what the known offer would
bring by growing for three years at the stated rate is held to be within reach. What fewer than three producers offer,
or of which one makes more than 85 %, is kept back with its gap; so is one month more of the product where a single one
is.

Two steps depend on the canteens alone. A canteen peels what its own capacity allows; the rest has to go through a
vegetable workshop or be bought peeled. Each product is taken to be delivered alone: what is under the least value of a
delivery has to be grouped, with other products or with other canteens.

Sources: statistical secrecy as Insee applies it to tables on firms (three units, 85 %); about 80 euros within 10 km,
the least worthwhile delivery of farms in Saône-et-Loire (Agrilocal).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from gisement.catalog import parameter
from gisement.models.food.conversion import Coefficients, land_and_herd
from gisement.models.food.inputs import CONVENTIONAL, EVERYONE, Inputs, inputs_of
from gisement.models.food.tables import counted, kept_back, table_of
from gisement.terms import Trouble, local_step

ROW_LIMIT = 2_000_000
FIELD, STORAGE, WORKSHOP, KITCHEN, DELIVERY = "field", "storage", "workshop", "kitchen", "delivery"
Row = Mapping[str, Any]


def known_inputs(need: pa.Table, offer: pa.Table, rule: pa.Table) -> Inputs | None:
    """Needs, offers and rules aligned on the months of the needs; None where no need is open.

    An offer without a price is one all the same: its price is then 0, and no money may be read here.
    """
    offers = [{**row, "price_eur_per_kg": row["price_eur_per_kg"] or 0.0} for row in offer.to_pylist()]
    try:
        return inputs_of(need.to_pylist(), offers, (), rule.to_pylist())
    except Trouble:
        return None


@local_step(ROW_LIMIT, "months of several files are aligned, and what tells of few producers kept back, in the driver")
def food_gap(
    food_need: pa.Table, food_offer: pa.Table, food_rule: pa.Table, raw_food_coefficient: pa.Table
) -> pa.Table:
    """One row per step, product (workshop, canteen) and month: open need, offer, gap, hectares; null: kept back."""
    inputs = known_inputs(food_need, food_offer, food_rule)
    if inputs is None:
        return table_of("food_gap", ())
    names = {row["food_product"]: row["food_product_name"] for row in reversed(food_need.to_pylist())}
    held = Coefficients(raw_food_coefficient.to_pylist())
    buyers = {row["food_buyer"]: row["food_buyer_name"] for row in reversed(food_need.to_pylist())}
    rows = [*_products(inputs, held, names), *_workshops(inputs), *_kitchens(inputs, buyers)]
    rows += _deliveries(inputs, names)
    return table_of("food_gap", rows)


def _products(inputs: Inputs, held: Coefficients, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    needs, tied = _by_month(inputs.needs, inputs), _by_month(inputs.tied, inputs)
    for product in inputs.products:
        step = STORAGE if product in inputs.rules.storage_loss else FIELD
        parts = _parts(inputs, product, needs)
        hidden = kept_back(parts)
        for month in inputs.months:
            need, own = needs.get((product, month), 0.0), parts.get(month, {})
            offered = None if month in hidden else sum(own.values())
            gap = None if offered is None else max(0.0, need - offered)
            hectares, heads = (None, None) if gap is None else land_and_herd(held, product, gap)
            yield _row(step, product, names.get(product, product), month, need, offered) | {
                "tied_kg": tied.get((product, month), 0.0), "reachable_kg": _reachable(inputs, product, offered, gap),
                "gap_ha": hectares, "gap_heads": heads,
                "producers_count": counted(len([kg for kg in own.values() if kg > 0])),
            }  # fmt: skip


def _reachable(inputs: Inputs, product: str, offered: float | None, gap: float | None) -> float | None:
    """What a growth of the known offer would bring of a gap in three years."""
    growth = inputs.rules.growth.get(product, inputs.rules.growth.get(EVERYONE))
    if offered is None or gap is None:
        return None
    return min(gap, offered * (parameter("food_three_year_growth_pct") / 100 if growth is None else growth))


def _by_month(held: Mapping[tuple[str, str, str], float], inputs: Inputs) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = defaultdict(float)
    for (_, product, period), kg in held.items():
        found[product, inputs.month_of.get(period, period)] += kg
    return dict(found)


def _parts(
    inputs: Inputs, product: str, needs: Mapping[tuple[str, str], float]
) -> dict[str, dict[str, float]]:  # fmt: skip
    """What each producer can bring in each month: its capacity, or what is left in its store as the need is served."""
    found: dict[str, dict[str, float]] = {month: defaultdict(float) for month in inputs.months}
    loss = inputs.rules.storage_loss.get(product)
    store: dict[str, float] = defaultdict(float)
    for month in inputs.months:
        for offer in inputs.offers:
            if offer.product == product:
                store[offer.producer] += offer.capacity.get(month, 0.0) * (1 - (loss or 0.0))
        found[month] = {producer: kg for producer, kg in store.items() if kg > 0}
        whole = sum(store.values())
        left = max(0.0, 1 - needs.get((product, month), 0.0) / whole) if whole and loss is not None else 0.0
        store = defaultdict(float, {producer: kg * left for producer, kg in store.items()})
    return found


def _workshops(inputs: Inputs) -> Iterator[dict[str, Any]]:
    """What must go through each workshop, against what it can take; its capacity is told by rules."""
    rules = inputs.rules
    passing: dict[tuple[str, str], float] = defaultdict(float)
    for (_, product, period), kg in inputs.needs.items():
        if product in rules.step_of:
            passing[rules.step_of[product], inputs.month_of[period]] += kg
    for (step, month), kg in sorted(passing.items()):
        yield _row(WORKSHOP, step, step, month, kg, rules.step_capacity.get(step))


def _kitchens(inputs: Inputs, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """One row per canteen and month with something to peel: kg, what it can peel (null if nobody tells), the rest."""
    rules, peeled = inputs.rules, defaultdict[tuple[str, str], float](float)
    for (buyer, product, period), kg in inputs.needs.items():
        if product in rules.peeled:
            peeled[buyer, inputs.month_of[period]] += kg
    for (buyer, month), kg in sorted(peeled.items()):
        most = rules.peeling.get(buyer, rules.peeling.get(EVERYONE))
        yield _row(KITCHEN, buyer, names.get(buyer, buyer), month, kg, None if most is None else min(kg, most))


def _deliveries(inputs: Inputs, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
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


def _row(step: str, product: str, name: str, month: str, need: float, offered: float | None) -> dict[str, Any]:
    gap = None if offered is None else max(0.0, need - offered)
    return {
        "supply_step": step, "food_product": product, "food_product_name": name, "food_month": month, "need_kg": need,
        "tied_kg": 0.0, "offered_kg": offered, "gap_kg": gap, "reachable_kg": None, "gap_ha": None, "gap_heads": None,
        "producers_count": None,
    }  # fmt: skip
