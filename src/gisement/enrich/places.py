"""Where things are: the rings around the territory, distances, and the place of each supplier.

Ring n is the union of ring n-1 and of every area of level n that touches the territory, so an EPCI that spans two
departments reaches both. Rings narrower than the territory's own level do not exist. Overseas communes belong to the
country; WORLD holds no commune.

A supplier is where its establishment, or its head office, is; never at the place of execution. Order of evidence:
register, commune in the file, department in the file; a French identifier alone says France. Membership of a ring is
kept as two numbers: the nearest ring the place may be in, and the one it is certainly in. A distance is as the crow
flies, in kilometres.
"""

from __future__ import annotations

import math
from typing import Any

import ibis
import ibis.expr.types as ir

from gisement.terms import Ring, step, step_idle_without
from gisement.terms.expressions import is_within
from gisement.terms.territory import TerritoryLevel


@step
def ring_commune(territory: ir.Table, territory_food_plan: ir.Table, commune: ir.Table) -> ir.Table:
    """One row per commune of France: `commune_code`, `ring_nearest` (int8), the smallest ring that has it.

    `territory` has one row per commune of the territory (`commune_code`, `territory_level`);
    `territory_food_plan` one row per commune of the declared food plan (`commune_code`), often none.
    """
    members = _members(territory, commune)
    rings = commune.select("commune_code", "epci_code", "department_code", "region_code")
    rings = rings.left_join(members.select("commune_code", "own_ring"), "commune_code")
    rings = rings.drop("commune_code_right")
    rings = _reached(rings, _touched(members, "epci_code", Ring.EPCI), "epci_code")
    rings = _reached(rings, _food_plan(territory_food_plan, members), "commune_code")
    rings = _reached(rings, _touched(members, "department_code", Ring.DEPARTMENT), "department_code")
    rings = _reached(rings, _touched(members, "region_code", Ring.REGION), "region_code")
    nearest = ibis.coalesce(
        rings.own_ring,
        rings.reached_epci_code,
        rings.reached_commune_code,
        rings.reached_department_code,
        rings.reached_region_code,
        int(Ring.COUNTRY),
    )
    return rings.select("commune_code", ring_nearest=nearest.cast("int8"))


@step
def ring_department(ring_commune: ir.Table, commune: ir.Table) -> ir.Table:
    """One row per department: `department_code`, `ring_nearest`, `ring_farthest` (int8) over its communes.

    A supplier of which only the department is known is inside ring r if `ring_farthest` <= r, outside if
    `ring_nearest` > r, and otherwise nobody knows.
    """
    places = commune.select("commune_code", "department_code").inner_join(ring_commune, "commune_code")
    return places.group_by("department_code").agg(
        ring_nearest=places.ring_nearest.min().cast("int8"),
        ring_farthest=places.ring_nearest.max().cast("int8"),
    )


def _members(territory: ir.Table, commune: ir.Table) -> ir.Table:
    """The communes of the territory with their areas and `own_ring`, the ring of the territory's level."""
    level = territory.territory_level
    own_ring = ibis.cases(*[(level == str(kind), int(kind.ring)) for kind in TerritoryLevel])
    levels = territory.select("commune_code", own_ring=own_ring.cast("int32"))
    return commune.inner_join(levels, "commune_code")


def _touched(members: ir.Table, area: str, ring: Ring) -> ir.Table:
    """The areas of one level that touch the territory; none if the ring is narrower than the territory."""
    inside = members.filter((members.own_ring <= int(ring)) & members[area].notnull())
    return inside.select(area).distinct().mutate(reached=ibis.literal(int(ring), "int32"))


def _food_plan(territory_food_plan: ir.Table, members: ir.Table) -> ir.Table:
    """The communes of the food plan, with their ring; none if the territory is wider than a food plan."""
    level = members.aggregate(own_ring=members.own_ring.max())
    plan = territory_food_plan.select("commune_code").distinct().cross_join(level)
    kept = plan.filter(plan.own_ring <= int(Ring.FOOD_PLAN))
    return kept.select("commune_code", reached=ibis.literal(int(Ring.FOOD_PLAN), "int32"))


def _reached(rings: ir.Table, areas: ir.Table, area: str) -> ir.Table:
    """`rings` with `reached_<area>`: the ring number where the commune's area is among `areas`, else null."""
    found = areas.select(area_reached=areas[area], **{f"reached_{area}": areas.reached})
    return rings.left_join(found, rings[area] == found.area_reached).drop("area_reached")


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


OVERSEAS_REGISTERS = ("TAHITI", "RIDET", "FRWF", "IREP")


@step
def place(supplier: Any, establishment: Any, commune_code_today: Any, commune: Any, ring_commune: Any,
          ring_department: Any, commune_distance: Any) -> Any:  # fmt: skip
    """One row per supplier and place basis (`establishment`, `head_office`): ring bounds, memberships and distance."""
    located = _establishments(supplier, establishment).union(_head_offices(supplier, establishment))
    known = _communes(commune_code_today, commune, ring_commune, commune_distance)
    p = located.left_join(known, [("commune_any", "any_code")])
    p = p.mutate(department_code=ibis.coalesce(p.found_department, p.department_any))
    bounds = ring_department.select(ring_in="department_code", low="ring_nearest", high="ring_farthest")
    p = p.left_join(bounds, [("department_code", "ring_in")])
    nearest = ibis.coalesce(p.near, p.low, _alone(p, least=True)).cast("int64")
    farthest = ibis.coalesce(p.near, p.high, _alone(p, least=False)).cast("int64")
    p = p.mutate(ring_nearest=nearest, ring_farthest=farthest)
    return p.select(
        "supplier_id", "place_basis", "place_rule", "commune_code", "epci_code", "department_code",
        "ring_nearest", "ring_farthest",
        **{
            f"in_{ring.name.lower()}": is_within(p.ring_nearest, p.ring_farthest, int(ring))
            for ring in Ring if ring != Ring.WORLD
        },
        distance_km=p.distance_km,
    )  # fmt: skip


def _communes(commune_code_today: Any, commune: Any, ring_commune: Any, commune_distance: Any) -> Any:
    """What is known of each code of a commune, of today or former: read once here, not for each supplier."""
    where = commune.select(found_commune="commune_code", found_department="department_code", epci_code="epci_code")
    c = commune_code_today.left_join(where, [("commune_code", "found_commune")])
    c = c.left_join(ring_commune.select(ring_of="commune_code", near="ring_nearest"), [("commune_code", "ring_of")])
    return c.left_join(commune_distance.rename(far_from="commune_code"), [("commune_code", "far_from")])


def _alone(p: Any, *, least: bool) -> Any:
    """What the identifier alone says: a SIRET is in France, an overseas register too, a foreign number is not."""
    abroad, france = int(Ring.WORLD), int(Ring.COUNTRY)
    is_overseas = ibis.coalesce(p.supplier_id_kind_reported.upper().isin(OVERSEAS_REGISTERS), False)
    return ibis.cases(
        (is_overseas, france),
        (p.supplier_id_kind == "foreign", abroad),
        (p.supplier_id_kind.isin(("siret", "siren")), int(Ring.COMMUNE) if least else france),
        else_=int(Ring.COMMUNE) if least else abroad,
    )


def _establishments(supplier: Any, establishment: Any) -> Any:
    """The place of the establishment named, from the register, else from the files."""
    found = establishment.select(found_siret="siret", found_commune="commune_code_reported")
    s = supplier.left_join(found, [("supplier_id", "found_siret")])
    rule = ibis.cases(
        (s.found_commune.notnull(), "register"),
        (s.supplier_commune_code_reported.notnull(), "commune_in_file"),
        (s.supplier_department_code_reported.notnull(), "department_in_file"),
        else_="unknown",
    )
    return s.select(
        "supplier_id", "supplier_id_kind", "supplier_id_kind_reported",
        place_basis=ibis.literal("establishment"), place_rule=rule,
        commune_any=ibis.coalesce(s.found_commune, s.supplier_commune_code_reported),
        department_any=s.supplier_department_code_reported,
    )  # fmt: skip


def _head_offices(supplier: Any, establishment: Any) -> Any:
    """The place of the head office of the legal unit: known by the register only."""
    heads = establishment.filter(establishment.is_head_office)
    heads = heads.group_by("siren").agg(found_commune=heads.commune_code_reported.min())
    s = supplier.mutate(unit_siren=supplier.supplier_id.substr(0, 9)).left_join(heads, [("unit_siren", "siren")])
    return s.select(
        "supplier_id", "supplier_id_kind", "supplier_id_kind_reported", place_basis=ibis.literal("head_office"),
        place_rule=ibis.ifelse(s.found_commune.notnull(), "register", "unknown"),
        commune_any=s.found_commune, department_any=ibis.null("string"),
    )  # fmt: skip
