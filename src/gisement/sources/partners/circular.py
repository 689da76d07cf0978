"""Purchases by origin of the matter (reuse, refurbished, recycled, biosourced, certified wood), as a buyer counts them.

One line per buyer, year, family of products and origin: an amount before tax and, where it is known, a quantity.
"""

from __future__ import annotations

from gisement.catalog.words import origin_of
from gisement.sources.small_table import Cell, Column, Filled, Number, SmallTable, Whole, buyer, folded, words

MOST_EUROS = 10_000_000_000
POSITIVE = "un nombre positif", "a positive number"


def _origin(cell: Cell) -> str:
    found = origin_of(folded(cell.text))
    if not found:
        raise cell.wrong("une origine connue", "a known origin")
    return found


read_circular = SmallTable(
    "raw_circular",
    "circular",
    ("des achats circulaires", "circular purchases"),
    (
        Column("buyer_id", ("buyer", "acheteur", "siret_acheteur", "siren"), buyer, is_wanted=True),
        Column("year", ("year", "annee", "exercice"), Whole(r"20\d\d", "une année", "a year"), is_wanted=True),
        Column(
            "product_family",
            ("family", "famille", "categorie", "produits"),
            Filled("une famille de produits", "a family of products"),
            is_wanted=True,
        ),
        Column("matter_origin", ("origin", "origine", "matiere"), _origin, is_wanted=True),
        Column(
            "amount_cents",
            ("amount", "montant_ht", "amount_eur", "montant"),
            Number(MOST_EUROS, *POSITIVE, times=100),
            is_wanted=True,
        ),
        Column("quantity", ("quantity", "quantite"), Number(MOST_EUROS, *POSITIVE)),
        Column("quantity_unit", ("unit", "unite"), words),
    ),
)
"""Writes `raw_circular`, amounts in cents."""
