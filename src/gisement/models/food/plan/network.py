"""Who could supply whom, when: the arcs of a food plan, as arrays; and where everything else could come from.

An arc is an offer, a buying group and a month in which both have something to give and to take. The market, where rules
give it a price, can supply any product in any month without limit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gisement.models.food.inputs import CLASSES, Inputs, Offer
from gisement.models.linear_model import Floats, Ints

Place = tuple[str, str, str]
"""A group, a product and a month."""


@dataclass(frozen=True)
class Arcs:
    """Parallel arrays: offer (by its place in the inputs), need (by its place in `places`), price, km and capacity."""

    offer: Ints
    need: Ints
    price: Floats
    km: Floats
    most: Floats


@dataclass(frozen=True)
class Market:
    """Parallel arrays: need, market class (by its place in `CLASSES`), price."""

    need: Ints
    quality: Ints
    price: Floats


@dataclass(frozen=True)
class Network:
    """The inputs as arrays. `places` are the needs (group, product, month) with their `demand` in kg."""

    inputs: Inputs
    places: tuple[Place, ...]
    demand: Floats
    arcs: Arcs
    market: Market
    quality: Ints
    is_local: Floats
    pairs_without_distance: int
    by_product: Mapping[str, float] = field(default_factory=dict)


def network(inputs: Inputs) -> Network:
    """The arcs of a problem. Where transport is counted, a pair of unknown distance makes no arc, and is counted."""
    needs = inputs.group_needs()
    places = tuple(sorted(needs))
    wanted: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for number, (group, product, month) in enumerate(places):
        wanted[product].append((number, group, month))
    distances = _group_km(inputs)
    rows: list[tuple[int, int, float, float, float]] = []
    unknown = 0
    for number, offer in enumerate(inputs.offers):
        held = available(offer, inputs)
        for need, group, month in wanted.get(offer.product, ()):
            if month not in held:
                continue
            km = distances(number, offer, group)
            if km is None and inputs.transport:
                unknown += 1
                continue
            price, capacity = held[month]
            rows.append((number, need, price, np.nan if km is None else km, min(capacity, needs[places[need]])))
    columns: Any = np.array(rows, dtype=float).reshape(-1, 5).T
    arcs = Arcs(columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2], columns[3], columns[4])
    by_product: dict[str, float] = defaultdict(float)
    for (_, product, _), kg in needs.items():
        by_product[product] += kg
    return Network(
        inputs, places, np.array([needs[place] for place in places]), arcs, _market(inputs, places),
        np.array([CLASSES.index(offer.quality) for offer in inputs.offers], dtype=np.int64),
        np.array([float(offer.is_local) for offer in inputs.offers]), unknown, dict(by_product),
    )  # fmt: skip


def available(offer: Offer, inputs: Inputs) -> dict[str, tuple[float, float]]:
    """Price, and kg at most, of each month in which an offer can deliver; what keeps can be delivered after harvest."""
    if offer.product not in inputs.rules.storage_loss:
        return {month: (offer.price[month], kg) for month, kg in offer.capacity.items() if kg > 0}
    kept = 1 - inputs.rules.storage_loss[offer.product]
    found, price, stored = {}, None, 0.0
    for month in inputs.months:
        if offer.capacity.get(month, 0.0) > 0:
            price, stored = offer.price[month], stored + offer.capacity[month] * kept
        if price is not None:
            found[month] = (price, stored)
    return found


def _group_km(inputs: Inputs) -> Any:
    """The distance from an offer to a group: the mean over its buyers, weighted by their need; None if unknown."""
    weights: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (buyer, product, _), kg in inputs.needs.items():
        weights[inputs.group(buyer), product][buyer] += kg

    known: dict[tuple[int, str], float | None] = {}

    def km(number: int, offer: Offer, group: str) -> float | None:
        if (number, group) not in known:
            members = weights[group, offer.product]
            is_known = all(buyer in offer.km for buyer in members)
            far = sum(kg * offer.km[buyer] for buyer, kg in members.items()) if is_known else 0.0
            known[number, group] = far / sum(members.values()) if is_known else None
        return known[number, group]

    return km


def _market(inputs: Inputs, places: tuple[Place, ...]) -> Market:
    rows = [
        (number, CLASSES.index(quality), inputs.rules.market[product, quality])
        for number, (_, product, _) in enumerate(places)
        for quality in CLASSES
        if (product, quality) in inputs.rules.market
    ]
    columns: Any = np.array(rows, dtype=float).reshape(-1, 3).T
    return Market(columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2])


def reference_prices(network: Network) -> dict[tuple[str, str], float]:
    """A price for each product and class: the market's, else the mean of its offers, else what any class costs."""
    held: dict[tuple[str, str], list[float]] = defaultdict(list)
    for offer in network.inputs.offers:
        held[offer.product, offer.quality] += offer.price.values()
    found = {key: float(np.mean(prices)) for key, prices in held.items()} | dict(network.inputs.rules.market)
    for product in network.by_product:
        known = [found[product, quality] for quality in CLASSES if (product, quality) in found]
        for quality in CLASSES:
            found.setdefault((product, quality), float(np.mean(known)) if known else 1.0)
    return found
