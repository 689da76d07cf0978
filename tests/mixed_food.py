"""Fictive needs, offers and distances, with the odd values that engines read differently."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Rows = tuple[dict[str, Any], ...]
NEED = ("buyer", "product", "month|week", "quantity_kg", "tied_until", "channel")
OFFER = ("producer", "product", "quality", "month", "capacity_kg", "price_eur_per_kg", "commune")
ROAD = ("from", "to", "km")


RULE = ("rule", "buyer", "product", "quality", "name", "value")


def rules(town: str, buyer: str) -> Rows:
    """Rules of a plan: for all, for a buyer, with a name in place of a value."""
    lines = (
        ("group", town, "", "", "Ville d'Été", ""),
        ("organic_share_pct", "Ville d'Été", "", "", "", "20"),
        ("market_price_eur_per_kg", "", "Carottes", "bio", "", "1,7"),
        ("needs_step", "", "carotte", "", "Légumerie vf", ""),
        ("need_from_purchases", buyer[:9], "", "", "", "2027"),
        ("needs_peeling", "", "Carottes", "", "", ""),
        ("least_drop_eur", "", "", "", "", "80"),
        ("drops_per_month", "", "", "", "", "2"),
    )
    return _rows(RULE, lines)


def tables(town: str, buyer: str, firm: str) -> tuple[Rows, Rows, Rows]:
    """Needs, offers and told distances.

    Needs of two buyers that are known (SIRET) and of one by its name only: two lines of one need, ties that end or not.
    Distances from a producer, towards a commune, from a commune.
    """
    needs = (
        (town, "Carottes", "2024-03", "120.125", "", ""),
        (town, "carotte", "2024-03", "0.001", "", ""),
        (buyer, "Carotte", "2024-W10", "80", "2024-03-31", "centrale"),
        (buyer, "Bœuf", "W37", "12.5", "31/12/2024", ""),
        ("Cantine vf", "Œufs", "mars", "7", "", "groupement"),
    )
    offers = (
        ("Ferme de l'Été", "carotte", "BIO", "2024-03", "300.5", "1,65", "86194"),
        ("Ferme de l'Été", "carotte", "bio", "2024-03", "0.25", "1.65", "86194"),
        (firm, "œuf", "", "3", "100", "", "Châtellerault"),
        ("Loin", "bœuf", "Label Rouge", "09", "40", "9.9", "nulle part"),
    )
    roads = (
        ("ferme de l'été", town, "4"),
        (buyer, "86194", "12.5"),
        ("86066", "cantine vf", "31"),
        ("Loin", town, "9"),
    )
    return _rows(NEED, needs), _rows(OFFER, offers), _rows(ROAD, roads)


def _rows(columns: tuple[str, ...], lines: tuple[tuple[str, ...], ...]) -> Rows:
    return tuple(dict(zip(columns, line, strict=True)) for line in lines)


MEAL = ("buyer", "class", "month|week", "meals", "enrolled", "presence_pct", "open_days", "tied_until", "channel")
COEFFICIENT = ("product", "class", "coefficient", "value", "source", "date", "confidence")
AWARD = ("producer", "product", "quality", "quantity_kg", "price_eur_per_kg", "first_day", "last_day")
DELIVERY = ("producer", "product", "quality", "month", "quantity_kg", "amount_eur")
MENU = ("menuRestaurantNom", "menuRestaurantId", "menuRestaurantIdType", "menuRestaurantType", "menuDate",
        "menuTypeRepas", "menuTypePlat", "menuNomPlat", "menuCodePlat")  # fmt: skip
DISH = ("platCode", "platNom", "platNombreConvive", "platProduitNom")
CENSUS = ("place", "product", "farms", "hectares", "heads", "year", "source")
DECLARATION = (
    "id", "year", "canteen_siret", "canteen_city_insee_code", "canteen_epci", "canteen_department", "canteen_region",
    "canteen_sector_list", "teledeclaration_ratio_bio", "teledeclaration_ratio_egalim_hors_bio",
)  # fmt: skip


def followed(town: str, firm: str) -> dict[str, tuple[tuple[str, ...], Rows]]:
    """Meals, coefficients, contracts, deliveries and declarations: their columns and rows, by kind of file."""
    meals = (
        (town, "Élémentaire", "2024-03", "", "120", "85,5", "14", "", ""),
        (town, "adulte", "W37", "80.25", "", "", "", "", "x"),
    )
    coefficients = tuple(
        (product, "", name, value, "essai d'été", day, "likely")
        for product, name, value, day in (
            ("Riz", "per_20_meals", "3", "2024-01-01"), ("Riz", "per_20_meals", "2,5", "2024-06-01"),
            ("Riz", "cooked_over_raw", "2.259", "2024-01-01"), ("", "inedible_pct", "0", "2024-01-01"),
            ("Jus", "price_eur_per_kg", "3,2", "2024-01-01"), ("Café", "price_eur_per_kg", "8", "2024-01-01"),
        )
    )  # fmt: skip
    portions = (("Riz", "élémentaire", "portion_g", "150", "essai", "2024-01-01", "assumed"),)
    awards = (
        ("Ferme de l'Été", "carotte", "BIO", "900", "1,65", "2024-01-01", "2024-12-31"),
        (firm, "œuf", "", "7.5", "", "2024-02-01", "2024-02-29"),
    )
    deliveries = (
        ("ferme de l'été", "Carottes", "bio", "2024-03", "70.125", "115.71"),
        ("Loin", "bœuf", "", "2024-02", "4", ""),
    )
    declarations = (
        ("1", "2023", town, "86194", "200069854", "86", "75", "Crèche,Hôpitaux", "0.1234", "0.2"),
        ("2", "2022", "", "86066", "", "86", "75", "", "0.7", "0.4"), ("3", "2023", "", "", "", "2A", "94", "Crèche", "", "1"),
    )  # fmt: skip
    menus = (
        ("École d'Été", town, "SIRET", "élémentaire", "2024-03-05", "déjeuner", "garniture", "Riz à l'été", "R1"),
        ("École d'Été", town, "SIRET", "élémentaire", "2024-03-12", "Déjeuner", "garniture", "Riz  à l'été", "R1"),
        ("Crèche vf", "", "sans", "autre", "2024-03-12", "goûter", "dessert", "Compote", ""),
        ("Crèche vf", "", "sans", "autre", "2024-04-02", "déjeuner", "dessert", "Crème aux œufs", ""),
    )
    dishes = (("R1", "Riz à l'été", "", "Riz"), ("Z", "Soupe", "12", ""))
    census = (
        ("CU d'Été", "Carottes", "12", "45,5", "", "2020", "essai"),
        ("CC vf", "carotte", "", "", "", "2020", "essai"),
    )
    return {
        "food-menus": (MENU, _rows(MENU, menus)),
        "food-dishes": (DISH, _rows(DISH, dishes)),
        "farm-census": (CENSUS, _rows(CENSUS, census)),
        "food-meals": (MEAL, _rows(MEAL, meals)),
        "food-coefficients": (COEFFICIENT, _rows(COEFFICIENT, coefficients + portions)),
        "food-award": (AWARD, _rows(AWARD, awards)),
        "food-delivery": (DELIVERY, _rows(DELIVERY, deliveries)),
        "egalim-declarations": (DECLARATION, _rows(DECLARATION, declarations)),
    }  # fmt: skip


def operators(path: Path) -> Path:
    """Write an answer of the organic register: one that grows, one without a product, one that only sells."""

    def one(number: int, activity: str, products: list[str], commune: str | None) -> dict[str, Any]:
        held = [
            {"id": n, "nom": name, "etatProductions": [{"etatProduction": "AB"}]} for n, name in enumerate(products)
        ]
        place = {"ville": "Été-sur-vf", "codePostal": "86000", "codeCommune": commune, "active": True}
        return {"numeroBio": number, "siret": None, "denominationcourante": f"Bio d'Été {number}", "productions": held,
                "activites": [{"id": 1, "nom": activity}], "adressesOperateurs": [place]}  # fmt: skip

    items = [one(1, "Production", ["Carottes et navets", "Œufs"], "86194"), one(2, "Production", [], "86066"),
             one(3, "Distribution", ["Carottes"], None)]  # fmt: skip
    path.write_text(json.dumps({"nbTotal": len(items), "items": items}), encoding="utf-8")
    return path
