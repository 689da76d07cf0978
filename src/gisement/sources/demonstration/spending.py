"""What is paid, to whom it is due: each buyer's money of each year, under contracts and outside any of them.

The money of a buyer and family in a year is that of the calibration. Contracts that run in the year share what is not
spent outside contracts, by weight and months; a contract's amount then follows from what is paid under it, up to its
end: a maximum that is not reached, as in life.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gisement.sources.demonstration.contracts import LEAST_CENTS, Contract, amend
from gisement.sources.demonstration.dice import Dice
from gisement.sources.demonstration.setting import (
    ENERGY,
    MEDICAL,
    Buyer,
    families,
    family_segments,
    matrix,
    years,
)

STREAM_SPREAD = 1.8
TAKEN_BACK = 0.015  # what credit notes take back: one line in a hundred, and half of it again
USE_OF_FRAMEWORK, USE_OF_CONTRACT = (40, 95), (85, 100)
"""Per cent of a contract's amount that ends up paid: assumptions."""

Cell = tuple[str, str, int]
"""Buyer, family, year."""


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


def budgets(buyers: Sequence[Buyer]) -> dict[Cell, int]:
    """Cents of each buyer, family and year; growth is the year's, and energy grows in its own way inside it."""
    found: dict[Cell, int] = {}
    for buyer in buyers:
        base = matrix()[buyer.identifier]
        for year in years():
            risen = {f: cents * (year.energy if f == ENERGY else 1.0) for f, cents in base.items()}
            scale = year.volume * sum(base.values()) / sum(risen.values()) / (1 - TAKEN_BACK)
            found |= {(buyer.identifier, f, year.year): round(cents * scale) for f, cents in risen.items()}
    return found


def engage(buyers: Sequence[Buyer], contracts: Sequence[Contract], streams: int, dice: Dice) -> list[Engagement]:
    """Share the money out: contracts get their amounts, and `streams` suppliers outside contracts get the rest."""
    left = budgets(buyers)
    under = {c: round(cents * (1 - families()[c[1]].off_contract_share)) for c, cents in left.items()}
    paid = _paid(contracts, under)
    found: list[Engagement] = []
    by_contract: dict[int, Engagement] = {}
    for contract in contracts:
        due = paid.get(contract.number, {})
        for year, cents in due.items():
            left[contract.buyer.identifier, contract.family, year] -= cents
        for rank in range(contract.holders_count):
            part = {year: _part(cents, contract.holders_count, rank) for year, cents in due.items()}
            found.append(Engagement(contract.buyer, contract.family, contract.segment, part, contract))
            by_contract.setdefault(contract.number, found[-1])
    _follow(found, by_contract)
    _give_amounts(contracts, paid, dice)
    found += _streams(buyers, left, streams, dice)
    for number, engagement in enumerate(found):
        engagement.number = number
    return found


def months_in(contract: Contract) -> dict[int, int]:
    """How many months the contract runs in each year, the month of its notification included."""
    found, year, left = {}, contract.day.year, contract.months
    room = 13 - contract.day.month
    while left > 0:
        found[year] = min(left, room)
        year, left, room = year + 1, left - room, 12
    return found


def _paid(contracts: Iterable[Contract], under: Mapping[Cell, int]) -> dict[int, dict[int, int]]:
    """Cents paid under each contract in each year of the period."""
    shares: dict[Cell, list[tuple[int, float]]] = {}
    for contract in contracts:
        for year, months in months_in(contract).items():
            cell = (contract.buyer.identifier, contract.family, year)
            if cell in under:
                shares.setdefault(cell, []).append((contract.number, contract.weight / contract.months * months))
    paid: dict[int, dict[int, int]] = {}
    for cell, running in shares.items():
        scale = under[cell] / sum(weight for _, weight in running)
        for number, weight in running:
            paid.setdefault(number, {})[cell[2]] = int(weight * scale)
    return paid


def _part(cents: int, holders: int, rank: int) -> int:
    part, remainder = divmod(cents, holders)
    return part + remainder if rank == 0 else part


def _follow(found: Iterable[Engagement], by_contract: Mapping[int, Engagement]) -> None:
    """A contract that follows from a framework is held by the framework's holder."""
    for engagement in found:
        parent = engagement.contract.parent if engagement.contract else None
        if parent is not None:
            engagement.leader = by_contract[parent.number]
            engagement.leader.followers.append(engagement)


def _give_amounts(contracts: Sequence[Contract], paid: Mapping[int, Mapping[int, int]], dice: Dice) -> None:
    """The amount of each contract: what is paid under it up to its end, over the part of it that is used."""
    last = years()[-1].year
    for contract in contracts:
        due, running = paid.get(contract.number, {}), months_in(contract)
        monthly = due.get(last, 0) / running[last] if last in running else 0
        whole = sum(due.values()) + monthly * sum(months for year, months in running.items() if year > last)
        use = dice.between(*(USE_OF_FRAMEWORK if contract.is_framework else USE_OF_CONTRACT))
        contract.cents = max(LEAST_CENTS, round(whole / use) * 100)
        if contract.parent is not None:
            contract.parent.cents += contract.cents
    for contract in contracts:
        contract.initial_cents = contract.cents
        if contract.is_amended:
            amend(contract, dice)


def _streams(buyers: Sequence[Buyer], left: Mapping[Cell, int], streams: int, dice: Dice) -> list[Engagement]:
    """Suppliers paid outside any contract: some all along, most for a few years."""
    calendar = [year.year for year in years()]
    cells = [(buyer, family) for buyer in buyers for family in matrix()[buyer.identifier]]
    roots = [sum(left[buyer.identifier, family, year] for year in calendar) ** 0.5 for buyer, family in cells]
    scale = streams / sum(roots)
    return [
        engagement
        for (buyer, family), root in zip(cells, roots, strict=True)
        for engagement in _stream_cell(buyer, family, left, max(2, round(root * scale)), dice)
    ]


def _stream_cell(buyer: Buyer, family: str, left: Mapping[Cell, int], count: int, dice: Dice) -> Iterator[Engagement]:
    calendar = [year.year for year in years()]
    spans = []
    for rank in range(count):
        # the first one is always there: every year has somebody to pay
        start = calendar[0] if rank == 0 else dice.between(calendar[0] - 2, calendar[-1])
        end = calendar[-1] if rank == 0 else start + dice.between(0, 4)
        spans.append((start, end, dice.lognormal(STREAM_SPREAD)))
    totals = {year: sum(w for start, end, w in spans if start <= year <= end) for year in calendar}
    for start, end, weight in spans:
        cents = {
            year: int(left[buyer.identifier, family, year] * weight / totals[year])
            for year in calendar
            if start <= year <= end
        }
        yield Engagement(buyer, family, dice.pick(family_segments()[family]), cents)
