"""The contracts of the demonstration as they truly are, before anybody publishes them badly.

Each weighs something, drawn lognormal (median 68 k€, mean 180 k€ in the calibration), and lasts some months; `spending`
then says what is paid under it, and its amount follows from that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from gisement.sources.demonstration.dice import Dice
from gisement.sources.demonstration.setting import (
    MEDICAL,
    Buyer,
    Year,
    cpv_codes,
    family_segments,
    matrix,
    segment_label,
    years,
)

SPREAD = 1.395  # sqrt(2 ln(180 / 68)): a lognormal of median 68 and mean 180
LEAST_CENTS = 400_000
EARLIER_YEARS = 3
"""Contracts of the years before the first one published: they are paid in the ledgers, and nobody published them."""
JOINT_RATE, AMENDED_RATE, FRAMEWORK_RATE, SUBSEQUENT_RATE = 0.12, 0.10, 0.22, 0.01
REPORTED = "Données fictives"
FIRST_YEAR = 2019  # published in the format of 2019, which does not name the framework agreement
_OFFERS = ((1, 2, 3, 4, 5, 6, 8, 11, 15), (0.18, 0.2, 0.2, 0.14, 0.1, 0.08, 0.06, 0.03, 0.01))
_DURATIONS = (6, 12, 24, 36, 48)


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
    def is_medical(self) -> bool:
        """Whether it buys medical or pharmaceutical goods."""
        return self.family == MEDICAL

    @property
    def parts(self) -> list[int]:
        """The cents of each holder: equal parts, the remainder with the first."""
        part, remainder = divmod(self.cents, self.holders_count)
        return [part + remainder, *[part] * (self.holders_count - 1)]


def draw(buyers: Sequence[Buyer], per_year: int, dice: Dice) -> list[Contract]:
    """`per_year` contracts for each year (three earlier ones included), in order of notification, without money."""
    calendar = years()
    earlier = [replace(calendar[0], year=calendar[0].year - back) for back in range(EARLIER_YEARS, 0, -1)]
    drawn: list[Contract] = []
    for year in (*earlier, *calendar):
        counts = _apportioned({buyer.identifier: float(buyer.contracts) for buyer in buyers}, per_year)
        for buyer in buyers:
            families = matrix()[buyer.identifier]
            roots = [cents**0.5 for cents in families.values()]
            drawn += [
                _contract(buyer, dice.weighted(list(families), roots), year, dice)
                for _ in range(counts[buyer.identifier])
            ]
    drawn.sort(key=lambda c: (c.day, c.buyer.identifier, c.weight, c.segment))
    numbered = [_numbered(contract, number) for number, contract in enumerate(drawn, 1)]
    return _with_frameworks(_with_reserved(numbered, calendar, per_year), dice)


def _apportioned(weights: Mapping[str, float], seats: int) -> dict[str, int]:
    """Whole seats in proportion to weights, by the largest remainders."""
    whole = sum(weights.values())
    quotas = {name: seats * weight / whole for name, weight in weights.items()}
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
        months=dice.pick(_DURATIONS[2:]) if is_framework else dice.pick(_DURATIONS[:4]),
        offers=dice.weighted(*_OFFERS), is_framework=is_framework,
        holders_count=dice.pick((2, 2, 2, 3)) if dice.chance(JOINT_RATE) else 1,
        social=_social(dice) if dice.chance(year.social[buyer.group]) else "",
        is_environmental=dice.chance(year.environmental[buyer.group]), is_amended=dice.chance(AMENDED_RATE),
    )  # fmt: skip


def _social(dice: Dice) -> str:
    return dice.weighted(("Clause sociale", "Critère social"), (0.8, 0.2))


def amend(contract: Contract, dice: Dice) -> None:
    """One or two amendments, each adding 3 to 20 %: the last sets the current amount, known already."""
    count = dice.pick((1, 1, 1, 2))
    amounts = [contract.cents]
    for _ in range(count):
        amounts.append(max(LEAST_CENTS, round(amounts[-1] * 100 / dice.between(103, 120) / 100) * 100))
    contract.initial_cents, *after = reversed(amounts)
    day, acts = contract.day, []
    for number, cents in enumerate(after, 1):
        # an amendment may bear the very day of the notification: it is no less the later state
        day += timedelta(days=dice.pick((0, 30, 90, 150)))
        acts.append(Amendment(number, day, cents, contract.months + dice.pick((0, 3, 6))))
    contract.amendments = tuple(acts)


def _numbered(contract: Contract, number: int) -> Contract:
    contract.number = number
    contract.identifier = f"{contract.day.year}-{number:05d}"
    contract.title = f"{REPORTED} – {segment_label(contract.segment)}, opération {number:05d}"
    return contract


def _with_reserved(contracts: list[Contract], calendar: Sequence[Year], per_year: int) -> list[Contract]:
    """Mark as reserved the number of contracts that each year says (in proportion to the size)."""
    everything = sum(buyer.contracts for buyer in {c.buyer.identifier: c.buyer for c in contracts}.values())
    for year in calendar:
        suited = [c for c in contracts if c.day.year == year.year and c.family in ("green_spaces", "cleaning_hygiene")]
        for contract in suited[: round(year.reserved * per_year / everything)]:
            contract.social = "Marché réservé"
    return contracts


def _with_frameworks(contracts: list[Contract], dice: Dice) -> list[Contract]:
    """Some contracts follow from an earlier framework of their buyer and family: its holders, its money."""
    last: dict[tuple[str, str], Contract] = {}
    for contract in contracts:
        earlier = last.get((contract.buyer.identifier, contract.family))
        if contract.is_framework and contract.is_published and contract.holders_count == 1:
            last[contract.buyer.identifier, contract.family] = contract
        elif earlier and contract.day.year > FIRST_YEAR and dice.chance(SUBSEQUENT_RATE):
            contract.framework, contract.parent = earlier.identifier, earlier
            contract.holders_count, contract.is_framework, contract.is_amended = 1, False, False
    return contracts
