"""What purchases make: output, value added, wages, jobs in each zone around a territory, and what leaves the country.

A purchase is delivered by a supplier of some ring. Zones are nested (EPCI, department, region, country): an effect is
computed in each zone as a whole, and a ring's part is what its zone adds to the zone inside it. So the parts add up to
the country, and every euro ends as value added, imports or taxes.

Goods sold by a trader hold a trade margin, earned where the trader is; the goods themselves come from wherever the
zone's industry, the country's or foreign ones make them. Impact is gross: what the money would have done otherwise, and
where it came from, are not counted.

Source: Miller and Blair, 2009, chapters 2, 3 and 6; nested zones: own convention, `docs/methods/impact.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from gisement.models.arrays import Integers, ratio
from gisement.models.impact.draws import BATCH, COEFFICIENT_CV, JOBS_CV, REGIONAL, Draws, noise
from gisement.models.impact.input_output import Matrix, location_quotients, simple_location_quotients, size_factor

ROUNDS: Final = ("direct", "indirect", "induced")
EFFECTS: Final = ("output", "value_added", "wages", "jobs")
"""Effects that a zone has; `imports` and `taxes` are of the country as a whole."""
LEAKS: Final = ("imports", "taxes")


@dataclass(frozen=True)
class Economy:
    """A country's table per euro of output, n industries.

    `w` (wages), `c` (what households buy per euro of income) and `jobs` (per euro) are None where not known: there are
    then no wages, no induced effects, no jobs. `goods` tells goods from services, `imported` the imported part of what
    final users buy of each, `earners` who earns a margin (shares), `margin` its share of the price before VAT of goods
    (one number, or one by product), `product_tax` that of taxes on products, VAT apart.
    """

    A: Matrix
    v: Matrix
    m: Matrix
    t: Matrix
    goods: Matrix
    imported: Matrix
    earners: Matrix
    margin: float | Matrix
    w: Matrix | None = None
    c: Matrix | None = None
    jobs: Matrix | None = None
    product_tax: float | Matrix = 0.0

    def knows(self, effect: str, round_name: str = "direct") -> bool:
        """Whether the tables tell this effect, in this round."""
        lacking = {"wages": self.w, "jobs": self.jobs}
        has_induced = self.w is not None and self.c is not None
        return lacking.get(effect, self.A) is not None and (round_name != "induced" or has_induced)


@dataclass(frozen=True)
class Zones:
    """Nested zones, the country last: `sizes` is employment by zone and industry (K × n), each within the next."""

    rings: tuple[int, ...]
    sizes: Matrix


@dataclass(frozen=True)
class Demand:
    """Euros by place scenario, group, ring and industry (3 × G × R × n); ring R - 1 is abroad.

    `made` is delivered by who makes it, `traded` sold by a trader.
    """

    made: Matrix
    traded: Matrix

    @property
    def groups(self) -> int:
        """How many groups the demand is cut into: G."""
        return int(self.made.shape[1])

    @property
    def spent(self) -> Matrix:
        """Euros bought by place scenario and group (3 × G), abroad included."""
        found: Matrix = (self.made + self.traded).sum(axis=(2, 3))
        return found

    def of_zone(self, k: int) -> tuple[Matrix, Matrix, Matrix]:
        """3 × G × n each: made within zone k, sold by its traders, sold by traders of the whole country."""
        made, sold = self.made[:, :, : k + 1].sum(axis=2), self.traded[:, :, : k + 1].sum(axis=2)
        return made, sold, self.traded[:, :, :-1].sum(axis=2)


@dataclass(frozen=True)
class Batch:
    """Some draws of an economy: coefficients, ratios and how far each zone supplies itself."""

    place: Integers
    A: Matrix
    ratios: dict[str, Matrix]
    supply: list[Matrix | None]
    own: list[Matrix | None]
    margin: Matrix


def simulate(
    economy: Economy, zones: Zones, demand: Demand, draws: Draws, effect: str, last_round: str = "induced"
) -> Matrix:
    """The effect in each zone, for every draw: draws × rounds × zones × groups, in euros (or jobs).

    Rounds are `direct`, `indirect`, `induced`, each apart, up to `last_round`; a round that the tables do not tell is
    not a number.
    """
    wanted = ROUNDS[: ROUNDS.index(last_round) + 1]
    found = np.full((len(draws), len(ROUNDS), len(zones.rings), demand.groups), np.nan)
    placed = [demand.of_zone(k) for k in range(len(zones.rings))]
    with one_thread():
        for start, batch in batches(economy, zones, draws):
            stop = start + len(batch.place)
            for k in range(len(zones.rings)):
                former = np.zeros(1)
                for number, name in enumerate(wanted):
                    if economy.knows(effect, name):
                        per_euro = effect_per_euro(economy, batch, k, effect, name)
                        whole = delivered(economy, placed[k], batch, k, per_euro)
                        found[start:stop, number, k] = whole - former
                        former = whole
    return found


def one_thread() -> threadpool_limits:
    """Linear algebra on one processor: thousands of small systems cost six times as much spread over several."""
    return threadpool_limits(limits=1, user_api="blas")


def leaks(economy: Economy, zones: Zones, demand: Demand, draws: Draws, leak: str) -> Matrix:
    """What leaves the country as imports, or goes to taxes on products: draws × rounds × groups, in euros."""
    found = np.full((len(draws), len(ROUNDS), demand.groups), np.nan)
    last = len(zones.rings) - 1
    placed = demand.of_zone(last)
    with one_thread():
        for start, batch in batches(economy, zones, draws):
            stop, former = start + len(batch.place), np.zeros(1)
            for number, name in enumerate(ROUNDS[:2]):
                per_euro = effect_per_euro(economy, batch, last, leak, name)
                whole = delivered(economy, placed, batch, last, per_euro)
                whole = whole + (abroad if leak == "imports" else taxed)(economy, demand, batch)
                found[start:stop, number] = whole - former
                former = whole
    return found


def batches(economy: Economy, zones: Zones, draws: Draws) -> Iterator[tuple[int, Batch]]:
    """The draws, some at a time: the place of the first of them, and their economy."""
    quotients = [_quotients(zones, k) for k in range(len(zones.rings) - 1)]
    for number, start in enumerate(range(0, len(draws), BATCH)):
        chosen = slice(start, min(start + BATCH, len(draws)))
        yield start, _batch(economy, draws, chosen, number, quotients)


def effect_per_euro(economy: Economy, batch: Batch, k: int, effect: str, round_name: str) -> Matrix:
    """Effect in zone k per euro of output that it is asked for, draws × industries, this round and those before it."""
    h = batch.ratios[effect]
    if round_name == "direct":
        return h
    supply = batch.supply[k]
    coefficients = batch.A if supply is None else batch.A * supply
    if round_name == "induced":
        assert economy.c is not None
        own = batch.own[k]
        consumption = np.broadcast_to(economy.c, h.shape) if own is None else economy.c * own
        top = np.concatenate([coefficients, consumption[:, :, None]], axis=2)
        bottom = np.concatenate([batch.ratios["wages"], np.zeros((len(h), 1))], axis=1)[:, None, :]
        coefficients = np.concatenate([top, bottom], axis=1)
        h = np.pad(h, ((0, 0), (0, 1)))
    system = np.eye(coefficients.shape[1]) - coefficients.transpose(0, 2, 1)
    solved = np.linalg.solve(system, h[:, :, None])[:, : len(economy.v), 0]
    return np.asarray(solved, dtype=np.float64)


def delivered(
    economy: Economy, placed: tuple[Matrix, Matrix, Matrix], batch: Batch, k: int, per_euro: Matrix
) -> Matrix:
    """What the demand of zone k (`Demand.of_zone`) makes there, draws × groups, `per_euro` of output asked for."""
    made, sold, anywhere = placed
    own = batch.own[k]
    near = np.ones_like(per_euro) if own is None else own
    share, produced = _price(economy, batch)
    earned = share * (per_euro @ economy.earners)[:, None]
    goods = produced * (1 - economy.imported) * near * per_euro
    per_euro = (1 - economy.product_tax) * per_euro
    services = np.where(economy.goods, 0.0, 1.0)
    # a service has no margin: a trader who renders one renders it himself
    first = np.where(services > 0, per_euro, earned)
    second = np.where(services > 0, 0.0, goods)
    return per_draw(batch.place, per_euro, made) + per_draw(batch.place, first, sold) + per_draw(
        batch.place, second, anywhere
    )  # fmt: skip


def abroad(economy: Economy, demand: Demand, batch: Batch) -> Matrix:
    """What is imported at once, draws × groups: bought abroad, or imported goods sold by a trader of the country."""
    _, produced = _price(economy, batch)
    goods = np.where(economy.goods, produced * economy.imported, 0.0)
    ones = np.ones_like(goods)
    foreign = demand.made[:, :, -1] + demand.traded[:, :, -1]
    return per_draw(batch.place, ones, foreign) + per_draw(batch.place, goods, demand.traded[:, :, :-1].sum(axis=2))


def taxed(economy: Economy, demand: Demand, batch: Batch) -> Matrix:
    """Taxes on the products themselves, in what is bought in the country, draws × groups."""
    rates = np.broadcast_to(economy.product_tax, batch.ratios["output"].shape)
    return per_draw(batch.place, rates, (demand.made + demand.traded)[:, :, :-1].sum(axis=2))


def per_draw(place: Integers, per_euro: Matrix, demand: Matrix) -> Matrix:
    """Draws × groups: each draw's effect per euro over the demand of its place scenario."""
    found = np.zeros((len(place), demand.shape[1]))
    for scenario in range(len(demand)):
        drawn = place == scenario
        found[drawn] = per_euro[drawn] @ demand[scenario].T
    return found


def _price(economy: Economy, batch: Batch) -> tuple[Matrix, Matrix]:
    """Of a price before VAT, what the trader earns on goods and what the producer receives, draws × industries."""
    rest = 1.0 - np.asarray(economy.product_tax)
    share = np.where(economy.goods, np.minimum(economy.margin * batch.margin[:, None], rest), 0.0)
    return share, rest - share


def _batch(economy: Economy, draws: Draws, chosen: slice, number: int,
           quotients: Sequence[tuple[Matrix, Matrix, float]]) -> Batch:  # fmt: skip
    size, n = len(draws.delta[chosen]), len(economy.v)
    inputs = economy.A * noise(draws.coefficients, 1, number, (size, n, n), COEFFICIENT_CV)
    rest = np.stack([economy.m, economy.t, economy.v]) * noise(
        draws.coefficients, 2, number, (size, 3, n), COEFFICIENT_CV
    )
    # every column adds up to what it added up to: a euro of output stays a euro
    before = economy.A.sum(axis=0) + economy.m + economy.t + economy.v
    after = inputs.sum(axis=1) + rest.sum(axis=1)
    scale = ratio(before, after, empty=1.0)
    inputs, rest = inputs * scale[:, None, :], rest * scale[:, None, :]
    ratios = {"output": np.ones((size, n)), "imports": rest[:, 0], "taxes": rest[:, 1], "value_added": rest[:, 2]}
    if economy.w is not None:
        paid = np.divide(economy.w, economy.v, out=np.zeros(n), where=economy.v > 0)
        ratios["wages"] = rest[:, 2] * paid
    if economy.jobs is not None:
        ratios["jobs"] = economy.jobs * noise(draws.jobs, 3, number, (size, n), JOBS_CV)
    supply, own = _supplies(quotients, draws.method[chosen], draws.delta[chosen])
    return Batch(draws.place[chosen], inputs, ratios, supply, own, draws.margin[chosen])


def _supplies(
    quotients: Sequence[tuple[Matrix, Matrix, float]], method: Integers, delta: Matrix
) -> tuple[list[Matrix | None], list[Matrix | None]]:
    """How far each zone supplies its industries (draws × n × n), and its users by product (draws × n); None: wholly.

    A zone supplies itself no less than a zone inside it.
    """
    supply: list[Matrix | None] = []
    own: list[Matrix | None] = []
    for slq, cilq, size in quotients:
        factor = np.where(method == REGIONAL.index("flq"), size**delta, 1.0)
        simple = (method == REGIONAL.index("slq"))[:, None, None]
        across = np.where(simple, slq[:, None], cilq * factor[:, None, None])
        here = np.minimum(across, 1.0)
        mine = np.minimum(slq * factor[:, None], 1.0)
        former, ours = (supply[-1], own[-1]) if supply else (None, None)
        supply.append(here if former is None else np.maximum(here, former))
        own.append(mine if ours is None else np.maximum(mine, ours))
    return [*supply, None], [*own, None]


def _quotients(zones: Zones, k: int) -> tuple[Matrix, Matrix, float]:
    """SLQ by industry, CILQ by pair, and the size factor λ at δ = 1 of zone k."""
    region, nation = zones.sizes[k], zones.sizes[-1]
    slq = simple_location_quotients(region, nation)
    return slq, location_quotients(region, nation, "cilq"), size_factor(region.sum(), nation.sum(), 1.0)
