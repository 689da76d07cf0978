"""Food plans on cases that a canteen manager reads, on a textbook, and against another solver's own formulation."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, linprog, milp

from gisement.models.food.inputs import Inputs, Offer, Rules
from gisement.models.food.plan.check import broken_rules
from gisement.models.food.plan.solve import Plan, frontier, local_euros, plan_food
from gisement.models.food.plan.told import spending
from gisement.models.food.plan.why import reasons
from tests.food.plan_case import Case, cases, inputs

RANDOM = 200


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_a_case_comes_out_as_written(case: Case) -> None:
    given, expected = inputs(case), case["expect"]
    plan = plan_food(given, case.get("aim", "cost"))
    assert plan.status == expected["status"]
    assert dict(given.left_out) == expected.get("left_out", {})
    if plan.status == "infeasible":
        found = reasons(given)
        told = {one.rule: one.missing_kg or one.missing_eur for one in found}
        assert told == pytest.approx(expected["reasons"], abs=0.01)
        assert found[0].group == expected.get("group", "")
        return
    assert broken_rules(plan, given) == []
    if "cost" in expected:
        assert plan.cost_eur == pytest.approx(expected["cost"], abs=0.01)
    if "objective" in expected:
        assert plan.objective == pytest.approx(expected["objective"], rel=0.0101)
    if "secured" in expected:
        assert secured(plan, given) == pytest.approx(expected["secured"], abs=0.01)
    if "organic" in expected:
        assert spending(plan, given)[0].organic_share == pytest.approx(expected["organic"])


def secured(plan: Plan, given: Inputs) -> dict[str, float]:
    """Kg secured by producer."""
    return {given.offers[number].producer: kg for number, kg in plan.secured.items()}


def test_a_textbook_transport_problem() -> None:
    # Winston, Operations Research: Applications and Algorithms, 4th ed., section 7.1 (Powerco): z = 1,020
    costs = [[8, 6, 10, 9], [9, 12, 13, 7], [14, 9, 16, 5]]
    needs = {(f"city {j}", "power", "01"): float(kwh) for j, kwh in enumerate((45, 20, 30, 30))}
    offers = tuple(
        Offer(f"plant {i}", "power", "conventional", "", {"01": supply}, {"01": 0.0},
              {f"city {j}": float(cost) for j, cost in enumerate(costs[i])}, False)
        for i, supply in enumerate((35.0, 50.0, 40.0))
    )  # fmt: skip
    given = Inputs(needs, {}, {"01": "01"}, offers, Rules(), 1.0)
    plan = plan_food(given)
    assert (plan.status, plan.gap) == ("optimal", 0.0)
    assert plan.objective == pytest.approx(1020)
    assert broken_rules(plan, given) == []


def instance(dice: random.Random, *, with_contracts: bool) -> Inputs:
    """A small problem: two buyers or three, two products, two months, up to six offers, distances and prices."""
    buyers, products, months = ["a", "b", "c"][: dice.randint(2, 3)], ["p", "q"], ["01", "02"]
    needs = {(b, p, m): float(dice.randint(0, 40)) for b in buyers for p in products for m in months}
    offers = tuple(
        Offer(f"f{n // 2}", dice.choice(products), dice.choice(("conventional", "organic")), str(n),
              {m: float(dice.randint(5, 90)) for m in months}, {m: dice.randint(50, 300) / 100 for m in months},
              {b: float(dice.randint(0, 60)) for b in buyers}, False)
        for n in range(dice.randint(3, 6))
    )  # fmt: skip
    rules = Rules()
    if with_contracts:
        rules = Rules(
            contract_cost=dice.choice((0.0, 15.0, 40.0)), least_contract=dice.choice((0.0, 30.0)),
            most_contracts={"": float(dice.randint(1, 3))}, largest_share={"": dice.choice((0.5, 0.7, 1.0))},
            market={(p, q): dice.randint(250, 500) / 100 for p in products for q in ("conventional", "organic")},
            organic_share={"": dice.choice((0.0, 0.2, 0.4))},
        )  # fmt: skip
    held = {key: kg for key, kg in needs.items() if kg} or {("a", "p", "01"): 1.0}
    return Inputs(held, {}, {m: m for m in months}, offers, rules, dice.choice((0.0, 0.02)))


def independent(given: Inputs, *, with_contracts: bool) -> float | None:
    """The least cost by scipy, from a dense formulation of its own; None if there is none."""
    arcs = [
        (o, b, m, given.offers[o].price[m] + given.transport * given.offers[o].km[b])
        for o in range(len(given.offers)) for b, p, m in given.needs if p == given.offers[o].product
    ]  # fmt: skip
    market = [
        (b, p, m, q, price) for b, p, m in given.needs for (mp, q), price in given.rules.market.items() if mp == p
    ]
    count, contracts = len(arcs) + len(market), len(given.offers) if with_contracts else 0
    cost = [arc[3] for arc in arcs] + [line[4] for line in market] + [given.rules.contract_cost] * contracts
    rows: list[tuple[list[float], float, float]] = []

    def row(weights: dict[int, float], low: float, high: float) -> None:
        dense = [0.0] * (count + contracts)
        for place, weight in weights.items():
            dense[place] += weight
        rows.append((dense, low, high))

    for (b, p, m), kg in given.needs.items():
        own = {n: 1.0 for n, arc in enumerate(arcs) if (arc[1], given.offers[arc[0]].product, arc[2]) == (b, p, m)}
        row(own | {len(arcs) + n: 1.0 for n, line in enumerate(market) if line[:3] == (b, p, m)}, kg, kg)
    for o, offer in enumerate(given.offers):
        for m, kg in offer.capacity.items():
            row({n: 1.0 for n, arc in enumerate(arcs) if (arc[0], arc[2]) == (o, m)}, -np.inf, kg)
    if with_contracts:
        _with_contracts(given, arcs, market, count, row)
    if not with_contracts:
        equal, other = [r for r in rows if r[1] == r[2]], [r for r in rows if r[1] != r[2]]
        found = linprog(cost, [r[0] for r in other] or None, [r[2] for r in other] or None,
                        [r[0] for r in equal] or None, [r[1] for r in equal] or None)  # fmt: skip
    else:
        held = LinearConstraint(np.array([r[0] for r in rows]), [r[1] for r in rows], [r[2] for r in rows])
        bounds = (np.zeros(count + contracts), np.array([np.inf] * count + [1.0] * contracts))
        found = milp(cost, constraints=held, integrality=[0] * count + [1] * contracts,
                     bounds=_bounds(bounds), options={"mip_rel_gap": 0.0})  # fmt: skip
    return float(found.fun) if found.success else None


def _bounds(pair: tuple[Any, Any]) -> Any:
    from scipy.optimize import Bounds

    return Bounds(*pair)


def _with_contracts(given: Inputs, arcs: list[Any], market: list[Any], count: int, row: Any) -> None:
    rules = given.rules
    for o, offer in enumerate(given.offers):
        own = {n: 1.0 for n, arc in enumerate(arcs) if arc[0] == o}
        need = sum(kg for (_, p, _), kg in given.needs.items() if p == offer.product)
        row(own | {count + o: -1e4}, -np.inf, 0.0)
        row(own, -np.inf, rules.largest_share[""] * need)
        value = {n: offer.price[arc[2]] for n, arc in enumerate(arcs) if arc[0] == o}
        row(value | {count + o: -rules.least_contract}, 0.0, np.inf)
    for p in {offer.product for offer in given.offers}:
        row({count + o: 1.0 for o, offer in enumerate(given.offers) if offer.product == p}, 0, rules.most_contracts[""])
    for b in given.buyers:
        weights = {}
        for n, arc in enumerate(arcs):
            if arc[1] == b:
                offer = given.offers[arc[0]]
                weights[n] = offer.price[arc[2]] * ((offer.quality == "organic") - rules.organic_share[""])
        for n, line in enumerate(market):
            if line[0] == b:
                weights[len(arcs) + n] = line[4] * ((line[3] == "organic") - rules.organic_share[""])
        row(weights, 0.0, np.inf)


@pytest.mark.parametrize("with_contracts", [False, True], ids=["transport", "contracts"])
def test_random_instances_agree_with_scipy(with_contracts: bool) -> None:
    dice = random.Random(7 + with_contracts)
    compared = 0
    for number in range(RANDOM // 2):
        given = instance(dice, with_contracts=with_contracts)
        plan, expected = plan_food(given), independent(given, with_contracts=with_contracts)
        assert (plan.status == "infeasible") == (expected is None), number
        if expected is not None:
            compared += 1
            assert plan.cost_eur == pytest.approx(expected, rel=1e-6, abs=1e-4), number
            assert broken_rules(plan, given) == [], number
    assert compared > RANDOM // 5


def test_the_frontier_tells_what_each_local_euro_costs() -> None:
    # 100 kg at 3 on the market, at 4 near: each euro engaged near costs a quarter more
    case = next(one for one in cases() if one.get("aim") == "local")
    given = inputs({**case, "rules": [rule for rule in case["rules"] if rule["rule"] != "budget_eur"]})
    points = frontier(given, premiums=(0, 0.2, 0.3))
    assert [premium for premium, _ in points] == [0, 0.2, 0.3]
    assert [plan.cost_eur for _, plan in points] == pytest.approx([300, 300, 400])
    assert [local_euros(plan, given) for _, plan in points] == pytest.approx([0, 0, 400])
    assert all(broken_rules(plan, given) == [] for _, plan in points)
