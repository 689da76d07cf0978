"""What to call the rings around a territory (`Département : Vienne`), from the embedded geography."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyarrow import compute, parquet

from gisement.catalog import texts
from gisement.catalog.areas import area_names
from gisement.catalog.tables import FOLDER as CATALOG
from gisement.publish import format
from gisement.terms import Ring, Territory, existing_rings

_LEVELS = ("commune", "epci", "department", "region")
_NAMED_AT_MOST = 3


@dataclass(frozen=True)
class Places:
    """`territory` is its name; `rings` names each ring that exists; `of_department` reads `de la Vienne`.

    `within` says where a thing stays: `dans le département (Vienne)`.

    `inside` holds the departments that the territory touches, by code.
    """

    territory: str
    rings: Mapping[str, str]
    of_department: str
    inside: tuple[str, ...] = field(default=())
    within: Mapping[str, str] = field(default_factory=dict)

    def name(self, key: str, code: str) -> str:
        """The name of a commune, EPCI or department (of any dimension that is one); the code itself where unknown."""
        level = key.removeprefix("buyer_")
        return area_names(level).get(code, code) if level in ("commune", "epci", "department") else code


def places_of(territory: Territory, language: str = "fr") -> Places:
    """The names around a territory. Where a ring touches several areas they are all named, or counted."""
    table = parquet.read_table(CATALOG / "geography" / "commune.parquet")
    inside: Any = table.filter(compute.equal(table[f"{territory.level}_code"], territory.code))
    codes = {level: sorted({code for code in inside[f"{level}_code"].to_pylist() if code}) for level in _LEVELS}
    known = {level: area_names(level) for level in _LEVELS}
    names = {level: [known[level][code] for code in codes[level] if code in known[level]] for level in _LEVELS}
    own = str(territory.level)
    rings = {
        ring.name.lower(): _ring_name(ring.name.lower(), names.get(ring.name.lower(), []), language)
        for ring in existing_rings(territory)
        if ring != Ring.WORLD
    }
    within = {ring: _within(ring, names.get(ring, []), language) for ring in rings}
    title = territory.name or (names[own][0] if names[own] else territory.key)
    near = _of_departments(codes["department"]) if language == "fr" else _in_departments(names["department"])
    return Places(title, rings, near, tuple(codes["department"]), within)


def _ring_name(ring: str, names: list[str], language: str) -> str:
    """`Département : Vienne`; the country, and what has too many names to list, keep their common name."""
    common = str(texts(language)["rings"][ring])
    bare = common.removeprefix("l'").removeprefix("la ").removeprefix("le ").removeprefix("the ")
    label = format.capital(bare)
    return f"{label}{format.colon(language)}{', '.join(names)}" if 0 < len(names) <= _NAMED_AT_MOST else label


def _within(ring: str, names: list[str], language: str) -> str:
    """`dans le département (Vienne)`, `en France`: the names only where they are few."""
    place = str(texts(language)["within_rings"][ring])
    return f"{place} ({', '.join(names)})" if 0 < len(names) <= _NAMED_AT_MOST else place


def _of_departments(codes: list[str]) -> str:
    with (Path(__file__).parent / "department_names.csv").open(encoding="utf-8", newline="") as lines:
        known = {row["code"]: row["of_name"] for row in csv.DictReader(lines)}
    if len(codes) == 1:
        return known.get(codes[0], "du département")
    named = [known[code] for code in codes if code in known]
    return " et ".join(named) if 0 < len(named) <= _NAMED_AT_MOST else "du département"


def _in_departments(names: list[str]) -> str:
    return f"in {' and '.join(names)}" if 0 < len(names) <= _NAMED_AT_MOST else "in the department"
