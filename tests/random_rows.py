"""Random rows of the table of an indicator, with everything that real ones may lack: the same at each run."""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from gisement.indicators import INDICATORS
from gisement.terms import Indicator
from tests.case_file import HOME, Case, table_rows

ROWS = 240
CONSIDERATIONS = (
    *("social", "social_clause", "social_criterion", "reserved"),
    *("environmental", "environmental_clause", "environmental_criterion"),
)
PLACES: tuple[Any, ...] = ("epci", "department", "region", "country", "world", "unknown", "france")
PLACES = (*PLACES, ["epci", "department"], ["region", "country"])
BUYERS: tuple[dict[str, Any], ...] = (
    {"buyer_id": "10000000000011", "buyer_siren": "100000000", "buyer_commune_code": "86194", "home": True},
    {"buyer_id": "10000000000029", "buyer_siren": "100000000", "buyer_commune_code": "86194", "home": True},
    {"buyer_id": "100000000", "buyer_siren": "100000000", "buyer_commune_code": "86041", "home": True},
    {"buyer_id": "20000000000012", "buyer_siren": "200000000", "buyer_commune_code": "86066", "home": False},
    {"buyer_id": "30000000000013", "buyer_siren": "300000000", "buyer_commune_code": None, "home": None},
    {"buyer_id": None, "buyer_siren": None, "buyer_commune_code": None, "home": None},
)


def random_rows(indicator: Indicator, *, signed: bool) -> list[dict[str, Any]]:
    """Rows of the indicator's table with everything that real ones may lack: to be read."""
    return _random(indicator.table, signed)


@cache
def _random(table: str, signed: bool) -> list[dict[str, Any]]:
    dice = random.Random(f"{table}-{signed}")
    spelled = tuple(_spelled(dice, signed) for _ in range(ROWS))
    indicator = next(each for each in INDICATORS if each.table == table)
    case = Case(indicator, "random", HOME, {}, {}, spelled, {})
    return [row | _dimensions(dice, row) for row in table_rows(case)]


def _spelled(dice: random.Random, signed: bool) -> dict[str, Any]:
    pick = dice.choice
    cents = dice.choice([0, 1, dice.randrange(10**4), dice.randrange(10**9), dice.randrange(10**13)])
    cents = -cents if signed and dice.random() < 0.3 else cents
    return {
        "contract": pick([None, f"c{dice.randrange(ROWS // 3)}"]),
        "amount": "unknown" if dice.random() < 0.15 else Fraction(cents, 100),
        "yearly": "unknown" if dice.random() < 0.15 else Fraction(cents // 2, 100),
        "place": pick(PLACES),
        "head_office": pick(PLACES),
        "medical": pick([None, None, "strict", "wide", "unknown"]),
        "concession": dice.random() < 0.1,
        "subsequent_of_known": dice.random() < 0.1,
        "supplier": pick(["s1", "s2", "s3", "unknown"]),
        "size": pick(["PME", "ETI", "GE", "unknown"]),
        "new": pick([True, False, "unknown"]),
        **{name: pick([True, False, "unknown"]) for name in ("siae", "adapted", "social_economy")},
        "cpv": pick(["45000000", "33600000", "unknown"]),
        "date": pick(["2023-05-01", "2024-02-29", "unknown"]),
        "offers": pick([1, 2, 9, "unknown"]),
        "advance": pick([True, False, "unknown"]),
        "subcontracting": pick([True, False, "unknown"]),
        "subsequent_of_listed": dice.random() < 0.1,
        **{name: pick(["oui", "aucune", "non demandée", "unknown"]) for name in CONSIDERATIONS},
        "food_family": pick(["VIANDES_VOLAILLES", "PRODUITS_DE_LA_MER", "FRUITS_ET_LEGUMES", "BOISSONS"]),
        **{
            name: pick(["bio", "siqo", "autre", "critère", "aucune", "unknown"]) for name in ("quality", "quality_2027")
        },
    }


GROUPED = ("central_purchasing_body", "group_siren")


def _dimensions(dice: random.Random, row: Mapping[str, Any]) -> dict[str, Any]:
    buyer = dict(dice.choice(BUYERS))
    commune = buyer["buyer_commune_code"]
    held = {
        "is_buyer_in_territory": buyer.pop("home"),
        "buyer_department_code": commune and commune[:2],
        **buyer,
    }
    free = {
        "segment": dice.choice(["cleaning_services", "food_bread_pastry", None]),
        "family": dice.choice(["building_works", "food", None]),
        "naf_code": dice.choice(["43.91A", "10.71C", None]),
        "supplier_department_code": dice.choice(["86", "79", None]),
        **{
            name: dice.choice([*"AB", None])
            for name in ("naf_section_code", "legal_kind", "age_class", "inclusion_kind", *GROUPED)
        },
        "supplier_commune_code": (place := dice.choice(["86194", "79191", "29083", None])),
        "supplier_epci_code": {"86194": "200069854", "79191": "200041317"}.get(str(place)),
    }
    return held | {column: value for column, value in free.items() if column in row}
