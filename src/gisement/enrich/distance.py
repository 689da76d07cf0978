"""Distance as the crow flies between two places, in kilometres."""

from __future__ import annotations

import math
from typing import Any

import ibis
import ibis.expr.types as ir

from gisement.terms import step_idle_without

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth. Source: IUGG, GRS 80 (R1)."""


@step_idle_without("raw_coordinates")
def commune_distance(raw_coordinates: Any, commune: Any, territory: Any) -> Any:
    """One row per commune of known coordinates: `distance_km` from the centre, the territory's most populous commune.

    Without a file of coordinates (`add distance`) there is no row, and every distance is unknown.
    """
    points = commune_points(raw_coordinates).semi_join(commune, "commune_code")
    own = commune.semi_join(territory, "commune_code")
    largest = ibis.window(order_by=[ibis.desc("population"), "commune_code"])
    centre = own.mutate(size_rank=ibis.row_number().over(largest))
    centre = centre.filter(centre.size_rank == 0).select(centre_code="commune_code")
    here = points.inner_join(centre, [("commune_code", "centre_code")])
    here = here.select(centre_latitude="latitude", centre_longitude="longitude")
    both = points.cross_join(here)
    away = distance_km(both.latitude, both.longitude, both.centre_latitude, both.centre_longitude)
    return both.select("commune_code", distance_km=away)


def commune_points(raw_coordinates: Any) -> Any:
    """One point per commune: that of the first file, where several give one."""
    first = ibis.window(group_by="commune_code", order_by=["snapshot", "latitude", "longitude"])
    points = raw_coordinates.mutate(place_rank=ibis.row_number().over(first))
    return points.filter(points.place_rank == 0).select("commune_code", "latitude", "longitude")


def distance_km(
    latitude: ir.FloatingValue,
    longitude: ir.FloatingValue,
    other_latitude: ir.FloatingValue,
    other_longitude: ir.FloatingValue,
) -> ir.FloatingValue:
    """Great-circle distance in km, rounded to 0.1, of two points in decimal degrees; null if any is null.

    Haversine: 2 R asin(sqrt(h)), h = sin^2(dlat / 2) + cos(lat) cos(lat') sin^2(dlon / 2). The sphere is
    within 0.5 % of the ellipsoid. 0.0 is a distance (same commune), not a missing one. No road distance.
    """
    north, other_north = _radians(latitude), _radians(other_latitude)
    half_north = (_radians(other_latitude - latitude) / 2.0).sin()
    half_east = (_radians(other_longitude - longitude) / 2.0).sin()
    h = half_north * half_north + north.cos() * other_north.cos() * half_east * half_east
    # rounding may carry h past 1 for antipodes, where asin is not defined
    inside = ibis.ifelse(h > 1.0, 1.0, h)
    return (2.0 * EARTH_RADIUS_KM * inside.sqrt().asin()).round(1)


def _radians(degrees: ir.FloatingValue) -> ir.FloatingValue:
    return degrees * (math.pi / 180.0)
