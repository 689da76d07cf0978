"""Which raw column each column of a table is (by its header, or by what its cells hold), and the query of its rows.

Tables without a header whose cells are Python structures come out of a data frame written row by row: the columns of a
contract come in one fixed order, then those that only some contracts have, in an order that depends on the file. A row
is read when one order, or several that agree, fits all its cells; otherwise it is unreadable.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from gisement.sources.decp import raw
from gisement.sources.decp.record import CONCESSION, CONTRACT_KIND, ELEMENTS, LABELS
from gisement.sources.published_file import plain

BLANKS: Final = frozenset(("", "nan", "NaN", "None", "null", "NULL", "NaT", "<NA>"))
"""What tables write in an empty cell."""

OBJECTS: Final = {
    "acheteur": {"id": "acheteur_id", "nom": "acheteur_nom"},
    "lieuExecution": {
        "code": "lieuExecution_code",
        "typeCode": "lieuExecution_typeCode",
        "nom": "lieuExecution_nom",
    },
}
"""Targets of one cell that fills several raw columns."""

LISTS: Final = tuple(name for name in ELEMENTS if name != "concessionnaires")
ACT_HOLDERS: Final = "modifications.titulaires"
HOLDER: Final = "titulaires."
_HOLDER: Final = ("id", "typeIdentifiant", "denominationSociale")
# `CDL` in every field of a group of columns says that the group is empty, not that there is one.
EMPTY_MARK: Final = "CDL"


@dataclass(frozen=True)
class Header:
    """A recognised header: a raw column or a field of a nested one (`titulaires.id`), and the number of the
    element it belongs to. An empty `target` is a known column that the raw table does not carry."""

    target: str
    number: int = 1


def recognise(names: Sequence[str]) -> list[Header | None]:
    """What each header stands for; None where it is not known."""
    return [_header(name) for name in names]


def is_table_of_contracts(found: Sequence[Header | None]) -> bool:
    """Whether these headers name a contract (identifier or object) and a buyer or a holder."""
    targets = {header.target.split(".")[0] for header in found if header}
    names = {"id", "uid", "objet"} & targets
    return bool(names and {"acheteur_id", "acheteur_nom", "acheteur", "titulaires"} & targets)


def _header(name: str) -> Header | None:
    whole, numbered = _known()
    key = plain(name)
    if key in whole:
        return Header(whole[key])
    for pattern, target in numbered:
        if found := pattern.fullmatch(key):
            return Header(target, int(found[1]))
    return None


@cache
def _known() -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    text = files("gisement.catalog").joinpath("decp_headers.csv").read_text(encoding="utf-8")
    whole, numbered = {}, []
    for row in csv.DictReader(text.splitlines()):
        before, number, after = row["header"].partition("{n}")
        if number:
            numbered.append((re.compile(plain(before) + r"(\d{1,3})" + plain(after)), row["target"]))
        else:
            whole[plain(before)] = row["target"]
    return whole, tuple(numbered)


def numbered_holders(headers: Sequence[Header | None]) -> dict[int, dict[str, list[int]]]:
    """For a table with several holders on a line: the places of each holder's fields. Empty for any other.

    Such holders come as one ready column `holders`: a list of fifteen structs of expressions takes DuckDB
    more than 1 GB.
    """
    found: dict[int, dict[str, list[int]]] = {}
    for place, header in enumerate(headers):
        if header and header.target.startswith(HOLDER):
            field = header.target.removeprefix(HOLDER)
            found.setdefault(header.number, {}).setdefault(field, []).append(place)
    return dict(sorted(found.items())) if len(found) > 1 else {}


class Headers:
    """Where each target of a table is: the SQL of its columns, in the order of the file."""

    def __init__(self, headers: Sequence[Header | None]) -> None:
        self._at: dict[tuple[str, int], list[str]] = defaultdict(list)
        numbered = numbered_holders(headers)
        if numbered:
            self._at["titulaires", 1].append("holders")
        for place, header in enumerate(headers):
            if header and header.target and not (numbered and header.target.startswith(HOLDER)):
                self._at[header.target, header.number].append(f"c{place}")

    def all(self, target: str) -> list[str]:
        """The columns of a target, whatever the number of the element."""
        return [column for (name, _), columns in sorted(self._at.items()) if name == target for column in columns]

    def one(self, target: str, number: int = 1) -> str | None:
        """The SQL of the first value given for a target; None where the table has no such column."""
        found = self._at.get((target, number))
        return f"coalesce({', '.join(found)})" if found else None

    def numbers(self, owner: str) -> list[int]:
        """The numbers of the elements of a list that have columns of their own."""
        return sorted({number for name, number in self._at if name.startswith(owner + ".")})


def query(headers: Sequence[Header | None], relation: str) -> str:
    """The raw rows of `relation`: columns `position`, `reason`, `fingerprint`, `c0`, `c1`, … in file order
    (without blanks), and `holders` where `numbered_holders` says so."""
    return raw.select(_values(Headers(headers)), relation, reason="reason", fingerprint="fingerprint")


def _values(at: Headers) -> dict[str, str]:
    values = {"position": "position", "source_format": "'tabular'", "record_kind": _kind(at)}
    for column in raw.columns():
        if column.name not in values and (found := at.one(column.name)):
            values[column.name] = found
    for target, fields in OBJECTS.items():
        for field, name in fields.items():
            inside = [f"{column}.{field}" for column in at.all(target)]
            given = [values[name]] if name in values else []
            if given or inside:
                values[name] = f"coalesce({', '.join(given + inside)})"
    for name in LABELS:
        if columns := at.all(name):
            filled = [f"CASE WHEN len({column}) > 0 THEN {column} END" for column in columns]
            values[name] = f"coalesce({', '.join(filled + columns)})"
    for name in LISTS:
        if made := _list(at, name, values.get("montant", "NULL")):
            values[name] = made
    return values


def _kind(at: Headers) -> str:
    said = [column for target in ("record_kind", "nature") if (column := at.one(target))]
    concession = " OR ".join(f"{column} ILIKE '%concession%'" for column in said) or "false"
    kind = f"CASE WHEN {concession} THEN '{CONCESSION}' ELSE '{CONTRACT_KIND}' END"
    return f"CASE WHEN reason IS NULL THEN {kind} END"


def _list(at: Headers, name: str, amount: str) -> str | None:
    """A list from cells that hold it whole and from columns of its elements; the columns win where filled."""
    whole = at.all(name)
    packed = [_element(at, name, number) for number in at.numbers(name)]
    if not packed:
        filled = [f"CASE WHEN len({column}) > 0 THEN {column} END" for column in whole]
        return f"coalesce({', '.join(filled + whole)})" if whole else None
    fields = _fields(name)
    said = " OR ".join(f"s.{field} IS NOT NULL" for field in fields)
    marks = " AND ".join(
        f"(s.{field} IS NULL OR s.{field} = '{EMPTY_MARK}')" for field in fields if field != "titulaires"
    )
    if name == "modifications":
        others = [field for field in fields if field != "montant"]
        unchanged = " AND ".join(f"s.{field} IS NULL" for field in others)
        # A column of current amounts repeats the first amount of contracts that were never amended.
        marks = f"({marks}) OR ({unchanged} AND s.montant IS NOT DISTINCT FROM {amount})"
    made = f"list_filter([{', '.join(packed)}], lambda s: ({said}) AND NOT ({marks}))"
    if not whole:
        return f"CASE WHEN reason IS NULL THEN {made} END"
    # Both where both are given would be twice the same holders: the columns win, the cell is what is left.
    given = f"coalesce({', '.join(whole)}, [])"
    return f"CASE WHEN reason IS NULL THEN list_filter([{made}, {given}], lambda l: len(l) > 0)[1] END"


def _fields(name: str) -> tuple[str, ...]:
    extra = ("commune_code", "departement_code") if name == "titulaires" else ()
    return (*ELEMENTS[name].fields, *extra)


def _element(at: Headers, name: str, number: int) -> str:
    fields = []
    for field in _fields(name):
        if field == "titulaires":
            fields.append(f"titulaires := {_act_holders(at, number)}")
        else:
            fields.append(f"{field} := {at.one(f'{name}.{field}', number) or 'NULL::VARCHAR'}")
    return f"struct_pack({', '.join(fields)})"


def _act_holders(at: Headers, number: int) -> str:
    whole = at.all(ACT_HOLDERS)
    named = [at.one(f"{ACT_HOLDERS}.{field}", number) for field in _HOLDER]
    packed = ", ".join(f"{f} := {sql or 'NULL::VARCHAR'}" for f, sql in zip(_HOLDER, named, strict=True))
    said = " OR ".join(f"{sql} <> '{EMPTY_MARK}'" for sql in named if sql) or "false"
    held = f"CASE WHEN {said} THEN [struct_pack({packed})] END"
    return f"coalesce({', '.join([held, *whole])})"


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
