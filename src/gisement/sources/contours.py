"""Contours of communes, EPCIs and departments, from GeoJSON files that one fetches or adds, to `raw_contour`.

Contours do not ship with the project; without them the map is a schematic layout, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from pyarrow import parquet

from gisement.sources.geography import raw_files
from gisement.sources.published_file import plain
from gisement.sources.raw_rows import write_parquet
from gisement.terms import Reading, Trouble

CODES = (
    "code", "codeinsee", "insee", "inseecom", "inseedep", "codecommune", "codedepartement", "codgeo", "codeepci",
    "codesiren", "siren",
)  # fmt: skip
NAMES = ("nom", "nomcom", "nomcommune", "nomepci", "nomdep", "nomdepartement", "name", "libelle", "libgeo")
LEVELS = {
    "commune": re.compile(r"\d[\dAB]\d{3}"),
    "epci": re.compile(r"\d{9}"),
    "department": re.compile(r"\d[\dAB]|97\d"),
}
PER_DEGREE = 1000
"""Corners are kept to a thousandth of a degree, some 100 m: less than a point of a map of a department."""
FEWEST_CORNERS = 3
Ring = Sequence[Sequence[float]]


class _Geometry(msgspec.Struct):
    type: str
    coordinates: Any


class _Feature(msgspec.Struct):
    geometry: _Geometry | None = None
    properties: dict[str, Any] | None = None


class _File(_Feature):
    features: list[_Feature] | None = None


def read_contours(source: Path, target: Path, name: str = "") -> Reading:
    """Write `raw_contour` (one row per commune, EPCI or department: level, code, rings).

    Unreadable are features of none of these levels (a collectivity overseas that is no department) or without geometry.
    Rings read `lon,lat lon,lat …;lon,lat …`, in thousandths of a degree. Raises Trouble if the file is no GeoJSON of
    communes, EPCIs or departments, or if its coordinates are not in degrees.
    """
    try:
        held = msgspec.json.decode(source.read_bytes().removeprefix(b"\xef\xbb\xbf"), type=_File)
        features = [held] if held.features is None else held.features
        told = [(row, _property(feature, NAMES)) for feature in features if (row := _row(feature))]
    except (msgspec.MsgspecError, UnicodeDecodeError, TypeError, ValueError, RecursionError):
        raise _not_contours() from None
    if not _are_named(told, len(features)):
        raise _not_contours()
    rows = sorted((row for row, _ in told), key=lambda row: (row["contour_level"], row["contour_code"]))
    write_parquet("raw_contour", rows, target)
    return Reading(len(rows), len(features) - len(rows))


def _property(feature: _Feature, names: Sequence[str]) -> str:
    """What a contour says under the first of these names; nothing where it has none."""
    held = {plain(name): value for name, value in (feature.properties or {}).items()}
    return next((str(held[name]).strip() for name in names if held.get(name) is not None), "")


def _row(feature: _Feature) -> dict[str, str] | None:
    """The row of a contour; None for what is of another level, or has no geometry."""
    code = _property(feature, CODES).upper()
    level = next((name for name, shape in LEVELS.items() if shape.fullmatch(code)), None)
    if level is None or feature.geometry is None:
        return None
    rings = [told for ring in _outer(feature.geometry) if (told := _told(ring))]
    return {"contour_level": level, "contour_code": code, "contour_rings": ";".join(rings)}


def _are_named(told: Sequence[tuple[Mapping[str, str], str]], count: int) -> bool:
    """Whether most contours bear the name that their code has: regions, districts and cantons have such codes too."""
    known = {level: official_names(level) for level in LEVELS}
    found = sum(plain(name) == plain(known[row["contour_level"]].get(row["contour_code"], "?")) for row, name in told)
    return 2 * found > count


@cache
def official_names(level: str) -> dict[str, str]:
    """The name of each commune, EPCI or department of today, by code."""
    table = parquet.read_table(raw_files()[f"raw_{level}"])
    return dict(zip(table[f"{level}_code"].to_pylist(), table[f"{level}_name"].to_pylist(), strict=True))


def _outer(geometry: _Geometry) -> Iterator[Ring]:
    """Every ring, holes included: drawn together, a hole is one by the rule of crossings."""
    if geometry.type == "Polygon":
        yield from geometry.coordinates
    elif geometry.type == "MultiPolygon":
        for polygon in geometry.coordinates:
            yield from polygon
    else:
        raise ValueError(geometry.type)


def _told(ring: Ring) -> str:
    """The corners of a ring without repetition; empty for what is smaller than a step."""
    corners: list[tuple[int, int]] = []
    for longitude, latitude, *_ in ring:
        if abs(longitude) > 180 or abs(latitude) > 90:
            raise ValueError(longitude)
        corner = round(longitude * PER_DEGREE), round(latitude * PER_DEGREE)
        if not corners or corners[-1] != corner:
            corners.append(corner)
    return " ".join(f"{x},{y}" for x, y in corners) if len(set(corners)) >= FEWEST_CORNERS else ""


def _not_contours() -> Trouble:
    return Trouble(
        fr="Ce fichier n'est pas un GeoJSON de communes, d'intercommunalités ou de départements, en degrés (WGS 84), où"
        " chaque contour porte son code et son nom : « gisement fetch contours » en prend un.",
        en="This file is no GeoJSON of communes or departments, or of groupings of communes, in degrees (WGS 84), where"
        " each contour bears its code and its name: 'gisement fetch contours' takes one.",
    )
