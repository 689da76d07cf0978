"""Programmes of works and equipment: operations that a buyer plans, before any notice.

One line per operation and need.
"""

from __future__ import annotations

import re

from gisement.catalog.segments import segments
from gisement.sources.small_table import Among, Cell, Column, Filled, Number, SmallTable, buyer, words

YES, NO = ("public", "oui", "yes"), ("", "partenaires", "non", "no")
AMOUNT = "un montant positif", "a positive amount"
EUROS = Number(10_000_000_000, *AMOUNT, times=100)
_OF_A_YEAR = "0[1-9]|1[0-2]"
MONTH = re.compile(
    rf"(?P<year>20\d\d)(?:-(?P<month>{_OF_A_YEAR}))?(?:-\d\d)?|(?P<before>{_OF_A_YEAR})/(?P<after>20\d\d)"
)


def _is_public(cell: Cell) -> bool:
    if cell.text.lower() not in (*YES, *NO):
        raise cell.wrong("public ou partenaires", "public or partners")
    return cell.text.lower() in YES


def _month(cell: Cell) -> str | None:
    """The first day of a month written `2027-03`, `03/2027` or as a year; None where nothing is written."""
    if not cell.text:
        return None
    found = MONTH.fullmatch(cell.text)
    if found is None:
        raise cell.wrong("un mois (2027-03) ou une année", "a month (2027-03) or a year")
    return f"{found['year'] or found['after']}-{found['month'] or found['before'] or '01'}-01"


def _estimate(cell: Cell) -> float | None:
    cents = EUROS(cell)
    if cents == 0:
        raise cell.wrong(*AMOUNT)
    return cents


read_works_programme = SmallTable(
    "raw_works_operation",
    "works-programme",
    ("du programme de travaux", "the works programme"),
    (
        Column("buyer_id", ("buyer", "acheteur", "siret_acheteur", "siren"), buyer, is_wanted=True),
        Column(
            "operation_title",
            ("operation", "intitule", "objet"),
            Filled("le nom d'une opération", "the name of an operation"),
            is_wanted=True,
        ),
        Column(
            "segment",
            ("segment", "besoin"),
            Among(segments, "un segment de « gisement segments »", "a segment of 'gisement segments'"),
            is_wanted=True,
        ),
        Column("is_public", ("public", "diffusion"), _is_public),
        Column("planned_call_date", ("call", "consultation", "publication"), _month, is_wanted=True),
        Column("estimate_cents", ("amount_eur", "amount", "montant_ht", "montant"), _estimate),
        Column("expected_matter", ("matter", "matieres", "attentes"), words),
    ),
)
"""Writes `raw_works_operation`, amounts in cents, months as their first day."""
