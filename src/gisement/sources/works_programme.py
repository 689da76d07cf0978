"""Programmes of works and equipment: operations that a buyer plans, before any notice; one line per operation and
need.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gisement.catalog.segments import segments
from gisement.sources.raw_rows import write_parquet
from gisement.sources.small_table import Line, read_columns

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
OF = "du programme de travaux", "the works programme"
AMOUNT = "un montant positif", "a positive amount"
MOST_EUROS = 10_000_000_000
_OF_A_YEAR = "0[1-9]|1[0-2]"
MONTH = re.compile(
    rf"(?P<year>20\d\d)(?:-(?P<month>{_OF_A_YEAR}))?(?:-\d\d)?|(?P<before>{_OF_A_YEAR})/(?P<after>20\d\d)"
)


def read_works_programme(source: Path, target: Path) -> int:
    """Write `raw_works_operation`, amounts in cents, months as their first day; returns the number of lines.

    Raises Trouble if a column is missing, or, with its line, at the first cell that cannot be read.
    """
    lines = read_columns(source, NAMES, WANTED, "works-programme", OF)
    write_parquet("raw_works_operation", [_row(line) for line in lines], target)
    return len(lines)


def _row(line: Line) -> dict[str, Any]:
    buyer, public = line.buyer(), line["public"].lower()
    title = line.filled("operation", "le nom d'une opération", "the name of an operation")
    if line["segment"] not in segments():
        raise line.wrong(line["segment"], "un segment de « gisement segments »", "a segment of 'gisement segments'")
    if public not in (*YES, *NO):
        raise line.wrong(line["public"], "public ou partenaires", "public or partners")
    return {
        "position": line.number - 1,
        "buyer_id": buyer,
        "operation_title": title,
        "segment": line["segment"],
        "planned_call_date": _month(line),
        "estimate_cents": _cents(line),
        "expected_matter": line["matter"] or None,
        "is_public": public in YES,
    }


def _month(line: Line) -> str | None:
    """The first day of a month written `2027-03`, `03/2027` or as a year; None where nothing is written."""
    if not line["call"]:
        return None
    found = MONTH.fullmatch(line["call"])
    if found is None:
        raise line.wrong(line["call"], "un mois (2027-03) ou une année", "a month (2027-03) or a year")
    return f"{found['year'] or found['after']}-{found['month'] or found['before'] or '01'}-01"


def _cents(line: Line) -> int | None:
    """`1 200 000` euros as cents; None where nothing is written."""
    euros = line.decimal("amount", MOST_EUROS, *AMOUNT)
    if euros == 0:
        raise line.wrong(line["amount"], *AMOUNT)
    return None if euros is None else round(euros * 100)
