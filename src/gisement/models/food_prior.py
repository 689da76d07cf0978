"""Who could be asked: organic operators and farms of the census that make a product, beside producers already known.

Counts only. The organic register is public, and its operators are to be met; what they could supply, nobody has told.

Source: Agence Bio, API Professionnels Bio; Agreste, farm census.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from gisement.catalog.food_words import product_in
from gisement.models.food_plan_told import counted
from gisement.models.food_table import table_of
from gisement.terms import Ring, local_step

Row = Mapping[str, Any]


@local_step(500_000, "products are looked for in the words of the organic register, in the driver")
def food_prior(
    food_need: pa.Table, food_offer: pa.Table, raw_organic_operator: pa.Table, raw_farm_census: pa.Table,
    ring_commune: pa.Table,
) -> pa.Table:  # fmt: skip
    """One row per product needed: producers known (null under three), organic operators near, farms, hectares."""
    names = {row["food_product"]: row["food_product_name"] for row in reversed(food_need.to_pylist())}
    rings = {row["commune_code"]: row["ring_nearest"] for row in ring_commune.to_pylist()}
    organic = _operators(names, raw_organic_operator.to_pylist(), rings)
    known, offers = _producers(food_offer.to_pylist()), raw_farm_census.to_pylist()
    return table_of("food_prior", (
        {
            "food_product": product, "food_product_name": name, "known_producers_count": counted(known.get(product, 0)),
            "organic_department_count": len(organic[product, int(Ring.DEPARTMENT)]),
            "organic_region_count": len(organic[product, int(Ring.REGION)]), **_census(product, offers),
        }
        for product, name in sorted(names.items())
    ))  # fmt: skip


def _producers(offers: Iterable[Row]) -> dict[str, int]:
    pairs = {(row["food_product"], row["food_producer"]) for row in offers}
    found: dict[str, int] = {}
    for product, _ in pairs:
        found[product] = found.get(product, 0) + 1
    return found


def _operators(names: Iterable[str], rows: Iterable[Row], rings: Mapping[str, int]) -> dict[tuple[str, int], set[str]]:
    """Operators that produce each product, within the department and within the region."""
    products = list(names)
    found: dict[tuple[str, int], set[str]] = {
        (product, int(ring)): set() for product in products for ring in (Ring.DEPARTMENT, Ring.REGION)
    }
    for row in rows:
        ring = rings.get(row["commune_code"] or "")
        product = product_in(row["organic_product_key"] or "", products)
        if ring is None or product is None or not row["makes_food"]:
            continue
        for within in (int(Ring.DEPARTMENT), int(Ring.REGION)):
            if ring <= within:
                found[product, within].add(row["organic_number"])
    return found


def _census(product: str, rows: Iterable[Row]) -> dict[str, Any]:
    """Farms and hectares of the last census that tells of the product; null where none does."""
    own = [row for row in rows if row["food_product"] == product]
    last = [row for row in own if row["census_year"] == max(one["census_year"] for one in own)]
    sums = {name: [row[name] for row in last if row[name] is not None] for name in ("census_farms", "census_hectares")}
    return {
        "census_farms_count": round(sum(sums["census_farms"])) if sums["census_farms"] else None,
        "census_ha": sum(sums["census_hectares"]) if sums["census_hectares"] else None,
        "census_year": last[0]["census_year"] if last else None,
    }
