"""The food plan: from open needs, offers and rules to volumes to secure, at the least cost or for another aim.

It plans needs and lots. It never names a winner: what a plan holds of each producer stays in memory, for the model and
its check; `told` says what may be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gisement.models.food.inputs import CLASSES, Inputs, Scenario, told_for
from gisement.models.food.plan.large import MANY_CONTRACTS, is_large, plan_years, solve_plan
from gisement.models.food.plan.model import Commitments, Stage, commitments
from gisement.models.food.plan.network import Network, network
from gisement.models.linear_model import FEASIBLE, INFEASIBLE, NOTHING, Floats, Say, Solved, silent, solve
from gisement.terms import Trouble

UNITS = {"cost": "EUR", "local": "EUR", "producers": "producers", "co2": "kg CO2e"}
LEXICOGRAPHIC = 0.01
"""What is given up of a first aim that is not money, for the cheapest plan that nearly reaches it."""
LEAST_KG = 1e-6
PREMIUMS = (0.0, 0.02, 0.05, 0.1, 0.2)
"""Euros more for a euro engaged in the territory, along a frontier."""
TILT = 0.1
"""Of many contracts, the part of cost in an aim that leaves it open: equal plans are slow to tell apart."""


@dataclass(frozen=True)
class Flows:
    """What moves in one scenario: deliveries (offer, group, month, kg), market purchases (group, product, month, class,
    kg), and what lacks (group, product, month, kg)."""

    scenario: str
    deliveries: tuple[tuple[int, str, str, float], ...]
    market: tuple[tuple[str, str, str, str, float], ...]
    lacking: tuple[tuple[str, str, str, float], ...] = ()


@dataclass(frozen=True)
class Plan:
    """A plan: `optimal`, `feasible` (stopped before it was proved) or `infeasible`; its aim, its cost, its flows.

    `objective` is in `unit`; `gap` is relative, to the best bound. `secured` is kg by offer, `contracts` the offers
    under contract. A plan that does not exist has no figure.
    """

    status: str
    aim: str
    unit: str
    objective: float | None = None
    cost_eur: float | None = None
    gap: float | None = None
    secured: Mapping[int, float] = field(default_factory=dict)
    contracts: frozenset[int] = frozenset()
    flows: tuple[Flows, ...] = ()
    is_fallback: bool = False

    def weighted(self, inputs: Inputs) -> Iterable[tuple[float, Flows]]:
        """The probability of each scenario, and what moves in it."""
        scenarios = inputs.rules.scenarios or (Scenario("", 1.0, {}),)
        return zip((scenario.probability for scenario in scenarios), self.flows, strict=True)


@dataclass(frozen=True)
class Aim:
    """An objective: what the solver minimises, and what it is told as (`sign` is -1 where more is better)."""

    name: str
    unit: str
    weights: Floats
    measure: Floats
    sign: float = 1.0


def plan_food(
    inputs: Inputs, aim: str = "cost", *, gap: float = 0.0, time_limit: float | None = None,
    fixed: Mapping[int, float] | None = None, say: Say = silent,
) -> Plan:  # fmt: skip
    """The best plan for an aim, within a relative `gap` and `time_limit` seconds; always one if there is any.

    `fixed` gives the only offers that may be used, and the kg of each at most. Raises Trouble where the aim asks for
    what is not known.
    """
    net = network(inputs)
    if aim == "cost" and fixed is None and is_large(net):
        years = plan_years(net, gap=gap, time_limit=time_limit, say=say)
        if years is not None:
            stages = [(told, told.stages[0], values) for told, values in zip(years.models, years.values, strict=True)]
            return Plan(
                years.status, aim, "EUR", years.cost, years.cost, years.gap, _secured(years.secured),
                frozenset(np.nonzero(years.contracts)[0].tolist()), tuple(_flows(*stage) for stage in stages),
            )  # fmt: skip
    told = commitments(net, fixed=fixed, with_producers=aim == "producers")
    wanted, cost = _aim(told, aim), told.model.costs()
    told.model.set_cost(wanted.weights)
    found = solve_plan(told, gap=gap, time_limit=time_limit, say=say, interior=aim != "cost")
    is_fallback = found.status == NOTHING
    if is_fallback:
        found = _greedy(told) or solve(told.model, first_only=True, gap=1.0, say=say)
    if found.status == INFEASIBLE:
        return Plan(INFEASIBLE, aim, wanted.unit)
    if aim in ("local", "producers", "co2") and not is_fallback:
        found = _cheapest(told, wanted, cost, found, gap, time_limit, say)
    return replace(_plan(told, wanted, cost, found), is_fallback=is_fallback)


def _aim(told: Commitments, name: str) -> Aim:
    net, cost = told.network, told.model.costs()
    if name == "cost":
        return Aim(name, "EUR", cost, cost)
    weights, made = np.zeros(told.model.n), _co2(net) if name == "co2" else np.zeros(len(net.places))
    km, rules = np.nan_to_num(net.km), net.inputs.rules
    if name == "producers" and told.u is not None:
        weights[told.u] = 1.0
    for stage in told.stages:
        π = stage.scenario.probability
        if name == "transport":
            weights[stage.x] = π * km * (net.inputs.transport or 1.0)
        elif name == "local":
            weights[stage.x] = π * net.price * net.is_local[net.offer]
        elif name == "co2":
            weights[stage.x] = π * (made[net.need] + km * rules.co2_transport)
            weights[stage.b] = π * made[net.market.need]
    if name == "transport":
        # transport is counted from offers; how far the market's goods come is unknown, so that it serves what lacks
        dear = weights.copy()
        for stage in told.stages:
            dear[stage.b] = dear[stage.e] = 1000 * (float(weights.max(initial=0.0)) or 1.0)
        return Aim(name, "EUR" if net.inputs.transport else "kg·km", dear, weights)
    if name == "co2":
        return Aim(name, UNITS[name], weights, weights)
    is_open = name == "local" and len(net.inputs.offers) >= MANY_CONTRACTS
    return Aim(name, UNITS[name], TILT * cost - weights if is_open else -weights, weights, -1.0)


def _co2(net: Network) -> Floats:
    known = net.inputs.rules.co2
    lacking = sorted({product for _, product, _ in net.places} - set(known))
    if lacking or not net.inputs.rules.co2_transport:
        names = ", ".join(lacking[:5]) or "le transport (co2_kg_per_kg_km)"
        raise Trouble(
            fr=f"Le CO2 n'est pas connu pour {names} : ajouter co2_kg_per_kg de chaque produit et co2_kg_per_kg_km"
            " dans les règles (« gisement add food-rules »).",
            en=f"CO2 is not known for {names}: add co2_kg_per_kg of each product and co2_kg_per_kg_km to the rules"
            " ('gisement add food-rules').",
        )
    return np.array([known[product] for _, product, _ in net.places])


def _cheapest(
    told: Commitments, aim: Aim, cost: Floats, first: Solved, gap: float, time_limit: float | None, say: Say
) -> Solved:  # fmt: skip
    """The cheapest plan that comes within 1 % of the best found for the aim; that plan itself if there is no time."""
    best, used = float(aim.measure @ first.values), np.nonzero(aim.measure)[0]
    held = {"lower": best * (1 - LEXICOGRAPHIC)} if aim.sign < 0 else {"upper": best * (1 + LEXICOGRAPHIC)}
    told.model.rule("aim", 1, (0, used, aim.measure[used]), **held)
    told.model.set_cost(cost)
    second = solve_plan(told, gap=gap, time_limit=time_limit, say=say, interior=True)
    is_better = second.status not in (NOTHING, INFEASIBLE) and cost @ second.values <= cost @ first.values
    return replace(first, values=second.values if is_better else first.values)


def frontier(
    inputs: Inputs, *, premiums: Sequence[float] = PREMIUMS, gap: float = 0.0, time_limit: float | None = None,
    say: Say = silent,
) -> list[tuple[float, Plan]]:  # fmt: skip
    """For each premium (euros more that one accepts to spend for a euro engaged with farms of the territory), the plan
    that it leads to: the cheapest one for the amount that it engages. Empty where there is no plan.

    `time_limit` is for each plan.
    """
    found: list[tuple[float, Plan]] = []
    told = commitments(network(inputs))
    cost, near = told.model.costs(), _aim(told, "local").measure
    for number, premium in enumerate(premiums):
        say("frontier", number, len(premiums))
        told.model.set_cost(cost - premium * near)
        solved = solve_plan(told, gap=gap, time_limit=time_limit, say=say, interior=premium > 0)
        if solved.status in (NOTHING, INFEASIBLE):
            return found
        found.append((premium, _plan(told, Aim("cost", "EUR", cost, cost), cost, solved)))
    return found


def local_euros(plan: Plan, inputs: Inputs) -> float:
    """Euros, expected over yields, that a plan engages with farms of the territory."""
    total = 0.0
    for probability, flows in plan.weighted(inputs):
        for number, _, month, kg in flows.deliveries:
            offer = inputs.offers[number]
            if offer.is_local:
                total += probability * kg * offer.price_in(month)
    return total


def _plan(told: Commitments, aim: Aim, cost: Floats, found: Solved) -> Plan:
    values, secured = found.values, _secured(found.values[told.K])
    contracts = frozenset(secured) if told.z is None else frozenset(np.nonzero(values[told.z] > 0.5)[0].tolist())
    return Plan(
        FEASIBLE if found.gap is None else found.status, aim.name, aim.unit, float(aim.measure @ values),
        float(cost @ values), found.gap, secured, contracts,
        tuple(_flows(told, stage, values) for stage in told.stages),
    )  # fmt: skip


def _secured(kg: Floats) -> dict[int, float]:
    return {number: each for number, each in enumerate(kg.tolist()) if each > LEAST_KG}


def _flows(told: Commitments, stage: Stage, values: Floats) -> Flows:
    net, market = told.network, told.network.market

    def moved(columns: Any) -> list[tuple[int, float]]:
        return [(n, kg) for n, kg in enumerate(values[columns].tolist()) if kg > LEAST_KG]

    deliveries: list[Any] = []
    for arc, kg in moved(stage.x):
        group, _, month = net.places[net.need[arc]]
        deliveries.append((int(net.offer[arc]), group, month, kg))
    purchases: list[Any] = [
        (*net.places[market.need[line]], CLASSES[market.quality[line]], kg) for line, kg in moved(stage.b)
    ]
    lacking = [(*net.places[need], kg) for need, kg in moved(stage.e)]
    return Flows(stage.scenario.name, tuple(deliveries), tuple(purchases), tuple(lacking))


def _greedy(told: Commitments) -> Solved | None:
    """A plan made without a solver: what is left when the time limit leaves no solution; None if it breaks a rule.

    Needs are served one by one, from the market where it has a price (in the class that quality rules ask for), else
    from the cheapest offers that have something left (with yield scenarios, from the market alone). Nothing says that
    it is good.
    """
    net, values = told.network, np.zeros(told.model.n)
    for stage in told.stages:
        left = _from_market(net, stage, values)
        if len(told.stages) == 1:
            _from_offers(net, stage, values, left)
        if len(stage.e):
            values[stage.e] = left
    np.add.at(values, told.K[net.offer], values[told.stages[0].x])
    if told.z is not None and told.u is not None:
        values[told.z] = values[told.K] > LEAST_KG
        np.maximum.at(values, told.u[net.producer], values[told.z])
    return Solved(FEASIBLE, values, float(told.model.costs() @ values)) if told.model.is_kept_by(values) else None


def _from_market(net: Network, stage: Stage, values: Floats) -> Floats:
    """Buy each need, the part that quality rules ask of its group in the highest class: what is left to serve.

    That part in euros is higher still, where the highest class is dearer.
    """
    left, rules = net.demand.copy(), net.inputs.rules
    for need, (group, _, _) in enumerate(net.places):
        sold = np.nonzero(net.market.need == need)[0]
        if len(sold):
            asked = (rules.organic_share, rules.durable_share, rules.meat_fish_share)
            wanted = max(told_for(rule, group, 0.0) for rule in asked)
            best, plain = sold[np.argmax(net.market.quality[sold])], sold[np.argmin(net.market.price[sold])]
            values[stage.b[best]] += wanted * left[need]
            values[stage.b[plain]] += (1 - wanted) * left[need]
            left[need] = 0.0
    return left


def _from_offers(net: Network, stage: Stage, values: Floats, left: Floats) -> None:
    held = {(n, month): kg for n, offer in enumerate(net.inputs.offers) for month, kg in offer.capacity.items()}
    for arc in np.argsort(net.price + net.freight, kind="stable"):
        key = (int(net.offer[arc]), net.places[net.need[arc]][2])
        kg = min(left[net.need[arc]], held.get(key, 0.0))
        if kg > 0:
            values[stage.x[arc]] = kg
            left[net.need[arc]] -= kg
            held[key] -= kg
