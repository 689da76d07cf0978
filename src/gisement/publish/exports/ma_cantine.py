"""What ma cantine imports: a canteen's purchases line by line, or its year in the simple declaration. No double entry.

Purchases follow the schema `imports_achats_siret_2026`, declarations `bilans_simple_siret`. A canteen without a SIRET
is left out of both, and counted. Euros whose label is unclear are in no line of quality of a declaration, and told.

Source: Table Schema files of betagouv/ma-cantine (MIT); order of labels and groups: catalog/egalim.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gisement.catalog.quality_labels import FISH, MEAT, NOTHING, ORGANIC
from gisement.publish.answers import safe

Row = Mapping[str, Any]
PURCHASES, DECLARATIONS = "purchases", "declarations"
KINDS = (PURCHASES, DECLARATIONS)
PURCHASE = (
    "siret", "description", "fournisseur", "date", "prix_ht", "famille_produits", "categories_egalim", "origine",
    "est_circuit_court", "est_local", "definition_local",
)  # fmt: skip
FRENCH = {
    MEAT: "viandes_volailles", FISH: "produits_de_la_mer", "FRUITS_ET_LEGUMES": "fruits_et_legumes",
    "CHARCUTERIE": "charcuterie", "PRODUITS_LAITIERS": "produits_laitiers", "BOULANGERIE": "boulangerie",
    "BOISSONS": "boissons", "AUTRES": "autres",
}  # fmt: skip
"""Families, as headings of the declaration name them."""
FAIR = "COMMERCE_EQUITABLE"
DECLARATION = (
    "siret", "année_bilan", "valeur_totale", "valeur_bio", "valeur_bio_dont_commerce_equitable", "valeur_siqo",
    "valeur_externalites_performance", "valeur_egalim_autres", "valeur_egalim_autres_dont_commerce_equitable",
    "valeur_viandes_volailles", "valeur_viandes_volailles_egalim", "valeur_viandes_volailles_france",
    "valeur_produits_de_la_mer", "valeur_produits_de_la_mer_egalim", "valeur_produits_de_la_mer_france",
    "valeur_fruits_et_legumes_france", "valeur_charcuterie_france", "valeur_produits_laitiers_france",
    "valeur_boulangerie_france", "valeur_boissons_france", "valeur_autres_france",
)  # fmt: skip
YES_NO = {True: "oui", False: "non", None: ""}
GROUPS = {"siqo": "valeur_siqo", "criteria": "valeur_externalites_performance", "other": "valeur_egalim_autres"}
DEFINITIONS = ("AUTOUR_SERVICE", "DEPARTEMENT", "REGION", "PAT", "AUTRE")


@dataclass(frozen=True)
class MaCantine:
    """A file as text, how many lines it has, how many purchases had no canteen's SIRET, cents of unclear label."""

    text: str
    lines: int
    without_siret: int
    unclear_cents: int


def ma_cantine(rows: Sequence[Row], kind: str) -> MaCantine:
    """The file of a kind, from rows of `food_purchase`."""
    kept = [row for row in rows if len(row["buyer_id"] or "") == 14]
    lines = list(_declarations(kept) if kind == DECLARATIONS else map(_purchase, kept))
    unclear = sum(row["amount_cents"] or 0 for row in kept if row["food_quality"] is None)
    columns = DECLARATION if kind == DECLARATIONS else PURCHASE
    return MaCantine(_text(columns, lines), len(lines), len(rows) - len(kept), unclear)


def _purchase(row: Row) -> dict[str, str]:
    is_local = row["is_declared_local"]
    definition = row["local_definition"] if row["local_definition"] in DEFINITIONS else "AUTRE" if is_local else ""
    return {
        "siret": row["buyer_id"], "description": row["food_description"] or "",
        "fournisseur": row["food_supplier_name"] or "non renseigné", "date": row["purchase_date"].isoformat(),
        "prix_ht": _euros(row["amount_cents"]), "famille_produits": row["food_family"],
        "categories_egalim": row["food_labels"] or "", "origine": row["food_origin"] or "",
        "est_circuit_court": YES_NO[row["is_short_chain"]], "est_local": YES_NO[is_local],
        "definition_local": definition,
    }  # fmt: skip


def _declarations(rows: Iterable[Row]) -> Iterable[dict[str, str]]:
    """One line per canteen and year, in euros; a purchase counts once, under the label that counts on its day."""
    held: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        sums, cents = held[row["buyer_id"], row["year"]], row["amount_cents"] or 0
        for column in _columns(row):
            sums[column] += cents
    for (siret, year), sums in sorted(held.items()):
        amounts = {column: _euros(sums[column]) for column in DECLARATION[2:]}
        yield {"siret": siret, "année_bilan": str(year), **amounts}


def _columns(row: Row) -> Iterable[str]:
    """The headings under which a purchase is summed."""
    quality, family = row["food_quality"], FRENCH[row["food_family"]]
    is_fair = FAIR in (row["food_labels"] or "").split(",")
    yield "valeur_totale"
    if quality == ORGANIC:
        yield "valeur_bio"
    elif quality in GROUPS:
        yield GROUPS[quality]
    if is_fair and quality == ORGANIC:
        yield "valeur_bio_dont_commerce_equitable"
    elif is_fair and quality == "other":
        yield "valeur_egalim_autres_dont_commerce_equitable"
    if row["food_family"] in (MEAT, FISH):
        yield f"valeur_{family}"
        if quality not in (None, NOTHING):
            yield f"valeur_{family}_egalim"
    if row["food_origin"] == "FRANCE":
        yield f"valeur_{family}_france"


def _euros(cents: int | None) -> str:
    return f"{(cents or 0) / 100:.2f}"


def _text(columns: Sequence[str], lines: Iterable[Mapping[str, str]]) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_told(line[column]) for column in columns] for line in lines])
    return written.getvalue()


def _told(cell: str) -> str:
    """A cell that no spreadsheet runs; an amount, negative or not, is a number."""
    return cell if cell.lstrip("-").replace(".", "", 1).isdigit() else str(safe(cell))
