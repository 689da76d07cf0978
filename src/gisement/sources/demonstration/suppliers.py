"""Who is paid: fictive suppliers, placed and sized so that the money goes where it should, and the register of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from gisement.catalog.tables import read_yaml
from gisement.sources.demonstration.chance import Dice
from gisement.sources.demonstration.contracts import Engagement
from gisement.sources.demonstration.identifiers import siren, siret
from gisement.sources.demonstration.territory import (
    ABROAD,
    ENERGY,
    LOCAL_RINGS,
    RINGS,
    SOLE_TRADER,
    Buyer,
    Commune,
    Family,
    communes,
    csv_text,
    families,
    fault_rates,
)

FIRST_NUMBER = 100  # below: the buyers
HEAD_OFFICE_ELSEWHERE = 0.28  # 14 of the 50 points: branches of groups whose head office is outside
SMALL_TAIL, SMALL_TAIL_SME = 0.8, 0.92  # the smaller suppliers are SMEs more often than their money says
LOYALTY = 0.5  # a buyer turns to a supplier that it knows
POOL = 0.65  # suppliers per engagement: some 9,500 are paid in a year
SKEW, LARGE_FIRST = 2.0, 5.3  # of four, the first is drawn three times in four
LEGAL_CATEGORIES = (("5710", "5499", "5485", "9220", SOLE_TRADER), (0.5, 0.35, 0.07, 0.06, 0.02))
NEVER_LARGE, LARGER = (SOLE_TRADER, "9220"), "5599"
_FOREIGN_COUNTRIES = ("DE", "BE", "IT", "ES")
_CREATED = "2005-01-01"


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

    @property
    def is_person(self) -> bool:
        """Whether it is a natural person."""
        return self.legal_category == SOLE_TRADER


def assign(engagements: Sequence[Engagement], dice: Dice) -> list[Supplier]:
    """Give every engagement its supplier, and contracts their holders (ranks in the list returned)."""
    suppliers: list[Supplier] = []
    by_place = _rings([e for e in engagements if e.leader is None], dice)
    for family in families().values():
        for ring in RINGS:
            held = by_place.get((family.identifier, ring), [])
            # local energy has four suppliers, one of them large
            size = 4 if (family.identifier, ring) == (ENERGY, "epci") else max(3, round(len(held) * POOL))
            first = len(suppliers)
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
    lacking: dict[object, list[float]] = {}
    money = {e.number: e.money for e in engagements}
    for e in engagements:
        for owner in _owners(e):
            held = lacking.setdefault(owner, [0.0] * len(RINGS))
            for ring, share in enumerate(families()[e.family].ring_shares):
                held[ring] += share * money[e.number]
    found: dict[tuple[str, str], list[Engagement]] = {}
    for e in sorted(engagements, key=lambda e: (-money[e.number], e.number)):
        family, buyer = (lacking[owner] for owner in _owners(e))
        chosen = _ring(money[e.number], family, buyer, dice)
        family[chosen] -= money[e.number]
        buyer[chosen] -= money[e.number]
        found.setdefault((e.family, RINGS[chosen]), []).append(e)
    return found


def _owners(engagement: Engagement) -> tuple[object, object]:
    """Its family, and its buyer: medical goods are a world of their own."""
    return engagement.family, (engagement.buyer.identifier, engagement.is_medical)


def _ring(cents: int, family: Sequence[float], buyer: Sequence[float], dice: Dice) -> int:
    """A ring that family and buyer both lack, likelier as it lacks more; else the one that both lack most."""
    both = [max(0.0, lack - cents / 2) * max(0.0, owed) for lack, owed in zip(family, buyer, strict=True)]
    if any(both):
        return dice.weighted(range(len(RINGS)), both)
    together = [lack + owed for lack, owed in zip(family, buyer, strict=True)]
    return together.index(max(together))


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
    if ring == ABROAD:
        foreign = f"{dice.pick(_FOREIGN_COUNTRIES)}{unit}"
        return Supplier(number, unit, foreign, name, family.identifier, "", ring, None, None)
    here = _place(ring, dice)
    is_branch = dice.chance(HEAD_OFFICE_ELSEWHERE) and ring in LOCAL_RINGS
    head = _place(dice.weighted(("rest_region", "rest_france"), (0.35, 0.65)), dice) if is_branch else here
    return Supplier(
        number, unit, siret(unit, 2 if is_branch else 1), name, family.identifier, family.naf_code, ring, here, head,
        legal_category=dice.weighted(*LEGAL_CATEGORIES),
        is_social_economy=dice.chance(0.06),
        fault=next((fault for fault, rate in fault_rates()["supplier"].items() if dice.chance(rate)), ""),
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
        tail = int(len(own) * SMALL_TAIL)
        own = own[len(own) - tail :] + own[: len(own) - tail]
        lacking = [share * sum(money[rank] for rank in own) for share in (family.sme_share, 1 - family.sme_share)]
        for place, rank in enumerate(own):
            supplier = suppliers[rank]
            weights = [max(0.0, left - money[rank] / 2) for left in lacking]
            if place < tail:
                is_sme = dice.chance(SMALL_TAIL_SME)
            else:
                is_sme = dice.chance(weights[0] / sum(weights)) if any(weights) else lacking[0] >= lacking[1]
            lacking[0 if is_sme else 1] -= money[rank]
            larger = dice.weighted(("ETI", "GE"), (0.55, 0.45))
            supplier.size = "PME" if is_sme else larger
            # neither a sole trader nor an association is large; the largest of a family are no sole traders
            if (supplier.is_person and place >= tail) or (not is_sme and supplier.legal_category in NEVER_LARGE):
                supplier.legal_category = LARGER


def establishments(buyers: Sequence[Buyer], suppliers: Sequence[Supplier]) -> str:
    """StockEtablissement as CSV: buyers, suppliers' establishments in France, head offices elsewhere."""
    by_code = {commune.code: commune for commune in communes()["epci"]}
    rows = [_establishment(b.siret, b.name, by_code[b.commune_code], "84.11Z") for b in buyers]
    for s in suppliers:
        if s.commune is not None and s.head_office is not None:
            held = _establishment(s.siret, s.name, s.commune, s.naf_code)
            if s.fault == "establishment_closed":
                held["etatAdministratifEtablissement"] = "F"
            rows.append(held)
            if s.head_office != s.commune:
                held["etablissementSiege"] = "false"
                rows.append(_establishment(siret(s.siren, 1), s.name, s.head_office, s.naf_code))
    return _table("establishment", "siret", rows)


def legal_units(buyers: Sequence[Buyer], suppliers: Sequence[Supplier]) -> str:
    """StockUniteLegale as CSV; one in fifty is a natural person, whose name the extract does not give."""
    rows = [_unit(b.siret[:9], b.name, b.legal_category, "84.11Z") for b in buyers]
    rows += [
        _unit(s.siren, "" if s.is_person else s.name, s.legal_category, s.naf_code)
        | {
            "categorieEntreprise": "" if s.fault == "size_missing" else s.size,
            "economieSocialeSolidaireUniteLegale": "O" if s.is_social_economy else "N",
            "nicSiegeUniteLegale": siret(s.siren, 1)[9:],
        }
        for s in suppliers
        if s.commune is not None
    ]
    return _table("legal_unit", "siren", rows)


def _establishment(identifier: str, name: str, commune: Commune, naf: str) -> dict[str, str]:
    """An open head office."""
    return {
        "siren": identifier[:9], "nic": identifier[9:], "siret": identifier,
        "statutDiffusionEtablissement": "O",
        "dateCreationEtablissement": _CREATED, "etablissementSiege": "true",
        "complementAdresseEtablissement": "DONNEES FICTIVES", "codePostalEtablissement": commune.postcode,
        "libelleCommuneEtablissement": commune.name, "codeCommuneEtablissement": commune.code,
        "dateDebut": _CREATED, "etatAdministratifEtablissement": "A",
        "denominationUsuelleEtablissement": name, "activitePrincipaleEtablissement": naf,
        "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
    }  # fmt: skip


def _unit(unit: str, name: str, category: str, naf: str) -> dict[str, str]:
    return {
        "siren": unit, "statutDiffusionUniteLegale": "O", "dateCreationUniteLegale": _CREATED,
        "dateDebut": _CREATED, "etatAdministratifUniteLegale": "A", "denominationUniteLegale": name,
        "sigleUniteLegale": "DONNEES FICTIVES",
        "categorieJuridiqueUniteLegale": category, "activitePrincipaleUniteLegale": naf,
        "nomenclatureActivitePrincipaleUniteLegale": "NAFRev2" if naf else "", "nicSiegeUniteLegale": "00001",
    }  # fmt: skip


def _table(kind: str, key: str, rows: Iterable[dict[str, str]]) -> str:
    """The rows under the headers of the official file, in order of their identifiers."""
    headers = read_yaml("demonstration/register.yaml")[kind]
    ordered = sorted(rows, key=lambda row: row[key])
    return csv_text(headers, ([row.get(header, "") for header in headers] for row in ordered))
