"""Where a supplier is: its establishment, its head office; never the place of execution.

Order of evidence: register, commune in the file, department in the file; a French identifier alone says France.
Membership of a ring is kept as two numbers: the nearest ring the place may be in, and the one it is certainly in.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import Ring, step
from gisement.terms.expressions import is_within

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
