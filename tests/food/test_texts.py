"""Menus, purchases, the organic register and the census: what they come to in kg and counts, and what stays unknown."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gisement.catalog import raw_tables, tables
from gisement.catalog.food import product_in, word_key
from gisement.enrich.food.purchases import food_bought
from gisement.models.food.conversion import food_text_need
from gisement.models.food.sourcing import food_prior
from gisement.sources.food.files import FoodFile, read_farm_census, read_food_dishes, read_food_menus
from gisement.sources.food.operators import read_organic_operators
from gisement.terms import Ring, Trouble
from tests.food.test_conversion import line

KINDS = {
    "string": pa.string(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}
MENU = """menuRestaurantNom,menuRestaurantType,menuDate,menuTypeRepas,menuTypePlat,menuNomPlat,menuCodePlat
École A,élémentaire,2027-01-11,déjeuner,garniture,Carottes persillées,
École A,élémentaire,2027-01-12,déjeuner,plat principal,Hachis maison,H1
École A,élémentaire,2027-01-12,goûter,dessert,Compote,
École A,élémentaire,2027-01-12,déjeuner,dessert,Surprise du chef,
"""
DISH = """platCode,platNom,platNombreConvive,platProduitNom
H1,Hachis,50,Bœuf haché
"""
COEFFICIENTS = [
    line("carotte", None, "portion_g", 100), line("carotte", None, "cooked_over_raw", 0.8),
    line("carotte", None, "inedible_pct", 10), line("boeuf hache", None, "portion_g", 70),
    line("boeuf hache", None, "cooked_over_raw", 0.7), line("boeuf hache", None, "inedible_pct", 0),
    line("carotte", None, "price_eur_per_kg", 1.5), line("pain", None, "portion_g", 40),
]  # fmt: skip


def raw(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows under the columns of a table of the catalog."""
    schema = {
        **({**raw_tables(), **tables()})[name].schema,
        **({"snapshot": "string"} if name.startswith("raw_") else {}),
    }
    fields = pa.schema([(column, KINDS[kind]) for column, kind in schema.items()])
    return pa.Table.from_pylist([{column: row.get(column) for column in schema} for row in rows], fields)


def read(tmp_path: Path, reader: FoodFile, text: str) -> pa.Table:
    """What a reader makes of a file."""
    source = tmp_path / "file.csv"
    source.write_text(text, encoding="utf-8")
    reader(source, tmp_path / "out.parquet", "file.csv")
    return pq.read_table(tmp_path / "out.parquet")


def converted(**given: pa.Table) -> dict[str, dict[str, Any]]:
    """The kg of each text, by its words."""
    held = {name: given.get(name, raw(name, [])) for name in food_text_need.inputs}
    held["raw_food_coefficient"] = pa.Table.from_pylist(COEFFICIENTS)
    return {row["food_text"]: row for row in food_text_need(**held).to_pylist()}


def test_menus_are_converted_dish_by_dish_and_say_what_they_cannot(tmp_path: Path) -> None:
    menus = read(tmp_path, read_food_menus, MENU)
    dishes = read(tmp_path, read_food_dishes, DISH)
    meals = raw("raw_food_meal", [
        {"food_buyer": "ecole a", "eater_class": "elementaire", "food_month": "2027-01", "meals": 240.0}])  # fmt: skip
    assert menus.num_rows == 3, "the snack is no lunch"
    found = converted(raw_food_menu=menus, raw_food_dish=dishes, raw_food_meal=meals)
    # 240 meals of the month over the two days that have a menu: 120 portions of 100 g
    assert found["Carottes persillées"]["quantity_kg"] == pytest.approx(120 * 0.1 / 0.8 / 0.9)
    # its composition tells 50 guests and the product
    hachis = found["Hachis maison"]
    assert (hachis["food_product"], hachis["quantity_kg"]) == ("boeuf hache", pytest.approx(50 * 0.07 / 0.7))
    assert (found["Surprise du chef"]["quantity_kg"], found["Surprise du chef"]["text_reason"]) == (None, "no_product")
    alone = converted(raw_food_menu=menus)
    assert alone["Carottes persillées"]["text_reason"] == "no_guests"


def test_older_headers_of_menus_are_read_and_a_wrong_day_is_told_with_its_line(tmp_path: Path) -> None:
    older = "restaurantNom,restaurantConvive,menuDate,menuNomPlat\nCantine,maternelle,2020-03-02,Riz\n"
    (row,) = read(tmp_path, read_food_menus, older).to_pylist()
    assert (row["food_buyer"], row["eater_class"], row["menu_day"]) == ("cantine", "maternelle", "2020-03-02")
    with pytest.raises(Trouble, match="line 2, column menuDate"):
        read(tmp_path, read_food_menus, older.replace("2020-03-02", "lundi"))
    with pytest.raises(Trouble, match="platNom"):
        read(tmp_path, read_food_dishes, "platCode\n1\n")


def test_purchases_become_kg_by_a_price_that_has_a_source() -> None:
    def bought(text: str, cents: int | None) -> dict[str, Any]:
        return {"food_buyer": "21860194700013", "food_buyer_name": "Ville", "planned_year": 2027, "food_text": text,
                "month": 3, "amount_cents": cents}  # fmt: skip

    lines = [bought("CAROTTES BIO 10KG", 30000), bought("Pain tranché", 5000), bought("Divers", 100)]
    found = converted(food_bought=raw("food_bought", lines))
    carrots = found["CAROTTES BIO 10KG"]
    assert (carrots["food_month"], carrots["quantity_kg"], carrots["need_origin"]) == ("2027-03", 200.0, "purchases")
    assert [found[text]["text_reason"] for text in ("Pain tranché", "Divers")] == ["no_price", "no_product"]


def test_only_a_buyer_that_asks_for_it_plans_from_its_purchases_and_ma_cantine_comes_first() -> None:
    line_of = {"canteen_reference": "21860194700013", "food_description": "Carottes"}
    bought = [{**line_of, "purchase_date": date(year, 3, 1), "amount_cents": cents}
              for year, cents in ((2024, 1), (2025, 200), (2025, 300))]  # fmt: skip
    paid = [{"record_hash": "p", "snapshot": snapshot, "buyer_id": "9" * 14, "label": "Pain", "amount_ht_cents": 700,
             "account_kind": "M57", "account": account, "invoice_date": "2025-05-02"}
            for snapshot, account in (("a", "60623"), ("b", "60623"))]  # fmt: skip
    paid.append({**paid[0], "record_hash": "q", "account": "6064"})

    def found(*buyers: str) -> list[tuple[Any, ...]]:
        rules = [{"food_rule": "need_from_purchases", "food_buyer": buyer, "rule_value": 2027.0} for buyer in buyers]
        held: dict[str, list[dict[str, Any]]] = {"food_line": bought, "raw_payment": paid, "food_rule": rules}
        given = {name: ibis.memtable(raw(name, rows)) for name, rows in held.items()}
        made = ibis.duckdb.connect().to_pyarrow(food_bought(**given)).to_pylist()
        return sorted((row["food_text"], row["month"], row["amount_cents"], row["planned_year"]) for row in made)

    assert found() == []
    assert found("218601947") == [("Carottes", 3, 500, 2027)]
    assert found("218601947", "9" * 14) == [("Carottes", 3, 500, 2027), ("Pain", 5, 700, 2027)]


def test_a_product_is_found_in_whole_words_the_longest_first() -> None:
    assert product_in(word_key("Pommes de terre vapeur"), ["pomme", "pomme de terre"]) == "pomme de terre"
    assert product_in(word_key("Pommeau"), ["pomme"]) is None
    assert product_in("", ["pomme"]) is None


def test_who_could_be_asked_is_counted_and_never_named(tmp_path: Path) -> None:
    def operator(number: int, commune: str, activity: str = "Production") -> dict[str, Any]:
        return {"numeroBio": number, "raisonSociale": f"Ferme {number}", "productions": [{"nom": "Carottes, navets"}],
                "activites": [{"nom": activity}], "adressesOperateurs": [{"codeCommune": commune}]}  # fmt: skip

    source = tmp_path / "bio.json"
    items = [operator(1, "86194"), operator(2, "79191"), operator(3, "86194", "Distribution")]
    source.write_text(json.dumps({"nbTotal": 3, "items": items}), encoding="utf-8")
    assert read_organic_operators(source, tmp_path / "bio.parquet", "bio.json") == 3
    census = read(tmp_path, read_farm_census,
                  "place,product,farms,hectares,heads,year,source\nCU,Carottes,12,45,,2020,essai\n"
                  "CC,Carotte,3,,,2020,essai\nCU,Carottes,40,,,2010,essai\n")  # fmt: skip
    need = raw("food_need", [{"food_product": "carotte", "food_product_name": "Carottes"}])
    offer = raw("food_offer", [{"food_product": "carotte", "food_producer": name} for name in "ab"])
    rings = raw(
        "ring_commune",
        [{"commune_code": "86194", "ring_nearest": 1}, {"commune_code": "79191", "ring_nearest": int(Ring.REGION)}],
    )
    (row,) = food_prior(need, offer, pq.read_table(tmp_path / "bio.parquet"), census, rings).to_pylist()
    assert row == {"food_product": "carotte", "food_product_name": "Carottes", "known_producers_count": None,
                   "organic_department_count": 1, "organic_region_count": 2, "census_farms_count": 15,
                   "census_ha": 45.0, "census_year": 2020}  # fmt: skip


def test_the_real_shape_of_an_operator_is_read(shared_data: Path, tmp_path: Path) -> None:
    real = shared_data / "food" / "agencebio_agence-bio-operateur.json"
    assert read_organic_operators(real, tmp_path / "out.parquet", real.name) == 1
    (row,) = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert (row["organic_number"], row["operator_siret"], row["makes_food"]) == ("99999", "999999999", True)
    with pytest.raises(Trouble, match="Agence Bio"):
        read_organic_operators(shared_data / "food" / "agriculture_vienne_facts.json", tmp_path / "o", "x.json")
