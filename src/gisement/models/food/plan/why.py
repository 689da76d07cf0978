"""Why no plan fits: which rule cannot hold, for whom, how much is missing, and when.

Every need may then be served by an offer that does not exist, in any class, and money rules may be exceeded; what is
least missing is the answer: "38 t of organic offer are missing in winter". Where a rule on contracts or workshops is
the cause, the same question asked without it gives less missing, and the rule is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gisement.models.food.inputs import CLASSES, CONVENTIONAL, ORGANIC, Inputs, Rules, year_of
from gisement.models.food.plan.model import SHARES, Commitments, commitments
from gisement.models.food.plan.network import network
from gisement.models.linear_model import OPTIMAL, Floats, Say, silent, solve

LEAST_KG = 1e-3
SUPPLY = "supply"
SUSPECTS: Mapping[str, Any] = {
    "step_capacity": {}, "largest_share": {}, "most_contracts": {}, "least_contract": 0.0, "least_income": 0.0,
    "carcass_use": {}, "shortage_cvar": None,
}  # fmt: skip
"""Rules that may keep an offer from being used: fields of `Rules`, and what they are where they do not hold."""
Fixed = Mapping[int, float] | None
Lacking = Mapping[tuple[str, str, str, str], float]
"""Kg of offers that do not exist, by group, product, month and class."""


@dataclass(frozen=True)
class Reason:
    """A rule that cannot hold: for which group (empty: all), and what is missing, in kg by product and month or euros.

    `rule` is `supply` where there is simply not enough of a product.
    """

    rule: str
    group: str
    missing_kg: float = 0.0
    missing_eur: float = 0.0
    products: tuple[tuple[str, float], ...] = ()
    months: tuple[tuple[str, float], ...] = ()
    year: str = ""


def reasons(inputs: Inputs, say: Say = silent, fixed: Fixed = None) -> list[Reason]:
    """The rules that no plan can keep, the heaviest first; none if a plan exists. `fixed`: as for a plan."""
    told, values = _least_missing(inputs, say, fixed)
    if values is None:
        return []
    lacking = _lacking(told, values)
    causes = _causes(inputs, sum(lacking.values()), fixed)
    by_rule: dict[tuple[str, str, str], dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for (group, product, month, quality), kg in lacking.items():
        rule, year = _rule_of(inputs.rules, quality, causes), year_of(month)
        by_rule[rule, group if rule in SHARES else "", year][product, month] += kg
    answer = [_reason(rule, group, year, held) for (rule, group, year), held in by_rule.items()]
    for rule, group, year, column in told.excess:
        if values[column] > LEAST_KG:
            answer.append(Reason(rule, group, missing_eur=float(values[column]), year=year))
    return sorted(answer, key=lambda one: (-one.missing_kg, -one.missing_eur, one.rule, one.group))


def _least_missing(inputs: Inputs, say: Say, fixed: Fixed) -> tuple[Commitments, Floats | None]:
    """The model with everything allowed to lack, and the solution that lacks least, in kg (euros at a mean price).

    Whole contracts are let go first: without them, most causes are already seen.
    """
    told = commitments(network(inputs), elastic=True, fixed=fixed)
    cost = np.zeros(told.model.n)
    for stage in told.stages:
        cost[stage.missing] = 1.0
    price = float(np.mean(list(told.network.reference.values()) or [1.0]))
    cost[[column for _, _, _, column in told.excess]] = 1.0 / max(price, 0.01)
    told.model.set_cost(cost)
    for model in (told.model.relaxed(), told.model):
        found = solve(model, gap=1e-4, say=say)
        if found.status == OPTIMAL and (found.objective or 0.0) > LEAST_KG:
            return told, found.values
    return told, None


def _lacking(told: Commitments, values: Floats) -> Lacking:
    """What lacks, in the worst scenario of several."""
    found: dict[tuple[str, str, str, str], float] = defaultdict(float)
    for stage in told.stages:
        for n, kg in enumerate(values[stage.missing].tolist()):
            if kg > LEAST_KG:
                key = (*told.network.places[n // len(CLASSES)], CLASSES[n % len(CLASSES)])
                found[key] = max(found[key], kg)
    return dict(found)


def _rule_of(rules: Rules, quality: str, causes: Iterable[str]) -> str:
    """The rule for which an offer of this class is missing."""
    named = {ORGANIC: "organic_share", CONVENTIONAL: ""}.get(quality, "durable_share")
    if named == "durable_share" and not rules.durable_share:
        named = "meat_fish_share"
    return named if named and getattr(rules, named) else next(iter(causes), SUPPLY)


def _causes(inputs: Inputs, missing: float, fixed: Fixed) -> list[str]:
    """The rules without which less would be missing, the most binding first."""
    told: list[tuple[float, str]] = []
    for rule, nothing in SUSPECTS.items():
        if getattr(inputs.rules, rule) == nothing:
            continue
        without = replace(inputs, rules=replace(inputs.rules, **{rule: nothing}))
        model, values = _least_missing(without, silent, fixed)
        left = 0.0 if values is None else sum(_lacking(model, values).values())
        if left < missing - LEAST_KG:
            told.append((left, rule))
    return [rule for _, rule in sorted(told)]


def _reason(rule: str, group: str, year: str, held: Mapping[tuple[str, str], float]) -> Reason:
    products: dict[str, float] = defaultdict(float)
    months: dict[str, float] = defaultdict(float)
    for (product, month), kg in held.items():
        products[product] += kg
        months[month] += kg
    heaviest = tuple(sorted(products.items(), key=lambda item: (-item[1], item[0])))
    return Reason(rule, group, sum(held.values()), 0.0, heaviest, tuple(sorted(months.items())), year)
