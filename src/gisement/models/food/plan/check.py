"""An independent check of a food plan: it reads only the plan and the inputs, and names each rule that does not hold.

It shares nothing with the model that made the plan: sums are made anew, one line at a time, from deliveries, market
purchases, contracts and secured volumes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gisement.models.food.inputs import DURABLE, MEAT_FISH, ORGANIC, Inputs, Scenario, told_for, year_of
from gisement.models.food.plan.solve import Flows, Plan

TOLERANCE = 1e-5
TAIL = 0.9
Scenarios = tuple[Scenario, ...]


@dataclass(frozen=True)
class Broken:
    """A rule that does not hold: what it is about, the value found and the bound."""

    rule: str
    about: tuple[str, ...]
    found: float
    bound: float


@dataclass(frozen=True)
class Moved:
    """Kg that a group has of a product in a month, and what they cost; `offer` is None on the market."""

    offer: int | None
    group: str
    product: str
    month: str
    quality: str
    kg: float
    euros: float
    is_local: bool


def broken_rules(plan: Plan, inputs: Inputs) -> list[Broken]:
    """Every rule that the plan breaks; empty for a sound plan."""
    scenarios = inputs.rules.scenarios or (Scenario("", 1.0, {}),)
    if found := list(_form(plan, inputs, scenarios)):
        return found
    moved = [_moved(flows, inputs) for flows in plan.flows]
    for scenario, flows, moves in zip(scenarios, plan.flows, moved, strict=True):
        found += _demand(moves, flows, inputs)
        found += _capacity(moves, inputs, scenario)
        found += _spending(moves, inputs)
        found += _commitments(plan, moves, inputs, scenario)
    found += _contracts(plan, moved, inputs, scenarios)
    found += _diversity(plan, inputs)
    found += _carcasses(plan, inputs)
    found += _tail(plan, inputs, scenarios)
    found += _money(plan, moved, inputs, scenarios)
    return found


def _above(rule: str, found: float, bound: float, *about: str) -> Iterator[Broken]:
    if found > bound + TOLERANCE * (1 + abs(bound)):
        yield Broken(rule, about, found, bound)


def _below(rule: str, found: float, bound: float, *about: str) -> Iterator[Broken]:
    if found < bound - TOLERANCE * (1 + abs(bound)):
        yield Broken(rule, about, found, bound)


def _sums(pairs: Iterable[tuple[Any, float]]) -> dict[Any, float]:
    found: dict[Any, float] = defaultdict(float)
    for key, value in pairs:
        found[key] += value
    return found


def _form(plan: Plan, inputs: Inputs, scenarios: Scenarios) -> Iterator[Broken]:
    """Whether the plan speaks of things that exist, in quantities that can be."""
    if [flows.scenario for flows in plan.flows] != [scenario.name for scenario in scenarios]:
        yield Broken("scenarios", (), len(plan.flows), len(scenarios))
        return
    needed = set(inputs.group_needs)
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


def _moved(flows: Flows, inputs: Inputs) -> list[Moved]:
    found = []
    for number, group, month, kg in flows.deliveries:
        offer = inputs.offers[number]
        euros = kg * offer.price_in(month)
        found.append(Moved(number, group, offer.product, month, offer.quality, kg, euros, offer.is_local))
    for group, product, month, quality, kg in flows.market:
        euros = kg * inputs.rules.market[product, quality]
        found.append(Moved(None, group, product, month, quality, kg, euros, False))
    return found


def _demand(moves: list[Moved], flows: Flows, inputs: Inputs) -> Iterator[Broken]:
    served = _sums([((m.group, m.product, m.month), m.kg) for m in moves] + [(at[:3], at[3]) for at in flows.lacking])
    for place, need in inputs.group_needs.items():
        yield from _below("demand", served[place], need, *place)
        yield from _above("demand", served[place], need, *place)


def _capacity(moves: list[Moved], inputs: Inputs, scenario: Scenario) -> Iterator[Broken]:
    """What an offer yields in a month, or has kept until then; what a workshop takes in a month."""
    rules = inputs.rules
    delivered = _sums(((m.offer, m.month), m.kg) for m in moves if m.offer is not None)
    for number in dict.fromkeys(number for number, _ in delivered):
        offer, stock = inputs.offers[number], 0.0
        y, loss = scenario.yield_of(offer.product), rules.storage_loss.get(offer.product)
        for month in inputs.months:
            kg, most = delivered[number, month], offer.capacity.get(month, 0.0) * y
            about = (offer.producer, offer.product, offer.quality, month)
            if loss is None:
                yield from _above("capacity", kg, most, *about)
                continue
            stock += most * (1 - loss)
            stock -= kg
            yield from _below("storage", stock, 0.0, *about)
    passed = _sums(((rules.step_of.get(m.product, ""), m.month), m.kg) for m in moves if m.offer is not None)
    for (step, month), kg in passed.items():
        if step in rules.step_capacity:
            yield from _above("step_capacity", kg, rules.step_capacity[step], step, month)


def _commitments(plan: Plan, moves: list[Moved], inputs: Inputs, scenario: Scenario) -> Iterator[Broken]:
    """Deliveries are what is secured; with yields, between what must be taken and what can be had."""
    taken = _sums((m.offer, m.kg) for m in moves if m.offer is not None)
    has_yields = bool(inputs.rules.scenarios)
    for number in sorted({*taken, *plan.secured}):
        offer, secured = inputs.offers[number], plan.secured.get(number, 0.0)
        part = min(1.0, scenario.yield_of(offer.product)) if has_yields else 1.0
        least = inputs.rules.take_or_pay if has_yields else 1.0
        about = (offer.producer, offer.product, offer.quality, scenario.name)
        yield from _above("secured", taken[number], part * secured, *about)
        yield from _below("take_or_pay" if has_yields else "secured", taken[number], least * part * secured, *about)


def _spending(moves: list[Moved], inputs: Inputs) -> Iterator[Broken]:
    """Shares and budgets of each group and civil year."""
    rules = inputs.rules
    shares: tuple[tuple[str, Callable[[Moved], bool], Callable[[Moved], bool]], ...] = (
        ("organic_share", lambda m: True, lambda m: m.quality == ORGANIC),
        ("durable_share", lambda m: True, lambda m: m.quality in (ORGANIC, DURABLE)),
        ("meat_fish_share", lambda m: rules.family.get(m.product) in MEAT_FISH,
         lambda m: m.quality in (ORGANIC, DURABLE)),
        ("local_share", lambda m: True, lambda m: m.is_local),
    )  # fmt: skip
    for group, year in sorted({(m.group, year_of(m.month)) for m in moves}):
        own = [m for m in moves if (m.group, year_of(m.month)) == (group, year)]
        for name, concerns, counts in shares:
            least = told_for(getattr(rules, name), group, None)
            if least is not None:
                whole = sum(m.euros for m in own if concerns(m))
                part = sum(m.euros for m in own if concerns(m) and counts(m))
                yield from _below(name, part, least * whole, group, year)
        most = told_for(rules.budget, group, None)
        if most is not None:
            yield from _above("budget", sum(m.euros for m in own), most, group, year)


def _contracts(plan: Plan, moved: list[list[Moved]], inputs: Inputs, scenarios: Scenarios) -> Iterator[Broken]:
    """What is secured has a contract; each contract, and each producer who has one, reaches its least value."""
    offers, rules = inputs.offers, inputs.rules
    value = _sums(
        (m.offer, scenario.probability * m.euros)
        for scenario, moves in zip(scenarios, moved, strict=True) for m in moves if m.offer is not None
    )  # fmt: skip
    for number, kg in plan.secured.items():
        if kg > TOLERANCE and number not in plan.contracts:
            yield Broken("contract", (offers[number].producer, offers[number].product), kg, 0.0)
    for number in sorted(plan.contracts):
        about = (offers[number].producer, offers[number].product)
        yield from _below("least_contract", value[number], rules.least_contract, *about)
    income = _sums((offers[number].producer, euros) for number, euros in value.items())
    for producer in sorted({offers[number].producer for number in plan.contracts}):
        yield from _below("least_income", income[producer], rules.least_income, producer)


def _diversity(plan: Plan, inputs: Inputs) -> Iterator[Broken]:
    rules, offers = inputs.rules, inputs.offers
    need = _sums((product, kg) for (_, product, _), kg in inputs.needs.items())
    for number, kg in plan.secured.items():
        offer = offers[number]
        share = told_for(rules.largest_share, offer.product, 1.0)
        yield from _above("largest_share", kg, share * need[offer.product], offer.producer, offer.product)
    for product, count in sorted(_sums((offers[number].product, 1) for number in plan.contracts).items()):
        yield from _above("most_contracts", count, told_for(rules.most_contracts, product, float("inf")), product)


def _carcasses(plan: Plan, inputs: Inputs) -> Iterator[Broken]:
    """The animals that the most demanding cut takes, and whether enough of them is sold."""
    shares, offers = inputs.rules.carcass_share, inputs.offers
    sold = _sums(
        ((offers[number].producer, animal, product), kg)
        for number, kg in plan.secured.items() for animal, product in shares if product == offers[number].product
    )  # fmt: skip
    for producer, animal in sorted({(producer, animal) for producer, animal, _ in sold}):
        cuts = {product: kg for (who, what, product), kg in sold.items() if (who, what) == (producer, animal)}
        carcass = max(kg / shares[animal, product] for product, kg in cuts.items())
        least = inputs.rules.carcass_use.get(animal, 0.0) * carcass
        yield from _below("carcass_use", sum(cuts.values()), least, producer, animal)


def _tail(plan: Plan, inputs: Inputs, scenarios: Scenarios) -> Iterator[Broken]:
    """The mean shortage over the worst tenth of the probability."""
    if inputs.rules.shortage_cvar is None:
        return
    short = [
        (sum(at[3] for at in flows.lacking), s.probability) for s, flows in zip(scenarios, plan.flows, strict=True)
    ]
    left, total = 1 - TAIL, 0.0
    for kg, probability in sorted(short, reverse=True):
        weight = min(left, probability)
        total, left = total + weight * kg, left - weight
    yield from _above("shortage_cvar", total / (1 - TAIL), inputs.rules.shortage_cvar)


def _money(plan: Plan, moved: list[list[Moved]], inputs: Inputs, scenarios: Scenarios) -> Iterator[Broken]:
    """The cost that the plan tells is that of its flows and contracts."""
    cost = inputs.rules.contract_cost * len(plan.contracts)
    for scenario, flows, moves in zip(scenarios, plan.flows, moved, strict=True):
        lack = sum(at[3] for at in flows.lacking) * (inputs.rules.shortage_cost or 0.0)
        cost += scenario.probability * (sum(m.euros for m in moves) + _freight(moves, inputs) + lack)
    told: Any = plan.cost_eur
    yield from _above("cost", told, cost)
    yield from _below("cost", told, cost)


def _freight(moves: list[Moved], inputs: Inputs) -> float:
    """Transport of deliveries: to a group, over the mean distance of its buyers, by their need."""
    if not inputs.transport:
        return 0.0
    weights: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (buyer, product, _), kg in inputs.needs.items():
        weights[inputs.rules.group_of.get(buyer, buyer), product][buyer] += kg
    total = 0.0
    for m in moves:
        if m.offer is not None:
            km, members = inputs.offers[m.offer].km, weights[m.group, m.product]
            far = sum(need * km[buyer] for buyer, need in members.items()) / sum(members.values())
            total += m.kg * far * inputs.transport
    return total
