"""Plans of many contracts, or over years of different yields, within minutes, and how far from the best they are.

A contract costs little beside what goes through it, so that the plan whose contracts may be fractions (a linear model)
is nearly a plan already: keep the contracts that it uses, and solve again. The relaxed cost is a bound, so the gap is
proved, not guessed. Only where the gap asked for is not reached is the mixed model solved: first with the contracts in
use (the kernel), then whole, from the best plan found.

Where the model of all years at once would be too large, each year is solved as if it were known; the mean of their
costs is a bound on any plan (wait and see). Volumes to secure are the mean of what the years would secure; each year is
then solved again with these volumes, and what does not reach a least amount, expected over the years, is let go.

Sources: kernel search, Angelelli, Mansini & Speranza, Computers & Operations Research 37 (2010) 2017-2026; Birge &
Louveaux, Introduction to Stochastic Programming, 2nd ed. (2011), section 4.1: WS ≤ RP.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gisement.models.food.inputs import Inputs, Scenario, told_for
from gisement.models.food.plan.model import Commitments, commitments
from gisement.models.food.plan.network import Network
from gisement.models.linear_model import (
    FEASIBLE,
    INFEASIBLE,
    INFINITY,
    NOTHING,
    OPTIMAL,
    Floats,
    Model,
    Say,
    Solved,
    solve,
)  # fmt: skip

MANY_CONTRACTS = 150
"""From as many offers on, rounding comes first."""
MANY_ARCS = 100_000
"""Deliveries of all years together from which on the years are solved one by one."""
LEAST_KG = 1e-6
PARTS = (0.5, 0.75, 0.9, 0.99, 0.99, 0.99, 0.99)
"""What falls under this part of a least amount is let go, round after round."""
ROUNDS = 4
FIRST_PART = 0.9
"""What falls under this part of a least amount is let go before any year is solved again."""
EASED = 0.97
"""What is secured less where a year cannot take it."""
STAGES = ("relaxed", "rounded", "kernel", "whole")
Flags = NDArray[np.bool_]


@dataclass
class Clock:
    """What is left of a time limit; only the solver's own time counts."""

    limit: float | None
    spent: float = 0.0

    @property
    def left(self) -> float | None:
        """Seconds left, never below 0; None without a limit."""
        return None if self.limit is None else max(0.0, self.limit - self.spent)

    def run(self, model: Model, **options: Any) -> Solved:
        """A model solved in what is left."""
        found = solve(model, time_limit=self.left, **options)
        self.spent += found.seconds
        return found


def solve_plan(told: Commitments, *, gap: float, time_limit: float | None, say: Say, interior: bool = False) -> Solved:
    """The plan of a model, within a proved relative gap if the time allows it; `nothing` where no time was left.

    With `interior`, the relaxed model is solved by an interior point: ten times as fast where a simplex walks from one
    equal plan to the next.
    """
    if told.z is None or len(told.z) < MANY_CONTRACTS:
        return solve(told.model, gap=gap, time_limit=time_limit, say=say)
    clock = Clock(time_limit)
    say(STAGES[0], 0, len(STAGES))
    relaxed = clock.run(told.model.relaxed(), interior=interior)
    if relaxed.status != OPTIMAL:
        return relaxed if relaxed.status == INFEASIBLE else replace(relaxed, status=NOTHING)
    bound = float(relaxed.objective or 0.0)
    say(STAGES[1], 1, len(STAGES))
    best = _proved(_rounded(told, relaxed, clock), bound, gap)
    if best.status != OPTIMAL and clock.left != 0:
        say(STAGES[2], 2, len(STAGES))
        kernel = only(told, relaxed.values[told.K] > LEAST_KG)
        found = _proved(clock.run(kernel, gap=gap, say=say), bound, gap)
        best = min((best, found), key=lambda one: np.inf if one.objective is None else one.objective)
    if best.status != OPTIMAL and clock.left != 0:
        say(STAGES[3], 3, len(STAGES))
        return _whole(clock.run(told.model, gap=gap, say=say), best, bound, gap)
    return best


def _proved(found: Solved | None, bound: float, gap: float) -> Solved:
    """A plan with its gap to a bound; `optimal` within the gap asked for."""
    if found is None or found.objective is None:
        return Solved(NOTHING)
    left = max(0.0, found.objective - bound) / max(abs(found.objective), 1e-9)
    return replace(found, status=OPTIMAL if left <= gap else FEASIBLE, gap=left)


def _whole(found: Solved, best: Solved, bound: float, gap: float) -> Solved:
    """The better of the plan that the whole mixed model gave and of the best before it, with the bound that is proved.

    The solver's bound is believed only if no plan in hand contradicts it; that of the relaxed model always holds.
    """
    if found.status == INFEASIBLE or not len(found.values):
        return found if best.objective is None else best
    own = float(found.objective or 0.0)
    proved = own - (np.inf if found.gap is None else found.gap) * max(abs(own), 1e-9)
    held = best.objective is None or best.objective >= proved - 1e-6 * max(1.0, abs(own))
    kept = found if best.objective is None or own <= best.objective else best
    return _proved(kept, max(bound, proved) if held else bound, gap)


def _rounded(told: Commitments, relaxed: Solved, clock: Clock) -> Solved | None:
    """A plan with the contracts that a relaxed solution uses, less those that keep it from holding; None without.

    Where they do not hold together, those that stay under a least amount are let go little by little, the relaxed model
    being solved again with the others: what is left then reaches its least amounts by itself.
    """
    kept = relaxed.values[told.K] > LEAST_KG
    held, basis = relaxed.values, relaxed.basis
    for part in PARTS:
        kept = _allowed(told.network.inputs, _euros_of_offers(told, held), kept, part)
        found = clock.run(only(told, kept, signed=True).relaxed(), basis=basis)
        if found.status == OPTIMAL:
            whole = found.values.copy()
            for columns in (told.z, told.u):
                if columns is not None:
                    whole[columns] = np.round(whole[columns])
            return replace(found, values=whole) if told.model.is_kept_by(whole) else None
        if found.status != INFEASIBLE:
            return None
        again = clock.run(only(told, kept).relaxed(), basis=basis)
        if again.status != OPTIMAL:
            return None
        held, basis = again.values, again.basis
    return None


def only(told: Commitments, kept: Flags, *, signed: bool = False, secured: Floats | None = None) -> Model:
    """The model with these offers alone; with `signed`, each is under contract; with `secured`, for just these kg."""
    (lower, upper), _ = told.model.bounds()
    for columns in (told.K, told.z):
        if columns is not None:
            upper[columns[~kept]] = 0.0
    for stage in told.stages:
        upper[stage.x[~kept[told.network.offer]]] = 0.0
    if signed and told.z is not None:
        lower[told.z[kept]] = 1.0
    if secured is not None:
        lower[told.K], upper[told.K] = secured, secured
    return replace(told.model, upper=[upper], lower=[lower])


def _euros_of_offers(told: Commitments, values: Floats) -> Floats:
    """Euros that each offer brings, expected over scenarios."""
    net = told.network
    found = np.zeros(len(net.inputs.offers))
    for stage in told.stages:
        np.add.at(found, net.offer, stage.scenario.probability * net.price * values[stage.x])
    return found


def _allowed(inputs: Inputs, euros: Floats, kept: Flags, part: float) -> Flags:
    """The offers kept, less those under a part of a least amount, and those beyond a product's number of contracts.

    `euros` is what each offer brings over the plan. A producer who loses one cut of an animal loses them all: the
    others could not be sold alone.
    """
    rules, offers = inputs.rules, inputs.offers
    found = kept & (euros >= part * rules.least_contract)
    income: dict[str, float] = defaultdict(float)
    for n in np.nonzero(found)[0]:
        income[offers[n].producer] += euros[n]
    found &= np.array([income[o.producer] >= part * rules.least_income for o in offers])
    by_product: dict[str, list[int]] = defaultdict(list)
    for n in np.nonzero(found)[0]:
        by_product[offers[n].product].append(int(n))
    for product, numbers in by_product.items():
        most = told_for(rules.most_contracts, product, INFINITY)
        if len(numbers) > most:
            found[sorted(numbers, key=lambda n: euros[n])[: len(numbers) - int(most)]] = False
    cuts = {product for _, product in rules.carcass_share}
    lost = {offers[n].producer for n in np.nonzero(kept & ~found)[0] if offers[n].product in cuts}
    allowed: Flags = found & np.array([not (o.producer in lost and o.product in cuts) for o in offers])
    return allowed


@dataclass(frozen=True)
class Years:
    """Volumes secured, the solution of each year with them, the cost expected and its gap to the bound."""

    status: str
    secured: Floats
    contracts: Flags
    models: Sequence[Commitments]
    values: Sequence[Floats]
    cost: float
    gap: float


def is_large(net: Network) -> bool:
    """Whether years are better solved one by one: many deliveries, and no rule on shortage that ties years together."""
    rules = net.inputs.rules
    return len(rules.scenarios) * len(net.offer) > MANY_ARCS and rules.shortage_cvar is None


def plan_years(net: Network, *, gap: float, time_limit: float | None, say: Say) -> Years | None:
    """Commitments over the years of a network; None where the time, or a year, leaves no plan."""
    scenarios, clock = net.inputs.rules.scenarios, Clock(time_limit)
    models = [_year(net, scenario) for scenario in scenarios]
    known = _one_by_one([told.model for told in models], clock, say, 0)
    if known is None:
        return None

    def expected(by_year: Sequence[Any]) -> Any:
        return sum(scenario.probability * one for scenario, one in zip(scenarios, by_year, strict=True))

    bound = expected([float(one.objective or 0) for one in known])
    secured = expected([one.values[told.K] for told, one in zip(models, known, strict=True)])
    price = np.array([np.mean(list(offer.price.values())) for offer in net.inputs.offers])
    kept = _allowed(net.inputs, price * secured, secured > LEAST_KG, FIRST_PART)
    for _ in range(ROUNDS):
        # let go of what does not reach a least amount, ease what a year cannot take, until every year has a plan
        secured = np.where(kept, secured, 0.0)
        years = [only(told, kept, signed=True, secured=secured) for told in models]
        found = _one_by_one(years, clock, say, len(models))
        if found is None:
            secured = secured * EASED
            continue
        values = [one.values for one in found]
        euros = expected([_euros_of_offers(told, one) for told, one in zip(models, values, strict=True)])
        reaching = _allowed(net.inputs, np.asarray(euros), kept, 1.0)
        if (reaching == kept).all():
            cost = float(expected([told.model.costs() @ one for told, one in zip(models, values, strict=True)]))
            left = max(0.0, cost - bound) / abs(cost)
            return Years(OPTIMAL if left <= gap else FEASIBLE, secured, kept, models, values, cost, left)
        kept = reaching
    return None


def _year(net: Network, scenario: Scenario) -> Commitments:
    """The model of one year alone, without least amounts: these hold over years, as expected."""
    rules = replace(
        net.inputs.rules, scenarios=(replace(scenario, probability=1.0),), least_contract=0.0, least_income=0.0
    )
    return commitments(replace(net, inputs=replace(net.inputs, rules=rules)), with_producers=True)


def _one_by_one(models: Sequence[Model], clock: Clock, say: Say, done: int) -> list[Solved] | None:
    """The cheapest flows of each year, contracts being fractions; None if one year has none."""
    found: list[Solved] = []
    for number, model in enumerate(models):
        say("years", done + number, 2 * len(models))
        found.append(clock.run(model.relaxed(), basis=found[-1].basis if found else None))
        if found[-1].status != OPTIMAL:
            return None
    return found
