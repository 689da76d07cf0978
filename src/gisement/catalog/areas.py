"""What the embedded geography says of areas that are made of others."""

from __future__ import annotations

from functools import cache

from pyarrow import parquet

from gisement.catalog.tables import FOLDER


@cache
def departments_of(region: str) -> tuple[str, ...]:
    """The codes of the departments of a region, in order; none where there is no such region.

    Source: Insee, code officiel géographique 2026.
    """
    table = parquet.read_table(FOLDER / "geography" / "department.parquet").to_pylist()
    return tuple(sorted(row["department_code"] for row in table if row["region_code"] == region))
