"""The structure in which contracts are published, 2019 and 2022 forms together.

One description serves both readers: DuckDB reads well-formed records with it as an explicit type,
and `shapes` repairs the others until they fit it. A key that is absent here is not read.
Source: format-commande-publique v1.5.0 and v2.0.4 (JSON Schema and XSD; orders of 22 March 2019
and 22 December 2022).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Shape = str | list["Shape"] | dict[str, "Shape"]
"""A text, a list of one shape, or an object of named shapes."""

TEXT: Final = "VARCHAR"

HOLDER: Final[dict[str, Shape]] = dict.fromkeys(("id", "typeIdentifiant", "denominationSociale"), TEXT)

# In 2019 the elements of a list are bare objects, in 2022 each is under a name of its own.
HOLDERS: Final[list[Shape]] = [{"titulaire": HOLDER, **HOLDER}]

AMENDMENT: Final[dict[str, Shape]] = {
    "id": TEXT,
    "objetModification": TEXT,
    "dateNotificationModification": TEXT,
    "dateSignatureModification": TEXT,
    "datePublicationDonneesModification": TEXT,
    "dureeMois": TEXT,
    "montant": TEXT,
    "valeurGlobale": TEXT,
    "titulaires": HOLDERS,
}

SUBCONTRACT: Final[dict[str, Shape]] = {
    "id": TEXT,
    "sousTraitant": {"id": TEXT, "typeIdentifiant": TEXT},
    "dureeMois": TEXT,
    "dateNotification": TEXT,
    "montant": TEXT,
    "variationPrix": TEXT,
    "datePublicationDonnees": TEXT,
}

SUBCONTRACT_AMENDMENT: Final[dict[str, Shape]] = {
    "id": TEXT,
    "dureeMois": TEXT,
    "dateNotificationModificationSousTraitance": TEXT,
    "dateNotificationModificationActeSousTraitance": TEXT,
    "montant": TEXT,
    "montantSousTraitance": TEXT,
    "datePublicationDonnees": TEXT,
    "datePublicationDonneesModificationActeSousTraitance": TEXT,
}

EXECUTION: Final[dict[str, Shape]] = {"datePublicationDonneesExecution": TEXT, "depensesInvestissement": TEXT}

CONTRACT: Final[dict[str, Shape]] = {
    "id": TEXT,
    "uid": TEXT,
    "uuid": TEXT,
    "source": TEXT,
    "_type": TEXT,
    "acheteur": {"id": TEXT, "nom": TEXT},
    "autoriteConcedante": {"id": TEXT, "nom": TEXT},
    "nature": TEXT,
    "objet": TEXT,
    "codeCPV": TEXT,
    "procedure": TEXT,
    "lieuExecution": {"code": TEXT, "typeCode": TEXT, "nom": TEXT},
    "dureeMois": TEXT,
    "dateNotification": TEXT,
    "dateSignature": TEXT,
    "dateDebutExecution": TEXT,
    "datePublicationDonnees": TEXT,
    "montant": TEXT,
    "valeurGlobale": TEXT,
    "montantSubventionPublique": TEXT,
    "formePrix": TEXT,
    "typesPrix": {"typePrix": [TEXT]},
    "typePrix": [TEXT],
    "considerationsSociales": {"considerationSociale": [TEXT]},
    "considerationsEnvironnementales": {"considerationEnvironnementale": [TEXT]},
    "modalitesExecution": {"modaliteExecution": [TEXT]},
    "modaliteExecution": [TEXT],
    "techniques": {"technique": [TEXT]},
    "technique": [TEXT],
    "marcheInnovant": TEXT,
    "attributionAvance": TEXT,
    "tauxAvance": TEXT,
    "ccag": TEXT,
    "offresRecues": TEXT,
    "typeGroupementOperateurs": TEXT,
    "sousTraitanceDeclaree": TEXT,
    "idAccordCadre": TEXT,
    "origineUE": TEXT,
    "origineFrance": TEXT,
    "titulaires": HOLDERS,
    "concessionnaires": [{"concessionnaire": HOLDER, **HOLDER}],
    "modifications": [{"modification": AMENDMENT, **AMENDMENT}],
    "actesSousTraitance": [{"acteSousTraitance": SUBCONTRACT, **SUBCONTRACT}],
    "modificationsActesSousTraitance": [
        {
            "modificationActeSousTraitance": SUBCONTRACT_AMENDMENT,
            "modificationActesSousTraitance": SUBCONTRACT_AMENDMENT,
            **SUBCONTRACT_AMENDMENT,
        }
    ],
    "donneesExecution": [{"donneesAnnuelles": EXECUTION, **EXECUTION}],
}


@dataclass(frozen=True)
class Element:
    """The elements of a list: the names each may be under, and where the fields of its raw struct come from
    (the first that is given wins)."""

    wrappers: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]


HOLDER_FIELDS: Final = {
    "id": ("id",),
    "typeIdentifiant": ("typeIdentifiant",),
    "denominationSociale": ("denominationSociale",),
}

ELEMENTS: Final = {
    "titulaires": Element(("titulaire",), HOLDER_FIELDS),
    "concessionnaires": Element(("concessionnaire",), HOLDER_FIELDS),
    "modifications": Element(
        ("modification",),
        {
            "id": ("id",),
            "objetModification": ("objetModification",),
            "dateNotificationModification": ("dateNotificationModification", "dateSignatureModification"),
            "datePublicationDonneesModification": ("datePublicationDonneesModification",),
            "dureeMois": ("dureeMois",),
            "montant": ("montant", "valeurGlobale"),
            "titulaires": ("titulaires",),
        },
    ),
    "actesSousTraitance": Element(
        ("acteSousTraitance",),
        {
            "id": ("id",),
            "sousTraitant_id": ("sousTraitant.id",),
            "sousTraitant_typeIdentifiant": ("sousTraitant.typeIdentifiant",),
            "dureeMois": ("dureeMois",),
            "dateNotification": ("dateNotification",),
            "montant": ("montant",),
            "variationPrix": ("variationPrix",),
            "datePublicationDonnees": ("datePublicationDonnees",),
        },
    ),
    "modificationsActesSousTraitance": Element(
        ("modificationActeSousTraitance", "modificationActesSousTraitance"),
        {
            "id": ("id",),
            "dureeMois": ("dureeMois",),
            "dateNotificationModificationSousTraitance": (
                "dateNotificationModificationSousTraitance",
                "dateNotificationModificationActeSousTraitance",
            ),
            "montant": ("montant", "montantSousTraitance"),
            "datePublicationDonnees": (
                "datePublicationDonnees",
                "datePublicationDonneesModificationActeSousTraitance",
            ),
        },
    ),
    "donneesExecution": Element(
        ("donneesAnnuelles",),
        {
            "datePublicationDonneesExecution": ("datePublicationDonneesExecution",),
            "depensesInvestissement": ("depensesInvestissement",),
        },
    ),
}

LABELS: Final = {
    "typesPrix": "typePrix",
    "considerationsSociales": "considerationSociale",
    "considerationsEnvironnementales": "considerationEnvironnementale",
    "modalitesExecution": "modaliteExecution",
    "techniques": "technique",
}
"""Lists of labels, by their name and the name of one label."""

FLATTENED_SIGNS: Final = (
    "acheteur.id",
    "acheteur_id",
    "autoriteConcedante.id",
    "autoriteConcedante_id",
    "lieuExecution.code",
    "lieuExecution_code",
    "titulaire_id",
    "titulaire_id_1",
    "titulaires.1.id",
)
"""Keys by which a flattened record is known: DuckDB reads them only to send the record to `shapes`."""


def duckdb_type(shape: Shape) -> str:
    """The DuckDB type of a shape: `VARCHAR`, `T[]` or `STRUCT("key" T, …)`."""
    if isinstance(shape, str):
        return shape
    if isinstance(shape, list):
        return duckdb_type(shape[0]) + "[]"
    return "STRUCT(" + ", ".join(f'"{key}" {duckdb_type(inner)}' for key, inner in shape.items()) + ")"
