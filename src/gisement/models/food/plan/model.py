"""The food plan as a mixed-integer model: the rows of the blackboard, each under its rule's name.

Sets: offers o, of a farm f, a product p and a market class q; needs d of a group g, a product p and a month m; arcs
(o, d) where both have something to give and to take; yield scenarios s of probability π (one, without scenarios).

Parameters: D need; P price; km; cap what an offer yields in a month; y its yield; M market price; those of rules.

Variables: first stage, z (contract, 0 or 1), K (secured kg), u (producer with contracts); second stage, in each
scenario, x (deliveries), b (bought on the market), e (what lacks).

    min  Σ λ z + Σ_s π_s [ Σ (P + c·km) x + Σ M b + penalty e ]
    demand            Σ_o x + Σ_q b + e = D                                     each group, product, month
    capacity          Σ_g x ≤ cap·y ;  storage  Σ_{m'≤m} Σ_g x ≤ (1 - loss) Σ_{m'≤m} cap·y
    secured           Σ x = K, or with scenarios  τ·min(1,y)·K ≤ Σ x ≤ min(1,y)·K  (take_or_pay)
    contract          K ≤ most·z ;  least_contract  Σ P x ≥ v z ;  producer  z ≤ u ≤ Σ_{o of f} z
    least_income      Σ_{o of f} P x ≥ R u ;  most_contracts  Σ_{o of p} z ≤ L ;  largest_share  K ≤ σ D
    step_capacity     Σ_{p through the step} x ≤ W                              each month
    organic_share     Σ value (organic - θ) ≥ 0, durable_share and meat_fish_share alike, each group and year
    budget            Σ P x + Σ M b ≤ B ;  local_share  Σ value (local - θ) ≥ 0
    carcass           K_cut ≤ share·C ;  carcass_use  Σ_cuts K ≥ β C            each producer and animal
    shortage_cvar     η + 1/(1 - α) Σ π_s max(0, Σ e_s - η) ≤ ε                 α = 90 %

Sources: structure after Ahumada & Villalobos, Annals of Operations Research 190 (2011), and SpringerPlus 5:839 (2016);
CVaR after Rockafellar & Uryasev, Journal of Risk 2 (2000).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gisement.models.food.inputs import CLASSES, MEAT_FISH, ORGANIC, Scenario, told_for, year_of
from gisement.models.food.plan.network import Network
from gisement.models.linear_model import INFINITY, Floats, Ints, Model, Term

TAIL = 0.9
"""Level of the CVaR: the mean over the worst tenth."""
SHARES = ("organic_share", "durable_share", "meat_fish_share")


@dataclass
class Stage:
    """The columns of a scenario: `x` by arc, `b` by line of the market, `e` by need (none where nothing may lack).

    In an explanation, `missing` has a column by need and market class; none otherwise.
    """

    scenario: Scenario
    x: Ints
    b: Ints
    e: Ints
    missing: Ints


@dataclass
class Commitments:
    """The model of a network, and the numbers of its columns; no `z` and `u` where a commitment is but a flow.

    `excess` has the rule, group, civil year and column of what a rule in euros may be exceeded by, in an explanation.
    """

    network: Network
    model: Model
    K: Ints
    z: Ints | None = None
    u: Ints | None = None
    stages: list[Stage] = field(default_factory=list)
    excess: list[tuple[str, str, str, int]] = field(default_factory=list)


def commitments(
    network: Network, *, fixed: Mapping[int, float] | None = None, elastic: bool = False, with_producers: bool = False
) -> Commitments:
    """The model of a network. `fixed` gives the only contracts that may be held, and the kg of each at most.

    `elastic` lets every need and rule be missed, at a price: what is then missed explains why nothing fits.
    `with_producers` tells which producers have contracts even where no rule asks for it.
    """
    model, rules, offers = Model(), network.inputs.rules, len(network.inputs.offers)
    most = network.largest if fixed is None else np.array([fixed.get(o, 0.0) for o in range(offers)], dtype=float)
    told = Commitments(network, model, model.columns(offers, upper=most))
    if rules.has_contracts() or with_producers:
        told.z = model.columns(offers, cost=rules.contract_cost, upper=1, integer=True)
        told.u = model.columns(len(network.producers), upper=1, integer=True)
    for scenario in rules.scenarios or (Scenario("", 1.0, {}),):
        told.stages.append(_stage(told, scenario, elastic))
    for stage in told.stages:
        _secured(told, stage)
    if told.z is not None and told.u is not None:
        _contracts(told, told.z, told.u, most)
    for stage in told.stages:
        _capacity(told, stage)
        _step_capacity(told, stage)
        _shares(told, stage)
        _euros(told, stage, elastic)
    _carcass(told)
    _shortage_cvar(told)
    return told


def _stage(told: Commitments, scenario: Scenario, elastic: bool) -> Stage:
    """Variables of a scenario, their cost, and the need that they serve together."""
    net, model, π = told.network, told.model, scenario.probability
    needs, penalty = np.arange(len(net.places)), net.inputs.rules.shortage_cost
    x = model.columns(len(net.offer), cost=π * (net.price + net.freight), upper=net.most)
    b = model.columns(len(net.market.need), cost=π * net.market.price)
    e = model.columns(0 if penalty is None else len(needs), cost=π * (penalty or 0.0))
    missing = model.columns(len(needs) * len(CLASSES) if elastic else 0)
    served: list[Term] = [(net.need, x), (net.market.need, b), (needs[: len(e)], e)]
    served.append((np.repeat(needs, len(CLASSES))[: len(missing)], missing))
    model.rule("demand", len(needs), *served, lower=net.demand, upper=net.demand)
    return Stage(scenario, x, b, e, missing)


def _secured(told: Commitments, stage: Stage) -> None:
    """Deliveries are what is secured, or with yields a part of it."""
    offers, net, model = told.network.inputs.offers, told.network, told.model
    o, τ = np.arange(len(offers)), net.inputs.rules.take_or_pay
    if len(told.stages) == 1 and not stage.scenario.yields:
        model.rule("secured", len(o), (o, told.K, -1.0), (net.offer, stage.x), lower=0, upper=0)
        return
    y = np.array([min(1.0, stage.scenario.yield_of(offer.product)) for offer in offers])
    model.rule("secured", len(o), (o, told.K, -y), (net.offer, stage.x), upper=0)
    model.rule("take_or_pay", len(o), (o, told.K, -τ * y), (net.offer, stage.x), lower=0)


def _contracts(told: Commitments, z: Ints, u: Ints, most: Floats) -> None:
    """What is secured is under contract; a producer of the plan has one, and each of both is worth it."""
    net, model, rules = told.network, told.model, told.network.inputs.rules
    o, f, of = np.arange(len(z)), np.arange(len(u)), net.producer
    model.rule("contract", len(o), (o, told.K), (o, z, -most), upper=0)
    model.rule("producer", len(o), (o, z), (o, u[of], -1.0), upper=0)
    model.rule("producer", len(f), (of, z), (f, u, -1.0), lower=0)
    if rules.least_contract:
        model.rule("least_contract", len(o), *_value(told, o), (o, z, -rules.least_contract), lower=0)
    if rules.least_income:
        model.rule("least_income", len(f), *_value(told, of), (f, u, -rules.least_income), lower=0)
    by_product: dict[str, list[int]] = defaultdict(list)
    for number, offer in enumerate(net.inputs.offers):
        by_product[offer.product].append(number)
    for product, numbers in by_product.items():
        if (allowed := told_for(rules.most_contracts, product, INFINITY)) < len(numbers):
            model.rule("most_contracts", 1, (0, z[numbers]), upper=allowed)


def _value(told: Commitments, row: Ints) -> list[Term]:
    """The expected value of each offer's deliveries, in its row."""
    net = told.network
    return [(row[net.offer], stage.x, stage.scenario.probability * net.price) for stage in told.stages]


def _capacity(told: Commitments, stage: Stage) -> None:
    """What a month yields, or what has been harvested until then and kept."""
    net, inputs, x = told.network, told.network.inputs, stage.x
    loss, months = inputs.rules.storage_loss, inputs.months
    most = np.array([[o.capacity.get(m, 0.0) * stage.scenario.yield_of(o.product) for m in months]
                     for o in inputs.offers]).reshape(-1, len(months))  # fmt: skip
    stored = most.cumsum(axis=1) * np.array([1 - loss.get(o.product, 0.0) for o in inputs.offers]).reshape(-1, 1)
    keeps = np.array([o.product in loss for o in inputs.offers], dtype=bool)
    for name, which, limit in (("capacity", ~keeps, most), ("storage", keeps, stored)):
        used = np.unique(net.offer[which[net.offer]])
        first = np.full(len(keeps), -1)
        first[used] = len(months) * np.arange(len(used))
        at = first[net.offer]
        terms: list[Term] = [(np.where(at >= 0, at + net.month, -1), x)]
        if name == "storage":
            terms = [(np.where((at >= 0) & (net.month <= m), at + m, -1), x) for m in range(len(months))]
        if len(used):
            told.model.rule(name, len(used) * len(months), *terms, upper=limit[used].ravel())


def _step_capacity(told: Commitments, stage: Stage) -> None:
    """What secured volumes ask of a workshop each month."""
    net, rules = told.network, told.network.inputs.rules
    for step, most in sorted(rules.step_capacity.items()):
        passes = np.array([rules.step_of.get(product) == step for _, product, _ in net.places], dtype=bool)
        rows = np.where(passes[net.need], net.month, -1)
        told.model.rule("step_capacity", len(net.inputs.months), (rows, stage.x), upper=most)


def _scopes(told: Commitments, rule: Mapping[str, float]) -> list[tuple[str, str, float, Floats]]:
    """For each group that a rule holds for and each civil year: both, its value, and which needs it is about."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (group, _, month) in enumerate(told.network.places):
        found[group, year_of(month)].append(number)
    scopes = []
    for (group, year), needs in sorted(found.items()):
        if (value := told_for(rule, group, None)) is not None:
            concerned = np.zeros(len(told.network.places), dtype=bool)
            concerned[needs] = True
            scopes.append((group, year, value, concerned))
    return scopes


def _spent(told: Commitments, stage: Stage, needs: Any, weight: Floats, local: float = 0.0) -> list[Term]:
    """What is spent on these needs, in one row, weighted by market class; `local` is added for what is local."""
    net, market = told.network, told.network.market
    factor = weight[net.quality[net.offer]] + local * net.is_local[net.offer]
    row = np.where(needs, 0, -1)
    spent: list[Term] = [
        (row[net.need], stage.x, net.price * factor),
        (row[market.need], stage.b, market.price * weight[market.quality]),
    ]
    if len(stage.missing):
        price = np.array([[net.reference[product, q] for q in CLASSES] for _, product, _ in net.places]) * weight
        spent.append((np.repeat(row, len(CLASSES)), stage.missing, price.ravel()))
    return spent


def _shares(told: Commitments, stage: Stage) -> None:
    """Quality in euros: linear, since the share is multiplied by what is spent."""
    rules, places = told.network.inputs.rules, told.network.places
    is_meat = np.array([rules.family.get(product) in MEAT_FISH for _, product, _ in places], dtype=bool)
    for name in SHARES:
        counts = np.array([q == ORGANIC or (name != "organic_share" and q != CLASSES[0]) for q in CLASSES])
        for _, _, θ, needs in _scopes(told, getattr(rules, name)):
            kept = needs & is_meat if name == "meat_fish_share" else needs
            told.model.rule(name, 1, *_spent(told, stage, kept, counts - θ), lower=0)


def _euros(told: Commitments, stage: Stage, elastic: bool) -> None:
    """The part of farms of the territory, and the budget; what both may be exceeded by, in an explanation."""
    rules, model, one = told.network.inputs.rules, told.model, np.ones(len(CLASSES))

    def excess(rule: str, group: str, year: str, sign: float) -> list[Term]:
        if not elastic:
            return []
        (column,) = model.columns(1)
        told.excess.append((rule, group, year, column))
        return [(0, column, sign)]

    for group, year, θ, needs in _scopes(told, rules.local_share):
        spent = _spent(told, stage, needs, -θ * one, local=1.0)
        model.rule("local_share", 1, *spent, *excess("local_share", group, year, 1.0), lower=0)
    for group, year, most, needs in _scopes(told, rules.budget):
        spent = _spent(told, stage, needs, one)
        model.rule("budget", 1, *spent, *excess("budget", group, year, -1.0), upper=most)


def _carcass(told: Commitments) -> None:
    """Cuts come with the animal: of each producer, none beyond its part, and enough of the whole."""
    rules, offers, model = told.network.inputs.rules, told.network.inputs.offers, told.model
    for animal in sorted({name for name, _ in rules.carcass_share}):
        cuts = {product: part for (name, product), part in rules.carcass_share.items() if name == animal}
        for producer in sorted({o.producer for o in offers if o.product in cuts}):
            own = [n for n, o in enumerate(offers) if o.producer == producer and o.product in cuts]
            carcass = model.columns(1)
            for product in sorted({offers[n].product for n in own}):
                held = told.K[[n for n in own if offers[n].product == product]]
                model.rule("carcass", 1, (0, held), (0, carcass, -cuts[product]), upper=0)
            if β := rules.carcass_use.get(animal, 0.0):
                model.rule("carcass_use", 1, (0, told.K[own]), (0, carcass, -β), lower=0)


def _shortage_cvar(told: Commitments) -> None:
    """The mean shortage of the worst scenarios."""
    ε, model = told.network.inputs.rules.shortage_cvar, told.model
    if ε is None or not len(told.stages[0].e):
        return
    η, beyond = model.columns(1), model.columns(len(told.stages))
    π = np.array([stage.scenario.probability for stage in told.stages])
    model.rule("shortage_cvar", 1, (0, η), (0, beyond, π / (1 - TAIL)), upper=ε)
    for stage, column in zip(told.stages, beyond, strict=True):
        model.rule("shortage_cvar", 1, (0, column), (0, η), (0, stage.e, -1.0), lower=0)
