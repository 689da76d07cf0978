"""A schematic map of the demonstration: communes on circles, since true coordinates may not ship."""

from __future__ import annotations

import math

from gisement.sources.demonstration.setting import communes

CENTRE = (46.58, 0.34)
CIRCLES = {
    "epci": (3.0, 22.0),
    "rest_vienne": (25.0, 65.0),
    "rest_region": (70.0, 260.0),
    "rest_france": (180.0, 600.0),
}
"""Nearest and farthest distance of each ring, in kilometres: a drawing, not a map."""
_KM_PER_DEGREE = 111.2
_TURN = 0.6180339887


def coordinates() -> str:
    """Commune, latitude and longitude as CSV; the most populous commune of the EPCI stands in the centre."""
    lines = [
        f"{code},{north:.4f},{east:.4f},Données fictives : plan schématique" for code, (north, east) in points().items()
    ]
    return "\n".join(["code_commune,latitude,longitude,mention", *lines]) + "\n"


def points() -> dict[str, tuple[float, float]]:
    """Latitude and longitude of each commune."""
    found = {}
    for ring, (near, far) in CIRCLES.items():
        known = sorted(communes()[ring], key=lambda commune: -commune.population)
        for rank, commune in enumerate(known):
            is_centre = ring == "epci" and rank == 0
            distance = 0.0 if is_centre else near + (far - near) * rank / len(known)
            north, east = _place(distance, rank * _TURN)
            found[commune.code] = (north, east)
    return found


def km(start: tuple[float, float], end: tuple[float, float]) -> float:
    """The distance between two points of the drawing, in kilometres."""
    east = (end[1] - start[1]) * math.cos(math.radians(CENTRE[0]))
    return _KM_PER_DEGREE * math.hypot(end[0] - start[0], east)


def _place(distance: float, turn: float) -> tuple[float, float]:
    angle = 2 * math.pi * turn
    north = CENTRE[0] + distance * math.cos(angle) / _KM_PER_DEGREE
    return north, CENTRE[1] + distance * math.sin(angle) / (_KM_PER_DEGREE * math.cos(math.radians(CENTRE[0])))
