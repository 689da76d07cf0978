"""Small fictive purchases of a canteen, for the tests that want every kind of file."""

from __future__ import annotations

from typing import Any

COLUMNS = (
    "siret", "description", "fournisseur", "date", "prix_ht", "famille_produits", "categories_egalim", "origine",
    "est_circuit_court", "est_local", "definition_local",
)  # fmt: skip


def purchases(siret: str) -> list[dict[str, Any]]:
    """Two equal purchases, a credit note, a label that cannot exist there, another whose meaning changes in 2027."""
    told = (
        ("Carottes\u00a0vf", "2024-01-31", "120.105", "FRUITS_ET_LEGUMES", "BIO,IGP"), ("Riz", "2024-02-29", "80", "AUTRES", ""),
        ("Riz", "2024-02-29", "80", "AUTRES", ""), ("Farine", "2025-12-31", "10.5", "AUTRES", "NIVEAU_2"),
        ("Colin", "2025-03-01", "300", "PRODUITS_DE_LA_MER", "PECHE_DURABLE"), ("Bœuf", "2025-03-02", "-40", "VIANDES_VOLAILLES", ""),
        ("Pommes", "2025-03-03", "55", "FRUITS_ET_LEGUMES", "HVE"), ("Jus", "2025-03-03", "5", "BOISSONS", "LABEL_ROUGE"),
    )  # fmt: skip
    columns = ("description", "date", "prix_ht", "famille_produits", "categories_egalim")
    fixed = {**dict.fromkeys(COLUMNS, ""), "siret": siret, "fournisseur": "Ferme İnventée"}
    return [{**fixed, **dict(zip(columns, line, strict=True))} for line in told]
