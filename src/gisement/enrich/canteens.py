"""Canteens: which public body each belongs to, and where it is."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.enrich.buyers import kind_of
from gisement.terms import step


@step
def canteen(food_line: Any, buyer: Any, establishment: Any, legal_unit: Any, commune: Any, commune_code_today: Any,
            territory: Any) -> Any:  # fmt: skip
    """One row per canteen that purchases name: its body, name and commune.

    Nobody gives a canteen's purchases but a partner: without evidence of its place, it belongs to the territory.
    """
    c = food_line.select("canteen_reference", "canteen_siret").distinct()
    c = c.mutate(buyer_id=c.canteen_reference)
    c = c.mutate(buyer_siren=ibis.ifelse(c.canteen_siret.notnull(), c.buyer_id.substr(0, 9), ibis.null("string")))
    known = buyer.select(
        known_id="buyer_id", known_name="buyer_name", known_commune="buyer_commune_code", known_inside="is_in_territory"
    )
    c = c.left_join(known, [("buyer_id", "known_id")])
    places = establishment.select(register_siret="siret", register_commune="commune_code_reported")
    c = c.left_join(places, [("buyer_id", "register_siret")])
    units = legal_unit.select(unit_siren="siren", unit_name="legal_unit_name")
    c = c.left_join(units, [("buyer_siren", "unit_siren")])
    by_siren = commune.filter(commune.siren.notnull()).select(siren_key="siren", siren_commune="commune_code")
    c = c.left_join(by_siren, [("buyer_siren", "siren_key")])
    c = c.mutate(commune_any=ibis.coalesce(c.register_commune, c.siren_commune, c.known_commune))
    today = commune_code_today.select(any_code="any_code", buyer_commune_code="commune_code")
    c = c.left_join(today, [("commune_any", "any_code")])
    where = commune.select(found_commune="commune_code", buyer_department_code="department_code")
    c = c.left_join(where, [("buyer_commune_code", "found_commune")])
    inside = territory.select(inside_commune="commune_code").distinct()
    c = c.left_join(inside, [("buyer_commune_code", "inside_commune")])
    by_place = ibis.ifelse(c.buyer_commune_code.notnull(), c.inside_commune.notnull(), ibis.null("boolean"))
    return c.select(
        "canteen_reference", "buyer_id", "buyer_siren", "buyer_commune_code", "buyer_department_code",
        buyer_name=ibis.coalesce(c.unit_name, c.known_name),
        buyer_kind=ibis.ifelse(c.buyer_siren.notnull(), kind_of(ibis.coalesce(c.buyer_siren, "")), "other"),
        is_buyer_in_territory=ibis.coalesce(c.known_inside, by_place, True),
    )  # fmt: skip
