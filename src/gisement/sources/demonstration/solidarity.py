"""Who works for inclusion in the demonstration, what the social clauses of its contracts owe and got done, and matter.

Nothing here moves a draw of another part: the same contracts and the same money, with or without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from gisement.catalog.tables import FOLDER, read_csv
from gisement.sources.demonstration.chance import Chance
from gisement.sources.demonstration.contracts import CLAUSE, RESERVED, Contract
from gisement.sources.demonstration.suppliers import Supplier
from gisement.sources.demonstration.territory import ABROAD, FICTIVE, Buyer, csv_text

KINDS = ("EI", "ACI", "AI", "ETTI", "EA", "ESAT")
FAMILIES = ("green_spaces", "cleaning_hygiene", "waste_environment", "supplies_furniture", "catering", "building_works")
"""Families in which inclusion firms work: an assumption."""
PART_OF_SUPPLIERS = 0.04
FIRST_YEAR, SITUATION = 2021, date(2025, 12, 31)
LABOUR, RESERVED_PART, CENTS_AN_HOUR = 0.5, 0.07, 3_800
LEAST_HOURS, HOURS_A_PERSON = 35, 120
FOLLOWED, FIRST_PUBLIC_PART = 0.8, 0.6
LATE_EVERY = 5
PUBLICS = ("DELD", "RSA", "jeunes", "RQTH", "QPV")
MATTER_YEARS = (2024, 2025)

Account = tuple[str, str, str, int, int, int, date, date]
"""A line of the file of hours, in the order of its columns."""


def agreements(buyers: Sequence[Buyer]) -> Iterator[tuple[str, str, str]]:
    """What partners agreed on (objectives, sheets, works planned): the kind that `add` takes, name and text of each."""
    for path in sorted((FOLDER / "demonstration" / "agreements").iterdir()):
        first = path.stem.partition("-fictif")[0].partition("-fictive")[0]
        text = path.read_text(encoding="utf-8")
        for buyer in buyers:
            text = text.replace(f"{{{buyer.identifier}}}", buyer.siret[:9])
        yield "target" if first == "objectifs" else first, path.name, text


def inclusion_list(suppliers: Sequence[Supplier], contracts: Sequence[Contract], seed: int) -> str:
    """A list of structures as CSV (siret, type): all who hold a reserved contract, and a few more of their families."""
    holders = {rank for c in contracts if c.social == RESERVED for rank in c.holders}
    drawn = Chance(seed, "inclusion").uniform(len(suppliers))
    kinds = Chance(seed, "inclusion kinds").below(len(KINDS), len(suppliers))
    rows = [
        (supplier.siret, KINDS[int(kinds[rank])])
        for rank, supplier in enumerate(suppliers)
        if supplier.ring != ABROAD
        and not supplier.is_person
        and (rank in holders or (supplier.family in FAMILIES and drawn[rank] < PART_OF_SUPPLIERS))
    ]
    return _csv("siret type", sorted(rows))


def insertion_hours(accounts: Sequence[Account]) -> str:
    """Hours of social clauses as CSV."""
    return _csv("acheteur marche public heures_prevues heures_realisees personnes echeance situation", accounts)


def hours(contracts: Sequence[Contract], seed: int) -> list[Account]:
    """Hours of social clauses: due by the amount, done by the time gone; one contract in five runs late."""
    with_clause = [c for c in contracts if c.social == CLAUSE and c.day.year >= FIRST_YEAR]
    drawn = Chance(seed, "insertion hours").uniform(len(with_clause))
    return [row for c, chance in zip(with_clause, drawn, strict=True) if chance < FOLLOWED for row in _account(c)]


def _account(contract: Contract) -> Iterator[Account]:
    due = round(contract.cents * LABOUR * RESERVED_PART / CENTS_AN_HOUR)
    if due < LEAST_HOURS:
        return
    year, month = divmod(contract.day.year * 12 + contract.day.month - 1 + contract.months, 12)
    end = date(year, month + 1, 1)
    gone = min(1.0, (SITUATION - contract.day).days / max(1, (end - contract.day).days))
    pace = 0.7 if contract.number % LATE_EVERY == 0 else 1.05
    first = round(due * FIRST_PUBLIC_PART)
    for rank, owed in enumerate((first, due - first)):
        done = round(owed * gone * pace)
        people = 1 + done // HOURS_A_PERSON if done else 0
        public = PUBLICS[(contract.number + rank) % len(PUBLICS)]
        yield contract.buyer.siret, contract.identifier, public, owed, done, people, end, SITUATION


def circular_purchases(buyers: Sequence[Buyer], seed: int) -> str:
    """What buyers count of their purchases by origin of the matter, as CSV: two years, more of it each year.

    Shares are drawn around those of `catalog/demonstration/matter.csv`: an invented course, not a forecast.
    """
    rows: list[tuple[object, ...]] = []
    for rank, buyer in enumerate(buyers):
        drawn = iter(Chance(seed, f"matter {rank}").uniform(64))
        for year in MATTER_YEARS:
            whole: dict[str, int] = {}
            for row in read_csv("demonstration/matter.csv"):
                family, origin = row["family"], row["origin"]
                if family not in whole:
                    whole[family] = round(int(row["euros_a_year"]) * (0.6 + 0.8 * next(drawn)))
                more = 1.15 if year == MATTER_YEARS[-1] and origin != "neuf" else 1
                amount = round(whole[family] * float(row["share"]) * more)
                each = round(amount / int(row["euros_of_one"]))
                rows.append((buyer.siret, year, family, origin, amount, each, row["unit"]))
    return _csv("acheteur annee famille origine montant_ht quantite unite", rows)


def _csv(header: str, rows: Sequence[Sequence[object]]) -> str:
    return csv_text([*header.split(), "avertissement"], ((*row, FICTIVE) for row in rows), ";")
