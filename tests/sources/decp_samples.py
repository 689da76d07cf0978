"""Small fictive contracts and files for the tests of the DECP readers."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import duckdb

from gisement.sources.decp import ReadReport, read

Row = dict[str, Any]


def contract(**changes: Any) -> Row:
    """A contract of the 2022 format; `changes` replace its fields (a value of `...` removes one)."""
    made: Row = {
        "id": "2024FICTIF01",
        "acheteur": {"id": "11111111111111"},
        "nature": "Marché",
        "objet": "Fourniture de compas imaginaires",
        "codeCPV": "38000000",
        "procedure": "Procédure adaptée",
        "lieuExecution": {"code": "86000", "typeCode": "Code postal"},
        "dureeMois": 12,
        "dateNotification": "2024-03-05",
        "datePublicationDonnees": "2024-03-20",
        "montant": 40000.5,
        "formePrix": "Forfaitaire",
        "offresRecues": 3,
        "marcheInnovant": False,
        "ccag": "Pas de CCAG",
        "titulaires": [
            {"titulaire": {"typeIdentifiant": "SIRET", "id": "22222222222222"}},
            {"titulaire": {"typeIdentifiant": "TVA", "id": "FR00333333333"}},
        ],
        "considerationsSociales": {"considerationSociale": ["Clause sociale", "Critère social"]},
        "considerationsEnvironnementales": {"considerationEnvironnementale": ["Clause environnementale"]},
        "typesPrix": {"typePrix": ["Définitif ferme"]},
        "techniques": {"technique": ["Sans objet"]},
        "modifications": [
            {
                "modification": {
                    "id": 1,
                    "dateNotificationModification": "2024-06-01",
                    "montant": 45000,
                    "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": "44444444444444"}}],
                }
            }
        ],
        "actesSousTraitance": [
            {"acteSousTraitance": {"id": 1, "sousTraitant": {"id": "55555555555555"}, "montant": 900}}
        ],
    }
    made.update(copy.deepcopy(changes))
    return {key: value for key, value in made.items() if value is not ...}


def concession(**changes: Any) -> Row:
    """A concession of the 2022 format."""
    made: Row = {
        "id": "CC01",
        "autoriteConcedante": {"id": "66666666666666"},
        "nature": "Concession de service",
        "objet": "Exploitation d'un manège",
        "dateSignature": "2024-02-01",
        "datePublicationDonnees": "2024-02-10",
        "valeurGlobale": 120000,
        "montantSubventionPublique": 5000,
        "concessionnaires": [{"concessionnaire": {"typeIdentifiant": "SIRET", "id": "77777777777777"}}],
        "considerationsSociales": {"considerationSociale": ["Concession réservée"]},
        "considerationsEnvironnementales": {"considerationEnvironnementale": []},
        "donneesExecution": [
            {
                "donneesAnnuelles": {
                    "datePublicationDonneesExecution": "2025-01-02",
                    "depensesInvestissement": 7.5,
                }
            }
        ],
    }
    return {**made, **changes}


def wrapped(*records: Row, concessions: tuple[Row, ...] = ()) -> Row:
    """The 2022 document that holds these records."""
    return {"marches": {"marche": list(records), "contrat-concession": list(concessions)}}


def write(folder: Path, content: Any, name: str = "decp.json") -> Path:
    """A file of this content: bytes as they are, text in UTF-8, anything else as JSON."""
    if not isinstance(content, bytes | str):
        content = json.dumps(content, ensure_ascii=False)
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(path: Path) -> list[Row]:
    """The raw rows of a Parquet file, in the order of their positions."""
    relation = duckdb.sql(f"SELECT * FROM read_parquet('{path}') ORDER BY position")
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def read_rows(folder: Path, content: Any, name: str = "decp.json") -> tuple[ReadReport, list[Row]]:
    """Reads a file of this content; its report and its rows."""
    target = folder / f"{name}.parquet"
    report = read(write(folder, content, name), target)
    return report, rows_of(target)


def published(row: Row) -> Row:
    """A row without its place in the file."""
    return {name: value for name, value in row.items() if name != "position"}
