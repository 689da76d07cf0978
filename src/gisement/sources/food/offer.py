"""What producers declare that they can supply, by month, to `raw_food_offer`. Capacities are confidential."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisement.sources.food.table import Line, period_of, read_lines, word_key
from gisement.sources.published_file import plain
from gisement.sources.raw_rows import write_parquet

HEADERS = {
    "producer": ("producer", "producteur", "siret", "fournisseur"),
    "product": ("product", "produit", "denree"),
    "quality": ("quality", "qualite", "label"),
    "month": ("month", "mois"),
    "capacity_kg": ("capacitykg", "kg", "capacitekg", "volumekg"),
    "price_eur_per_kg": ("priceeurperkg", "prixeurkg", "prixkg", "prix", "price"),
    "commune": ("commune", "codecommune", "insee"),
}
EXPECTED = "producer,product,quality,month,capacity_kg,price_eur_per_kg,commune"
CONVENTIONAL, DURABLE, ORGANIC = "conventional", "durable", "organic"
QUALITIES = {
    **dict.fromkeys(("", "conventional", "conventionnel", "standard"), CONVENTIONAL),
    **dict.fromkeys(("durable", "egalim", "qualite", "siqo", "labelrouge", "aocaop", "aop", "aoc", "igp", "stg", "hve",
                     "pechedurable", "rup", "commerceequitable", "fermier", "externalites", "performance"), DURABLE),
    **dict.fromkeys(("organic", "bio", "biologique", "ab", "agriculturebiologique"), ORGANIC),
}  # fmt: skip
"""The market class of each word for a quality; which labels count in EGalim, and until when, is not told here."""


def read_food_offer(path: Path, target: Path, name: str) -> int:
    """Write `raw_food_offer`, one row per line; returns the number of lines.

    A price may be missing: it is then unknown. Raises Trouble, with its line and column, at the first cell that
    cannot be read.
    """
    lines = read_lines(path, name, HEADERS, ("producer", "product", "month", "capacity_kg"), EXPECTED)
    write_parquet("raw_food_offer", [_row(line) for line in lines], target)
    return len(lines)


def quality_of(line: Line) -> str:
    """The market class that a line's quality names. Raises Trouble for an unknown word."""
    found = QUALITIES.get(plain(line.cells["quality"]))
    if found is None:
        allowed = "conventional, durable, organic, BIO, LABEL_ROUGE, AOCAOP, IGP, HVE…"
        raise line.wrong("quality", f"une qualité connue ({allowed})", f"a known quality ({allowed})")
    return found


def _row(line: Line) -> dict[str, Any]:
    has_price = bool(line.cells["price_eur_per_kg"])
    return {
        "food_producer": word_key(line.text("producer")), "food_producer_name": line.cells["producer"],
        "food_product": word_key(line.text("product")), "food_product_name": line.cells["product"],
        "quality_class": quality_of(line), "quality_label": line.cells["quality"] or None,
        "food_month": period_of(line).month, "capacity_kg": line.number_of("capacity_kg"),
        "price_eur_per_kg": line.number_of("price_eur_per_kg", most=1e5) if has_price else None,
        "commune": line.cells["commune"] or None,
        "commune_place": word_key(line.cells["commune"]) if line.cells["commune"] else None,
    }  # fmt: skip
