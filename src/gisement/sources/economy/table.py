"""A symmetric input-output table of domestic flows, its checks, and the two raw tables it becomes.

Rows are what is sold, columns who buys. Checked on reading: each product's uses add up to its output, each industry's
inputs and value added too, and every euro of final demand ends as value added, imports or taxes on products.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gisement.models.impact.input_output import (
    Matrix,
    leakage_identity,
    leontief_inverse,
    output_multipliers,
    technical_coefficients,
)
from gisement.sources.raw_rows import write_parquet
from gisement.terms import Trouble

HOUSEHOLDS, GOVERNMENT, EXPORTS, OTHER = "households", "government", "exports", "other"
USES = (HOUSEHOLDS, GOVERNMENT, EXPORTS, OTHER)
LARGEST_GAP = 0.02
"""Beyond this share of the country's output, a table that does not balance is refused: a column was misread."""


@dataclass(frozen=True)
class IoTable:
    """Flows in millions of one currency. `imports` are imported inputs by industry, `final` the uses by product.

    `taxes` (on products used) and `wages` are None where the table does not give them: value added then holds the
    taxes. `final_imports` are imported goods that final users buy, by product; None where they are not told.
    `valuation` leads from purchasers' prices (`purchased`, VAT out) to basic ones, by product: the `margin` and
    `product_tax` in them, and `earned`, the margins that a product is.
    """

    name: str
    year: int
    unit: str
    codes: tuple[str, ...]
    labels: tuple[str, ...]
    divisions: tuple[str, ...]
    Z: Matrix
    imports: Matrix
    value_added: Matrix
    output: Matrix
    final: Mapping[str, Matrix]
    final_imports: Mapping[str, Matrix] | None = None
    taxes: Matrix | None = None
    wages: Matrix | None = None
    note: str = ""
    valuation: Mapping[str, Matrix] | None = None


@dataclass(frozen=True)
class Balance:
    """How far a table is from adding up: largest gaps of rows and columns (millions), and of the leakage identity."""

    row_gap: float
    column_gap: float
    identity_gap: float
    output: float
    multipliers: Mapping[str, float]


def balance(table: IoTable) -> Balance:
    """The gaps of a table, and its output multipliers. Raises Trouble where they are too large to be rounding."""
    rows = table.Z.sum(axis=1) + sum(table.final.values()) - table.output
    taxes = np.zeros_like(table.output) if table.taxes is None else table.taxes
    columns = table.Z.sum(axis=0) + table.imports + taxes + table.value_added - table.output
    whole = float(table.output.sum())
    try:
        inverse = leontief_inverse(technical_coefficients(table.Z, table.output))
    except ValueError as error:
        raise broken(table.name, str(error)) from None
    made = table.output != 0
    per_euro = [np.divide(each, table.output, out=np.zeros_like(table.output), where=made)
                for each in (table.value_added, table.imports, taxes)]  # fmt: skip
    identity = np.abs(leakage_identity(inverse, *per_euro))[made].max(initial=0.0)
    found = Balance(
        float(np.abs(rows).max()), float(np.abs(columns).max()), float(identity), whole,
        dict(zip(table.codes, output_multipliers(inverse).round(4).tolist(), strict=True)),
    )  # fmt: skip
    if not max(found.row_gap, found.column_gap) <= LARGEST_GAP * whole:  # neither is a gap that is no number
        raise broken(table.name, f"{max(found.row_gap, found.column_gap):.0f} / {whole:.0f}")
    return found


def write(table: IoTable, cells: Path, sectors: Path) -> None:
    """Write `raw_io_cell` (one row per flow that is not 0) and `raw_io_sector` (one row per product or industry)."""
    write_parquet("raw_io_cell", cell_rows(table), cells)
    write_parquet("raw_io_sector", sector_rows(table), sectors)


def cell_rows(table: IoTable) -> list[dict[str, Any]]:
    """The flows, one dictionary each: what kind, from which row, to which column."""
    about = {"table_name": table.name, "table_year": table.year, "currency_unit": table.unit, "note": table.note}
    found = [("domestic", row, column, table.Z[i, j])
             for i, row in enumerate(table.codes) for j, column in enumerate(table.codes)]  # fmt: skip
    lines = {"imported": table.imports, "taxes": table.taxes, "value_added": table.value_added,
             "wages": table.wages, "output": table.output}  # fmt: skip
    found += [
        (flow, "", column, values[j])
        for flow, values in lines.items() if values is not None for j, column in enumerate(table.codes)
    ]  # fmt: skip
    for flow, uses in (("domestic", table.final), ("imported", table.final_imports or {})):
        found += [(flow, row, use, values[i]) for use, values in uses.items() for i, row in enumerate(table.codes)]
    found += [(kind, row, "", values[i])
              for kind, values in (table.valuation or {}).items() for i, row in enumerate(table.codes)]  # fmt: skip
    return [
        {**about, "flow": flow, "row_code": row, "column_code": column, "flow_millions": float(value)}
        for flow, row, column, value in found
        if value != 0 or flow in ("output", "wages", "taxes")
    ]


def sector_rows(table: IoTable) -> list[dict[str, Any]]:
    """The products or industries, in the order of the table."""
    return [
        {"sector_rank": rank, "sector_code": code, "sector_name": label, "divisions": covered}
        for rank, (code, label, covered) in enumerate(
            zip(table.codes, table.labels, table.divisions, strict=True), start=1
        )
    ]


def broken(name: str, why: str) -> Trouble:
    """The refusal of a table that does not add up."""
    return Trouble(
        fr=f"Le tableau {name} ne s'équilibre pas ({why}) : vérifier que ses lignes et ses colonnes sont complètes.",
        en=f"Table {name} does not balance ({why}): check that its rows and columns are complete.",
    )
