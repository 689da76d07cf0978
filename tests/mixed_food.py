"""Fictive needs, offers and distances, with the odd values that engines read differently."""

from __future__ import annotations

from typing import Any

Rows = tuple[dict[str, Any], ...]
NEED = ("buyer", "product", "month|week", "quantity_kg", "tied_until", "channel")
OFFER = ("producer", "product", "quality", "month", "capacity_kg", "price_eur_per_kg", "commune")
ROAD = ("from", "to", "km")


RULE = ("rule", "buyer", "product", "quality", "name", "value")


def rules(town: str) -> Rows:
    """Rules of a plan: for all, for a buyer, with a name in place of a value."""
    lines = (
        ("group", town, "", "", "Ville d'Été", ""),
        ("organic_share_pct", "Ville d'Été", "", "", "", "20"),
        ("market_price_eur_per_kg", "", "Carottes", "bio", "", "1,7"),
        ("needs_step", "", "carotte", "", "Légumerie vf", ""),
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
