"""Who is paid: fictive suppliers, placed and sized so that the money goes where it should."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from gisement.sources.demonstration.dice import Dice
from gisement.sources.demonstration.identifiers import siren, siret
from gisement.sources.demonstration.setting import (
    ENERGY,
    LOCAL_RINGS,
    RINGS,
    Commune,
    Family,
    communes,
    families,
    fault_rates,
)
from gisement.sources.demonstration.spending import Engagement

FIRST_NUMBER = 100  # below: the buyers
HEAD_OFFICE_ELSEWHERE = 0.28  # 14 of the 50 points: branches of groups whose head office is outside
SMALL_TAIL, SMALL_TAIL_SME = 0.8, 0.92  # the smaller suppliers are SMEs more often than their money says
LOYALTY = 0.5  # a buyer turns to a supplier that it knows
POOL = 0.65  # suppliers per engagement: some 9,500 are paid in a year
SKEW, LARGE_FIRST = 2.0, 5.3  # of four, the first is drawn three times in four
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


def assign(engagements: Sequence[Engagement], dice: Dice) -> list[Supplier]:
    """Give every engagement its supplier, and contracts their holders (ranks in the list returned)."""
    suppliers: list[Supplier] = []
    by_place = _rings([e for e in engagements if e.leader is None], dice)
    for family in families().values():
        for ring in RINGS:
            held = by_place.get((family.identifier, ring), [])
            first, size = len(suppliers), _pool_size(family, ring, len(held))
            suppliers += [_supplier(first + rank, family, ring, dice) for rank in range(size)]
            known: dict[str, list[int]] = {}
            for engagement in sorted(held, key=lambda e: e.number):
                engagement.supplier = _holder(engagement, first, size, known, dice)
                if engagement.contract is not None:
                    engagement.contract.holders.append(engagement.supplier)
    for engagement in engagements:
        if engagement.leader is not None and engagement.contract is not None:
            engagement.supplier = engagement.leader.supplier
            engagement.contract.holders.append(engagement.supplier)
    _size(engagements, suppliers, dice)
    return suppliers


def _rings(engagements: Sequence[Engagement], dice: Dice) -> dict[tuple[str, str], list[Engagement]]:
    """Each into a ring, the largest first: by chance, as its family and its buyer still lack money there."""
    of_family = {family: [0.0] * len(RINGS) for family in families()}
    of_buyer = {_books(e): [0.0] * len(RINGS) for e in engagements}
    money = {e.number: e.money for e in engagements}
    for e in engagements:
        for ring, share in enumerate(families()[e.family].ring_shares):
            of_family[e.family][ring] += share * money[e.number]
            of_buyer[_books(e)][ring] += share * money[e.number]
    found: dict[tuple[str, str], list[Engagement]] = {}
    for e in sorted(engagements, key=lambda e: (-money[e.number], e.number)):
        family, books = of_family[e.family], of_buyer[_books(e)]
        chosen = _ring(money[e.number], family, books, dice)
        family[chosen] -= money[e.number]
        books[chosen] -= money[e.number]
        found.setdefault((e.family, RINGS[chosen]), []).append(e)
    return found


def _books(engagement: Engagement) -> tuple[str, bool]:
    """Medical goods are a world of their own."""
    return engagement.buyer.identifier, engagement.is_medical


def _ring(cents: int, family: Sequence[float], books: Sequence[float], dice: Dice) -> int:
    """A ring that family and buyer both lack, likelier as it lacks more; else the one that both lack most."""
    both = [max(0.0, lack - cents / 2) * max(0.0, owed) for lack, owed in zip(family, books, strict=True)]
    if any(both):
        return dice.weighted(range(len(RINGS)), both)
    together = [lack + owed for lack, owed in zip(family, books, strict=True)]
    return together.index(max(together))


def _pool_size(family: Family, ring: str, engagements: int) -> int:
    """How many suppliers a family has in a ring; local energy has four, one of them large."""
    if family.identifier == ENERGY and ring == "epci":
        return 4
    return max(3, round(engagements * POOL))


def _holder(engagement: Engagement, first: int, size: int, known: dict[str, list[int]], dice: Dice) -> int:
    """A supplier of the pool, not yet a holder: often one that the buyer knows, else the first ones more."""
    taken = engagement.contract.holders if engagement.contract is not None else []
    own = known.setdefault(engagement.buyer.identifier, [])
    rank = dice.pick(own) if own and dice.chance(LOYALTY) else dice.skewed(size, LARGE_FIRST if size == 4 else SKEW)
    while first + rank in taken:
        rank = (rank + 1) % size
    own.append(rank)
    return first + rank


def _supplier(rank: int, family: Family, ring: str, dice: Dice) -> Supplier:
    number = FIRST_NUMBER + rank
    unit = siren(number)
    name = f"Fournisseur fictif {number:05d} – {family.word}"
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
    return dice.among(communes()[ring], _populations(ring))


@cache
def _populations(ring: str) -> Sequence[int]:
    """The running sums of the populations of a ring's communes."""
    return list(accumulate(commune.population for commune in communes()[ring]))


def _size(engagements: Iterable[Engagement], suppliers: Sequence[Supplier], dice: Dice) -> None:
    """SME or larger: the small tail by chance, the others so that the SME share of the money is met."""
    money = [0] * len(suppliers)
    for engagement in engagements:
        money[engagement.supplier] += sum(engagement.cents.values())
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
            if suppliers[rank].legal_category == "1000":  # a sole trader is not among the largest
                suppliers[rank].legal_category = "5599"
            _set_size(suppliers[rank], is_sme, lacking, money[rank], dice)


def _set_size(supplier: Supplier, is_sme: bool, lacking: list[float], money: int, dice: Dice) -> None:
    lacking[0 if is_sme else 1] -= money
    larger = dice.weighted(("ETI", "GE"), (0.55, 0.45))
    supplier.size = "PME" if is_sme else larger
    if not is_sme and supplier.legal_category in ("1000", "9220"):
        supplier.legal_category = "5599"
