"""Where the known offer comes from, by department of the producers: kg and counts, kept back where few are behind them.

Source: statistical secrecy as Insee applies it to tables on firms (three units, 85 %).
"""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa

from gisement.models.food_plan_told import counted, kept_back
from gisement.models.food_table import table_of
from gisement.terms import local_step


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
