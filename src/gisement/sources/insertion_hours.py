"""Hours of social clauses, due and done, as a clause facilitator or a buyer keeps them: a CSV that they fill.

One line per contract, public and day of the situation; hours done are those since the start. Aggregates only: a file
with a column of names, births or contacts is refused.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from gisement.catalog.insertion_publics import public_of
from gisement.sources.io_table.table import write_parquet
from gisement.sources.small_table import read_small_table
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
MOST_HOURS = 10_000_000
_DAY = re.compile(r"^(?:(\d{4})-(\d{2})-(\d{2})|(\d{2})/(\d{2})/(\d{4}))$")


def read_insertion_hours(source: Path, target: Path) -> int:
    """Write `raw_insertion`, hours in whole minutes; returns the number of lines.

    Raises Trouble if a column is missing, if the file tells of persons one by one, or, with its line, at the first cell
    that cannot be read: half of an account would be a false one.
    """
    header, lines = read_small_table(source)
    personal = [name for name in header if name in PERSONAL]
    if personal:
        raise Trouble(
            fr=f"Ce fichier a une colonne de personnes ({personal[0]}) : donner des totaux par marché et public.",
            en=f"This file has a column of persons ({personal[0]}): give totals only, by contract and public.",
        )
    found = {column: next((name for name in names if name in header), "") for column, names in NAMES.items()}
    missing = [column for column in WANTED if not found[column]]
    if missing:
        raise Trouble(
            fr=f"Il manque la colonne {NAMES[missing[0]][1]} : prendre le modèle que donne"
            " « gisement template insertion-hours ».",
            en=f"The column {missing[0]} is missing: take the model of 'gisement template insertion-hours'.",
        )
    cells = [{column: line.get(name, "").strip() for column, name in found.items()} for line in lines]
    rows = [_row(number, line) for number, line in enumerate(cells, 2)]
    write_parquet("raw_insertion", rows, target)
    return len(rows)


def _row(number: int, line: dict[str, str]) -> dict[str, Any]:
    buyer = re.sub(r"[\s.]", "", line["buyer"])
    if not re.fullmatch(r"\d{9}|\d{14}", buyer):
        raise _wrong(number, line["buyer"], "un SIRET ni un SIREN d'acheteur", "a buyer's SIRET or SIREN")
    if not line["contract"]:
        raise _wrong(number, "", "un numéro de marché", "a contract number")
    return {
        "position": number - 1,
        "buyer_id": buyer,
        "contract_id": line["contract"],
        "insertion_public": public_of(_folded(line["public"])),
        "due_minutes": _minutes(number, line["due_hours"]),
        "done_minutes": _minutes(number, line["done_hours"]),
        "people_count": _people(number, line["people"]),
        "due_date": _day(number, line["due_date"]) if line["due_date"] else None,
        "situation_date": _day(number, line["situation"]),
    }


def _minutes(number: int, text: str) -> int | None:
    """`1 200,5` hours as minutes; None where nothing is written."""
    tight = re.sub(r"[\s\u00a0\u202fhH]", "", text).replace(",", ".")
    if not tight:
        return None
    try:
        hours = Decimal(tight)
    except InvalidOperation:
        hours = Decimal(-1)
    if not hours.is_finite() or not 0 <= hours <= MOST_HOURS:
        raise _wrong(number, text, "un nombre d'heures", "a number of hours")
    return round(hours * 60)


def _people(number: int, text: str) -> int | None:
    if text and not text.isdecimal():
        raise _wrong(number, text, "un nombre de personnes", "a number of people")
    return int(text) if text else None


def _day(number: int, text: str) -> str:
    found = _DAY.match(text)
    try:
        if not found:
            raise ValueError(text)
        year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise _wrong(number, text, "un jour (2025-12-31 ou 31/12/2025)", "a day (2025-12-31 or 31/12/2025)") from None


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _wrong(number: int, value: str, fr: str, en: str) -> Trouble:
    return Trouble(
        fr=f"Ligne {number} des heures d'insertion : « {value} » n'est pas {fr} ; la corriger et ajouter le fichier.",
        en=f"Line {number} of the insertion hours: '{value}' is not {en}; mend it and add the file.",
    )
