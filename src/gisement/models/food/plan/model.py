"""The commitments of a food plan as a mixed-integer model: the rows of the blackboard, each under its rule's name.

First stage: z (contract, 0 or 1), K (secured kg), u (producer with contracts). Second stage, in each yield scenario s
of probability π (one, without scenarios): x (deliveries), b (bought on the market), e (what lacks).

    min  Σ λ z + Σ_s π_s [ Σ (P + c·km) x + Σ M b + penalty e ]
    demand            Σ_o x + Σ_q b + e = D                                     each group, product, month
    capacity          Σ_g x ≤ cap·y ;  storage  Σ_{m'≤m} Σ_g x ≤ (1 - loss) Σ_{m'≤m} cap·y
    secured           Σ x = K, or with scenarios  τ·min(1,y)·K ≤ Σ x ≤ min(1,y)·K
    contract          K ≤ most·z ;  least_contract  Σ P x ≥ v z ;  z ≤ u
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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gisement.models.food.inputs import CLASSES, EVERYONE, ORGANIC, Scenario, year_of
from gisement.models.food.plan.network import Network, reference_prices
from gisement.models.linear_model import INFINITY, Floats, Ints, Model

TAIL = 0.9
"""Level of the CVaR: the mean over the worst tenth."""
MEAT_FISH = ("meat", "fish")
SHARES = ("organic_share", "durable_share", "meat_fish_share")


@dataclass
class Commitments:
    """The model, and the numbers of its columns: `x`, `b` and `lack` by scenario (`missing` only in an explanation)."""

    network: Network
    scenarios: tuple[Scenario, ...]
    model: Model = field(default_factory=Model)
    z: Ints | None = None
    K: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    u: Ints | None = None
    producers: tuple[str, ...] = ()
    x: list[Ints] = field(default_factory=list)
    b: list[Ints] = field(default_factory=list)
    lack: list[Ints] = field(default_factory=list)
    missing: list[tuple[Ints, Ints, Ints, Floats]] = field(default_factory=list)
    excess: dict[str, tuple[Ints, list[Any]]] = field(default_factory=dict)


def commitments(
    network: Network, *, fixed: Mapping[int, float] | None = None, elastic: bool = False, with_producers: bool = False
) -> Commitments:
    """The model of a network. `fixed` gives the only contracts that may be held, and the kg of each at most.

    `elastic` lets every need and rule be missed, at a price: what is then missed explains why nothing fits.
    `with_producers` tells which producers have contracts even where no rule asks for it.
    """
    rules = network.inputs.rules
    told = Commitments(network, rules.scenarios or (Scenario("", 1.0, {}),))
    _first_stage(told, fixed, with_producers)
    for scenario in told.scenarios:
        _second_stage(told, scenario, elastic)
    _secured(told)
    _contracts(told, fixed)
    for s, scenario in enumerate(told.scenarios):
        _capacities(told, s, scenario)
        _steps(told, s)
        _shares(told, s, elastic)
        _money(told, s, elastic)
    _carcasses(told)
    _tail(told)
    return told


def _first_stage(told: Commitments, fixed: Mapping[int, float] | None, with_producers: bool) -> None:
    inputs, model = told.network.inputs, told.model
    most = [_most(told, number) if fixed is None else fixed.get(number, 0.0) for number in range(len(inputs.offers))]
    told.K = model.columns(len(inputs.offers), upper=most)
    if inputs.rules.has_contracts() or with_producers:
        told.producers = tuple(sorted({offer.producer for offer in inputs.offers}))
        told.z = model.columns(len(inputs.offers), cost=inputs.rules.contract_cost, upper=1, integer=True)
        told.u = model.columns(len(told.producers), upper=1, integer=True)


def _most(told: Commitments, number: int) -> float:
    """The kg that an offer can commit at most: its capacity, its largest share of the need, the need."""
    offer, network = told.network.inputs.offers[number], told.network
    need = network.by_product.get(offer.product, 0.0)
    share = _for(network.inputs.rules.largest_share, offer.product, 1.0)
    return min(sum(offer.capacity.values()), share * need)


def _for(held: Mapping[str, float], name: str, otherwise: float) -> float:
    """The value of a rule for a product or a group, else for everyone."""
    return held.get(name, held.get(EVERYONE, otherwise))


def _second_stage(told: Commitments, scenario: Scenario, elastic: bool) -> None:
    network, model, π = told.network, told.model, scenario.probability
    arcs, market = network.arcs, network.market
    freight = np.nan_to_num(arcs.km) * network.inputs.transport
    x = model.columns(len(arcs.offer), cost=π * (arcs.price + freight), upper=arcs.most)
    b = model.columns(len(market.need), cost=π * market.price)
    lines = model.rows("demand", network.places, lower=network.demand, upper=network.demand)
    model.put(lines[arcs.need], x)
    model.put(lines[market.need], b)
    lack = np.zeros(0, dtype=np.int64)
    if network.inputs.rules.shortage_cost is not None:
        lack = model.columns(len(lines), cost=π * network.inputs.rules.shortage_cost)
        model.put(lines, lack)
    if elastic:
        _missing(told, lines)
    for held, columns in ((told.x, x), (told.b, b), (told.lack, lack)):
        held.append(columns)


def _missing(told: Commitments, lines: Ints) -> None:
    """Kg of each class that nobody offers, at the price of the class: an organic offer that lacks is told as such."""
    prices = reference_prices(told.network)
    need = np.repeat(np.arange(len(lines)), len(CLASSES))
    quality = np.tile(np.arange(len(CLASSES)), len(lines))
    price = np.array([prices[told.network.places[n][1], CLASSES[q]] for n, q in zip(need, quality, strict=True)])
    columns = told.model.columns(len(need))
    told.model.put(lines[need], columns)
    told.missing.append((columns, need, quality, price))


def _secured(told: Commitments) -> None:
    """Deliveries are what is secured, or with yields a part of it."""
    offers, model, arcs = told.network.inputs.offers, told.model, told.network.arcs
    τ = told.network.inputs.rules.take_or_pay
    for s, scenario in enumerate(told.scenarios):
        labels = [(offer.producer, offer.product, offer.quality, scenario.name) for offer in offers]
        y = np.array([min(1.0, scenario.yield_of(offer.product)) for offer in offers])
        if len(told.scenarios) == 1 and not scenario.yields:
            lines = model.rows("secured", labels, lower=0, upper=0)
            model.put(lines, told.K, -1.0)
            model.put(lines[arcs.offer], told.x[s])
            continue
        most, least = model.rows("secured", labels, upper=0), model.rows("take_or_pay", labels, lower=0)
        for lines, part in ((most, y), (least, τ * y)):
            model.put(lines, told.K, -part)
            model.put(lines[arcs.offer], told.x[s])


def _contracts(told: Commitments, fixed: Mapping[int, float] | None) -> None:
    network, model, rules = told.network, told.model, told.network.inputs.rules
    offers = network.inputs.offers
    if told.z is None or told.u is None:
        return
    names = [(offer.producer, offer.product, offer.quality) for offer in offers]
    of = np.array([told.producers.index(offer.producer) for offer in offers], dtype=np.int64)
    lines = model.rows("contract", names, upper=0)
    most = np.array([_most(told, number) for number in range(len(offers))])
    model.put(lines, told.K)
    model.put(lines, told.z, -most if fixed is None else -np.array([fixed.get(n, 0.0) for n in range(len(offers))]))
    lines = model.rows("producer", names, upper=0)
    model.put(lines, told.z)
    model.put(lines, told.u[of], -1.0)
    # a producer without contract is not one of the plan
    lines = model.rows("producer", told.producers, lower=0)
    model.put(lines[of], told.z)
    model.put(lines, told.u, -1.0)
    if rules.least_contract:
        lines = model.rows("least_contract", names, lower=0)
        _value(told, lines)
        model.put(lines, told.z, -rules.least_contract)
    if rules.least_income:
        lines = model.rows("least_income", told.producers, lower=0)
        _value(told, lines[of])
        model.put(lines, told.u, -rules.least_income)
    for product, numbers in _by_product(offers).items():
        if (allowed := _for(rules.most_contracts, product, INFINITY)) < len(numbers):
            lines = model.rows("most_contracts", [product], upper=allowed)
            model.put(lines[np.zeros(len(numbers), dtype=int)], told.z[numbers])


def _by_product(offers: Sequence[Any]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, offer in enumerate(offers):
        found[offer.product].append(number)
    return found


def _value(told: Commitments, line_of_offer: Ints) -> None:
    """Put the expected value of each offer's deliveries into its row."""
    for scenario, x in zip(told.scenarios, told.x, strict=True):
        arcs = told.network.arcs
        told.model.put(line_of_offer[arcs.offer], x, scenario.probability * arcs.price)


def _capacities(told: Commitments, s: int, scenario: Scenario) -> None:
    """What a month yields, or what has been harvested until then and kept."""
    network, model, arcs = told.network, told.model, told.network.arcs
    inputs = network.inputs
    months = {month: number for number, month in enumerate(inputs.months)}
    month = np.array([months[place[2]] for place in network.places], dtype=np.int64)[arcs.need]
    keeps = np.array([offer.product in inputs.rules.storage_loss for offer in inputs.offers], dtype=bool)
    capacity = np.array(
        [[o.capacity.get(m, 0.0) * scenario.yield_of(o.product) for m in months] for o in inputs.offers]
    )
    capacity = capacity.reshape(len(inputs.offers), len(months))
    labels = [(o.producer, o.product, o.quality, m, scenario.name) for o in inputs.offers for m in months]
    kept = np.array([1 - inputs.rules.storage_loss.get(o.product, 0.0) for o in inputs.offers])
    for rule, which, most in (
        ("capacity", ~keeps, capacity), ("storage", keeps, capacity.cumsum(axis=1) * kept[:, None]),
    ):  # fmt: skip
        chosen = np.nonzero(which[arcs.offer])[0]
        used = np.unique(arcs.offer[chosen])
        if not len(used):
            continue
        lines = np.full(most.shape, -1)
        named = [labels[o * len(months) + m] for o in used for m in range(len(months))]
        lines[used] = model.rows(rule, named, upper=most[used].ravel()).reshape(len(used), len(months))
        _put_deliveries(told, s, chosen, lines, month[chosen], cumulated=rule == "storage")


def _put_deliveries(told: Commitments, s: int, chosen: Ints, lines: Ints, month: Ints, *, cumulated: bool) -> None:
    offer, columns = told.network.arcs.offer[chosen], told.x[s][chosen]
    if not cumulated:
        told.model.put(lines[offer, month], columns)
        return
    for later in range(lines.shape[1]):
        before = month <= later
        told.model.put(lines[offer[before], later], columns[before])


def _steps(told: Commitments, s: int) -> None:
    """What secured volumes ask of a workshop each month."""
    network, arcs, rules = told.network, told.network.arcs, told.network.inputs.rules
    months = network.inputs.months
    for step, most in sorted(rules.step_capacity.items()):
        lines = told.model.rows("step_capacity", [(step, month) for month in months], upper=most)
        passes = np.array([rules.step_of.get(place[1]) == step for place in network.places], dtype=bool)
        month = np.array([months.index(place[2]) for place in network.places], dtype=np.int64)
        chosen = np.nonzero(passes[arcs.need])[0]
        told.model.put(lines[month[arcs.need[chosen]]], told.x[s][chosen])


def _scopes(told: Commitments, held: Mapping[str, float]) -> list[tuple[tuple[str, str], float, list[int]]]:
    """For each group that a rule holds for and each civil year: who and when, the value, the needs concerned."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (group, _, month) in enumerate(told.network.places):
        found[group, year_of(month)].append(number)
    values = {scope: held.get(scope[0], held.get(EVERYONE)) for scope in sorted(found)}
    return [(scope, value, found[scope]) for scope, value in values.items() if value is not None]


def _shares(told: Commitments, s: int, elastic: bool) -> None:
    """Quality in euros: linear, since the share is multiplied by what is spent."""
    rules = told.network.inputs.rules
    for name in SHARES:
        for scope, θ, needs in _scopes(told, getattr(rules, name)):
            if name == "meat_fish_share":
                needs = [n for n in needs if rules.family.get(told.network.places[n][1]) in MEAT_FISH]
            line = told.model.rows(name, [(*scope, told.scenarios[s].name)], lower=0)
            counts = np.array(
                [q == ORGANIC or (name != "organic_share" and q != CLASSES[0]) for q in CLASSES], dtype=float
            )
            _spend(told, s, line, needs, counts - θ, elastic)
    for scope, θ, needs in _scopes(told, rules.local_share):
        line = told.model.rows("local_share", [(*scope, told.scenarios[s].name)], lower=0)
        _spend(told, s, line, needs, np.full(len(CLASSES), -θ), elastic, local=1.0)
        _slack(told, "local_share", line, scope, elastic)


def _money(told: Commitments, s: int, elastic: bool) -> None:
    for scope, most, needs in _scopes(told, told.network.inputs.rules.budget):
        line = told.model.rows("budget", [(*scope, told.scenarios[s].name)], upper=most)
        _spend(told, s, line, needs, np.ones(len(CLASSES)), elastic)
        _slack(told, "budget", line, scope, elastic, sign=-1.0)


def _spend(
    told: Commitments, s: int, line: Ints, needs: Iterable[int], weight: Floats, elastic: bool, *, local: float = 0.0
) -> None:
    """Put into a row what is spent on these needs, weighted by market class."""
    network, model = told.network, told.model
    chosen = np.zeros(len(network.places), dtype=bool)
    chosen[list(needs)] = True
    arcs, market = network.arcs, network.market
    own = np.nonzero(chosen[arcs.need])[0]
    factor = weight[network.quality[arcs.offer[own]]] + local * network.is_local[arcs.offer[own]]
    model.put(np.broadcast_to(line, own.shape), told.x[s][own], arcs.price[own] * factor)
    bought = np.nonzero(chosen[market.need])[0]
    model.put(
        np.broadcast_to(line, bought.shape), told.b[s][bought], market.price[bought] * weight[market.quality[bought]]
    )
    if elastic:
        columns, need, quality, price = told.missing[s]
        lacking = np.nonzero(chosen[need])[0]
        model.put(np.broadcast_to(line, lacking.shape), columns[lacking], price[lacking] * weight[quality[lacking]])


def _slack(told: Commitments, rule: str, line: Ints, scope: Any, elastic: bool, sign: float = 1.0) -> None:
    if not elastic:
        return
    column = told.model.columns(1)
    told.model.put(line, column, sign)
    columns, scopes = told.excess.get(rule, (np.zeros(0, dtype=np.int64), []))
    told.excess[rule] = (np.concatenate([columns, column]), [*scopes, scope])


def _carcasses(told: Commitments) -> None:
    """Cuts come with the animal: of each producer, none beyond its part, and enough of the whole."""
    rules, offers, model = told.network.inputs.rules, told.network.inputs.offers, told.model
    for animal in sorted({name for name, _ in rules.carcass_share}):
        cuts = {product: part for (name, product), part in rules.carcass_share.items() if name == animal}
        for producer in sorted({o.producer for o in offers if o.product in cuts}):
            own = [n for n, o in enumerate(offers) if o.producer == producer and o.product in cuts]
            carcass = model.columns(1)
            for product in sorted({offers[n].product for n in own}):
                line = model.rows("carcass", [(producer, animal, product)], upper=0)
                held = [n for n in own if offers[n].product == product]
                model.put(np.broadcast_to(line, (len(held),)), told.K[held])
                model.put(line, carcass, -cuts[product])
            if β := rules.carcass_use.get(animal, 0.0):
                line = model.rows("carcass_use", [(producer, animal)], lower=0)
                model.put(np.broadcast_to(line, (len(own),)), told.K[own])
                model.put(line, carcass, -β)


def _tail(told: Commitments) -> None:
    """The mean shortage of the worst scenarios."""
    ε, model = told.network.inputs.rules.shortage_cvar, told.model
    if ε is None or not len(told.lack[0]):
        return
    η = model.columns(1)
    beyond = model.columns(len(told.scenarios))
    line = model.rows("shortage_cvar", [()], upper=ε)
    model.put(line, η)
    for s, scenario in enumerate(told.scenarios):
        model.put(line, beyond[s], scenario.probability / (1 - TAIL))
        row = model.rows("shortage_cvar", [(scenario.name,)], lower=0)
        model.put(row, beyond[s])
        model.put(row, η)
        model.put(np.broadcast_to(row, told.lack[s].shape), told.lack[s], -1.0)
