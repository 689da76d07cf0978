"""What may be shown of a food plan: volumes, money by group, counts; never a producer, and no cell that tells of one.

A volume secured from fewer than three producers, or of which one makes more than 85 %, is kept back; so is what would
give it away by subtraction: what is bought of the same product, and one more cell where a single one is kept back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gisement.models.food.inputs import CLASSES, CONVENTIONAL, MEAT_FISH, ORGANIC, Inputs, year_of
from gisement.models.food.plan.solve import Plan
from gisement.models.food.plan.weeks import WeeklyFlows
from gisement.models.food.tables import counted, kept_back

Place = tuple[str, str]
"""A product, and a month or a period (empty: over all)."""


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


@dataclass
class _Moved:
    """Kg by place: secured by producer, bought, lacking, bound elsewhere."""

    parts: dict[Place, dict[str, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))
    bought: dict[Place, float] = field(default_factory=lambda: defaultdict(float))
    lacking: dict[Place, float] = field(default_factory=lambda: defaultdict(float))
    tied: Mapping[Place, float] = field(default_factory=dict)

    def told(self, needs: Mapping[Place, float], lines: Mapping[Any, list[Place]], masked: set[Place]) -> list[Volume]:
        """The volume of each place; `lines` are those whose sums are known, `masked` what must be kept back already."""
        hidden = masked.union(*(kept_back({at: self.parts.get(at, {}) for at in line}) for line in lines.values()))
        return [
            Volume(*at, needs[at], self.tied.get(at, 0.0),
                   None if at in hidden else sum(self.parts.get(at, {}).values()),
                   None if at in hidden else self.bought.get(at, 0.0), self.lacking.get(at, 0.0),
                   counted(len(self.parts.get(at, {}))))
            for at in sorted(needs)
        ]  # fmt: skip


def volumes(plan: Plan, inputs: Inputs, *, by_month: bool) -> list[Volume]:
    """Volumes by product, or by product and month; with yield scenarios, their expected value."""

    def when(month: str) -> str:
        return month if by_month else ""

    needs, tied = (
        _by_place(held, {period: when(inputs.month_of.get(period, period)) for _, _, period in held})
        for held in (inputs.needs, inputs.tied)
    )
    moved = _Moved(tied=tied)
    for probability, flows in plan.weighted(inputs):
        for number, _, month, kg in flows.deliveries:
            offer = inputs.offers[number]
            moved.parts[offer.product, when(month)][offer.producer] += probability * kg
        for _, product, month, _, kg in flows.market:
            moved.bought[product, when(month)] += probability * kg
        for _, product, month, kg in flows.lacking:
            moved.lacking[product, when(month)] += probability * kg
    lines: dict[str, list[Place]] = defaultdict(list)
    for at in needs:
        lines[at[0] if by_month else ""].append(at)
    masked: set[Place] = set()
    if by_month:
        whole = {v.product for v in volumes(plan, inputs, by_month=False) if v.secured_kg is None}
        masked = {at for at in needs if at[0] in whole and moved.parts.get(at)}
    return moved.told(needs, lines, masked)


def week_volumes(weeks: WeeklyFlows, inputs: Inputs, months: Iterable[Volume]) -> list[Volume]:
    """Volumes by product and period of the needs (`month` holds the period), kept back as those of months are.

    That is: where its month is, where too few producers are behind a week, and one more week of the month where a
    single one is.
    """
    moved = _Moved()
    for number, _, period, kg in weeks.deliveries:
        offer = inputs.offers[number]
        moved.parts[offer.product, period][offer.producer] += kg
    for _, product, period, kg in weeks.market:
        moved.bought[product, period] += kg
    needs = _by_place(inputs.needs, {period: period for period in inputs.month_of})
    lines: dict[Place, list[Place]] = defaultdict(list)
    for product, period in needs:
        lines[product, inputs.month_of[period]].append((product, period))
    masked = {at for v in months if v.secured_kg is None for at in lines.get((v.product, v.month), ())}
    return moved.told(needs, lines, masked)


def _by_place(held: Mapping[tuple[str, str, str], float], when: Mapping[str, str]) -> dict[Place, float]:
    found: dict[Place, float] = defaultdict(float)
    for (_, product, period), kg in held.items():
        found[product, when[period]] += kg
    return dict(found)


def _bought(plan: Plan, inputs: Inputs) -> Iterator[tuple[str, str, str, str, float, float]]:
    """Group, civil year, product, class, kg and euros of what is delivered and of what is bought on the market."""
    for probability, flows in plan.weighted(inputs):
        for number, group, month, kg in flows.deliveries:
            offer = inputs.offers[number]
            euros = probability * kg * offer.price_in(month)
            yield group, year_of(month), offer.product, offer.quality, probability * kg, euros
        for group, product, month, quality, kg in flows.market:
            euros = probability * kg * inputs.rules.market[product, quality]
            yield group, year_of(month), product, quality, probability * kg, euros


def spending(plan: Plan, inputs: Inputs) -> list[Spending]:
    """Money by group and civil year, with the shares that quality rules speak of."""
    held: dict[tuple[str, str], dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for group, year, product, quality, _, euros in _bought(plan, inputs):
        held[group, year][product, quality] += euros
    found = []
    for (group, year), spent in sorted(held.items()):
        meat = {key: euros for key, euros in spent.items() if inputs.rules.family.get(key[0]) in MEAT_FISH}
        shares = (_part(spent, organic=True), _part(spent, organic=False), _part(meat, organic=False))
        found.append(Spending(group, year, sum(spent.values()), *shares))
    return found


def _part(spent: Mapping[tuple[str, str], float], *, organic: bool) -> float | None:
    """The organic part of euros, or the part of any quality; None where nothing is spent."""
    whole = sum(spent.values())
    part = sum(v for (_, quality), v in spent.items() if quality == ORGANIC or not (organic or quality == CONVENTIONAL))
    return part / whole if whole > 0 else None


def classes(plan: Plan, inputs: Inputs) -> dict[str, float]:
    """Kg of the plan by market class, secured and bought together."""
    found: dict[str, float] = dict.fromkeys(CLASSES, 0.0)
    for _, _, _, quality, kg, _ in _bought(plan, inputs):
        found[quality] += kg
    return found
