"""The weekly flows of a food plan, product by product, once commitments are fixed: who delivers whom, which week.

What each offer brings to each buying group in a month is that of the plan. Within a month, deliveries are spread over
canteens and weeks at the least transport; what an offer can bring in a week is its even part of the month. What that
rhythm leaves over is bought on the market, in the same class, and told (`moved_kg`): money and quality rules hold as
they did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gisement.models.food.inputs import Inputs
from gisement.models.food.plan.solve import Flows, Plan
from gisement.models.linear_model import OPTIMAL, Ints, Model, solve

LEAST_KG = 1e-6
UNPLACED_EUR_PER_KG = 1000.0
"""What leaving a kg over costs in this model: more than any transport."""


@dataclass(frozen=True)
class WeeklyFlows:
    """Deliveries (offer, canteen, period, kg), market purchases (canteen, product, period, kg), and what moved.

    `moved_kg` is what months could bring and weeks cannot. `columns` is the size of all models together.
    """

    deliveries: tuple[tuple[int, str, str, float], ...]
    market: tuple[tuple[str, str, str, float], ...]
    moved_kg: float
    columns: int


@dataclass
class _Product:
    """The columns of one product: a delivery for each thing owed (offer, group, month) and place (canteen, period)."""

    places: list[tuple[str, str]]
    offer: list[int]
    place: list[int]
    model: Model
    x: Ints
    market: Ints
    left: Ints


def weekly_flows(plan: Plan, inputs: Inputs) -> WeeklyFlows:
    """The flows of a plan by period of the needs (week or month) and canteen, in its first yield scenario.

    Raises ValueError where a product has no solution, which the model makes impossible.
    """
    brought = _brought(plan.flows[0], inputs)
    deliveries: list[tuple[int, str, str, float]] = []
    market: list[tuple[str, str, str, float]] = []
    moved, columns = 0.0, 0
    for product in inputs.products:
        told = _model(product, brought.get(product, {}), inputs)
        found = solve(told.model)
        if found.status != OPTIMAL:
            raise ValueError(f"no weekly flow for {product}")
        columns += told.model.n
        values = found.values
        for offer, at, kg in zip(told.offer, told.place, values[told.x], strict=True):
            if kg > LEAST_KG:
                deliveries.append((offer, *told.places[at], float(kg)))
        for place, bought in zip(told.places, values[told.market], strict=True):
            if bought > LEAST_KG:
                market.append((place[0], product, place[1], float(bought)))
        moved += float(values[told.left].sum())
    return WeeklyFlows(tuple(deliveries), tuple(market), moved, columns)


def _brought(flows: Flows, inputs: Inputs) -> dict[str, dict[tuple[int, str, str], float]]:
    """Kg by product, then offer, group and month."""
    found: dict[str, dict[tuple[int, str, str], float]] = defaultdict(dict)
    for number, group, month, kg in flows.deliveries:
        found[inputs.offers[number].product][number, group, month] = kg
    return found


def _model(product: str, brought: Mapping[tuple[int, str, str], float], inputs: Inputs) -> _Product:
    needs = {(buyer, period): kg for (buyer, p, period), kg in inputs.needs.items() if p == product}
    places, owed = sorted(needs), sorted(brought)
    where: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (buyer, period) in enumerate(places):
        where[inputs.group(buyer), inputs.month_of[period]].append(number)
    rows = [(line, place) for line, (_, group, month) in enumerate(owed) for place in where[group, month]]
    line, place = (np.array([row[part] for row in rows], dtype=np.int64) for part in (0, 1))
    offer = [owed[n][0] for n in line]
    km = np.array([inputs.offers[o].km.get(places[n][0], 0.0) for o, n in zip(offer, place, strict=True)])
    model = Model()
    x = model.columns(len(rows), cost=km * max(inputs.transport, 1e-6))
    bought = model.columns(len(places))
    left = model.columns(len(owed), cost=UNPLACED_EUR_PER_KG)
    kg = [needs[at] for at in places]
    lines = model.rows("demand", places, lower=kg, upper=kg)
    model.put(lines[place], x)
    model.put(lines, bought)
    kg = [brought[key] for key in owed]
    lines = model.rows("secured", owed, lower=kg, upper=kg)
    model.put(lines[line], x)
    model.put(lines, left)
    _weeks(model, x, offer, [places[n][1] for n in place], inputs)
    return _Product(places, offer, place.tolist(), model, x, bought, left)


def _weeks(model: Model, x: Ints, offer: list[int], period: list[str], inputs: Inputs) -> None:
    """The even part of a month that an offer can bring in a period; what keeps is not bound to it."""
    of_month: dict[str, set[str]] = defaultdict(set)
    for each in period:
        of_month[inputs.month_of[each]].add(each)
    bound: dict[tuple[int, str], list[int]] = defaultdict(list)
    for column, (number, each) in enumerate(zip(offer, period, strict=True)):
        if inputs.offers[number].product not in inputs.rules.storage_loss:
            bound[number, each].append(column)
    labels = sorted(bound)
    most = []
    for number, each in labels:
        month = inputs.month_of[each]
        most.append(inputs.offers[number].capacity.get(month, 0.0) / len(of_month[month]))
    lines = model.rows("capacity", labels, upper=most)
    for at, key in enumerate(labels):
        model.put(np.broadcast_to(lines[at], (len(bound[key]),)), x[bound[key]])
