"""The food plan: from open needs, offers and rules to volumes to secure, at the least cost or for another aim.

It plans needs and lots. It never names a winner: what a plan holds of each producer stays in memory, for the model and
its check; `food_plan_told` says what may be shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gisement.models.food.inputs import CLASSES, Inputs, Scenario
from gisement.models.food.plan.greedy import greedy
from gisement.models.food.plan.large import MANY_CONTRACTS, solve_plan
from gisement.models.food.plan.model import Commitments, commitments
from gisement.models.food.plan.network import Network, network
from gisement.models.food.plan.years import Years, is_large, plan_years
from gisement.models.linear_model import FEASIBLE, INFEASIBLE, INFINITY, NOTHING, Floats, Say, Solved, solve
from gisement.terms import Trouble

UNITS = {"cost": "EUR", "transport": "EUR", "local": "EUR", "producers": "producers", "co2": "kg CO2e"}
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
    fixed: Mapping[int, float] | None = None, say: Say = lambda what, done, total: None,
) -> Plan:  # fmt: skip
    """The best plan for an aim, within a relative `gap` and `time_limit` seconds; always one if there is any.

    `fixed` gives the only offers that may be used, and the kg of each at most. Raises Trouble where the aim asks for
    what is not known.
    """
    net = network(inputs)
    if aim == "cost" and fixed is None and is_large(net):
        years = plan_years(net, gap=gap, time_limit=time_limit, say=say)
        if years is not None:
            return _over_years(years)
    told = commitments(net, fixed=fixed, with_producers=aim == "producers")
    wanted = _aim(told, aim)
    cost = told.model.costs()
    told.model.set_cost(wanted.weights)
    found = solve_plan(told, gap=gap, time_limit=time_limit, say=say, interior=aim != "cost")
    is_fallback = found.status == NOTHING
    if is_fallback:
        found = greedy(told) or solve(told.model, first_only=True, gap=1.0, say=say)
    if found.status == INFEASIBLE:
        return Plan(INFEASIBLE, aim, wanted.unit)
    if aim in ("local", "producers", "co2") and not is_fallback:
        found = _cheapest(told, wanted, cost, found, gap, time_limit, say)
    return replace(_plan(told, wanted, cost, found), is_fallback=is_fallback)


def _aim(told: Commitments, name: str) -> Aim:
    model, arcs, inputs = told.model, told.network.arcs, told.network.inputs
    cost = model.costs()
    weights = np.zeros(model.n)
    if name == "cost":
        return Aim(name, "EUR", cost, cost)
    if name == "producers":
        weights[told.u] = 1.0
    for scenario, x, b in zip(told.scenarios, told.x, told.b, strict=True):
        π = scenario.probability
        if name == "transport":
            weights[x] = π * np.nan_to_num(arcs.km) * (inputs.transport or 1.0)
        elif name == "local":
            weights[x] = π * arcs.price * told.network.is_local[arcs.offer]
        elif name == "co2":
            made = _co2(told.network)
            weights[x] = π * (made[arcs.need] + np.nan_to_num(arcs.km) * inputs.rules.co2_transport)
            weights[b] = π * made[told.network.market.need]
    if name == "transport":
        return _last_resort(told, weights)
    unit = UNITS[name]
    if name == "local" and len(inputs.offers) >= MANY_CONTRACTS:
        return Aim(name, unit, TILT * cost - weights, weights, -1.0)
    return Aim(name, unit, weights, weights) if name == "co2" else Aim(name, unit, -weights, weights, -1.0)


def _last_resort(told: Commitments, weights: Floats) -> Aim:
    """Transport is counted from offers; how far the market's goods come is unknown, so that it serves what lacks."""
    dear = weights.copy()
    most = float(weights.max(initial=0.0)) or 1.0
    for columns in (*told.b, *told.lack):
        dear[columns] = 1000 * most
    is_priced = bool(told.network.inputs.transport)
    return Aim("transport", "EUR" if is_priced else "kg·km", dear, weights)


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
    best = float(aim.measure @ first.values)
    if aim.sign < 0:
        _held_to(told, aim, lower=best * (1 - LEXICOGRAPHIC))
    else:
        _held_to(told, aim, upper=best * (1 + LEXICOGRAPHIC))
    told.model.set_cost(cost)
    second = solve_plan(told, gap=gap, time_limit=time_limit, say=say, interior=True)
    is_better = second.status not in (NOTHING, INFEASIBLE) and cost @ second.values <= cost @ first.values
    return replace(first, values=second.values if is_better else first.values)


def _held_to(told: Commitments, aim: Aim, *, lower: float = -INFINITY, upper: float = INFINITY) -> None:
    """Bound what an aim measures."""
    held = told.model.rows("aim", [aim.name], lower=lower, upper=upper)
    used = np.nonzero(aim.measure)[0]
    told.model.put(np.broadcast_to(held, used.shape), used, aim.measure[used])


def frontier(
    inputs: Inputs, *, premiums: Sequence[float] = PREMIUMS, gap: float = 0.0, time_limit: float | None = None,
    say: Say = lambda what, done, total: None,
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
    scenarios = inputs.rules.scenarios or (Scenario("", 1.0, {}),)
    total = 0.0
    for scenario, flows in zip(scenarios, plan.flows, strict=True):
        for number, _, month, kg in flows.deliveries:
            offer = inputs.offers[number]
            if offer.is_local:
                total += scenario.probability * kg * offer.price.get(month, max(offer.price.values()))
    return total


def _plan(told: Commitments, aim: Aim, cost: Floats, found: Solved) -> Plan:
    values = found.values
    flows = tuple(_flows(told, s, values) for s in range(len(told.scenarios)))
    secured = {int(n): float(kg) for n, kg in enumerate(values[told.K]) if kg > LEAST_KG}
    contracts = frozenset(secured) if told.z is None else frozenset(np.nonzero(values[told.z] > 0.5)[0].tolist())
    return Plan(
        FEASIBLE if found.gap is None else found.status, aim.name, aim.unit, float(aim.measure @ values),
        float(cost @ values), found.gap, secured, contracts, flows,
    )  # fmt: skip


def _over_years(years: Years) -> Plan:
    """The plan that years solved one by one make."""
    scenarios = [told.scenarios[0] for told in years.models]
    flows = tuple(
        replace(_flows(told, 0, values), scenario=scenario.name)
        for told, values, scenario in zip(years.models, years.values, scenarios, strict=True)
    )
    secured = {int(n): float(kg) for n, kg in enumerate(years.secured) if kg > LEAST_KG}
    return Plan(
        years.status, "cost", "EUR", years.cost, years.cost, years.gap, secured,
        frozenset(np.nonzero(years.contracts)[0].tolist()), flows,
    )  # fmt: skip


def _flows(told: Commitments, s: int, values: Floats) -> Flows:
    net = told.network
    arcs, market, places = net.arcs, net.market, net.places
    moved, bought, lack = values[told.x[s]], values[told.b[s]], values[told.lack[s]]
    deliveries: list[Any] = [
        (int(arcs.offer[n]), places[arcs.need[n]][0], places[arcs.need[n]][2], float(moved[n]))
        for n in np.nonzero(moved > LEAST_KG)[0]
    ]
    purchases: list[Any] = [
        (*places[market.need[n]], CLASSES[market.quality[n]], float(bought[n]))
        for n in np.nonzero(bought > LEAST_KG)[0]
    ]
    lacking = [(*places[n], float(lack[n])) for n in np.nonzero(lack > LEAST_KG)[0]]
    return Flows(told.scenarios[s].name, tuple(deliveries), tuple(purchases), tuple(lacking))
