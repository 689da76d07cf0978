"""Plans of many contracts, within minutes: relax, round, and prove how far from the best that is.

A contract costs little beside what goes through it, so that the plan whose contracts may be fractions (a linear model)
is nearly a plan already: keep the contracts that it uses, and solve again. The relaxed cost is a bound, so the gap is
proved, not guessed. Only where the gap asked for is not reached is the mixed model solved: first with the contracts in
use (the kernel), then whole, from the best plan found.

Source: kernel search, Angelelli, Mansini & Speranza, Computers & Operations Research 37 (2010) 2017-2026.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gisement.models.food.inputs import EVERYONE, Inputs
from gisement.models.food.plan.greedy import holds
from gisement.models.food.plan.model import Commitments
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
)

MANY_CONTRACTS = 150
"""From as many offers on, rounding comes first."""
LEAST_KG = 1e-6
PARTS = (0.5, 0.75, 0.9, 0.99, 0.99, 0.99, 0.99)
"""What falls under this part of a least amount is let go, round after round."""
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

    The answer holds the basis of the relaxed model. With `interior`, that model is solved by an interior point: ten
    times as fast where a simplex walks from one equal plan to the next.
    """
    if told.z is None or len(told.z) < MANY_CONTRACTS:
        return solve(told.model, gap=gap, time_limit=time_limit, say=say)
    clock = Clock(time_limit)
    say(STAGES[0], 0, len(STAGES))
    relaxed = clock.run(told.model, relaxed=True, interior=interior)
    if relaxed.status != OPTIMAL:
        return relaxed if relaxed.status == INFEASIBLE else replace(relaxed, status=NOTHING)
    bound = float(relaxed.objective or 0.0)
    say(STAGES[1], 1, len(STAGES))
    best = _proved(rounded(told, relaxed, clock), bound, gap)
    for number in (2, 3):
        if (best.status == OPTIMAL) or clock.left == 0:
            break
        say(STAGES[number], number, len(STAGES))
        model = only(told, relaxed.values[told.K] > LEAST_KG) if number == 2 else told.model
        found = clock.run(model, gap=gap, say=say)
        if number == 3:
            return _whole(found, best, bound, gap)
        found = _proved(found if len(found.values) else None, bound, gap)
        best = min((best, found), key=lambda one: np.inf if one.objective is None else one.objective)
    return replace(best, basis=relaxed.basis)


def _proved(found: Solved | None, bound: float, gap: float) -> Solved:
    """A plan with its gap to a bound; `optimal` within the gap asked for."""
    if found is None or found.objective is None:
        return Solved(NOTHING, np.zeros(0), None, None, np.zeros(0))
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


def only(told: Commitments, kept: Flags, *, signed: bool = False) -> Model:
    """The model with these offers alone; with `signed`, each of them is under contract."""
    model, offer = told.model, told.network.arcs.offer
    upper, lower = np.concatenate(model.upper), np.concatenate(model.lower)
    for columns in (told.K, told.z):
        if columns is not None:
            upper[columns[~kept]] = 0.0
    for x in told.x:
        upper[x[~kept[offer]]] = 0.0
    if signed and told.z is not None:
        lower[told.z[kept]] = 1.0
    return replace(model, upper=[upper], lower=[lower])


def rounded(told: Commitments, relaxed: Solved, clock: Clock) -> Solved | None:
    """A plan with the contracts that a relaxed solution uses, less those that keep it from holding; None without.

    Where they do not hold together, those that stay under a least amount are let go little by little, the relaxed model
    being solved again with the others: what is left then reaches its least amounts by itself.
    """
    kept = relaxed.values[told.K] > LEAST_KG
    held, basis = relaxed.values, relaxed.basis
    for part in PARTS:
        kept = allowed(told.network.inputs, values_of_offers(told, held), kept, part)
        found = clock.run(only(told, kept, signed=True), relaxed=True, basis=basis)
        if found.status == OPTIMAL:
            whole = found.values.copy()
            at = np.concatenate([c for c in (told.z, told.u) if c is not None])
            whole[at] = np.round(whole[at])
            return replace(found, values=whole) if holds(told, whole) else None
        if found.status != INFEASIBLE:
            return None
        again = clock.run(only(told, kept), relaxed=True, basis=basis)
        if again.status != OPTIMAL:
            return None
        held, basis = again.values, again.basis
    return None


def values_of_offers(told: Commitments, values: Floats) -> Floats:
    """Euros that each offer brings, expected over scenarios."""
    arcs = told.network.arcs
    found = np.zeros(len(told.network.inputs.offers))
    for scenario, x in zip(told.scenarios, told.x, strict=True):
        np.add.at(found, arcs.offer, scenario.probability * arcs.price * values[x])
    return found


def allowed(inputs: Inputs, euros: Floats, kept: Flags, part: float) -> Flags:
    """The offers kept, less those under a part of a least amount, and those beyond a product's number of contracts.

    `euros` is what each offer brings over the plan.
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
        most = rules.most_contracts.get(product, rules.most_contracts.get(EVERYONE, INFINITY))
        if len(numbers) > most:
            found[sorted(numbers, key=lambda n: euros[n])[: len(numbers) - int(most)]] = False
    return _whole_animals(inputs, kept, found)


def _whole_animals(inputs: Inputs, before: Flags, after: Flags) -> Flags:
    """A producer who loses one cut of an animal loses them all: the others could not be sold alone."""
    cuts = {product for _, product in inputs.rules.carcass_share}
    offers = inputs.offers
    lost = {offers[n].producer for n in np.nonzero(before & ~after)[0] if offers[n].product in cuts}
    is_kept: Flags = after & np.array([not (o.producer in lost and o.product in cuts) for o in offers])
    return is_kept
