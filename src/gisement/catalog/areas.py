"""What the embedded geography says of areas: their names, and those that are made of others.

Source: Insee, code officiel géographique 2026; DGCL (EPCI).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gisement.catalog.tables import FOLDER


@cache
def departments_of(region: str) -> tuple[str, ...]:
    """The codes of the departments of a region, in order; none where there is no such region."""
    held = _read("department", "department_code", "region_code")
    return tuple(sorted(code for code, of in held if of == region))


@cache
def area_names(level: str) -> Mapping[str, str]:
    """The official name of every `commune`, `epci`, `department` or `region` of today, by code."""
    return dict(_read(level, f"{level}_code", f"{level}_name"))


def _read(level: str, *columns: str) -> list[tuple[str, str]]:
    import duckdb  # takes long to load, and most commands name no area

    with duckdb.connect(config={"threads": 1}) as connection:
        areas = connection.read_parquet(str(FOLDER / "geography" / f"{level}.parquet"))
        return areas.project(", ".join(columns)).fetchall()
