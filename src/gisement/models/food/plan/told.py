"""What may be shown of a food plan: volumes, money by group, counts; never a producer, and no cell that tells of one.

A volume secured from fewer than three producers, or of which one makes more than 85 %, is kept back; so is what would
give it away by subtraction: what is bought of the same product, and one more cell where a single one is kept back.

Source: statistical secrecy as Insee applies it to tables on firms (three units, 85 %).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gisement.models.food.inputs import CLASSES, CONVENTIONAL, ORGANIC, Inputs, Scenario, year_of
from gisement.models.food.plan.solve import Flows, Plan
from gisement.models.food.plan.weeks import WeeklyFlows
from gisement.models.food.tables import counted, kept_back


@dataclass(frozen=True)
class Volume:
    """Kg of a product (in a month, or over all): needed, bound elsewhere, secured and bought; None where kept back.

    `producers` is the number of producers behind what is secured, None under three.
    """

    product: str
    month: str
    need_kg: float
    tied_kg: float
    secured_kg: float | None
    market_kg: float | None
    lacking_kg: float
    producers: int | None


@dataclass(frozen=True)
class Spending:
    """Euros of a group in a civil year, and shares of them (from 0 to 1; None where nothing of the kind is bought)."""

    group: str
    year: str
    euros: float
    organic_share: float | None
    durable_share: float | None
    meat_fish_share: float | None


def volumes(plan: Plan, inputs: Inputs, *, by_month: bool) -> list[Volume]:
    """Volumes by product, or by product and month; with yield scenarios, their expected value."""
    parts, bought, lacking = _moved(plan, inputs, by_month)
    needs, tied = (_by_place(held, inputs, by_month) for held in (inputs.needs, inputs.tied))
    lines: dict[str, dict[Any, Mapping[str, float]]] = defaultdict(dict)
    for place in needs:
        lines[place[0] if by_month else ""][place] = parts.get(place, {})
    hidden = set().union(*(kept_back(cells) for cells in lines.values()))
    if by_month:
        whole = {v.product for v in volumes(plan, inputs, by_month=False) if v.secured_kg is None}
        hidden |= {place for place in needs if place[0] in whole and parts.get(place)}
    return [
        Volume(place[0], place[1], needs[place], tied.get(place, 0.0),
               None if place in hidden else sum(parts.get(place, {}).values()),
               None if place in hidden else bought.get(place, 0.0), lacking.get(place, 0.0),
               counted(len(parts.get(place, {}))))
        for place in sorted(needs)
    ]  # fmt: skip


def week_volumes(weeks: WeeklyFlows, inputs: Inputs, months: Iterable[Volume]) -> list[Volume]:
    """Volumes by product and period of the needs (`month` holds the period), kept back as those of months are.

    That is: where its month is, where too few producers are behind a week, and one more week of the month where a
    single one is.
    """
    parts: dict[Any, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    bought: dict[Any, float] = defaultdict(float)
    needs: dict[Any, float] = defaultdict(float)
    for number, _, period, kg in weeks.deliveries:
        offer = inputs.offers[number]
        parts[offer.product, period][offer.producer] += kg
    for _, product, period, kg in weeks.market:
        bought[product, period] += kg
    for (_, product, period), kg in inputs.needs.items():
        needs[product, period] += kg
    lines: dict[Any, dict[Any, Mapping[str, float]]] = defaultdict(dict)
    for product, period in needs:
        lines[product, inputs.month_of[period]][product, period] = parts.get((product, period), {})
    hidden = set().union(*(kept_back(cells) for cells in lines.values()))
    masked = {(v.product, v.month) for v in months if v.secured_kg is None}
    hidden |= {place for line in masked for place in lines.get(line, {})}
    return [
        Volume(place[0], place[1], needs[place], 0.0,
               None if place in hidden else sum(parts.get(place, {}).values()),
               None if place in hidden else bought.get(place, 0.0), 0.0, counted(len(parts.get(place, {}))))
        for place in sorted(needs)
    ]  # fmt: skip


def _by_place(held: Mapping[tuple[str, str, str], float], inputs: Inputs, by_month: bool) -> dict[Any, float]:
    found: dict[Any, float] = defaultdict(float)
    for (_, product, period), kg in held.items():
        found[product, inputs.month_of.get(period, period) if by_month else ""] += kg
    return dict(found)


def _moved(plan: Plan, inputs: Inputs, by_month: bool) -> tuple[Any, Any, Any]:
    """Kg secured by place and producer, bought and lacking by place."""
    parts: dict[Any, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    bought: dict[Any, float] = defaultdict(float)
    lacking: dict[Any, float] = defaultdict(float)
    for probability, flows in _weighted(plan, inputs):
        for number, _, month, kg in flows.deliveries:
            offer = inputs.offers[number]
            parts[offer.product, month if by_month else ""][offer.producer] += probability * kg
        for _, product, month, _, kg in flows.market:
            bought[product, month if by_month else ""] += probability * kg
        for _, product, month, kg in flows.lacking:
            lacking[product, month if by_month else ""] += probability * kg
    return parts, bought, lacking


def _weighted(plan: Plan, inputs: Inputs) -> Iterable[tuple[float, Flows]]:
    scenarios = inputs.rules.scenarios or (Scenario("", 1.0, {}),)
    return zip((scenario.probability for scenario in scenarios), plan.flows, strict=True)


def spending(plan: Plan, inputs: Inputs) -> list[Spending]:
    """Money by group and civil year, with the shares that quality rules speak of."""
    held: dict[tuple[str, str], dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for probability, flows in _weighted(plan, inputs):
        for number, group, month, kg in flows.deliveries:
            offer = inputs.offers[number]
            price = offer.price.get(month, max(offer.price.values()))
            held[group, year_of(month)][offer.product, offer.quality] += probability * kg * price
        for group, product, month, quality, kg in flows.market:
            price = inputs.rules.market[product, quality]
            held[group, year_of(month)][product, quality] += probability * kg * price
    return [Spending(group, year, *_shares(euros, inputs)) for (group, year), euros in sorted(held.items())]


def _shares(
    euros: Mapping[tuple[str, str], float], inputs: Inputs
) -> tuple[float, float | None, float | None, float | None]:
    whole = sum(euros.values())
    organic = sum(value for (_, quality), value in euros.items() if quality == ORGANIC)
    durable = sum(value for (_, quality), value in euros.items() if quality != CONVENTIONAL)
    of = {key: v for key, v in euros.items() if inputs.rules.family.get(key[0]) in ("meat", "fish")}
    meat, good = sum(of.values()), sum(value for (_, quality), value in of.items() if quality != CONVENTIONAL)
    return whole, _part(organic, whole), _part(durable, whole), _part(good, meat)


def _part(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def classes(plan: Plan, inputs: Inputs) -> dict[str, float]:
    """Kg of the plan by market class, secured and bought together."""
    found: dict[str, float] = dict.fromkeys(CLASSES, 0.0)
    for probability, flows in _weighted(plan, inputs):
        for number, _, _, kg in flows.deliveries:
            found[inputs.offers[number].quality] += probability * kg
        for _, _, _, quality, kg in flows.market:
            found[quality] += probability * kg
    return found
