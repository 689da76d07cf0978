"""Names for the codes of groups: a buyer and a supplier by their rows, a commune and a department by the geography."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gisement.catalog.areas import area_names
from gisement.store.database import literal
from gisement.terms import Figure
from gisement.terms.territory import TerritoryLevel

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NAMED_BY_ROWS: Mapping[str, tuple[str, str]] = {
    "buyer": ("buyer_id", "buyer_name"),
    "supplier": ("supplier_id", "supplier_name"),
    "food_product": ("food_product", "food_product_name"),
}
AREAS: Mapping[str, TerritoryLevel] = {
    "buyer_commune": TerritoryLevel.COMMUNE,
    "commune": TerritoryLevel.COMMUNE,
    "epci": TerritoryLevel.EPCI,
    "buyer_department": TerritoryLevel.DEPARTMENT,
    "department": TerritoryLevel.DEPARTMENT,
    "canteen_department": TerritoryLevel.DEPARTMENT,
    "canteen_region": TerritoryLevel.REGION,
}


def labelled(connection: DuckDBPyConnection, table: str, figures: Sequence[Figure]) -> list[Figure]:
    """The figures with the name of each code of their group, where the data or the geography give one."""
    if not figures:
        return []
    names = {key: _names(connection, table, key, _codes(figures, key)) for key in figures[0].group}
    if not any(names.values()):
        return list(figures)
    return [
        replace(figure, labels={key: names[key][code] for key, code in figure.group.items() if code in names[key]})
        for figure in figures
    ]


def _codes(figures: Sequence[Figure], key: str) -> list[str]:
    return sorted({str(figure.group[key]) for figure in figures if figure.group[key] is not None})


def _names(connection: DuckDBPyConnection, table: str, key: str, codes: Sequence[str]) -> Mapping[Any, str]:
    if not codes:
        return {}
    if key in AREAS:
        known = area_names(AREAS[key])
        return {each: known[each] for each in codes if each in known}
    if key not in NAMED_BY_ROWS:
        return {}
    code, name = NAMED_BY_ROWS[key]
    wanted = ", ".join(map(literal, codes))
    found = connection.cursor().execute(
        f'SELECT {code}, min({name}) FROM "{table}" WHERE {code} IN ({wanted}) AND {name} IS NOT NULL GROUP BY {code}'
    )
    return dict(found.fetchall())
