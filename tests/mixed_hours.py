"""Hours of social clauses that engines could read differently: two publics, two situations, lots, nothing published."""

from __future__ import annotations

from typing import Any

COLUMNS = ("acheteur", "marche", "public", "heures_prevues", "heures_realisees", "personnes", "echeance", "situation")


def lines(town: str, buyer: str) -> list[dict[str, Any]]:
    """The lines of a file, of two buyers."""
    told = (
        (town, "ALIKE1", "RSA", "300", "120,25", "12", "31/03/2024", "2024-06-30"),
        (town, "alike-1", "DELD", "", "10", "", "2024-03-31", "2024-06-30"),
        (town, "ALIKE1", "RSA", "300", "20", "4", "2024-03-31", "2024-01-31"),
        (buyer, "L1", "jeunes", "50", "60", "11", "2024-12-31", "2024-06-30"),
        (buyer[:9], "nulle part", "", "7,5", "", "3", "", "2024-06-30"),
    )
    return [dict(zip(COLUMNS, line, strict=True)) for line in told]


def matter(town: str) -> list[dict[str, Any]]:
    """The lines of a file of circular purchases: two units of one family, an amount that is not said."""
    told = (
        ("réemploi", "1 200,50", "12", "pièces"), ("réemploi", "80", "1", "pièces"), ("recyclé", "", "3", "kg"),
        ("neuf", "900", "2", "pièces"), ("neuf", "10", "2", "lots"), ("inconnue", "5", "", ""),
    )  # fmt: skip
    return [
        {"acheteur": town, "annee": "2024", "famille": "Mobilier", "origine": origin, "montant_ht": amount,
         "quantite": quantity, "unite": unit}
        for origin, amount, quantity, unit in told
    ]  # fmt: skip


WORKS = ["acheteur", "operation", "segment", "consultation", "montant_ht", "attentes", "diffusion"]


def works(town: str) -> list[dict[str, Any]]:
    """The lines of a programme of works: one operation told twice, one without amount, one of a year alone."""
    told = (
        ("Gymnase", "works_joinery", "2027-03", "320 000", "bois", "public"),
        ("Gymnase", "works_joinery", "2027-09", "350 000", "bois", "public"),
        ("Gymnase", "works_roofing_carpentry", "03/2027", "", "", ""),
        ("École", "furniture_appliances", "2028", "60000,50", "réemploi", "partenaires"),
    )
    return [dict(zip(WORKS, (town, *line), strict=True)) for line in told]
