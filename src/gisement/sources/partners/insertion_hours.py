"""Hours of social clauses, due and done, as a clause facilitator or a buyer keeps them: a CSV that they fill.

One line per contract, public and day of the situation; hours done are those since the start. Aggregates only: a file
with a column of names, births or contacts is refused.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from gisement.catalog.words import public_of
from gisement.sources.small_table import (
    Cell,
    Column,
    Filled,
    Number,
    SmallTable,
    Whole,
    buyer,
    folded,
    read_small_table,
)
from gisement.terms import Reading, Trouble

PERSONAL = ("nom", "prenom", "name", "firstname", "lastname", "naissance", "datenaissance", "datedenaissance", "nir",
            "mail", "email", "telephone", "adresse")  # fmt: skip
MINUTES = Number(10_000_000, "un nombre d'heures", "a number of hours", times=60, units="hH")
"""Hours, of which ten million at most, as minutes."""
_DAY = re.compile(r"^(?:(\d{4})-(\d{2})-(\d{2})|(\d{2})/(\d{2})/(\d{4}))$")


def _day(cell: Cell) -> str:
    found = _DAY.match(cell.text)
    try:
        if not found:
            raise ValueError(cell.text)
        year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise cell.wrong("un jour (2025-12-31 ou 31/12/2025)", "a day (2025-12-31 or 31/12/2025)") from None


_TABLE = SmallTable(
    "raw_insertion",
    "insertion-hours",
    ("des heures d'insertion", "the insertion hours"),
    (
        Column("buyer_id", ("buyer", "acheteur", "siret_acheteur", "siren", "maitre_d_ouvrage"), buyer, is_wanted=True),
        Column(
            "contract_id",
            ("contract", "marche", "contract_id", "numero_marche", "num_marche", "id_marche"),
            Filled("un numéro de marché", "a contract number"),
            is_wanted=True,
        ),
        Column(
            "insertion_public",
            ("public", "publics", "categorie", "typologie"),
            lambda cell: public_of(folded(cell.text)),
        ),
        Column("due_minutes", ("due_hours", "heures_prevues", "heures_dues", "heures_engagees", "objectif"), MINUTES),
        Column("done_minutes", ("done_hours", "heuresrealisees", "heures_faites", "realise"), MINUTES, is_wanted=True),
        Column(
            "people_count",
            ("people", "personnes", "beneficiaires", "nombre_de_personnes"),
            Whole("([0-9]{1,6})?", "un nombre de personnes", "a number of people"),
        ),
        Column(
            "due_date",
            ("due_date", "echeance", "date_fin", "fin"),
            lambda cell: _day(cell) if cell.text else None,
        ),
        Column(
            "situation_date",
            ("situation", "situation", "situation_date", "date_situation", "arrete_au"),
            _day,
            is_wanted=True,
        ),
    ),
)


def read_insertion_hours(source: Path, target: Path, name: str = "") -> Reading:
    """Write `raw_insertion`, hours in whole minutes. Raises Trouble if the file tells of persons one by one."""
    personal = [name for name in read_small_table(source)[0] if name in PERSONAL]
    if personal:
        raise Trouble(
            fr=f"Ce fichier a une colonne de personnes ({personal[0]}) : donner des totaux par marché et public.",
            en=f"This file has a column of persons ({personal[0]}): give totals only, by contract and public.",
        )
    return _TABLE(source, target)
