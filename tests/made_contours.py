"""Contours that nobody drew: squares for departments and communes, at the places of the schematic layout."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gisement.publish.web.drawings.maps import layout
from gisement.sources.contours import official_names

PER_ROW = 17


def square(code: str, name: str, west: float, north: float, side: float) -> dict[str, Any]:
    """A contour that is a square, with a hole too small to be kept."""
    ring = [[west, north], [west + side, north], [west + side, north - side], [west, north - side], [west, north]]
    hole = [[west, north], [west, north], [west, north]]
    geometry = {"type": "MultiPolygon", "coordinates": [[ring, hole]]}
    return {"type": "Feature", "properties": {"code": code, "nom": name}, "geometry": geometry}


def departments() -> list[dict[str, Any]]:
    """A square for each department of the mainland and of Corsica."""
    names = official_names("department")
    return [
        square(code, names[code], -4.5 + column, 51 - 0.7 * row, 0.7)
        for code, (row, column) in layout().items()
        if len(code) == 2
    ]


def communes(department: str) -> list[dict[str, Any]]:
    """A square for each commune of a department."""
    held = [(code, name) for code, name in official_names("commune").items() if code.startswith(department)]
    return [
        square(code, name, 0.05 * (n % PER_ROW), 47 - 0.05 * (n // PER_ROW), 0.05)
        for n, (code, name) in enumerate(sorted(held))
    ]


def write(path: Path, features: Sequence[dict[str, Any]]) -> Path:
    """A GeoJSON file of these contours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(told(features))
    return path


def told(features: Sequence[dict[str, Any]]) -> bytes:
    """The same, before it is written."""
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def epcis() -> list[dict[str, Any]]:
    """A square for Grand Poitiers, and one for its neighbour to the north."""
    names = official_names("epci")
    held = (("200069854", 0.2, 46.7), ("248600413", 0.3, 46.9))
    return [square(code, names[code], west, north, 0.2) for code, west, north in held]


def mixed(path: Path, shuffle: Callable[[list[Any]], None]) -> Path:
    """A file of both levels, in the order that is asked for."""
    held = [*departments(), square("86194", "Poitiers", 0.3, 46.6, 0.1)]
    shuffle(held)
    return write(path, held)
