"""Large plans: rounding and years one by one give plans that hold, as near the best as they say; weeks follow months."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

import pytest

from gisement.models.food.inputs import CLASSES, Inputs, Offer, Rules, Scenario
from gisement.models.food.plan import large as large_plans
from gisement.models.food.plan.check import broken_rules
from gisement.models.food.plan.large import MANY_CONTRACTS, solve_plan
from gisement.models.food.plan.model import commitments
from gisement.models.food.plan.network import network
from gisement.models.food.plan.solve import Plan, plan_food
from gisement.models.food.plan.weeks import weekly_flows
from gisement.models.linear_model import solve

MONTHS = tuple(f"2027-{month:02d}" for month in range(1, 7))
PRODUCTS = ("carotte", "pain", "roti", "hache")
GAP = 0.01


def silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


def large(seed: int, scenarios: tuple[Scenario, ...] = ()) -> Inputs:
    """Two buyers, four products, six months, 160 offers of 55 producers, every kind of rule on contracts."""
    dice = random.Random(seed)
    needs = {(b, p, m): float(dice.randint(200, 900)) for b in ("ville", "crous") for p in PRODUCTS for m in MONTHS}
    base = {"carotte": 1.5, "pain": 2.0, "roti": 12.0, "hache": 8.0}
    market = {(p, q): base[p] * (1 + 0.2 * n) for p in PRODUCTS for n, q in enumerate(CLASSES)}
    offers = []
    for n in range(MANY_CONTRACTS + 10):
        product, quality = PRODUCTS[n % 4], dice.choice(CLASSES)
        price = round(market[product, quality] * dice.uniform(0.85, 1.1), 2)
        kg = float(dice.randint(20, 120))
        offers.append(
            Offer(f"f{n // 3}", product, quality, "", dict.fromkeys(MONTHS, kg), dict.fromkeys(MONTHS, price),
                  {"ville": dice.uniform(1, 80), "crous": dice.uniform(1, 80)}, n % 2 == 0)
        )  # fmt: skip
    rules = Rules(
        market=market, family={"roti": "meat", "hache": "meat"}, organic_share={"": 0.2}, durable_share={"": 0.5},
        meat_fish_share={"": 0.6}, contract_cost=60.0, least_contract=300.0, least_income=700.0,
        largest_share={"": 0.35}, most_contracts={"pain": 6.0}, step_of={"carotte": "legumerie"},
        step_capacity={"legumerie": 700.0}, carcass_share={("boeuf", "roti"): 0.4, ("boeuf", "hache"): 0.6},
        carcass_use={"boeuf": 0.7}, scenarios=scenarios, take_or_pay=0.85 if scenarios else 0.0,
    )  # fmt: skip
    return Inputs(needs, {}, {m: m for m in MONTHS}, tuple(offers), rules, 0.0005)


@pytest.mark.parametrize("seed", range(4))
def test_a_rounded_plan_holds_and_is_as_near_the_best_as_it_says(seed: int) -> None:
    given = large(seed)
    plan = plan_food(given, gap=GAP)
    assert (plan.status, broken_rules(plan, given)) == ("optimal", [])
    best = solve(commitments(network(given)).model, gap=0.0005, time_limit=60)
    assert best.objective is not None
    assert best.gap is not None
    assert plan.gap is not None
    assert plan.cost_eur is not None
    bound = best.objective * (1 - best.gap)
    assert bound - 0.01 <= plan.cost_eur <= best.objective * (1 + GAP)
    assert (plan.cost_eur - bound) / plan.cost_eur <= plan.gap + 1e-6, "the gap told is proved"
    assert 0 < len(plan.contracts) < len(given.offers)


def test_a_smaller_gap_than_rounding_gives_asks_the_mixed_model() -> None:
    given, told = large(1), []
    plan = plan_food(given, gap=0.0005, time_limit=120, say=lambda what, done, total: told.append(what))
    assert broken_rules(plan, given) == []
    assert plan.gap is not None
    assert plan.gap <= 0.0005
    assert {"relaxed", "rounded", "kernel"} <= set(told), "progress is told"


@pytest.mark.parametrize("with_years", [False, True], ids=["one year", "years"])
def test_a_time_limit_always_leaves_a_plan(with_years: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_plans, "MANY_ARCS", 0)
    given = large(2, years() if with_years else ())
    plan = plan_food(given, gap=0.0, time_limit=1e-4)
    assert plan.is_fallback
    assert (plan.status, plan.gap) == ("feasible", None)
    assert broken_rules(plan, given) == []


def test_what_cannot_be_planned_is_said_by_the_relaxed_model() -> None:
    given = large(3)
    given = replace(given, rules=replace(given.rules, budget={"": 10.0}))
    assert solve_plan(commitments(network(given)), gap=GAP, time_limit=None, say=silent).status == "infeasible"
    assert plan_food(given).status == "infeasible"


def years() -> tuple[Scenario, ...]:
    """A usual year, a dry one and a good one."""
    dry = {"carotte": 0.5, "": 0.8}
    return Scenario("usual", 0.5, {}), Scenario("dry", 0.3, dry), Scenario("good", 0.2, {"": 1.15})


@pytest.mark.parametrize("seed", range(3))
def test_years_one_by_one_are_near_all_years_at_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    given = large(seed, years())
    whole = plan_food(given, gap=GAP)
    monkeypatch.setattr(large_plans, "MANY_ARCS", 0)
    parted = plan_food(given, gap=GAP)
    assert (broken_rules(parted, given), broken_rules(whole, given)) == ([], [])
    assert parted.gap is not None
    assert whole.gap is not None
    assert parted.cost_eur == pytest.approx(whole.cost_eur, rel=parted.gap + whole.gap)
    bound = (whole.cost_eur or 0) * (1 - whole.gap)
    assert ((parted.cost_eur or 0) - bound) / (parted.cost_eur or 1) <= parted.gap + whole.gap
    assert parted.gap < 0.03
    assert [flows.scenario for flows in parted.flows] == ["usual", "dry", "good"]


def weekly() -> tuple[Inputs, Plan]:
    """A plan of months whose needs are told by week: two canteens, four weeks of January."""
    weeks = {f"2027-W{n:02d}": "2027-01" for n in range(1, 5)}
    needs = {(b, "pain", w): kg for w in weeks for b, kg in (("ecole", 20.0), ("creche", 5.0))}
    offers = (
        Offer("near the school", "pain", "organic", "", {"2027-01": 80.0}, {"2027-01": 2.0},
              {"ecole": 1.0, "creche": 30.0}, True),
        Offer("near the creche", "pain", "organic", "", {"2027-01": 20.0}, {"2027-01": 2.0},
              {"ecole": 30.0, "creche": 1.0}, True),
    )  # fmt: skip
    group = {"ecole": "ville", "creche": "ville"}
    given = Inputs(needs, {}, weeks, offers, Rules(group_of=group, market={("pain", "conventional"): 3.0}), 0.01)
    return given, plan_food(given)


def test_weeks_follow_months_at_the_least_transport() -> None:
    given, plan = weekly()
    assert plan.secured == pytest.approx({0: 80.0, 1: 20.0})
    found = weekly_flows(plan, given)
    who = {(offer, canteen) for offer, canteen, _, _ in found.deliveries}
    assert who == {(0, "ecole"), (1, "creche")}
    assert {round(kg, 6) for _, _, _, kg in found.deliveries} == {20.0, 5.0}
    assert (found.market, found.moved_kg) == ((), 0.0)


def test_what_a_week_cannot_take_is_bought_and_told() -> None:
    given, _ = weekly()
    uneven = {("ecole", "pain", f"2027-W{n:02d}"): kg for n, kg in ((1, 77.0), (2, 1.0), (3, 1.0), (4, 1.0))}
    needs = {key: kg for key, kg in given.needs.items() if key[0] == "creche"} | uneven
    given = replace(given, needs=needs)
    found = weekly_flows(plan_food(given), given)
    # the two offers bring 25 kg a week at most: 77 + 5 kg are needed in the first, 6 in each other
    assert found.moved_kg == pytest.approx(77 + 5 - 25)
    served: dict[tuple[str, str], float] = defaultdict(float)
    for _, canteen, period, kg in found.deliveries:
        served[canteen, period] += kg
    for canteen, _, period, kg in found.market:
        served[canteen, period] += kg
    assert served == pytest.approx({(b, w): kg for (b, _, w), kg in needs.items()})
