"""Tables without a header whose cells are Python structures: each cell is known by what it holds.

Such files come out of a data frame written row by row: the columns of a contract come in one fixed order,
then those that only some contracts have, in an order that depends on the file. A row is read when one order,
or several that agree, fits all its cells; otherwise it is unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gisement.sources.decp.cells import BLANKS

_HEAD: Final = (
    *("id", "acheteur", "nature", "objet", "codeCPV", "procedure", "lieuExecution", "dureeMois"),
    *("dateNotification", "datePublicationDonnees", "montant", "formePrix", "attributionAvance"),
    *("offresRecues", "marcheInnovant", "ccag", "sousTraitanceDeclaree", "typeGroupementOperateurs"),
    *("titulaires", "considerationsSociales", "considerationsEnvironnementales", "modalitesExecution"),
    *("techniques", "typesPrix", "modifications", "_type", "source"),
)
_NO_DURATION: Final = (*_HEAD[:7], *_HEAD[8:])
_CONCESSION: Final = (
    *("autoriteConcedante", "dateSignature", "dateDebutExecution", "valeurGlobale"),
    *("montantSubventionPublique", "donneesExecution", "concessionnaires"),
)
_ORIGIN: Final = ("origineUE", "origineFrance")

ORDERS: Final = (
    _HEAD,
    (*_HEAD, "tauxAvance"),
    (*_NO_DURATION, "tauxAvance", "dureeMois"),
    (*_HEAD, "tauxAvance", "actesSousTraitance", "idAccordCadre", "modificationsActesSousTraitance"),
    (*_HEAD, "idAccordCadre", "actesSousTraitance", "tauxAvance", *_ORIGIN),
    (*_HEAD, "tauxAvance", "idAccordCadre", "actesSousTraitance", *_CONCESSION),
    (*_HEAD, "idAccordCadre", "actesSousTraitance", "tauxAvance", *_ORIGIN, *_CONCESSION),
    (*_HEAD, "tauxAvance", "idAccordCadre", "actesSousTraitance", *_CONCESSION, *_ORIGIN),
)
"""The orders of columns seen in real files."""

NAMES: Final = tuple(dict.fromkeys(name for order in ORDERS for name in order))
"""Every column that a row can have, in the order of the aligned rows."""

_DATE: Final = r"\d{4}-\d{1,2}-\d{1,2}.*"
_NUMBER: Final = r"-?\d+(\.\d+)?"
_YES_NO: Final = r"(?i)oui|non|true|false|[01](\.0)?"
_PATTERNS: Final = {
    "acheteur": r"\{.*'id'.*\}",
    "codeCPV": r"[\d-]{2,12}(\.0)?",
    "lieuExecution": r"\{.*'code'.*\}",
    "dureeMois": _NUMBER,
    "dateNotification": _DATE,
    "datePublicationDonnees": _DATE,
    "montant": _NUMBER,
    "formePrix": r"[^\d{\[].*",
    "attributionAvance": _YES_NO,
    "offresRecues": _NUMBER,
    "marcheInnovant": _YES_NO,
    "sousTraitanceDeclaree": _YES_NO,
    "titulaires": r"\[.*'id'.*\]",
    "considerationsSociales": r"\{.*'considerationSociale'.*\}|\[.*\]",
    "considerationsEnvironnementales": r"\{.*'considerationEnvironnementale'.*\}|\[.*\]",
    "modalitesExecution": r"\{.*'modaliteExecution'.*\}|\[.*\]",
    "techniques": r"\{.*'technique'.*\}|\[.*\]",
    "typesPrix": r"\{.*'typePrix'.*\}|\[.*\]",
    "modifications": r"\[\]|\[.*'modification'.*\]|\[.*Modification.*\]",
    "_type": r"(?i)march.*|.*concession.*",
    "source": r"[A-Za-z][\w.\- ]*",
    "tauxAvance": r"[01](\.\d+)?|0?\.\d+",
    "origineUE": r"[01](\.\d+)?",
    "origineFrance": r"[01](\.\d+)?",
    # An identifier, not a rate: `0.05` is never one of a framework agreement.
    "idAccordCadre": r"(?![01]?\.\d+$)[^\[{].*",
    "actesSousTraitance": r"\[\]|\[.*'acteSousTraitance'.*\]",
    "modificationsActesSousTraitance": r"\[\]|\[.*'modificationActes?SousTraitance'.*\]",
    "autoriteConcedante": r"\{.*'id'.*\}",
    "dateSignature": _DATE,
    "dateDebutExecution": _DATE,
    "valeurGlobale": _NUMBER,
    "montantSubventionPublique": _NUMBER,
    "donneesExecution": r"\[.*\]",
    "concessionnaires": r"\[.*'id'.*\]",
}
_NEVER_BLANK: Final = frozenset(("id", "_type"))

UNKNOWN: Final = "Les {n} colonnes de cette ligne sans en-tête ne suivent aucun ordre connu."
DOUBTFUL: Final = "Les {n} colonnes de cette ligne sans en-tête peuvent se lire de plusieurs façons."


def is_headless(cells: Sequence[str]) -> bool:
    """Whether a first row is already a contract: a buyer written as a Python structure is in it."""
    return any(re.match(r"\{'id'\s*:|\[\{'", cell) for cell in cells)


def align(cells: Sequence[str]) -> tuple[list[str | None], str | None]:
    """The cells in the order of `NAMES`, or the reason why their columns cannot be told."""
    readings = {tuple(_placed(cells, order)) for order in ORDERS if _fits(cells, order)}
    if len(readings) == 1:
        return list(next(iter(readings))), None
    return [], (DOUBTFUL if readings else UNKNOWN).format(n=len(cells))


def _fits(cells: Sequence[str], order: Sequence[str]) -> bool:
    return len(cells) == len(order) and all(map(_fits_cell, cells, order))


def _fits_cell(cell: str, name: str) -> bool:
    text = cell.strip()
    if text in BLANKS:
        return name not in _NEVER_BLANK
    pattern = _PATTERNS.get(name)
    return pattern is None or re.fullmatch(pattern, text, re.DOTALL) is not None


def _placed(cells: Sequence[str], order: Sequence[str]) -> list[str | None]:
    at = {name: cell for name, cell in zip(order, cells, strict=True) if cell.strip() not in BLANKS}
    return [at.get(name) for name in NAMES]
