"""The weekly flows of a food plan, product by product, once commitments are fixed: who delivers whom, which week.

What each offer brings to each buying group in a month is that of the plan. Within a month, deliveries are spread over
canteens and weeks at the least transport; what an offer can bring in a week is its even part of the month. What that
rhythm leaves over is bought on the market, in the same class, and told (`moved_kg`): money and quality rules hold as
they did.

    min  Σ c·km x + much · left
    demand     Σ x + b = need                       each canteen and period
    secured    Σ x + left = what the plan brings    each offer, group and month
    capacity   Σ x ≤ cap / weeks of the month       each offer and period, of what does not keep
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gisement.models.food.inputs import Inputs
from gisement.models.food.plan.solve import Plan
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


@dataclass(frozen=True)
class _Weeks:
    """The model of a product: a delivery `x` by offer and place (canteen, period), what is bought `b`, `left` over."""

    model: Model
    offer: list[int]
    place: list[tuple[str, str]]
    x: Ints
    bought: list[tuple[str, str]]
    b: Ints
    left: Ints


def weekly_flows(plan: Plan, inputs: Inputs) -> WeeklyFlows:
    """The flows of a plan by period of the needs (week or month) and canteen, in its first yield scenario.

    Raises ValueError where a product has no solution, which the model makes impossible.
    """
    brought: dict[str, dict[tuple[int, str, str], float]] = defaultdict(dict)
    for number, group, month, kg in plan.flows[0].deliveries:
        brought[inputs.offers[number].product][number, group, month] = kg
    deliveries: list[tuple[int, str, str, float]] = []
    market: list[tuple[str, str, str, float]] = []
    moved, columns = 0.0, 0
    for product in inputs.products:
        told = _weeks(product, brought[product], inputs)
        found = solve(told.model)
        if found.status != OPTIMAL:
            raise ValueError(f"no weekly flow for {product}")
        for offer, (canteen, period), kg in zip(told.offer, told.place, found.values[told.x].tolist(), strict=True):
            if kg > LEAST_KG:
                deliveries.append((offer, canteen, period, kg))
        for (canteen, period), kg in zip(told.bought, found.values[told.b].tolist(), strict=True):
            if kg > LEAST_KG:
                market.append((canteen, product, period, kg))
        moved += float(found.values[told.left].sum())
        columns += told.model.n
    return WeeklyFlows(tuple(deliveries), tuple(market), moved, columns)


def _weeks(product: str, brought: Mapping[tuple[int, str, str], float], inputs: Inputs) -> _Weeks:
    needs = {(buyer, period): kg for (buyer, p, period), kg in inputs.needs.items() if p == product}
    places, owed = sorted(needs), sorted(brought)
    where: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (buyer, period) in enumerate(places):
        where[inputs.group(buyer), inputs.month_of[period]].append(number)
    arcs = [(line, at) for line, (_, group, month) in enumerate(owed) for at in where[group, month]]
    line, at = (np.array([arc[part] for arc in arcs], dtype=np.int64) for part in (0, 1))
    offer, place = [owed[n][0] for n in line], [places[n] for n in at]
    km = np.array([inputs.offers[o].km.get(buyer, 0.0) for o, (buyer, _) in zip(offer, place, strict=True)])
    model = Model()
    x = model.columns(len(arcs), cost=km * max(inputs.transport, 1e-6))
    b = model.columns(len(places))
    left = model.columns(len(owed), cost=UNPLACED_EUR_PER_KG)
    kg = [needs[one] for one in places]
    model.rule("demand", len(places), (at, x), (np.arange(len(places)), b), lower=kg, upper=kg)
    kg = [brought[key] for key in owed]
    model.rule("secured", len(owed), (line, x), (np.arange(len(owed)), left), lower=kg, upper=kg)
    if product not in inputs.rules.storage_loss:
        _capacity(model, x, offer, [period for _, period in place], inputs)
    return _Weeks(model, offer, place, x, places, b, left)


def _capacity(model: Model, x: Ints, offer: list[int], period: list[str], inputs: Inputs) -> None:
    """The even part of a month that an offer can bring in a period."""
    of_month: dict[str, set[str]] = defaultdict(set)
    for each in period:
        of_month[inputs.month_of[each]].add(each)
    rows = {key: number for number, key in enumerate(sorted(set(zip(offer, period, strict=True))))}
    most = []
    for number, each in rows:
        month = inputs.month_of[each]
        most.append(inputs.offers[number].capacity.get(month, 0.0) / len(of_month[month]))
    at = np.array([rows[key] for key in zip(offer, period, strict=True)], dtype=np.int64)
    model.rule("capacity", len(rows), (at, x), upper=most)
