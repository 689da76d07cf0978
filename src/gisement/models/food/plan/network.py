"""The sets and parameters of a food plan, as arrays: who could supply whom, when, at what price; and the market.

An arc is an offer, a buying group and a month in which both have something to give and to take. The market, where rules
give it a price, can supply any product in any month without limit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gisement.models.food.inputs import CLASSES, Inputs, Offer, told_for
from gisement.models.linear_model import Floats, Ints


@dataclass(frozen=True)
class Market:
    """Parallel arrays: need (by its place in `places`), market class (by its place in `CLASSES`), price."""

    need: Ints
    quality: Ints
    price: Floats


@dataclass(frozen=True)
class Network:
    """The inputs as arrays. `places` are the needs (group, product, month) with their `demand` in kg.

    By arc: `offer` (by its place in the inputs), `need` (its place in `places`), `price`, `km` (nan: unknown), and the
    kg at `most`.
    """

    inputs: Inputs
    places: tuple[tuple[str, str, str], ...]
    demand: Floats
    offer: Ints
    need: Ints
    price: Floats
    km: Floats
    most: Floats
    market: Market
    pairs_without_distance: int

    @cached_property
    def freight(self) -> Floats:
        """Euros of transport of a kg, by arc."""
        return np.nan_to_num(self.km) * self.inputs.transport

    @cached_property
    def month(self) -> Ints:
        """The month of each arc, by its place among those of the inputs."""
        at = {month: number for number, month in enumerate(self.inputs.months)}
        return np.array([at[month] for _, _, month in self.places], dtype=np.int64)[self.need]

    @cached_property
    def quality(self) -> Ints:
        """The market class of each offer, by its place in `CLASSES`."""
        return np.array([CLASSES.index(offer.quality) for offer in self.inputs.offers], dtype=np.int64)

    @cached_property
    def is_local(self) -> Floats:
        """1 for each offer of the territory."""
        return np.array([float(offer.is_local) for offer in self.inputs.offers])

    @cached_property
    def producers(self) -> tuple[str, ...]:
        """Producers, in order."""
        return tuple(sorted({offer.producer for offer in self.inputs.offers}))

    @cached_property
    def producer(self) -> Ints:
        """The producer of each offer, by its place in `producers`."""
        at = {producer: number for number, producer in enumerate(self.producers)}
        return np.array([at[offer.producer] for offer in self.inputs.offers], dtype=np.int64)

    @cached_property
    def largest(self) -> Floats:
        """The kg that each offer can commit at most: its capacity, its largest share of the need."""
        need: dict[str, float] = defaultdict(float)
        for (_, product, _), kg in self.inputs.group_needs.items():
            need[product] += kg
        share = self.inputs.rules.largest_share
        return np.array([
            min(sum(offer.capacity.values()), told_for(share, offer.product, 1.0) * need[offer.product])
            for offer in self.inputs.offers
        ])  # fmt: skip

    @cached_property
    def reference(self) -> Mapping[tuple[str, str], float]:
        """A price for each product and class: the market's, else the mean of its offers, else what any class costs."""
        held: dict[tuple[str, str], list[float]] = defaultdict(list)
        for offer in self.inputs.offers:
            held[offer.product, offer.quality] += offer.price.values()
        found = {key: float(np.mean(prices)) for key, prices in held.items()} | dict(self.inputs.rules.market)
        for product in dict.fromkeys(product for _, product, _ in self.inputs.group_needs):
            known = [found[product, quality] for quality in CLASSES if (product, quality) in found]
            for quality in CLASSES:
                found.setdefault((product, quality), float(np.mean(known)) if known else 1.0)
        return found


def network(inputs: Inputs) -> Network:
    """The arcs of a problem. Where transport is counted, a pair of unknown distance makes no arc, and is counted."""
    needs = inputs.group_needs
    places = tuple(sorted(needs))
    wanted: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for number, (group, product, month) in enumerate(places):
        wanted[product].append((number, group, month))
    rows: list[tuple[int, int, float, float | None, float]] = []
    unknown, members = 0, _members(inputs)
    for number, offer in enumerate(inputs.offers):
        held = available(offer, inputs)
        km: dict[str, float | None] = {}
        for need, group, month in wanted.get(offer.product, ()):
            if month not in held:
                continue
            if group not in km:
                km[group] = _km(offer, members[group, offer.product])
            if km[group] is None and inputs.transport:
                unknown += 1
                continue
            price, capacity = held[month]
            rows.append((number, need, price, km[group], min(capacity, needs[places[need]])))
    columns: Any = np.array(rows, dtype=float).reshape(-1, 5).T
    arcs = (columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2], columns[3], columns[4])
    demand = np.array([needs[place] for place in places])
    return Network(inputs, places, demand, *arcs, _market(inputs, places), unknown)


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


def _members(inputs: Inputs) -> Mapping[tuple[str, str], Mapping[str, float]]:
    """What each buyer of a group needs of a product."""
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (buyer, product, _), kg in inputs.needs.items():
        found[inputs.group(buyer), product][buyer] += kg
    return found


def _km(offer: Offer, members: Mapping[str, float]) -> float | None:
    """The distance from an offer to a group: the mean over its buyers, weighted by their need; None if unknown."""
    if not all(buyer in offer.km for buyer in members):
        return None
    return sum(kg * offer.km[buyer] for buyer, kg in members.items()) / sum(members.values())


def _market(inputs: Inputs, places: tuple[tuple[str, str, str], ...]) -> Market:
    prices = inputs.rules.market
    rows = [
        (number, CLASSES.index(quality), prices[product, quality])
        for number, (_, product, _) in enumerate(places) for quality in CLASSES if (product, quality) in prices
    ]  # fmt: skip
    columns: Any = np.array(rows, dtype=float).reshape(-1, 3).T
    return Market(columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2])
