"""An independent check of a food plan: it reads only the plan and the inputs, and names each rule that does not hold.

It shares nothing with the model that made the plan: sums are made anew, one line at a time, from deliveries, market
purchases, contracts and secured volumes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gisement.models.food.inputs import DURABLE, ORGANIC, Inputs, Offer, Scenario
from gisement.models.food.plan.solve import Flows, Plan

TOLERANCE = 1e-5
TAIL = 0.9


@dataclass(frozen=True)
class Broken:
    """A rule that does not hold: what it is about, the value found and the bound."""

    rule: str
    about: tuple[str, ...]
    found: float
    bound: float


def broken_rules(plan: Plan, inputs: Inputs) -> list[Broken]:
    """Every rule that the plan breaks; empty for a sound plan."""
    scenarios = inputs.rules.scenarios or (Scenario("", 1.0, {}),)
    found = list(_form(plan, inputs, scenarios))
    if found:
        return found
    for scenario, flows in zip(scenarios, plan.flows, strict=True):
        for check in (_demand, _capacity, _steps, _shares, _budget, _local):
            found += check(flows, inputs, scenario)
        found += _commitments(plan, flows, inputs, scenario)
    for whole in (_contracts, _producers, _diversity, _carcasses, _tail, _money):
        found += whole(plan, inputs, scenarios)
    return found


def _above(rule: str, found: float, bound: float, *about: str) -> Iterator[Broken]:
    if found > bound + TOLERANCE * (1 + abs(bound)):
        yield Broken(rule, about, found, bound)


def _below(rule: str, found: float, bound: float, *about: str) -> Iterator[Broken]:
    if found < bound - TOLERANCE * (1 + abs(bound)):
        yield Broken(rule, about, found, bound)


def _form(plan: Plan, inputs: Inputs, scenarios: tuple[Scenario, ...]) -> Iterator[Broken]:
    """Whether the plan speaks of things that exist, in quantities that can be."""
    if [flows.scenario for flows in plan.flows] != [scenario.name for scenario in scenarios]:
        yield Broken("scenarios", (), len(plan.flows), len(scenarios))
        return
    needed = set(inputs.group_needs())
    for flows in plan.flows:
        for number, group, month, kg in flows.deliveries:
            known = number in range(len(inputs.offers))
            if kg < 0 or not known or (group, inputs.offers[number].product, month) not in needed:
                yield Broken("delivery", (str(number), group, month), kg, 0.0)
        for group, product, month, quality, kg in flows.market:
            if kg < 0 or (product, quality) not in inputs.rules.market or (group, product, month) not in needed:
                yield Broken("market", (group, product, month, quality), kg, 0.0)
        if flows.lacking and inputs.rules.shortage_cost is None:
            yield Broken("lacking", flows.lacking[0][:3], flows.lacking[0][3], 0.0)


def _demand(flows: Flows, inputs: Inputs, scenario: Scenario) -> Iterator[Broken]:
    served: dict[tuple[str, str, str], float] = defaultdict(float)
    for number, group, month, kg in flows.deliveries:
        served[group, inputs.offers[number].product, month] += kg
    for group, product, month, _, kg in flows.market:
        served[group, product, month] += kg
    for group, product, month, kg in flows.lacking:
        served[group, product, month] += kg
    for place, need in inputs.group_needs().items():
        yield from _below("demand", served[place], need, *place)
        yield from _above("demand", served[place], need, *place)


def _capacity(flows: Flows, inputs: Inputs, scenario: Scenario) -> Iterator[Broken]:
    delivered: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for number, _, month, kg in flows.deliveries:
        delivered[number][month] += kg
    for number, by_month in delivered.items():
        offer = inputs.offers[number]
        y = scenario.yield_of(offer.product)
        about = (offer.producer, offer.product, offer.quality)
        if offer.product not in inputs.rules.storage_loss:
            for month, kg in by_month.items():
                yield from _above("capacity", kg, offer.capacity.get(month, 0.0) * y, *about, month)
            continue
        stock = 0.0
        for month in inputs.months:
            stock += offer.capacity.get(month, 0.0) * y * (1 - inputs.rules.storage_loss[offer.product])
            stock -= by_month[month]
            yield from _below("storage", stock, 0.0, *about, month)


def _commitments(plan: Plan, flows: Flows, inputs: Inputs, scenario: Scenario) -> Iterator[Broken]:
    """Deliveries are what is secured; with yields, between what must be taken and what can be had."""
    taken: dict[int, float] = defaultdict(float)
    for number, _, _, kg in flows.deliveries:
        taken[number] += kg
    has_yields = bool(inputs.rules.scenarios)
    for number in sorted({*taken, *plan.secured}):
        offer, secured = inputs.offers[number], plan.secured.get(number, 0.0)
        part = min(1.0, scenario.yield_of(offer.product)) if has_yields else 1.0
        least = inputs.rules.take_or_pay if has_yields else 1.0
        about = (offer.producer, offer.product, offer.quality, scenario.name)
        yield from _above("secured", taken[number], part * secured, *about)
        yield from _below("take_or_pay" if has_yields else "secured", taken[number], least * part * secured, *about)


def _steps(flows: Flows, inputs: Inputs, scenario: Scenario) -> Iterator[Broken]:
    passed: dict[tuple[str, str], float] = defaultdict(float)
    for number, _, month, kg in flows.deliveries:
        passed[inputs.rules.step_of.get(inputs.offers[number].product, ""), month] += kg
    for (step, month), kg in passed.items():
        if step in inputs.rules.step_capacity:
            yield from _above("step_capacity", kg, inputs.rules.step_capacity[step], step, month)


@dataclass(frozen=True)
class _Spent:
    group: str
    year: str
    product: str
    quality: str
    euros: float
    is_local: bool


def _spending(flows: Flows, inputs: Inputs) -> list[_Spent]:
    found = []
    for number, group, month, kg in flows.deliveries:
        offer = inputs.offers[number]
        price = _price(offer, month, inputs)
        found.append(_Spent(group, _year(month), offer.product, offer.quality, kg * price, offer.is_local))
    for group, product, month, quality, kg in flows.market:
        euros = kg * inputs.rules.market[product, quality]
        found.append(_Spent(group, _year(month), product, quality, euros, False))
    return found


def _year(month: str) -> str:
    return month.split("-")[0] if "-" in month else ""


def _price(offer: Offer, month: str, inputs: Inputs) -> float:
    """The price of the month, or for what was stored that of the last harvest."""
    if month in offer.price:
        return offer.price[month]
    return next((offer.price[m] for m in reversed(inputs.months) if m < month and m in offer.price), float("inf"))


def _held_to(rule: Mapping[str, float], flows: Flows, inputs: Inputs) -> Iterator[tuple[str, str, float, list[_Spent]]]:
    """For each group and year that a rule is for, its value and what was spent."""
    spent: dict[tuple[str, str], list[_Spent]] = defaultdict(list)
    for one in _spending(flows, inputs):
        spent[one.group, one.year].append(one)
    for (group, year), lines in sorted(spent.items()):
        value = rule.get(group, rule.get(""))
        if value is not None:
            yield group, year, value, lines


def _shares(flows: Flows, inputs: Inputs, scenario: Scenario) -> Iterator[Broken]:
    rules = inputs.rules
    for name, rule, counted in (
        ("organic_share", rules.organic_share, (ORGANIC,)),
        ("durable_share", rules.durable_share, (ORGANIC, DURABLE)),
        ("meat_fish_share", rules.meat_fish_share, (ORGANIC, DURABLE)),
    ):
        for group, year, least, lines in _held_to(rule, flows, inputs):
            kept = lines
            if name == "meat_fish_share":
                kept = [one for one in lines if rules.family.get(one.product) in ("meat", "fish")]
            whole = sum(one.euros for one in kept)
            part = sum(one.euros for one in kept if one.quality in counted)
            yield from _below(name, part, least * whole, group, year)


def _budget(flows: Flows, inputs: Inputs, scenario: Scenario) -> Iterator[Broken]:
    for group, year, most, lines in _held_to(inputs.rules.budget, flows, inputs):
        yield from _above("budget", sum(one.euros for one in lines), most, group, year)


def _local(flows: Flows, inputs: Inputs, scenario: Scenario) -> Iterator[Broken]:
    for group, year, least, lines in _held_to(inputs.rules.local_share, flows, inputs):
        whole = sum(one.euros for one in lines)
        yield from _below("local_share", sum(one.euros for one in lines if one.is_local), least * whole, group, year)


def _expected_value(plan: Plan, inputs: Inputs, scenarios: tuple[Scenario, ...]) -> dict[int, float]:
    value: dict[int, float] = defaultdict(float)
    for scenario, flows in zip(scenarios, plan.flows, strict=True):
        for number, _, month, kg in flows.deliveries:
            value[number] += scenario.probability * kg * _price(inputs.offers[number], month, inputs)
    return value


def _contracts(plan: Plan, inputs: Inputs, scenarios: tuple[Scenario, ...]) -> Iterator[Broken]:
    for number, kg in plan.secured.items():
        if kg > TOLERANCE and number not in plan.contracts:
            yield Broken("contract", (inputs.offers[number].producer, inputs.offers[number].product), kg, 0.0)
    if inputs.rules.least_contract:
        value = _expected_value(plan, inputs, scenarios)
        for number in sorted(plan.contracts):
            offer = inputs.offers[number]
            yield from _below(
                "least_contract", value[number], inputs.rules.least_contract, offer.producer, offer.product
            )


def _producers(plan: Plan, inputs: Inputs, scenarios: tuple[Scenario, ...]) -> Iterator[Broken]:
    if not inputs.rules.least_income:
        return
    income: dict[str, float] = defaultdict(float)
    for number, euros in _expected_value(plan, inputs, scenarios).items():
        income[inputs.offers[number].producer] += euros
    for producer in sorted({inputs.offers[number].producer for number in plan.contracts}):
        yield from _below("least_income", income[producer], inputs.rules.least_income, producer)


def _diversity(plan: Plan, inputs: Inputs, scenarios: tuple[Scenario, ...]) -> Iterator[Broken]:
    rules = inputs.rules
    need: dict[str, float] = defaultdict(float)
    for (_, product, _), kg in inputs.needs.items():
        need[product] += kg
    for number, kg in plan.secured.items():
        offer = inputs.offers[number]
        share = rules.largest_share.get(offer.product, rules.largest_share.get("", 1.0))
        yield from _above("largest_share", kg, share * need[offer.product], offer.producer, offer.product)
    counted: dict[str, int] = defaultdict(int)
    for number in plan.contracts:
        counted[inputs.offers[number].product] += 1
    for product, count in sorted(counted.items()):
        most = rules.most_contracts.get(product, rules.most_contracts.get(""))
        if most is not None:
            yield from _above("most_contracts", count, most, product)


def _carcasses(plan: Plan, inputs: Inputs, scenarios: tuple[Scenario, ...]) -> Iterator[Broken]:
    """The animals that the most demanding cut takes, and whether enough of them is sold."""
    sold: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for number, kg in plan.secured.items():
        offer = inputs.offers[number]
        for animal, product in inputs.rules.carcass_share:
            if product == offer.product:
                sold[offer.producer, animal][product] += kg
    for (producer, animal), cuts in sorted(sold.items()):
        carcass = max(kg / inputs.rules.carcass_share[animal, product] for product, kg in cuts.items())
        least = inputs.rules.carcass_use.get(animal, 0.0) * carcass
        yield from _below("carcass_use", sum(cuts.values()), least, producer, animal)


def _tail(plan: Plan, inputs: Inputs, scenarios: tuple[Scenario, ...]) -> Iterator[Broken]:
    """The mean shortage over the worst tenth of the probability."""
    if inputs.rules.shortage_cvar is None:
        return
    short = [(sum(line[3] for line in flows.lacking), s.probability)
             for s, flows in zip(scenarios, plan.flows, strict=True)]  # fmt: skip
    left, total = 1 - TAIL, 0.0
    for kg, probability in sorted(short, reverse=True):
        weight = min(left, probability)
        total, left = total + weight * kg, left - weight
    yield from _above("shortage_cvar", total / (1 - TAIL), inputs.rules.shortage_cvar)


def _money(plan: Plan, inputs: Inputs, scenarios: tuple[Scenario, ...]) -> Iterator[Broken]:
    """The cost that the plan tells is that of its flows and contracts."""
    cost = inputs.rules.contract_cost * len(plan.contracts)
    for scenario, flows in zip(scenarios, plan.flows, strict=True):
        spent = sum(one.euros for one in _spending(flows, inputs))
        lack = sum(line[3] for line in flows.lacking) * (inputs.rules.shortage_cost or 0.0)
        cost += scenario.probability * (spent + _freight(flows, inputs) + lack)
    told: Any = plan.cost_eur
    yield from _above("cost", told, cost)
    yield from _below("cost", told, cost)


def _freight(flows: Flows, inputs: Inputs) -> float:
    """Transport of deliveries: to a group, over the mean distance of its buyers, by their need."""
    if not inputs.transport:
        return 0.0
    weights: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (buyer, product, _), kg in inputs.needs.items():
        weights[inputs.rules.group_of.get(buyer, buyer), product][buyer] += kg
    total = 0.0
    for number, group, _, kg in flows.deliveries:
        offer, members = inputs.offers[number], weights[group, inputs.offers[number].product]
        far = sum(need * offer.km[buyer] for buyer, need in members.items()) / sum(members.values())
        total += kg * far * inputs.transport
    return total
