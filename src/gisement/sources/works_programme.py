"""Programmes of works and equipment: operations that a buyer plans, before any notice; one line per operation and
need.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from gisement.catalog.segments import segments
from gisement.sources.io_table.table import write_parquet
from gisement.sources.small_table import read_columns
from gisement.terms import Trouble

NAMES = {
    "buyer": ("buyer", "acheteur", "siretacheteur", "siren"),
    "operation": ("operation", "intitule", "objet"),
    "segment": ("segment", "besoin"),
    "call": ("call", "consultation", "publication"),
    "amount": ("amounteur", "amount", "montantht", "montant"),
    "matter": ("matter", "matieres", "attentes"),
    "public": ("public", "diffusion"),
}
WANTED = ("buyer", "operation", "segment", "call")
YES, NO = ("public", "oui", "yes"), ("", "partenaires", "non", "no")
MOST_EUROS = 10_000_000_000
_OF_A_YEAR = "0[1-9]|1[0-2]"
MONTH = re.compile(
    rf"(?P<year>20\d\d)(?:-(?P<month>{_OF_A_YEAR}))?(?:-\d\d)?|(?P<before>{_OF_A_YEAR})/(?P<after>20\d\d)"
)


def read_works_programme(source: Path, target: Path) -> int:
    """Write `raw_works_operation`, amounts in cents, months as their first day; returns the number of lines.

    Raises Trouble if a column is missing, or, with its line, at the first cell that cannot be read.
    """
    cells = read_columns(source, NAMES, WANTED, "works-programme")
    write_parquet("raw_works_operation", [_row(number, line) for number, line in enumerate(cells, 2)], target)
    return len(cells)


def _row(number: int, line: dict[str, str]) -> dict[str, Any]:
    buyer, public = re.sub(r"[\s.]", "", line["buyer"]), line["public"].lower()
    if not re.fullmatch(r"\d{9}|\d{14}", buyer):
        raise _wrong(number, line["buyer"], "un SIRET ni un SIREN d'acheteur", "a buyer's SIRET or SIREN")
    if not line["operation"]:
        raise _wrong(number, "", "le nom d'une opération", "the name of an operation")
    if line["segment"] not in segments():
        raise _wrong(number, line["segment"], "un segment de « gisement segments »", "a segment of 'gisement segments'")
    if public not in (*YES, *NO):
        raise _wrong(number, line["public"], "public ou partenaires", "public or partners")
    return {
        "position": number - 1,
        "buyer_id": buyer,
        "operation_title": line["operation"],
        "segment": line["segment"],
        "planned_call_date": _month(number, line["call"]),
        "estimate_cents": _cents(number, line["amount"]),
        "expected_matter": line["matter"] or None,
        "is_public": public in YES,
    }


def _month(number: int, text: str) -> str | None:
    """The first day of a month written `2027-03`, `03/2027` or as a year; None where nothing is written."""
    if not text:
        return None
    found = MONTH.fullmatch(text)
    if found is None:
        raise _wrong(number, text, "un mois (2027-03) ou une année", "a month (2027-03) or a year")
    return f"{found['year'] or found['after']}-{found['month'] or found['before'] or '01'}-01"


def _cents(number: int, text: str) -> int | None:
    """`1 200 000` euros as cents; None where nothing is written."""
    tight = re.sub(r"[\s\u00a0\u202f€]", "", text).replace(",", ".")
    if not tight:
        return None
    try:
        value = Decimal(tight)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 < value <= MOST_EUROS:
        raise _wrong(number, text, "un montant positif", "a positive amount")
    return round(value * 100)


def _wrong(number: int, value: str, fr: str, en: str) -> Trouble:
    return Trouble(
        fr=f"Ligne {number} du programme de travaux : « {value} » n'est pas {fr} ; la corriger et ajouter le fichier.",
        en=f"Line {number} of the works programme: '{value}' is not {en}; mend it and add the file.",
    )
