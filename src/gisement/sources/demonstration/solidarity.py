"""Who works for inclusion in the demonstration, and what the social clauses of its contracts owe and got done.

Nothing here moves a draw of another part: the same contracts and the same money, with or without it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date

from gisement.sources.demonstration.chance import Chance
from gisement.sources.demonstration.contracts import REPORTED, Contract
from gisement.sources.demonstration.suppliers import Supplier

KINDS = ("EI", "ACI", "AI", "ETTI", "EA", "ESAT")
RESERVED = "Marché réservé"
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
MATTER = (
    ("Mobilier de bureau", "pièces", 62_000, 150, (("réemploi", 0.17), ("matières recyclées", 0.09), ("neuf", 0.74))),
    ("Textiles et vêtements de travail", "pièces", 41_000, 22,
     (("réemploi", 0.03), ("matières recyclées", 0.19), ("neuf", 0.70), ("inconnue", 0.08))),
    ("Ordinateurs et téléphones", "pièces", 180_000, 420, (("reconditionné", 0.14), ("neuf", 0.86))),
    ("Papier et fournitures", "ramettes", 24_000, 4, (("matières recyclées", 0.46), ("neuf", 0.54))),
    ("Construction bois", "m3", 210_000, 900, (("bois certifié", 0.58), ("biosourcé", 0.12), ("inconnue", 0.30))),
)  # fmt: skip
"""Family, unit, euros a year, euros of one unit, and the share of each origin: all invented."""
_ABROAD = "abroad"

Account = tuple[str, str, str, int, int, int, date, date]
"""A line of the file of hours, in the order of its columns."""


def inclusion_list(suppliers: Sequence[Supplier], contracts: Sequence[Contract], seed: int) -> str:
    """A list of structures as CSV (siret, type): all who hold a reserved contract, and a few more of their families."""
    holders = {rank for c in contracts if c.social == RESERVED for rank in c.holders}
    drawn = Chance(seed, "inclusion").uniform(len(suppliers))
    kinds = Chance(seed, "inclusion kinds").below(len(KINDS), len(suppliers))
    rows = [
        (supplier.siret, KINDS[int(kinds[rank])])
        for rank, supplier in enumerate(suppliers)
        if supplier.ring != _ABROAD
        and supplier.legal_category != "1000"
        and (rank in holders or (supplier.family in FAMILIES and drawn[rank] < PART_OF_SUPPLIERS))
    ]
    return _csv(("siret", "type"), sorted(rows))


def insertion_hours(contracts: Sequence[Contract], seed: int) -> str:
    """Hours of social clauses as CSV: due by the amount, done by the time gone; one contract in five runs late."""
    header = (
        "acheteur", "marche", "public", "heures_prevues", "heures_realisees", "personnes", "echeance", "situation",
    )  # fmt: skip
    return _csv(header, _accounts(contracts, seed))


def truth(contracts: Sequence[Contract], seed: int) -> dict[str, int]:
    """Whole hours due and done over all contracts of the file."""
    rows = _accounts(contracts, seed)
    return {"due_hours": sum(row[3] for row in rows), "done_hours": sum(row[4] for row in rows)}


def _accounts(contracts: Sequence[Contract], seed: int) -> list[Account]:
    with_clause = [c for c in contracts if c.social == "Clause sociale" and c.day.year >= FIRST_YEAR]
    drawn = Chance(seed, "insertion hours").uniform(len(with_clause))
    return [row for c, chance in zip(with_clause, drawn, strict=True) if chance < FOLLOWED for row in _account(c)]


def _account(contract: Contract) -> Iterator[Account]:
    due = round(contract.cents * LABOUR * RESERVED_PART / CENTS_AN_HOUR)
    if due < LEAST_HOURS:
        return
    end = _after(contract.day, contract.months)
    gone = min(1.0, (SITUATION - contract.day).days / max(1, (end - contract.day).days))
    pace = 0.7 if contract.number % LATE_EVERY == 0 else 1.05
    first = round(due * FIRST_PUBLIC_PART)
    for rank, hours in enumerate((first, due - first)):
        done = round(hours * gone * pace)
        people = 1 + done // HOURS_A_PERSON if done else 0
        public = PUBLICS[(contract.number + rank) % len(PUBLICS)]
        yield contract.buyer.siret, contract.identifier, public, hours, done, people, end, SITUATION


def _after(day: date, months: int) -> date:
    """The first day of the month in which a contract ends."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def circular_purchases(buyers: Sequence[str], seed: int) -> str:
    """What buyers (by SIRET) count of their purchases by origin of the matter, as CSV: two years, more of it each year.

    Shares are drawn around those of `MATTER`: an invented course, not a forecast.
    """
    rows: list[tuple[object, ...]] = []
    for rank, siret in enumerate(buyers):
        drawn = iter(Chance(seed, f"matter {rank}").uniform(64))
        for year in MATTER_YEARS:
            for family, unit, euros, each, origins in MATTER:
                whole = round(euros * (0.6 + 0.8 * next(drawn)))
                for origin, part in origins:
                    amount = round(whole * part * (1.15 if year == MATTER_YEARS[-1] and origin != "neuf" else 1))
                    rows.append((siret, year, family, origin, amount, round(amount / each), unit))
    header = ("acheteur", "annee", "famille", "origine", "montant_ht", "quantite", "unite")
    return _csv(header, rows)


def _csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=";", lineterminator="\n")
    writer.writerow((*header, "avertissement"))
    writer.writerows((*row, REPORTED) for row in rows)
    return lines.getvalue()
