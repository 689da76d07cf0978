"""What to call the rings around a territory (`Département : Vienne`), from the embedded geography."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyarrow import compute, parquet

from gisement.catalog import texts
from gisement.catalog.tables import FOLDER as CATALOG
from gisement.terms import Ring, Territory, existing_rings

_LEVELS = ("commune", "epci", "department", "region")
_NAMED_AT_MOST = 3


@dataclass(frozen=True)
class Places:
    """`territory` is its name; `rings` names each ring that exists; `of_department` reads `de la Vienne`."""

    territory: str
    rings: Mapping[str, str]
    of_department: str


def places_of(territory: Territory) -> Places:
    """The names around a territory. Where a ring touches several areas they are all named, or counted."""
    inside = _communes(territory)
    codes = {level: sorted({code for code in inside[f"{level}_code"].to_pylist() if code}) for level in _LEVELS}
    names = {level: _names(level, codes[level]) for level in _LEVELS}
    own = str(territory.level)
    rings = {
        ring.name.lower(): _ring_name(ring.name.lower(), names.get(ring.name.lower(), []))
        for ring in existing_rings(territory)
        if ring != Ring.WORLD
    }
    title = territory.name or (names[own][0] if names[own] else territory.key)
    return Places(title, rings, _of_departments(codes["department"]))


def _communes(territory: Territory) -> Any:
    table = parquet.read_table(CATALOG / "geography" / "commune.parquet")
    return table.filter(compute.equal(table[f"{territory.level}_code"], territory.code))


def _names(level: str, codes: list[str]) -> list[str]:
    table = parquet.read_table(CATALOG / "geography" / f"{level}.parquet")
    known = dict(zip(table[f"{level}_code"].to_pylist(), table[f"{level}_name"].to_pylist(), strict=True))
    return [known[code] for code in codes if code in known]


def _ring_name(ring: str, names: list[str]) -> str:
    """`Département : Vienne`; the country, and what has too many names to list, keep their common name."""
    common = str(texts()["rings"][ring])
    bare = common.removeprefix("l'").removeprefix("la ").removeprefix("le ")
    label = bare[:1].upper() + bare[1:]
    return f"{label} : {', '.join(names)}" if 0 < len(names) <= _NAMED_AT_MOST else label


def _of_departments(codes: list[str]) -> str:
    with (Path(__file__).parent / "department_names.csv").open(encoding="utf-8", newline="") as lines:
        known = {row["code"]: row["of_name"] for row in csv.DictReader(lines)}
    if len(codes) == 1:
        return known.get(codes[0], "du département")
    named = [known[code] for code in codes if code in known]
    return " et ".join(named) if 0 < len(named) <= _NAMED_AT_MOST else "du département"
