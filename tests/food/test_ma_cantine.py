"""What ma cantine imports: valid against its own schemas, counted once, and sums of a year that a manager can redo."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import frictionless
import pytest

from gisement.publish.exports.ma_cantine import DECLARATION, PURCHASE, ma_cantine
from gisement.sources.egalim.purchases import parse_purchases

SIRET = "99900003700013"
SCHEMAS = {"purchases": "imports_achats_siret_2026", "declarations": "bilans_simple_siret"}


def bought(cents: int, family: str, quality: str | None, labels: str | None = None, **other: Any) -> dict[str, Any]:
    """A purchase of 2025."""
    return {
        "buyer_id": SIRET, "year": 2025, "purchase_date": date(2025, 3, 4), "amount_cents": cents, "food_family": family,
        "food_quality": quality, "food_labels": labels, "food_description": "Denrée", "food_supplier_name": None,
        "food_origin": None, "is_short_chain": None, "is_declared_local": None, "local_definition": None, **other,
    }  # fmt: skip


ROWS = [
    bought(100_00, "VIANDES_VOLAILLES", "siqo", "LABEL_ROUGE", food_origin="FRANCE"),
    bought(300_00, "VIANDES_VOLAILLES", "none"), bought(-50_00, "VIANDES_VOLAILLES", "none"),
    bought(80_50, "AUTRES", "organic", "BIO,COMMERCE_EQUITABLE", is_declared_local=True, local_definition="KM"),
    bought(20_00, "BOISSONS", "other", "COMMERCE_EQUITABLE"), bought(30_00, "PRODUITS_DE_LA_MER", "criteria", "EXTERNALITES"),
    bought(10_00, "BOISSONS", None, "PECHE_DURABLE"), bought(5_00, "AUTRES", "none", buyer_id="ma-cantine-12"),
]  # fmt: skip


def lines(kind: str) -> list[dict[str, str]]:
    """The lines of the file of a kind."""
    return list(csv.DictReader(io.StringIO(ma_cantine(ROWS, kind).text)))


def test_a_declaration_adds_up_each_purchase_once() -> None:
    (line,) = lines("declarations")
    assert list(line) == list(DECLARATION)
    told = {name: float(cell) for name, cell in line.items() if name.startswith("valeur")}
    # 100 + 300 - 50 + 80.50 + 20 + 30 + 10: what is unclear is in the whole, and in no quality
    assert told["valeur_totale"] == 490.50
    assert (told["valeur_bio"], told["valeur_bio_dont_commerce_equitable"]) == (80.50, 80.50)
    assert (told["valeur_siqo"], told["valeur_externalites_performance"]) == (100, 30)
    assert (told["valeur_egalim_autres"], told["valeur_egalim_autres_dont_commerce_equitable"]) == (20, 20)
    assert (told["valeur_viandes_volailles"], told["valeur_viandes_volailles_egalim"]) == (350, 100)
    assert (told["valeur_viandes_volailles_france"], told["valeur_produits_de_la_mer_egalim"]) == (100, 30)
    found = ma_cantine(ROWS, "declarations")
    assert (found.lines, found.without_siret, found.unclear_cents) == (1, 1, 10_00)


def test_purchases_come_back_as_they_left(tmp_path: Path) -> None:
    path = tmp_path / "achats.csv"
    path.write_text(ma_cantine(ROWS, "purchases").text, encoding="utf-8")
    back = parse_purchases(path, path.name)
    assert [row["amount_cents"] for row in back] == [row["amount_cents"] for row in ROWS if row["buyer_id"] == SIRET]
    assert [row["labels"] for row in back][3] == "BIO,COMMERCE_EQUITABLE"
    assert list(lines("purchases")[0]) == list(PURCHASE)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_file_is_valid_against_the_schema_of_ma_cantine(kind: str, shared_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(ma_cantine(ROWS, kind).text, encoding="utf-8")
    schema = frictionless.Schema(str(shared_data / "egalim" / "schemas" / f"{SCHEMAS[kind]}.json"))
    with frictionless.system.use_context(trusted=True):
        report = frictionless.validate(str(path), schema=schema)
    assert report.flatten(["rowNumber", "fieldName", "note"]) == []
