"""What a food plan is made from: open needs, offers, distances and rules, aligned on the same months.

Nothing is invented: an offer without a price, or a pair without a distance where transport is counted, is left out and
counted in `left_out`; a rule that was not given does not hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from gisement.terms import Trouble

Row = Mapping[str, Any]
Otherwise = TypeVar("Otherwise")
CONVENTIONAL, DURABLE, ORGANIC = "conventional", "durable", "organic"
CLASSES = (CONVENTIONAL, DURABLE, ORGANIC)
EVERYONE = ""
MEAT_FISH = ("meat", "fish")
BUYER, PRODUCT, QUALITY, NAME = range(4)
"""What a rule may hold for."""


@dataclass(frozen=True)
class Offer:
    """What one producer can supply of a product in one market class: kg and euros per kg by month, km by buyer."""

    producer: str
    product: str
    quality: str
    place: str
    capacity: Mapping[str, float]
    price: Mapping[str, float]
    km: Mapping[str, float]
    is_local: bool

    def price_in(self, month: str) -> float:
        """Euros per kg in a month; of what was stored, the price of the last harvest (infinite before any)."""
        return next((self.price[each] for each in sorted(self.price, reverse=True) if each <= month), float("inf"))


@dataclass(frozen=True)
class Scenario:
    """A year's yields: by product, or for every product under `""`; 1 is what was announced."""

    name: str
    probability: float
    yields: Mapping[str, float]

    def yield_of(self, product: str) -> float:
        """What a product yields in this year, over what was announced: its own, else that of every product, else 1."""
        return self.yields.get(product, self.yields.get(EVERYONE, 1.0))


@dataclass(frozen=True)
class Rules:
    """The rules of a plan; an empty mapping, a zero or None is a rule that does not hold. Shares are from 0 to 1.

    Mappings by group hold `""` where a rule is for every group; those by product, for every product. The gap board
    alone reads `peeled`, `peeling`, `drops`, `least_drop` and `growth`.
    """

    group_of: Mapping[str, str] = field(default_factory=dict)
    family: Mapping[str, str] = field(default_factory=dict)
    market: Mapping[tuple[str, str], float] = field(default_factory=dict)
    organic_share: Mapping[str, float] = field(default_factory=dict)
    durable_share: Mapping[str, float] = field(default_factory=dict)
    meat_fish_share: Mapping[str, float] = field(default_factory=dict)
    budget: Mapping[str, float] = field(default_factory=dict)
    local_share: Mapping[str, float] = field(default_factory=dict)
    contract_cost: float = 0.0
    least_contract: float = 0.0
    least_income: float = 0.0
    largest_share: Mapping[str, float] = field(default_factory=dict)
    most_contracts: Mapping[str, float] = field(default_factory=dict)
    take_or_pay: float = 0.0
    storage_loss: Mapping[str, float] = field(default_factory=dict)
    step_of: Mapping[str, str] = field(default_factory=dict)
    step_capacity: Mapping[str, float] = field(default_factory=dict)
    peeled: frozenset[str] = frozenset()
    peeling: Mapping[str, float] = field(default_factory=dict)
    drops: Mapping[tuple[str, str], float] = field(default_factory=dict)
    least_drop: Mapping[str, float] = field(default_factory=dict)
    growth: Mapping[str, float] = field(default_factory=dict)
    carcass_share: Mapping[tuple[str, str], float] = field(default_factory=dict)
    carcass_use: Mapping[str, float] = field(default_factory=dict)
    co2: Mapping[str, float] = field(default_factory=dict)
    co2_transport: float = 0.0
    scenarios: tuple[Scenario, ...] = ()
    shortage_cost: float | None = None
    shortage_cvar: float | None = None

    def has_contracts(self) -> bool:
        """Whether a commitment is more than a flow: a cost, a least value, a number or an income."""
        return bool(self.contract_cost or self.least_contract or self.least_income or self.most_contracts)


@dataclass(frozen=True)
class Inputs:
    """A planning problem. `needs` is open kg by buyer, product and period; `tied` what is bound elsewhere."""

    needs: Mapping[tuple[str, str, str], float]
    tied: Mapping[tuple[str, str, str], float]
    month_of: Mapping[str, str]
    offers: tuple[Offer, ...]
    rules: Rules
    transport: float = 0.0
    left_out: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def months(self) -> tuple[str, ...]:
        """Months (`2027-03`, or `03` without a year) in which something is needed, in order."""
        return tuple(sorted({self.month_of[period] for _, _, period in self.needs}))

    @property
    def products(self) -> tuple[str, ...]:
        """Products of which something is needed (comparable names), in order."""
        return tuple(sorted({product for _, product, _ in self.needs}))

    @property
    def buyers(self) -> tuple[str, ...]:
        """Buyers that need something, in order."""
        return tuple(sorted({buyer for buyer, _, _ in self.needs}))

    def group(self, buyer: str) -> str:
        """The buying group of a buyer; itself where none is told."""
        return self.rules.group_of.get(buyer, buyer)

    @property
    def groups(self) -> tuple[str, ...]:
        """Buying groups of the buyers that need something, in order."""
        return tuple(sorted({self.group(buyer) for buyer in self.buyers}))

    @cached_property
    def group_needs(self) -> dict[tuple[str, str, str], float]:
        """Open kg by group, product and month, over the buyers of the group and the periods of the month."""
        found: dict[tuple[str, str, str], float] = defaultdict(float)
        for (buyer, product, period), kg in self.needs.items():
            found[self.group(buyer), product, self.month_of[period]] += kg
        return dict(found)


def told_for(rule: Mapping[str, float], name: str, otherwise: Otherwise) -> float | Otherwise:
    """The value of a rule for a product or a group, else for everyone."""
    return rule.get(name, rule.get(EVERYONE, otherwise))


def year_of(month: str) -> str:
    """The civil year of a month; empty where it has none."""
    return month[:4] if "-" in month else ""


def inputs_of(
    needs: Sequence[Row], offers: Sequence[Row], distances: Sequence[Row], rules: Sequence[Row], *,
    transport: float = 0.0, local_ring: int | None = None,
) -> Inputs:  # fmt: skip
    """The problem that rows of `food_need`, `food_offer`, `food_distance` and `food_rule` tell.

    `transport` is in euros per kg and km. An offer is local if its place is within `local_ring`. Raises Trouble without
    an open need, or where needs without a year meet offers of several years.
    """
    is_open = [row for row in needs if not row["is_tied"] and row["need_kg"] > 0]
    if not is_open:
        raise Trouble(
            fr="Aucun besoin à planifier : ajouter les besoins des cantines (« gisement add food-demand », modèle :"
            " « gisement template food-demand »).",
            en="There is no need to plan: add the needs of canteens ('gisement add food-demand', template: 'gisement"
            " template food-demand').",
        )
    month_of = {row["food_period"]: row["food_month"] for row in is_open}
    held, left_out = _offers(offers, distances, sorted(set(month_of.values())), local_ring)
    return Inputs(_summed(is_open), _summed([row for row in needs if row["is_tied"]]), month_of, held,
                  rules_of(rules), transport, left_out)  # fmt: skip


def _summed(rows: Sequence[Row]) -> dict[tuple[str, str, str], float]:
    found: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in rows:
        found[row["food_buyer"], row["food_product"], row["food_period"]] += row["need_kg"]
    return dict(sorted(found.items()))


def _offers(
    rows: Sequence[Row], distances: Sequence[Row], months: Sequence[str], local_ring: int | None
) -> tuple[tuple[Offer, ...], dict[str, int]]:
    km: dict[tuple[Any, ...], dict[str, float]] = defaultdict(dict)
    for row in distances:
        if row["supply_km"] is not None:
            km[_place(row)][row["food_buyer"]] = row["supply_km"]
    kept: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    left_out = {"offers_without_price": 0, "offers_out_of_months": 0}
    offered = {row["food_month"] for row in rows}
    for row in rows:
        if row["price_eur_per_kg"] is None:
            left_out["offers_without_price"] += 1
        elif not _months(row["food_month"], months, offered):
            left_out["offers_out_of_months"] += 1
        elif row["capacity_kg"] > 0:
            kept[(*_place(row), row["food_product"], row["quality_class"], row["ring_nearest"])].append(row)
    found = []
    for key, each in sorted(kept.items(), key=lambda item: tuple(map(str, item[0]))):
        producer, code, place, product, quality, ring = key
        capacity, price = _by_month(each, months, offered)
        is_local = ring is not None and local_ring is not None and ring <= local_ring
        found.append(Offer(producer, product, quality, code or place or "", capacity, price,
                           km[producer, code, place], is_local))  # fmt: skip
    return tuple(found), {name: count for name, count in left_out.items() if count}


def _place(row: Row) -> tuple[Any, ...]:
    return row["food_producer"], row["commune_code"], row["commune_place"]


def _months(month: str, months: Sequence[str], offered: set[str]) -> list[str]:
    """The months of the needs that an offer of this month serves: the same, or each of that name without a year."""
    if "-" not in month:
        return [each for each in months if each[-2:] == month]
    undated = [each for each in months if "-" not in each and each == month[-2:]]
    if undated and len({each for each in offered if each[-2:] == month[-2:] and "-" in each}) > 1:
        raise Trouble(
            fr=f"Les besoins n'ont pas d'année, et l'offre du mois {month[-2:]} en a plusieurs : dater les besoins"
            " (2027-01).",
            en=f"Needs have no year, and the offer of month {month[-2:]} has several: date the needs (2027-01).",
        )
    return undated or [each for each in months if each == month]


def _by_month(
    rows: Sequence[Row], months: Sequence[str], offered: set[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Kg and mean price of each month; two prices of one offer in a month make their mean."""
    capacity: dict[str, float] = defaultdict(float)
    value: dict[str, float] = defaultdict(float)
    for row in rows:
        for month in _months(row["food_month"], months, offered):
            capacity[month] += row["capacity_kg"]
            value[month] += row["capacity_kg"] * row["price_eur_per_kg"]
    return dict(capacity), {month: value[month] / kg for month, kg in capacity.items()}


def rules_of(rows: Sequence[Row]) -> Rules:
    """The rules that rows of `food_rule` tell. Raises Trouble where one is told twice with different values."""
    held: dict[str, dict[tuple[str, str, str, str], float]] = defaultdict(dict)
    for row in rows:
        scope = tuple(row[c] or "" for c in ("food_buyer", "food_product", "quality_class", "rule_name"))
        before = held[row["food_rule"]].setdefault(scope, row["rule_value"])  # type: ignore[arg-type]
        if before != row["rule_value"]:
            raise Trouble(
                fr=f"La règle {row['food_rule']} est donnée deux fois pour le même objet, {before:g} puis"
                f" {row['rule_value']:g} : n'en garder qu'une.",
                en=f"The rule {row['food_rule']} is told twice of the same thing, {before:g} then"
                f" {row['rule_value']:g}: keep one of them.",
            )

    def by(rule: str, *columns: int) -> dict[Any, float]:
        """The value of a rule by what it holds for, percents as parts."""
        whole = 100 if rule.endswith("_pct") else 1
        return {scope[columns[0]] if len(columns) == 1 else tuple(scope[column] for column in columns): value / whole
                for scope, value in held[rule].items()}  # fmt: skip

    def named(rule: str, column: int) -> dict[str, str]:
        """The name that a rule gives to what it holds for."""
        return {scope[column]: scope[NAME] for scope in held[rule]}

    def one(rule: str, otherwise: Otherwise) -> float | Otherwise:
        """The value of a rule that holds for all."""
        return next(iter(by(rule, BUYER, PRODUCT, QUALITY, NAME).values()), otherwise)

    return Rules(
        group_of=named("group", BUYER), family=named("family", PRODUCT), step_of=named("needs_step", PRODUCT),
        market={(p, q or CONVENTIONAL): v for (p, q), v in by("market_price_eur_per_kg", PRODUCT, QUALITY).items()},
        organic_share=by("organic_share_pct", BUYER), durable_share=by("durable_share_pct", BUYER),
        meat_fish_share=by("meat_fish_share_pct", BUYER), local_share=by("local_share_pct", BUYER),
        budget=by("budget_eur", BUYER), contract_cost=one("contract_cost_eur", 0.0),
        least_contract=one("least_contract_eur", 0.0), least_income=one("least_income_eur", 0.0),
        largest_share=by("largest_share_pct", PRODUCT), most_contracts=by("most_contracts", PRODUCT),
        take_or_pay=one("take_or_pay_pct", 0.0), storage_loss=by("storage_loss_pct", PRODUCT),
        step_capacity=by("step_capacity_kg", NAME), peeled=frozenset(named("needs_peeling", PRODUCT)),
        peeling=by("peeling_capacity_kg", BUYER), drops=by("drops_per_month", BUYER, PRODUCT),
        least_drop=by("least_drop_eur", BUYER), growth=by("three_year_growth_pct", PRODUCT),
        carcass_share=by("carcass_share_pct", NAME, PRODUCT), carcass_use=by("carcass_use_pct", NAME),
        co2=by("co2_kg_per_kg", PRODUCT), co2_transport=one("co2_kg_per_kg_km", 0.0), scenarios=_scenarios(held),
        shortage_cost=one("shortage_cost_eur_per_kg", None), shortage_cvar=one("shortage_cvar_kg", None),
    )  # fmt: skip


def _scenarios(held: Mapping[str, Mapping[tuple[str, str, str, str], float]]) -> tuple[Scenario, ...]:
    yields: dict[str, dict[str, float]] = defaultdict(dict)
    for (_, product, _, name), value in held["yield_pct"].items():
        yields[name][product] = value / 100
    told = {name: value for (_, _, _, name), value in held["scenario_probability_pct"].items()}
    names = sorted(set(yields) | set(told))
    total = sum(told.get(name, 0.0) for name in names)
    if told and (set(told) != set(names) or abs(total - 100) > 1e-6):
        raise Trouble(
            fr=f"Les probabilités des scénarios ({', '.join(names)}) font {total:g} % : en donner une à chacun,"
            " qui fassent 100 %.",
            en=f"The probabilities of scenarios ({', '.join(names)}) make {total:g} %: give one to each, that add up"
            " to 100 %.",
        )
    return tuple(Scenario(n, told[n] / 100 if told else 1 / len(names), yields[n]) for n in names)
