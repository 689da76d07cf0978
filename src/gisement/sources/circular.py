"""Purchases by origin of the matter (reuse, refurbished, recycled, biosourced, certified wood), as a buyer counts them.

One line per buyer, year, family of products and origin: an amount before tax and, where it is known, a quantity.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from gisement.catalog.circular import origin_of
from gisement.sources.io_table.table import write_parquet
from gisement.sources.small_table import read_columns
from gisement.terms import Trouble

NAMES = {
    "buyer": ("buyer", "acheteur", "siretacheteur", "siren"),
    "year": ("year", "annee", "exercice"),
    "family": ("family", "famille", "categorie", "produits"),
    "origin": ("origin", "origine", "matiere"),
    "amount": ("amounteur", "amount", "montantht", "montant"),
    "quantity": ("quantity", "quantite"),
    "unit": ("unit", "unite"),
}
WANTED = ("buyer", "year", "family", "origin", "amount")
MOST_EUROS = 10_000_000_000


def read_circular(source: Path, target: Path) -> int:
    """Write `raw_circular`, amounts in cents; returns the number of lines.

    Raises Trouble if a column is missing, or, with its line, at the first cell that cannot be read.
    """
    cells = read_columns(source, NAMES, WANTED, "circular")
    write_parquet("raw_circular", [_row(number, line) for number, line in enumerate(cells, 2)], target)
    return len(cells)


def _row(number: int, line: dict[str, str]) -> dict[str, Any]:
    buyer, year = re.sub(r"[\s.]", "", line["buyer"]), line["year"]
    if not re.fullmatch(r"\d{9}|\d{14}", buyer):
        raise _wrong(number, line["buyer"], "un SIRET ni un SIREN d'acheteur", "a buyer's SIRET or SIREN")
    if not re.fullmatch(r"20\d\d", year):
        raise _wrong(number, year, "une année", "a year")
    if not line["family"]:
        raise _wrong(number, "", "une famille de produits", "a family of products")
    origin = origin_of(_folded(line["origin"]))
    if not origin:
        raise _wrong(number, line["origin"], "une origine connue", "a known origin")
    return {
        "position": number - 1,
        "buyer_id": buyer,
        "year": int(year),
        "product_family": line["family"],
        "matter_origin": origin,
        "amount_cents": _cents(number, line["amount"]),
        "quantity": _quantity(number, line["quantity"]),
        "quantity_unit": line["unit"] or None,
    }


def _cents(number: int, text: str) -> int | None:
    """`1 200,50` euros as cents; None where nothing is written."""
    value = _number(number, text)
    return None if value is None else round(value * 100)


def _quantity(number: int, text: str) -> float | None:
    value = _number(number, text)
    return None if value is None else float(value)


def _number(number: int, text: str) -> Decimal | None:
    tight = re.sub(r"[\s\u00a0\u202f€]", "", text).replace(",", ".")
    if not tight:
        return None
    try:
        value = Decimal(tight)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= MOST_EUROS:
        raise _wrong(number, text, "un nombre positif", "a positive number")
    return value


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _wrong(number: int, value: str, fr: str, en: str) -> Trouble:
    return Trouble(
        fr=f"Ligne {number} des achats circulaires : « {value} » n'est pas {fr} ; la corriger et ajouter le fichier.",
        en=f"Line {number} of circular purchases: '{value}' is not {en}; mend it and add the file.",
    )
