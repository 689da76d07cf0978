"""Values that a user typed, kept out of compiled SQL: one plan serves every value, and a server binds them.

Compiling an expression takes longer than running it, so it is compiled with marks in place of the values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog.segments import families, segments
from gisement.store.database import literal
from gisement.terms import Perimeter, Trouble

Shape = tuple[tuple[str, tuple[str, ...]], ...]
_MARK = "\u00a7value{n}\u00a7"
# A year or a month is a number in SQL: its mark is one that no calendar reaches.
_FIRST_YEAR_MARK = 770_000_000
VERDICT, VERDICT_MARK = "verdict", "\u00a7verdict\u00a7"
"""The parameter that says which rows are asked for, and what stands for it while compiling."""
_IN_SQL = re.compile(r"'\u00a7value(\d+)\u00a7'|\b77(\d{7})\b")
_PARAMETER = re.compile(r"\$(v\d+|verdict)\b")
_SETS = ("buyers",)


def shaped(perimeter: Perimeter) -> tuple[Shape, dict[str, Any]]:
    """The filters with marks in place of their values, and the value of each parameter (`v0`, `v1`, …).

    A missing value (empty) stays, since it changes the expression; so do the names of sets of buyers.
    """
    values: dict[str, Any] = {}
    shape = []
    for key, given in sorted(perimeter.filters.items()):
        _known(key, given)
        marked = tuple(given) if key in _SETS else tuple(_marked(key, value, values) for value in given)
        shape.append((key, marked))
    return tuple(shape), values


def checked(perimeter: Perimeter) -> Perimeter:
    """The perimeter itself. Raises Trouble for a value that cannot be: a slip of the pen is no empty perimeter."""
    for key, given in perimeter.filters.items():
        _known(key, given)
        for value in given:
            _marked(key, value, {})
    return perimeter


def _known(key: str, given: Sequence[str]) -> None:
    """Raise Trouble for a segment or a family that the catalog has not: a slip of the pen, no empty perimeter."""
    listed = {"segment": segments, "family": families}.get(key)
    for value in given if listed else ():
        if value and listed and value not in listed():
            raise Trouble(
                fr=f"« {value} » n'est pas une valeur de {key} : « gisement segments » les donne toutes.",
                en=f"'{value}' is not a value of {key}: 'gisement segments' lists them all.",
            )


def _marked(key: str, value: str, values: dict[str, Any]) -> str:
    if not value:
        return value
    n = len(values)
    if key in ("year", "month"):
        values[f"v{n}"] = _year(value) if key == "year" else _month(value)
        return str(_FIRST_YEAR_MARK + n)
    is_exact = key == "buyer" and value.startswith("=")
    values[f"v{n}"] = value.removeprefix("=") if is_exact else value
    return ("=" if is_exact else "") + _MARK.format(n=n)


def parameters_of(sql: str) -> str:
    """Compiled SQL with `$v0`, `$v1`, … in place of the marks."""
    return _IN_SQL.sub(lambda found: f"$v{int(found[1] or found[2])}", sql).replace(f"'{VERDICT_MARK}'", f"${VERDICT}")


def inlined(sql: str, values: Mapping[str, Any]) -> str:
    """The same with literals: to bind a value, DuckDB imports all of pandas where there is one (0.9 s)."""

    def written(found: re.Match[str]) -> str:
        value = values[found[1]]
        return str(value) if isinstance(value, int) else literal(value)

    return _PARAMETER.sub(written, sql) if values else sql


def _year(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise Trouble(
            fr=f"« {value} » n'est pas une année : écrire year=2024.",
            en=f"'{value}' is not a year: write year=2024.",
        )
    return int(value)


def _month(value: str) -> int:
    if not (value.isdecimal() and 1 <= int(value) <= 12):
        raise Trouble(
            fr=f"« {value} » n'est pas un mois : écrire month=1 à month=12.",
            en=f"'{value}' is not a month: write month=1 to month=12.",
        )
    return int(value)
