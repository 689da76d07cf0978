"""Distance as the crow flies between two places, in kilometres."""

from __future__ import annotations

import math

import ibis
import ibis.expr.types as ir

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth. Source: IUGG, GRS 80 (R1)."""


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
