"""Where it goes: the share of purchases that goes to suppliers inside a ring, or to those of one area."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ibis

from gisement.catalog.areas import departments_of
from gisement.indicators.options import AREA, JOINT, MEDICAL, PLACE, RING, is_needed, is_own_money, within
from gisement.terms import PERCENT, Indicator, Ring

LOCAL_SHARE = Indicator(
    name="local_share",
    shown={"figures/money": 1, "buyer": 1, "family": 1},
    unit=PERCENT,
    table="purchase",
    weight="amount_cents",
    kind="share",
    options=(PLACE, MEDICAL, RING, JOINT),
    scope=lambda row, option: is_own_money(row) & is_needed(row, option),
    counts=within,
    needs=("amount_cents", "segment", "establishment_nearest"),
    unknown_counts="place_unknown",
    references=("Poitiers Collectif, « La commande publique responsable », 31 mars 2022",),
)
ANYWHERE = "*"
"""The code of any area of a level: what has a known place then counts."""
_KNOWN_BY = {"commune": "commune", "epci": "commune", "department": "department", "region": "department"}
"""The area that tells whether a supplier is in one of a level: a commune may be of no EPCI."""


def in_area(row: Any, option: SimpleNamespace) -> Any:
    """Whether the establishment of the supplier is in the area `level:code`; null where it is not known so finely.

    A supplier that is certainly abroad is in no area.
    """
    level, _, code = option.area.partition(":")
    is_known = row[f"supplier_{_KNOWN_BY[level]}_code"].notnull() | (row.establishment_nearest == int(Ring.WORLD))
    if code == ANYWHERE:
        return ibis.ifelse(is_known, True, ibis.null("boolean"))
    column = row.supplier_department_code if level == "region" else row[f"supplier_{level}_code"]
    is_there = column.isin(departments_of(code)) if level == "region" else column == code
    return ibis.cases((is_there, True), (is_known, False), else_=ibis.null("boolean"))


AREA_SHARE = Indicator(
    name="area_share",
    shown={"figures/money": 4},
    unit=PERCENT,
    table="purchase",
    weight="amount_cents",
    kind="share",
    options=(AREA, MEDICAL),
    scope=lambda row, option: is_own_money(row) & is_needed(row, option),
    counts=in_area,
    needs=("amount_cents", "segment", "supplier_department_code"),
    unknown_counts="place_unknown",
    references=("Code officiel géographique 2026 ; répertoire Sirene",),
)
