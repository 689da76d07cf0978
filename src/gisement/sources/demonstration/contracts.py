"""The contracts of the demonstration as they truly are, and what is paid under them and outside any of them.

Each contract weighs something, drawn lognormal (median 68 k€, mean 180 k€ in the calibration), and lasts some months.
The money of a buyer and family in a year is that of the calibration. Contracts that run in the year share what is not
spent outside contracts, by weight and months; a contract's amount then follows from what is paid under it, up to its
end: a maximum that is not reached, as in life.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from gisement.sources.demonstration.chance import Dice
from gisement.sources.demonstration.territory import (
    ENERGY,
    FICTIVE,
    MEDICAL,
    Buyer,
    Year,
    cpv_codes,
    families,
    family_segments,
    matrix,
    segment_label,
    years,
)

SPREAD, STREAM_SPREAD = 1.395, 1.8  # sqrt(2 ln(180 / 68)): a lognormal of median 68 and mean 180
LEAST_CENTS = 400_000
EARLIER_YEARS = 3
"""Contracts of the years before the first one published: they are paid in the ledgers, and nobody published them."""
JOINT_RATE, AMENDED_RATE, FRAMEWORK_RATE, SUBSEQUENT_RATE = 0.12, 0.10, 0.22, 0.01
FIRST_YEAR = 2019  # published in the format of 2019, which does not name the framework agreement
TAKEN_BACK = 0.015  # what credit notes take back: one line in a hundred, and half of it again
USE_OF_FRAMEWORK, USE_OF_CONTRACT = (40, 95), (85, 100)
"""Per cent of a contract's amount that ends up paid: assumptions."""
CLAUSE, RESERVED = "Clause sociale", "Marché réservé"
RESERVED_FAMILIES = ("green_spaces", "cleaning_hygiene")
_OFFERS = ((1, 2, 3, 4, 5, 6, 8, 11, 15), (0.18, 0.2, 0.2, 0.14, 0.1, 0.08, 0.06, 0.03, 0.01))
_DURATIONS = (6, 12, 24, 36, 48)

Cell = tuple[str, str, int]
"""Buyer, family, year."""


@dataclass(frozen=True)
class Amendment:
    """An amendment: its number, day, and the amount or duration that it sets."""

    number: int
    day: date
    cents: int
    months: int


@dataclass
class Contract:
    """One contract as it is: `cents` is the current amount, `initial_cents` the one awarded."""

    buyer: Buyer
    family: str
    segment: str
    cpv: str
    day: date
    published: date
    weight: float
    months: int
    offers: int
    holders_count: int
    is_framework: bool
    social: str
    is_environmental: bool
    is_amended: bool
    number: int = 0
    identifier: str = ""
    title: str = ""
    cents: int = 0
    initial_cents: int = 0
    framework: str = ""
    parent: Contract | None = None
    amendments: tuple[Amendment, ...] = ()
    holders: list[int] = field(default_factory=list)
    fault: str = ""

    @property
    def is_published(self) -> bool:
        """Whether it is of the years that are published."""
        return self.day.year >= FIRST_YEAR

    @property
    def months_by_year(self) -> dict[int, int]:
        """How many months it runs in each year, the month of its notification included."""
        found, year, left = {}, self.day.year, self.months
        room = 13 - self.day.month
        while left > 0:
            found[year] = min(left, room)
            year, left, room = year + 1, left - room, 12
        return found


@dataclass
class Engagement:
    """What one supplier is paid by one buyer, year by year: as a holder of a contract, or outside any contract."""

    buyer: Buyer
    family: str
    segment: str
    cents: dict[int, int]
    contract: Contract | None = None
    number: int = -1
    leader: Engagement | None = None
    supplier: int = -1
    followers: list[Engagement] = field(default_factory=list)

    @property
    def is_medical(self) -> bool:
        """Whether it is for medical or pharmaceutical goods."""
        return self.family == MEDICAL

    @property
    def money(self) -> int:
        """All its cents, and those of the contracts that follow from its framework."""
        return sum(self.cents.values()) + sum(other.money for other in self.followers)


def parts(cents: int, count: int) -> list[int]:
    """The cents of each holder: equal parts, the remainder with the first."""
    part, remainder = divmod(cents, count)
    return [part + remainder, *[part] * (count - 1)]


def draw(buyers: Sequence[Buyer], per_year: int, dice: Dice) -> list[Contract]:
    """`per_year` contracts for each year (three earlier ones included), in order of notification, without money."""
    calendar, counts = years(), _apportioned(buyers, per_year)
    earlier = [replace(calendar[0], year=calendar[0].year - back) for back in range(EARLIER_YEARS, 0, -1)]
    drawn: list[Contract] = []
    for year in (*earlier, *calendar):
        for buyer in buyers:
            known = matrix()[buyer.identifier]
            roots = [cents**0.5 for cents in known.values()]
            drawn += [
                _contract(buyer, dice.weighted(list(known), roots), year, dice) for _ in range(counts[buyer.identifier])
            ]
    drawn.sort(key=lambda c: (c.day, c.buyer.identifier, c.weight, c.segment))
    for number, contract in enumerate(drawn, 1):
        contract.number = number
        contract.identifier = f"{contract.day.year}-{number:05d}"
        contract.title = f"{FICTIVE} – {segment_label(contract.segment)}, opération {number:05d}"
    scale = per_year / sum(buyer.contracts for buyer in buyers)
    for year in calendar:
        suited = [c for c in drawn if c.day.year == year.year and c.family in RESERVED_FAMILIES]
        for contract in suited[: round(year.reserved * scale)]:
            contract.social = RESERVED
    _give_frameworks(drawn, dice)
    return drawn


def _apportioned(buyers: Sequence[Buyer], seats: int) -> dict[str, int]:
    """Whole contracts of each buyer in proportion to its usual number, by the largest remainders."""
    whole = sum(buyer.contracts for buyer in buyers)
    quotas = {buyer.identifier: seats * float(buyer.contracts) / whole for buyer in buyers}
    given = {name: int(quota) for name, quota in quotas.items()}
    by_remainder = sorted(quotas, key=lambda name: (given[name] - quotas[name], name))
    for name in by_remainder[: seats - sum(given.values())]:
        given[name] += 1
    return given


def _contract(buyer: Buyer, family: str, year: Year, dice: Dice) -> Contract:
    day = date(year.year, 1, 1) + timedelta(days=dice.below(365))
    segment = dice.pick(family_segments()[family])
    is_framework = dice.chance(FRAMEWORK_RATE)
    return Contract(
        buyer=buyer, family=family, segment=segment, cpv=dice.pick(cpv_codes()[segment]),
        day=day, published=day + timedelta(days=dice.between(5, 60)), weight=dice.lognormal(SPREAD),
        months=dice.pick(_DURATIONS[2:] if is_framework else _DURATIONS[:4]),
        offers=dice.weighted(*_OFFERS), is_framework=is_framework,
        holders_count=dice.pick((2, 2, 2, 3)) if dice.chance(JOINT_RATE) else 1,
        social=dice.weighted((CLAUSE, "Critère social"), (0.8, 0.2)) if dice.chance(year.rate("social", buyer)) else "",
        is_environmental=dice.chance(year.rate("environmental", buyer)), is_amended=dice.chance(AMENDED_RATE),
    )  # fmt: skip


def _give_frameworks(contracts: Sequence[Contract], dice: Dice) -> None:
    """Some contracts follow from an earlier framework of their buyer and family: its holders, its money."""
    last: dict[tuple[str, str], Contract] = {}
    for contract in contracts:
        earlier = last.get((contract.buyer.identifier, contract.family))
        if contract.is_framework and contract.is_published and contract.holders_count == 1:
            last[contract.buyer.identifier, contract.family] = contract
        elif earlier and contract.day.year > FIRST_YEAR and dice.chance(SUBSEQUENT_RATE):
            contract.framework, contract.parent = earlier.identifier, earlier
            contract.holders_count, contract.is_framework, contract.is_amended = 1, False, False


def engage(buyers: Sequence[Buyer], contracts: Sequence[Contract], streams: int, dice: Dice) -> list[Engagement]:
    """Share the money out: contracts get their amounts, and `streams` suppliers outside contracts get the rest."""
    left = _budgets(buyers)
    paid = _paid(contracts, left)
    found: list[Engagement] = []
    leaders: dict[int, Engagement] = {}
    for contract in contracts:
        due = paid.get(contract.number, {})
        for year, cents in due.items():
            left[contract.buyer.identifier, contract.family, year] -= cents
        shares = {year: parts(cents, contract.holders_count) for year, cents in due.items()}
        for rank in range(contract.holders_count):
            part = {year: share[rank] for year, share in shares.items()}
            found.append(Engagement(contract.buyer, contract.family, contract.segment, part, contract))
            leaders.setdefault(contract.number, found[-1])
    for engagement in found:
        parent = engagement.contract.parent if engagement.contract else None
        if parent is not None:  # a contract that follows from a framework is held by the framework's holder
            engagement.leader = leaders[parent.number]
            engagement.leader.followers.append(engagement)
    _give_amounts(contracts, paid, dice)
    found += _streams(buyers, left, streams, dice)
    for number, engagement in enumerate(found):
        engagement.number = number
    return found


def _budgets(buyers: Sequence[Buyer]) -> dict[Cell, int]:
    """Cents of each buyer, family and year; growth is the year's, and energy grows in its own way inside it."""
    found: dict[Cell, int] = {}
    for buyer in buyers:
        base = matrix()[buyer.identifier]
        for year in years():
            risen = {f: cents * (year.energy if f == ENERGY else 1.0) for f, cents in base.items()}
            scale = year.volume * sum(base.values()) / sum(risen.values()) / (1 - TAKEN_BACK)
            found |= {(buyer.identifier, f, year.year): round(cents * scale) for f, cents in risen.items()}
    return found


def _paid(contracts: Sequence[Contract], budgets: Mapping[Cell, int]) -> dict[int, dict[int, int]]:
    """Cents paid under each contract in each year of the period."""
    shares: dict[Cell, list[tuple[int, float]]] = {}
    for contract in contracts:
        for year, months in contract.months_by_year.items():
            cell = (contract.buyer.identifier, contract.family, year)
            if cell in budgets:
                shares.setdefault(cell, []).append((contract.number, contract.weight / contract.months * months))
    paid: dict[int, dict[int, int]] = {}
    for cell, running in shares.items():
        under = round(budgets[cell] * (1 - families()[cell[1]].off_contract_share))
        scale = under / sum(weight for _, weight in running)
        for number, weight in running:
            paid.setdefault(number, {})[cell[2]] = int(weight * scale)
    return paid


def _give_amounts(contracts: Sequence[Contract], paid: Mapping[int, Mapping[int, int]], dice: Dice) -> None:
    """The amount of each contract: what is paid under it up to its end, over the part of it that is used."""
    last = years()[-1].year
    for contract in contracts:
        due, running = paid.get(contract.number, {}), contract.months_by_year
        monthly = due.get(last, 0) / running[last] if last in running else 0
        whole = sum(due.values()) + monthly * sum(months for year, months in running.items() if year > last)
        use = dice.between(*(USE_OF_FRAMEWORK if contract.is_framework else USE_OF_CONTRACT))
        contract.cents = max(LEAST_CENTS, round(whole / use) * 100)
        if contract.parent is not None:
            contract.parent.cents += contract.cents
    for contract in contracts:
        contract.initial_cents = contract.cents
        if contract.is_amended:
            _amend(contract, dice)


def _amend(contract: Contract, dice: Dice) -> None:
    """One or two amendments, each adding 3 to 20 %: the last sets the current amount, known already."""
    amounts = [contract.cents]
    for _ in range(dice.pick((1, 1, 1, 2))):
        amounts.append(max(LEAST_CENTS, round(amounts[-1] * 100 / dice.between(103, 120) / 100) * 100))
    contract.initial_cents, *after = reversed(amounts)
    day, acts = contract.day, []
    for number, cents in enumerate(after, 1):
        # an amendment may bear the very day of the notification: it is no less the later state
        day += timedelta(days=dice.pick((0, 30, 90, 150)))
        acts.append(Amendment(number, day, cents, contract.months + dice.pick((0, 3, 6))))
    contract.amendments = tuple(acts)


def _streams(buyers: Sequence[Buyer], left: Mapping[Cell, int], streams: int, dice: Dice) -> list[Engagement]:
    """Suppliers paid outside any contract: some all along, most for a few years."""
    calendar = [year.year for year in years()]
    cells = [(buyer, family) for buyer in buyers for family in matrix()[buyer.identifier]]
    roots = [sum(left[buyer.identifier, family, year] for year in calendar) ** 0.5 for buyer, family in cells]
    scale = streams / sum(roots)
    found = []
    for (buyer, family), root in zip(cells, roots, strict=True):
        spans = []
        for rank in range(max(2, round(root * scale))):
            # the first one is always there: every year has somebody to pay
            start = calendar[0] if rank == 0 else dice.between(calendar[0] - 2, calendar[-1])
            end = calendar[-1] if rank == 0 else start + dice.between(0, 4)
            spans.append((range(start, end + 1), dice.lognormal(STREAM_SPREAD)))
        totals = {year: sum(weight for span, weight in spans if year in span) for year in calendar}
        for span, weight in spans:
            cents = {
                year: int(left[buyer.identifier, family, year] * weight / totals[year])
                for year in calendar
                if year in span
            }
            found.append(Engagement(buyer, family, dice.pick(family_segments()[family]), cents))
    return found
