"""Hours of social clauses, due and done, as a clause facilitator or a buyer keeps them: a CSV that they fill.

One line per contract, public and day of the situation; hours done are those since the start. Aggregates only: a file
with a column of names, births or contacts is refused.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from gisement.catalog.insertion_publics import public_of
from gisement.sources.raw_rows import write_parquet
from gisement.sources.small_table import Line, folded, read_columns, read_small_table
from gisement.terms import Trouble

NAMES = {
    "buyer": ("buyer", "acheteur", "siretacheteur", "siren", "maitredouvrage"),
    "contract": ("contractid", "contract", "marche", "numeromarche", "nummarche", "idmarche"),
    "public": ("public", "publics", "categorie", "typologie"),
    "due_hours": ("duehours", "heuresprevues", "heuresdues", "heuresengagees", "objectif"),
    "done_hours": ("donehours", "heuresrealisees", "heuresfaites", "realise"),
    "people": ("people", "personnes", "beneficiaires", "nombredepersonnes"),
    "due_date": ("duedate", "echeance", "datefin", "fin"),
    "situation": ("situationdate", "situation", "datesituation", "arreteau"),
}
WANTED = ("buyer", "contract", "done_hours", "situation")
PERSONAL = ("nom", "prenom", "name", "firstname", "lastname", "naissance", "datenaissance", "datedenaissance", "nir",
            "mail", "email", "telephone", "adresse")  # fmt: skip
OF = "des heures d'insertion", "the insertion hours"
MOST_HOURS = 10_000_000
_DAY = re.compile(r"^(?:(\d{4})-(\d{2})-(\d{2})|(\d{2})/(\d{2})/(\d{4}))$")


def read_insertion_hours(source: Path, target: Path) -> int:
    """Write `raw_insertion`, hours in whole minutes; returns the number of lines.

    Raises Trouble if a column is missing, if the file tells of persons one by one, or, with its line, at the first cell
    that cannot be read: half of an account would be a false one.
    """
    personal = [name for name in read_small_table(source)[0] if name in PERSONAL]
    if personal:
        raise Trouble(
            fr=f"Ce fichier a une colonne de personnes ({personal[0]}) : donner des totaux par marché et public.",
            en=f"This file has a column of persons ({personal[0]}): give totals only, by contract and public.",
        )
    lines = read_columns(source, NAMES, WANTED, "insertion-hours", OF)
    write_parquet("raw_insertion", [_row(line) for line in lines], target)
    return len(lines)


def _row(line: Line) -> dict[str, Any]:
    return {
        "position": line.number - 1,
        "buyer_id": line.buyer(),
        "contract_id": line.filled("contract", "un numéro de marché", "a contract number"),
        "insertion_public": public_of(folded(line["public"])),
        "due_minutes": _minutes(line, "due_hours"),
        "done_minutes": _minutes(line, "done_hours"),
        "people_count": _people(line),
        "due_date": _day(line, "due_date") if line["due_date"] else None,
        "situation_date": _day(line, "situation"),
    }


def _minutes(line: Line, column: str) -> int | None:
    """`1 200,5` hours as minutes; None where nothing is written."""
    hours = line.decimal(column, MOST_HOURS, "un nombre d'heures", "a number of hours", units="hH")
    return None if hours is None else round(hours * 60)


def _people(line: Line) -> int | None:
    text = line["people"]
    if text and not re.fullmatch("[0-9]{1,6}", text):
        raise line.wrong(text, "un nombre de personnes", "a number of people")
    return int(text) if text else None


def _day(line: Line, column: str) -> str:
    text = line[column]
    found = _DAY.match(text)
    try:
        if not found:
            raise ValueError(text)
        year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise line.wrong(text, "un jour (2025-12-31 ou 31/12/2025)", "a day (2025-12-31 or 31/12/2025)") from None
