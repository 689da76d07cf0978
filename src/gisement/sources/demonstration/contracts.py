"""The contracts of the demonstration as they truly are, before anybody publishes them badly.

Amounts by buyer and family are those of the calibration, drawn lognormal (median 68 k€, mean 180 k€) inside
each; one contract in seven of the assumed volumes stands for the period.
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

    number: int
    buyer: Buyer
    family: str
    segment: str
    cpv: str
    day: date
    published: date
    identifier: str
    title: str
    cents: int
    initial_cents: int
    months: int
    offers: int
    holders_count: int
    is_framework: bool
    social: str
    is_environmental: bool
    framework: str = ""
    amendments: tuple[Amendment, ...] = ()
    holders: list[int] = field(default_factory=list)
    fault: str = ""

    @property
    def is_medical(self) -> bool:
        """Whether it buys medical or pharmaceutical goods."""
        return self.family == MEDICAL

    @property
    def parts(self) -> list[int]:
        """The cents of each holder: equal parts, the remainder with the first."""
        part, remainder = divmod(self.cents, self.holders_count)
        return [part + remainder, *[part] * (self.holders_count - 1)]


@dataclass(frozen=True)
class _Cell:
    buyer: Buyer
    family: str
    contracts: int
    cents: int


def draw(buyers: Sequence[Buyer], total: int, dice: Dice) -> list[Contract]:
    """About `total` contracts of the buyers, in order of notification, without holders yet."""
    calendar = years()
    drawn: list[Contract] = []
    for cell in _cells(buyers, total):
        weights = [dice.lognormal(SPREAD) for _ in range(cell.contracts)]
        scale = cell.cents / sum(weights)
        for weight in weights:
            cents = max(LEAST_CENTS, round(weight * scale / 100) * 100)
            drawn.append(_contract(cell, cents, calendar, dice))
    drawn.sort(key=lambda c: (c.day, c.buyer.identifier, c.cents, c.segment))
    numbered = [_numbered(contract, number) for number, contract in enumerate(drawn, 1)]
    return _with_frameworks(_with_reserved(numbered, calendar, total), dice)


def _cells(buyers: Sequence[Buyer], total: int) -> list[_Cell]:
    """How many contracts and cents each buyer spends on each family, the largest remainders served first."""
    scale = total / sum(buyer.contracts for buyer in buyers)
    cells = []
    for buyer in buyers:
        amounts = matrix()[buyer.identifier]
        counts = _apportioned({f: cents**0.5 for f, cents in amounts.items()}, round(buyer.contracts * scale))
        served = sum(cents for family, cents in amounts.items() if counts[family])
        share = scale * sum(amounts.values()) / served
        cells += [_Cell(buyer, f, counts[f], round(cents * share)) for f, cents in amounts.items() if counts[f]]
    return cells


def _apportioned(weights: Mapping[str, float], seats: int) -> dict[str, int]:
    """Whole seats in proportion to weights, by the largest remainders."""
    whole = sum(weights.values())
    quotas = {name: seats * weight / whole for name, weight in weights.items()}
    given = {name: int(quota) for name, quota in quotas.items()}
    by_remainder = sorted(quotas, key=lambda name: (given[name] - quotas[name], name))
    for name in by_remainder[: seats - sum(given.values())]:
        given[name] += 1
    return given


def _contract(cell: _Cell, cents: int, calendar: Sequence[Year], dice: Dice) -> Contract:
    year = dice.weighted(calendar, [y.volume for y in calendar])
    day = date(year.year, 1, 1) + timedelta(days=dice.below(365))
    segment = dice.pick(family_segments()[cell.family])
    is_framework = dice.chance(FRAMEWORK_RATE)
    months = dice.pick(_DURATIONS[2:]) if is_framework else dice.pick(_DURATIONS[:4])
    contract = Contract(
        number=0, buyer=cell.buyer, family=cell.family, segment=segment, cpv=dice.pick(cpv_codes()[segment]),
        day=day, published=day + timedelta(days=dice.between(5, 60)), identifier="", title="",
        cents=cents, initial_cents=cents, months=months, offers=dice.weighted(*_OFFERS),
        holders_count=dice.pick((2, 2, 2, 3)) if dice.chance(JOINT_RATE) else 1, is_framework=is_framework,
        social=_social(dice) if dice.chance(year.social[cell.buyer.group]) else "",
        is_environmental=dice.chance(year.environmental[cell.buyer.group]),
    )  # fmt: skip
    return _amended(contract, dice) if dice.chance(AMENDED_RATE) else contract


def _social(dice: Dice) -> str:
    return dice.weighted(("Clause sociale", "Critère social"), (0.8, 0.2))


def _amended(contract: Contract, dice: Dice) -> Contract:
    """The contract with one or two amendments: the last sets the current amount, each adds 3 to 20 %."""
    cents, acts = contract.initial_cents, []
    day = contract.day
    for number in range(1, dice.pick((1, 1, 1, 2)) + 1):
        cents += round(cents * dice.between(3, 20) / 10_000) * 100
        # an amendment may bear the very day of the notification: it is no less the later state
        day += timedelta(days=dice.pick((0, 30, 90, 150)))
        acts.append(Amendment(number, day, cents, contract.months + dice.pick((0, 3, 6))))
    return replace(contract, cents=cents, amendments=tuple(acts))


def _numbered(contract: Contract, number: int) -> Contract:
    contract.number = number
    contract.identifier = f"{contract.day.year}-{number:05d}"
    contract.title = f"{REPORTED} – {segment_label(contract.segment)}, opération {number:05d}"
    return contract


def _with_reserved(contracts: list[Contract], calendar: Sequence[Year], total: int) -> list[Contract]:
    """Mark as reserved the number of contracts that each year says (in proportion to the size)."""
    everything = sum(buyer.contracts for buyer in {c.buyer.identifier: c.buyer for c in contracts}.values())
    for year in calendar:
        suited = [c for c in contracts if c.day.year == year.year and c.family in ("green_spaces", "cleaning_hygiene")]
        # counts are those of a whole year, and a contract in seven is drawn
        for contract in suited[: round(year.reserved * total / everything / len(calendar))]:
            contract.social = "Marché réservé"
    return contracts


def _with_frameworks(contracts: list[Contract], dice: Dice) -> list[Contract]:
    """Some contracts follow from an earlier framework of the same buyer, which holds their money already."""
    last: dict[str, Contract] = {}
    for contract in contracts:
        earlier = last.get(contract.buyer.identifier)
        if contract.is_framework and not contract.framework:
            last[contract.buyer.identifier] = contract
        elif earlier and contract.day.year > FIRST_YEAR and dice.chance(SUBSEQUENT_RATE):
            contract.framework = earlier.identifier
    return contracts
