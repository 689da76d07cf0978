"""The choices of definitions, and what each makes of a row."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ibis

from gisement.catalog.segments import OUT_OF_SCOPE
from gisement.terms import Option, Ring
from gisement.terms.expressions import is_within

PLACE = Option("place", ("establishment", "head_office"), "establishment")
MEDICAL = Option("medical", ("excluded", "excluded_wide", "included"), "excluded")
ALL_GOODS = Option("medical", ("excluded", "excluded_wide", "included"), "included")
RING = Option("ring", tuple(ring.name.lower() for ring in Ring if ring != Ring.WORLD), "department")
AREA = Option("area", ("territory",), "territory", areas=True)
JOINT = Option("joint", ("equal", "all_local", "none_local"), "equal")
CONSIDERATION = Option("consideration", ("execution_clause", "award_criterion"), "execution_clause")
STRUCTURE = Option("structure", ("any", "employers", "siae", "adapted", "social_economy"), "any")

_HOLDERS = {"equal": "", "all_local": "any_", "none_local": "all_"}


def within(row: Any, option: SimpleNamespace) -> Any:
    """Whether the supplier is inside the ring; null where nobody knows.

    `joint=all_local` takes the closest holder of a joint award for all of them, `none_local` the farthest.
    """
    prefix = f"{option.place}_{_HOLDERS[option.joint]}"
    ring = int(Ring[option.ring.upper()])
    return is_within(row[f"{prefix}nearest"], row[f"{prefix}farthest"], ring)


def is_needed(row: Any, option: SimpleNamespace) -> Any:
    """Whether it is not a medical good that the chosen perimeter leaves out; null where the CPV is unknown."""
    if option.medical == "included":
        return ibis.literal(True)
    return ~(row.is_medical if option.medical == "excluded" else row.is_medical_wide)


def is_own_money(row: Any) -> Any:
    """Whether its amount may be added to others.

    No concession, no contract under a framework counted already, no payment that its payee, a partner, spends again,
    and nothing that the buyer's own codes say is no purchase (pay, grants, debt, taxes).
    """
    own = ~row.is_concession & ~row.is_subsequent_of_known & (row.segment.fill_null("") != OUT_OF_SCOPE)
    return own & ~row.is_between_partners if "is_between_partners" in row.columns else own


SUPPLIER = ("supplier_siren", "supplier_id")
"""Who a supplier is: the legal unit, whatever its establishments; its identifier where it has no SIREN."""


def is_of_known_supplier(row: Any) -> Any:
    """True where the supplier is known, null where nobody knows: never false."""
    return ibis.ifelse(row.supplier_siren.notnull() | row.supplier_id.notnull(), True, ibis.null("boolean"))
