"""Purchases by origin of the matter (reuse, refurbished, recycled, biosourced, certified wood), as a buyer counts them.

One line per buyer, year, family of products and origin: an amount before tax and, where it is known, a quantity.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gisement.catalog.circular import origin_of
from gisement.sources.raw_rows import write_parquet
from gisement.sources.small_table import Line, folded, read_columns

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
OF = "des achats circulaires", "circular purchases"
MOST_EUROS = 10_000_000_000


def read_circular(source: Path, target: Path) -> int:
    """Write `raw_circular`, amounts in cents; returns the number of lines.

    Raises Trouble if a column is missing, or, with its line, at the first cell that cannot be read.
    """
    lines = read_columns(source, NAMES, WANTED, "circular", OF)
    write_parquet("raw_circular", [_row(line) for line in lines], target)
    return len(lines)


def _row(line: Line) -> dict[str, Any]:
    buyer, year = line.buyer(), line["year"]
    if not re.fullmatch(r"20\d\d", year):
        raise line.wrong(year, "une année", "a year")
    family = line.filled("family", "une famille de produits", "a family of products")
    origin = origin_of(folded(line["origin"]))
    if not origin:
        raise line.wrong(line["origin"], "une origine connue", "a known origin")
    euros, quantity = (
        line.decimal(name, MOST_EUROS, "un nombre positif", "a positive number") for name in ("amount", "quantity")
    )
    return {
        "position": line.number - 1,
        "buyer_id": buyer,
        "year": int(year),
        "product_family": family,
        "matter_origin": origin,
        "amount_cents": None if euros is None else round(euros * 100),
        "quantity": None if quantity is None else float(quantity),
        "quantity_unit": line["unit"] or None,
    }
