"""Rows of a table that holds no figure (renewals, windows, sheets): filters as SQL whose values are bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gisement.engine.parameters import inlined
from gisement.engine.query import BUYERS, keeps_to_territory
from gisement.terms import Perimeter, Trouble, among

if TYPE_CHECKING:
    from gisement.engine.measure import Observatory

Row = dict[str, Any]
Values = dict[str, Any]
KEYS: Mapping[str, str] = {
    "buyer": "buyer_id", "buyer_commune": "buyer_commune_code", "buyer_department": "buyer_department_code",
    "segment": "segment", "family": "family", "cpv": "cpv_code", "year": "year",
}  # fmt: skip
"""Keys of `--where` on these tables, and the column of each."""


def conditions(observatory: Observatory, perimeter: Perimeter, keys: Sequence[str]) -> tuple[list[str], Values]:
    """The conditions of a perimeter on rows that the query calls `r`, with the value of each parameter.

    Only the territory's buyers are taken unless a filter chooses others. Raises Trouble for a key not in `keys`.
    """
    told: list[str] = []
    values: Values = {}
    for key, given in perimeter.filters.items():
        if key == BUYERS:
            continue
        if key not in keys:
            raise unknown_key(key, keys)
        names = []
        for value in given:
            names.append(f"v{len(values)}")
            values[names[-1]] = value.removeprefix("=") if key == "buyer" else value
        told.append(_condition(key, names))
    if perimeter.options:
        raise unknown_key(next(iter(perimeter.options)), keys)
    if keeps_to_territory(perimeter):
        told.append(_ours(observatory.territory.buyers, values))
    return told, values


def rows_of(observatory: Observatory, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
    """The rows of a query; what a user typed is only ever in `values`."""
    cursor = observatory.connection.cursor()
    held = dict(values or {})
    is_bound = observatory.is_server and held
    answer = cursor.execute(sql, held) if is_bound else cursor.execute(inlined(sql, held))
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _condition(key: str, names: Sequence[str]) -> str:
    column = f"r.{KEYS[key]}"
    if key == "cpv":
        return "(" + " OR ".join(f"starts_with({column}, ${name})" for name in names) + ")"
    listed = ", ".join(f"${name}" for name in names)
    if key == "year":
        return f"CAST({column} AS VARCHAR) IN ({listed})"
    siren = f" OR r.buyer_siren IN ({listed})" if key == "buyer" else ""
    return f"({column} IN ({listed}){siren})"


def _ours(buyers: Sequence[str], values: Values) -> str:
    if not buyers:
        return "r.is_buyer_in_territory"
    names = [f"v{len(values) + n}" for n in range(len(buyers))]
    values.update(zip(names, buyers, strict=True))
    listed = ", ".join(f"${name}" for name in names)
    sirens = ", ".join(f"substr(${name}, 1, 9)" for name in names)
    return f"(r.buyer_id IN ({listed}) OR r.buyer_siren IN ({sirens}))"


def unknown_key(key: str, keys: Sequence[str]) -> Trouble:
    """What is told where a filter is not one of these keys."""
    allowed = among(key, [*keys, BUYERS])
    return Trouble(
        fr=f"« {key} » n'est pas une clé de ces lignes : choisir parmi {allowed}.",
        en=f"'{key}' is not a key of these rows: choose among {allowed}.",
    )
