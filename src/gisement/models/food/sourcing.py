"""Where the known offer comes from, and who could be asked for more; counts only, kept back where few are behind them.

Who could be asked: organic operators and farms of the census that make a product, beside producers already known. The
organic register is public, and its operators are to be met; what they could supply, nobody has told.

Sources: statistical secrecy as Insee applies it to tables on firms (three units, 85 %); Agence Bio, API Professionnels
Bio; Agreste, farm census.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from gisement.catalog.food import product_in
from gisement.models.food.tables import counted, kept_back, table_of
from gisement.terms import Ring, local_step

Row = Mapping[str, Any]


@local_step(2_000_000, "what tells of few producers is kept back line by line, in the driver")
def food_origin(food_offer: pa.Table, commune: pa.Table) -> pa.Table:
    """One row per year and department of producers (null: unknown): grams offered, producers; null: kept back."""
    departments = {row["commune_code"]: row["department_code"] for row in commune.to_pylist()}
    lines: dict[int | None, dict[str | None, dict[str, float]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(float))
    )
    for row in food_offer.to_pylist():
        month = row["food_month"]
        year = int(month[:4]) if "-" in month else None
        lines[year][departments.get(row["commune_code"])][row["food_producer"]] += row["capacity_kg"]
    rows = []
    for year, cells in lines.items():
        hidden = kept_back(cells)
        for department, parts in cells.items():
            grams = round(1000 * sum(parts.values()))
            rows.append({
                "supplier_department_code": department, "year": year,
                "offer_g": None if department in hidden else grams,
                "producers_count": counted(len(parts)),
            })  # fmt: skip
    return table_of("food_origin", rows)


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
            "food_product": product, "food_product_name": name, "known_producers_count": counted(known[product]),
            "organic_department_count": len(organic[product, int(Ring.DEPARTMENT)]),
            "organic_region_count": len(organic[product, int(Ring.REGION)]), **_census(product, offers),
        }
        for product, name in sorted(names.items())
    ))  # fmt: skip


def _producers(offers: Iterable[Row]) -> Counter[str]:
    pairs = {(row["food_product"], row["food_producer"]) for row in offers}
    return Counter(product for product, _ in pairs)


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
