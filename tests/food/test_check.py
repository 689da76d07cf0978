"""The independent check: a sound plan passes, and a plan corrupted in any rule is refused for that rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from gisement.models.food.inputs import Inputs, Offer, Rules, Scenario
from gisement.models.food.plan.check import broken_rules
from gisement.models.food.plan.model import commitments
from gisement.models.food.plan.network import network
from gisement.models.food.plan.solve import Flows, Plan, plan_food

MONTHS = ("01", "02", "03")
NEEDED = {"roti": 40.0, "hache": 60.0, "merlu": 30.0, "pomme": 50.0, "pain": 80.0}
NO_RULE_OF_ITS_OWN = {"producer": "z and u only tell which producers have contracts", "carcass": "told by carcass_use"}


def offer(
    producer: str, product: str, quality: str, kg: float, price: float, *, near: bool, months: Any = MONTHS
) -> Offer:
    """An offer of as many kg in each month."""
    return Offer(producer, product, quality, "", dict.fromkeys(months, kg), dict.fromkeys(months, price),
                 {"ville": 10.0, "crous": 20.0}, near)  # fmt: skip


OFFERS = (
    offer("A", "roti", "durable", 20, 9, near=True),
    offer("A", "hache", "durable", 70, 7, near=True),
    offer("B", "pain", "organic", 60, 2, near=True),
    offer("C", "pain", "conventional", 60, 1.5, near=False),
    offer("D", "pomme", "organic", 300, 1.8, near=True, months=("01",)),
)


def given(rules: Rules) -> Inputs:
    """Two buyers that need five products in three months."""
    needs = {(b, p, m): kg for b in ("ville", "crous") for p, kg in NEEDED.items() for m in MONTHS}
    return Inputs(needs, {}, {m: m for m in MONTHS}, OFFERS, rules, 0.01)


MARKET = {(p, q): price + extra for (p, price) in (("roti", 12.0), ("hache", 9.0), ("merlu", 11.0), ("pomme", 2.5), ("pain", 2.2))
          for q, extra in (("conventional", 0.0), ("durable", 1.0), ("organic", 2.0))}  # fmt: skip
RULES = Rules(
    family={"roti": "meat", "hache": "meat", "merlu": "fish"}, market=MARKET, organic_share={"": 0.1}, durable_share={"": 0.3},
    meat_fish_share={"": 0.5}, budget={"": 6000.0}, local_share={"ville": 0.2}, contract_cost=5.0, least_contract=20.0,
    least_income=40.0, largest_share={"": 0.9}, most_contracts={"": 3.0}, storage_loss={"pomme": 0.1},
    step_of={"pain": "four"}, step_capacity={"four": 130.0},
    carcass_share={("boeuf", "roti"): 0.3, ("boeuf", "hache"): 0.7}, carcass_use={"boeuf": 0.8},
)  # fmt: skip
YIELDS = Rules(
    market=MARKET, take_or_pay=0.85, shortage_cost=50.0, shortage_cvar=400.0,
    scenarios=(Scenario("usual", 0.75, {}), Scenario("frost", 0.25, {"": 0.5})),
)  # fmt: skip


@cache
def sound(rules: str) -> tuple[Plan, Inputs]:
    """The best plan under these rules."""
    inputs = given({"all": RULES, "yields": YIELDS}[rules])
    return plan_food(inputs), inputs


def flows(plan: Plan, change: Callable[[Flows], Flows], number: int = 0) -> Plan:
    """The plan with one scenario's flows changed."""
    return replace(plan, flows=tuple(change(f) if n == number else f for n, f in enumerate(plan.flows)))


def delivered(plan: Plan, keep: Callable[[int, str, str, float], float], number: int = 0) -> Plan:
    """Other kg for each delivery, and what is secured with them."""
    changed = flows(plan, lambda f: replace(f, deliveries=tuple((*d[:3], keep(*d)) for d in f.deliveries)), number)
    secured: dict[int, float] = {}
    for line in changed.flows[number].deliveries:
        secured[line[0]] = secured.get(line[0], 0.0) + line[3]
    return replace(changed, secured=secured)


def bought_as(plan: Plan, quality: str) -> Plan:
    """Everything of the market in one class."""
    return flows(plan, lambda f: replace(f, market=tuple((*line[:3], quality, line[4]) for line in f.market)))


def all_conventional(plan: Plan) -> Plan:
    """Deliveries of quality become conventional purchases."""

    def change(f: Flows) -> Flows:
        kept = tuple(d for d in f.deliveries if OFFERS[d[0]].quality == "conventional")
        moved = tuple((g, OFFERS[n].product, m, "conventional", kg) for n, g, m, kg in f.deliveries
                      if OFFERS[n].quality != "conventional")  # fmt: skip
        return replace(f, deliveries=kept, market=(*bought_as(plan, "conventional").flows[0].market, *moved))

    return flows(plan, change)


MUTANTS: Mapping[str, tuple[str, Callable[[Plan], Plan]]] = {
    "scenarios": ("all", lambda p: replace(p, flows=())),
    "delivery": ("all", lambda p: flows(p, lambda f: replace(f, deliveries=((99, "ville", "01", 1.0), *f.deliveries)))),
    "market": ("all", lambda p: flows(p, lambda f: replace(f, market=(("ville", "caviar", "01", "organic", 1.0),)))),
    "lacking": ("all", lambda p: flows(p, lambda f: replace(f, lacking=(("ville", "pain", "01", 1.0),)))),
    "demand": ("all", lambda p: flows(p, lambda f: replace(f, market=f.market[1:]))),
    "capacity": ("all", lambda p: delivered(p, lambda n, g, m, kg: kg + 200 * (n == 0))),
    "storage": ("all", lambda p: delivered(p, lambda n, g, m, kg: kg * (3 if n == 4 else 1))),
    "secured": ("all", lambda p: replace(p, secured={n: kg + 1 for n, kg in p.secured.items()})),
    "take_or_pay": ("yields", lambda p: flows(p, lambda f: replace(f, deliveries=f.deliveries[1:]), 1)),
    "step_capacity": ("all", lambda p: delivered(p, lambda n, g, m, kg: kg + 100 * (n == 2))),
    "organic_share": ("all", all_conventional),
    "durable_share": ("all", all_conventional),
    "meat_fish_share": ("all", all_conventional),
    "budget": ("all", lambda p: flows(bought_as(p, "organic"), lambda f: replace(f, market=f.market * 9))),
    "local_share": ("all", all_conventional),
    "contract": ("all", lambda p: replace(p, contracts=frozenset())),
    "least_contract": ("all", lambda p: delivered(p, lambda n, g, m, kg: kg / 100 if n == 3 else kg)),
    "least_income": ("all", lambda p: delivered(p, lambda n, g, m, kg: kg / 100 if n == 3 else kg)),
    "most_contracts": ("all", lambda p: replace(p, contracts=frozenset(range(5)))),
    "largest_share": ("all", lambda p: delivered(p, lambda n, g, m, kg: kg * 9 if n == 2 else kg)),
    "carcass_use": ("all", lambda p: delivered(p, lambda n, g, m, kg: kg / 100 if n == 1 else kg)),
    "shortage_cvar": ("yields", lambda p: flows(p, lambda f: replace(f, lacking=(("ville", "pain", "01", 1e4),)), 1)),
    "cost": ("all", lambda p: replace(p, cost_eur=(p.cost_eur or 0) - 1)),
}  # fmt: skip


@pytest.mark.parametrize("rules", ["all", "yields"])
def test_a_sound_plan_passes(rules: str) -> None:
    plan, inputs = sound(rules)
    assert plan.status == "optimal"
    assert broken_rules(plan, inputs) == []


@pytest.mark.parametrize("rule", MUTANTS)
def test_a_corrupted_plan_is_refused_for_the_rule_that_it_breaks(rule: str) -> None:
    rules, corrupt = MUTANTS[rule]
    plan, inputs = sound(rules)
    if rule == "most_contracts":
        inputs = replace(inputs, rules=replace(inputs.rules, most_contracts={"": 1.0}))
    assert rule in {one.rule for one in broken_rules(corrupt(plan), inputs)}


def test_every_constraint_of_the_model_has_a_mutant() -> None:
    stated = {rule for name in ("all", "yields") for rule in commitments(network(sound(name)[1])).model.rules}
    assert stated - set(NO_RULE_OF_ITS_OWN) <= set(MUTANTS)
    assert len(stated) >= 18


def test_a_plan_uses_what_the_mutants_corrupt() -> None:
    plan, _ = sound("all")
    assert set(plan.secured) == {0, 1, 2, 3, 4}
    assert plan.flows[0].market
