"""The query that turns the lines of a table into raw rows, from what its headers stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from gisement.sources.decp import raw
from gisement.sources.decp.headers import Header
from gisement.sources.decp.published import ELEMENTS, LABELS
from gisement.sources.decp.record_sql import CONCESSION, CONTRACT_KIND

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
