"""Which ring around the territory a commune, or a department, lies in.

Ring n is the union of ring n-1 and of every area of level n that touches the territory, so an EPCI that
spans two departments reaches both. Rings narrower than the territory's own level do not exist.
Overseas communes belong to the country; WORLD holds no commune.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from gisement.terms.rings import Ring
from gisement.terms.step import step
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
