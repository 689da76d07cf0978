"""Commitments over years of different yields, where the model of all years at once would be too large.

Each year is solved as if it were known; the mean of their costs is a bound on any plan (wait and see). Volumes to
secure are the mean of what the years would secure; each year is then solved again with these volumes, and what does not
reach a least amount, expected over the years, is let go. The gap to the bound is proved.

Source: Birge & Louveaux, Introduction to Stochastic Programming, 2nd ed. (2011), section 4.1: WS ≤ RP.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gisement.models.food.inputs import Scenario
from gisement.models.food.plan.large import Clock, Flags, allowed, only, values_of_offers
from gisement.models.food.plan.model import Commitments, commitments
from gisement.models.food.plan.network import Network
from gisement.models.linear_model import FEASIBLE, OPTIMAL, Floats, Say

MANY_ARCS = 100_000
"""Deliveries of all years together from which on the years are solved one by one."""
LEAST_KG = 1e-6
ROUNDS = 4
FIRST_PART = 0.9
"""What falls under this part of a least amount is let go before any year is solved again."""
EASED = 0.97
"""What is secured less where a year cannot take it."""


@dataclass(frozen=True)
class Years:
    """Volumes secured, the solution of each year with them, the cost expected and its gap to the bound."""

    status: str
    secured: Floats
    contracts: Flags
    models: tuple[Commitments, ...]
    values: tuple[Floats, ...]
    cost: float
    gap: float


def is_large(net: Network) -> bool:
    """Whether years are better solved one by one: many deliveries, and no rule on shortage that ties years together."""
    rules = net.inputs.rules
    return len(rules.scenarios) * len(net.arcs.offer) > MANY_ARCS and rules.shortage_cvar is None


def plan_years(net: Network, *, gap: float, time_limit: float | None, say: Say) -> Years | None:
    """Commitments over the years of a network; None where the time, or a year, leaves no plan."""
    scenarios = net.inputs.rules.scenarios
    clock, count = Clock(time_limit), len(scenarios)
    models, known, basis = [], [], None
    for number, scenario in enumerate(scenarios):
        say("years", number, 2 * count)
        told = _year(net, scenario)
        found = clock.run(told.model, relaxed=True, basis=basis)
        if found.status != OPTIMAL:
            return None
        models.append(told)
        known.append(found)
        basis = found.basis
    bound = sum(s.probability * float(k.objective or 0) for s, k in zip(scenarios, known, strict=True))
    secured = sum(s.probability * k.values[told.K] for s, k, told in zip(scenarios, known, models, strict=True))
    return _settled(net, tuple(models), np.asarray(secured), bound, gap, clock, say)


def _year(net: Network, scenario: Scenario) -> Commitments:
    """The model of one year alone, without least amounts: these hold over years, as expected."""
    rules = replace(
        net.inputs.rules, scenarios=(replace(scenario, probability=1.0),), least_contract=0.0, least_income=0.0
    )
    return commitments(replace(net, inputs=replace(net.inputs, rules=rules)), with_producers=True)


def _settled(
    net: Network, models: tuple[Commitments, ...], secured: Floats, bound: float, gap: float, clock: Clock, say: Say
) -> Years | None:  # fmt: skip
    """Let go of what does not reach a least amount, ease what a year cannot take, until every year has a plan."""
    scenarios = net.inputs.rules.scenarios
    price = np.array([np.mean(list(offer.price.values())) for offer in net.inputs.offers])
    kept = allowed(net.inputs, price * secured, secured > LEAST_KG, FIRST_PART)
    for _ in range(ROUNDS):
        secured = np.where(kept, secured, 0.0)
        values = _each_year(models, secured, kept, clock, say)
        if values is None:
            secured = secured * EASED
            continue
        euros = sum(s.probability * values_of_offers(told, v)
                    for s, told, v in zip(scenarios, models, values, strict=True))  # fmt: skip
        reaching = allowed(net.inputs, np.asarray(euros), kept, 1.0)
        if (reaching == kept).all():
            cost = float(sum(s.probability * (told.model.costs() @ v)
                             for s, told, v in zip(scenarios, models, values, strict=True)))  # fmt: skip
            left = max(0.0, cost - bound) / abs(cost)
            return Years(OPTIMAL if left <= gap else FEASIBLE, secured, kept, models, values, cost, left)
        kept = reaching
    return None


def _each_year(
    models: tuple[Commitments, ...], secured: Floats, kept: Flags, clock: Clock, say: Say
) -> tuple[Floats, ...] | None:  # fmt: skip
    """The cheapest flows of each year with these volumes; None if one year has none."""
    found, basis = [], None
    for number, told in enumerate(models):
        say("years", len(models) + number, 2 * len(models))
        model = only(told, kept, signed=True)
        lower, upper = model.lower[0], model.upper[0]
        lower[told.K], upper[told.K] = secured, secured
        solved = clock.run(model, relaxed=True, basis=basis)
        if solved.status != OPTIMAL:
            return None
        found.append(solved.values)
        basis = solved.basis
    return tuple(found)
