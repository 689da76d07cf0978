"""The areas of a map as GeoJSON, for a reader who zooms: the contours, words, shades and addresses of the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gisement.publish.web.areas import Point, Rings, Seen

if TYPE_CHECKING:
    from gisement.publish.web.page import Page

PER_DEGREE = 1000
Polygon = list[Sequence[Point]]


def features(page: Page, found: Seen) -> dict[str, Any]:
    """A collection of one feature per area, in degrees: its code, title, shade, address, whether it is ours."""
    return {"type": "FeatureCollection", "features": [_feature(page, found, code) for code in found.held]}


def _feature(page: Page, found: Seen, code: str) -> dict[str, Any]:
    title, shade, address = found.of(page, code)
    contour = found.held[code]
    told = {"code": code, "title": title, "shade": shade, "address": address, "is_home": contour.is_home}
    polygons = [[[_degrees(corner) for corner in ring] for ring in polygon] for polygon in polygons_of(contour.rings)]
    return {
        "type": "Feature", "properties": told, "geometry": {"type": "MultiPolygon", "coordinates": polygons}
    }  # fmt: skip


def polygons_of(rings: Rings) -> list[Polygon]:
    """Rings as polygons: an outer one, then its holes. A ring inside an odd number of others is a hole."""
    inside = [[n for n, other in enumerate(rings) if other is not ring and holds(other, ring[0])] for ring in rings]
    found: dict[int, Polygon] = {n: [rings[n]] for n, around in enumerate(inside) if len(around) % 2 == 0}
    for n, around in enumerate(inside):
        owner = next((each for each in reversed(around) if each in found), None)
        if len(around) % 2 and owner is not None:
            found[owner].append(rings[n])
    return list(found.values())


def holds(ring: Sequence[Point], point: Point) -> bool:
    """Whether a point is inside a ring: a line from it to the east crosses the ring an odd number of times."""
    x, y = point
    crossed = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed


def _degrees(corner: Point) -> Point:
    return corner[0] / PER_DEGREE, corner[1] / PER_DEGREE
