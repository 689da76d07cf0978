"""Who holds the contracts: fictive suppliers, placed and sized so that the money goes where it should."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gisement.sources.demonstration.contracts import Contract
from gisement.sources.demonstration.dice import Dice
from gisement.sources.demonstration.identifiers import siren, siret
from gisement.sources.demonstration.setting import (
    LOCAL_RINGS,
    RINGS,
    Commune,
    Family,
    communes,
    families,
    fault_rates,
)

FIRST_NUMBER = 100  # below: the buyers
HEAD_OFFICE_ELSEWHERE = 0.28  # 14 of the 50 points: branches of groups whose head office is outside
SMALL_TAIL, SMALL_TAIL_SME = 0.8, 0.92  # the smaller suppliers are SMEs more often than their money says
LOYALTY = 0.5  # a buyer turns to a supplier that it knows
_FOREIGN_COUNTRIES = ("DE", "BE", "IT", "ES")


@dataclass
class Supplier:
    """A fictive supplier; `ring` is where its establishment is, `size` PME, ETI or GE."""

    number: int
    siren: str
    siret: str
    name: str
    family: str
    naf_code: str
    ring: str
    commune: Commune | None
    head_office: Commune | None
    size: str = ""
    legal_category: str = "5710"
    is_social_economy: bool = False
    fault: str = ""

    @property
    def is_local(self) -> bool:
        """Whether its establishment is in the department."""
        return self.ring in LOCAL_RINGS


@dataclass(frozen=True)
class _Part:
    """What one holder has of a contract, in cents; `rank` is the holder's place in the contract."""

    contract: Contract
    rank: int
    cents: int

    @property
    def year(self) -> tuple[int, bool]:
        """Its year of notification; medical goods are a world of their own."""
        return self.contract.day.year, self.contract.is_medical


def assign(contracts: Sequence[Contract], dice: Dice) -> list[Supplier]:
    """Give every contract its holders (`holders`: ranks in the list returned)."""
    suppliers: list[Supplier] = []
    by_place = _rings([_Part(c, rank, cents) for c in contracts for rank, cents in enumerate(c.parts)], dice)
    for family in families().values():
        for ring in RINGS:
            parts = by_place.get((family.identifier, ring), [])
            first, size = len(suppliers), _pool_size(family, ring, len(parts))
            suppliers += [_supplier(first + rank, family, ring, dice) for rank in range(size)]
            known: dict[str, list[int]] = {}
            for part in sorted(parts, key=lambda part: (part.contract.number, part.rank)):
                part.contract.holders.append(_holder(part.contract, first, size, known, dice))
    _size(contracts, suppliers, dice)
    return suppliers


def _rings(parts: Sequence[_Part], dice: Dice) -> dict[tuple[str, str], list[_Part]]:
    """Each part into a ring, the largest first: by chance, as its family and its year still lack money."""
    of_family = {family: [0.0] * len(RINGS) for family in families()}
    of_year = {part.year: [0.0] * len(RINGS) for part in parts}
    for part in parts:
        for ring, share in enumerate(families()[part.contract.family].ring_shares):
            of_family[part.contract.family][ring] += share * part.cents
            of_year[part.year][ring] += share * part.cents
    found: dict[tuple[str, str], list[_Part]] = {}
    for part in sorted(parts, key=lambda part: (-part.cents, part.contract.number, part.rank)):
        family, year = of_family[part.contract.family], of_year[part.year]
        chosen = _ring(part.cents, family, year, dice)
        family[chosen] -= part.cents
        year[chosen] -= part.cents
        found.setdefault((part.contract.family, RINGS[chosen]), []).append(part)
    return found


def _ring(cents: int, family: Sequence[float], year: Sequence[float], dice: Dice) -> int:
    """A ring that family and year both lack, likelier as it lacks more; else the one that both lack most."""
    both = [max(0.0, lack - cents / 2) * max(0.0, of_year) for lack, of_year in zip(family, year, strict=True)]
    if any(both):
        return dice.weighted(range(len(RINGS)), both)
    together = [lack + of_year for lack, of_year in zip(family, year, strict=True)]
    return together.index(max(together))


def _pool_size(family: Family, ring: str, parts: int) -> int:
    """How many suppliers a family has in a ring; local energy has four, one of them large."""
    if family.identifier == "energy_water" and ring == "epci":
        return 4
    return max(3, round(parts * 0.6))


def _holder(contract: Contract, first: int, size: int, known: dict[str, list[int]], dice: Dice) -> int:
    """A supplier of the pool, not yet holder: often one that the buyer knows, else the first ones more."""
    own = known.setdefault(contract.buyer.identifier, [])
    rank = dice.pick(own) if own and dice.chance(LOYALTY) else dice.skewed(size, 1.6)
    while first + rank in contract.holders:
        rank = (rank + 1) % size
    own.append(rank)
    return first + rank


def _supplier(rank: int, family: Family, ring: str, dice: Dice) -> Supplier:
    number = FIRST_NUMBER + rank
    unit = siren(number)
    name = f"Fournisseur fictif {number:04d} – {family.word}"
    if ring == "abroad":
        foreign = f"{dice.pick(_FOREIGN_COUNTRIES)}{unit}"
        return Supplier(number, unit, foreign, name, family.identifier, "", ring, None, None)
    here = _place(ring, dice)
    is_branch = dice.chance(HEAD_OFFICE_ELSEWHERE) and ring in LOCAL_RINGS
    head = _place(dice.weighted(("rest_region", "rest_france"), (0.35, 0.65)), dice) if is_branch else here
    rates = fault_rates("supplier")
    return Supplier(
        number, unit, siret(unit, 2 if is_branch else 1), name, family.identifier, family.naf_code, ring,
        here, head,
        legal_category=dice.weighted(("5710", "5499", "5485", "9220", "1000"), (0.5, 0.35, 0.07, 0.06, 0.02)),
        is_social_economy=dice.chance(0.06),
        fault=next((fault for fault, rate in rates.items() if dice.chance(rate)), ""),
    )  # fmt: skip


def _place(ring: str, dice: Dice) -> Commune:
    known = communes()[ring]
    return dice.weighted(known, [commune.population for commune in known])


def _size(contracts: Iterable[Contract], suppliers: Sequence[Supplier], dice: Dice) -> None:
    """SME or larger: the small tail by chance, the others so that the SME share of the money is met."""
    money = [0] * len(suppliers)
    for contract in contracts:
        for rank, cents in zip(contract.holders, contract.parts, strict=True):
            money[rank] += cents
    for family in families().values():
        own = [rank for rank, s in enumerate(suppliers) if s.family == family.identifier]
        own.sort(key=lambda rank: (-money[rank], rank))
        head = own[: len(own) - int(len(own) * SMALL_TAIL)]
        lacking = [share * sum(money[rank] for rank in own) for share in (family.sme_share, 1 - family.sme_share)]
        for rank in own[len(head) :]:
            _set_size(suppliers[rank], dice.chance(SMALL_TAIL_SME), lacking, money[rank], dice)
        for rank in head:
            weights = [max(0.0, left - money[rank] / 2) for left in lacking]
            is_sme = dice.chance(weights[0] / sum(weights)) if any(weights) else lacking[0] >= lacking[1]
            _set_size(suppliers[rank], is_sme, lacking, money[rank], dice)


def _set_size(supplier: Supplier, is_sme: bool, lacking: list[float], money: int, dice: Dice) -> None:
    lacking[0 if is_sme else 1] -= money
    larger = dice.weighted(("ETI", "GE"), (0.55, 0.45))
    supplier.size = "PME" if is_sme else larger
    if not is_sme and supplier.legal_category in ("1000", "9220"):
        supplier.legal_category = "5599"
