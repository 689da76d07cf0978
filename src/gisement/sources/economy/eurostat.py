"""Symmetric tables of Eurostat: `naio_10_cp1700` (products) and `naio_10_cp1750` (industries), wide or as downloaded.

Domestic flows only. A table of total flows is told by its own account: what is used equals output and imports
together. The conversion, when it is asked for, takes the imported share of each product to be that of all its users.

Source: Eurostat, ESA 2010 supply, use and input-output tables; codes prd_use, prd_ava (or ind_use, ind_ava), stk_flow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gisement.catalog.divisions import divisions, partition
from gisement.models.impact.input_output import Matrix, domestic_coefficients, import_shares
from gisement.sources.economy.reading import Grid, flow_of, total_flows, unit_of, unknown_layout, year_of
from gisement.sources.economy.table import EXPORTS, GOVERNMENT, HOUSEHOLDS, OTHER, IoTable

_CORNERS = ("prod_na", "prd_ava", "prd_use", "ind_ava", "induse", "t_rows2", "t_cols2")
_LONG = ("time_period", "obs_value", "stk_flow")
_GOVERNMENT, _HOUSEHOLDS, _EXPORTS = "P3_S13", "P3_S14", "P6"
_OTHERS = ("P3_S15", "P51G", "P5M")
_IMPORT_ROWS = ("IMP", "P7_USE", "IMPORTED")


def is_wide(grid: Grid) -> bool:
    """Whether it is a grid of Eurostat's codes, products above and at the left."""
    return grid.corner.lower() in _CORNERS and sum(bool(divisions(code)) for code in grid.columns) > 1


def is_long(header: Sequence[str]) -> bool:
    """Whether it is a download of one line per cell."""
    plain = {cell.strip().lower() for cell in header}
    return plain.issuperset(_LONG)


def read_wide(grid: Grid, name: str, *, convert: bool = False, imports: Grid | None = None) -> IoTable:
    """The table of a grid of products by products, its year and unit as the name tells.

    Raises Trouble where the layout is not known, and for total flows unless they are to be converted.
    """
    codes = partition([code for code in grid.columns if code in grid.rows and "TOTAL" not in code])
    output = grid.row("P1")
    if len(codes) < 2 or output is None:
        raise unknown_layout(name)
    across = [grid.columns.index(code) for code in codes]
    made, bought = output[across], _or_zero(grid.row("P7"), grid)[across]
    flows = grid.block(codes, codes)
    uses = _uses(grid, codes)
    used = flows.sum(axis=1) + np.sum(list(uses.values()), axis=0)
    is_total = np.abs(used - made - bought).sum() < np.abs(used - made).sum()
    if is_total and not convert:
        raise total_flows(name)
    if is_total:
        # what is exported beyond what is made was imported first
        uses[EXPORTS] = np.minimum(uses[EXPORTS], made)
    shares = _imported(flows, uses, made) if is_total else np.zeros(len(codes))
    domestic = {use: each if use == EXPORTS else each * (1 - shares) for use, each in uses.items()}
    imported = {use: each * 0 if use == EXPORTS else each * shares for use, each in uses.items()}
    taxes = _or_zero(grid.row("D21X31"), grid)[across]
    value_added = _or_zero(grid.row("B1G"), grid)[across]
    wages = grid.row("D1")
    return IoTable(
        name=name, year=year_of(name), unit=unit_of(name), codes=tuple(codes), labels=tuple(codes),
        divisions=tuple(" ".join(sorted(divisions(code))) for code in codes),
        Z=domestic_coefficients(flows, shares), value_added=value_added, taxes=taxes, output=made,
        imports=(flows * shares[:, None]).sum(axis=0) if is_total else _inputs(grid, across, imports, codes),
        final=domestic, final_imports=imported if is_total else _uses(imports, codes) if imports else None,
        wages=None if wages is None else wages[across], note="converted" if is_total else "",
    )  # fmt: skip


def read_long(lines: Sequence[Sequence[str]], name: str, *, convert: bool = False) -> IoTable:
    """The table of a download: France if several countries are in it, the latest year, in millions of euros.

    Raises Trouble where the layout is not known, and for total flows unless they are to be converted.
    """
    header = [cell.strip().lower() for cell in lines[0]]
    rows = [dict(zip(header, [*line, *[""] * len(header)], strict=False)) for line in lines[1:]]
    rows = _only(_only(_only(rows, "geo", "FR"), "unit", "MIO_EUR"), "time_period", None)
    axes = [column for column in header if column.startswith(("prd_", "ind_", "prod_", "cpa"))]
    if len(axes) != 2 or not rows:
        raise unknown_layout(name)
    supply = next((axis for axis in axes if axis.endswith("ava")), axes[0])
    use = next(axis for axis in axes if axis != supply)
    flows = {
        flow: _grid([row for row in rows if row["stk_flow"] == flow], supply, use, name)
        for flow in ("DOM", "IMP", "TOTAL")
    }
    year, unit = rows[0]["time_period"], rows[0].get("unit", "")
    title = f"{year} {unit} {name}"
    domestic, total = flows["DOM"], flows["TOTAL"]
    if domestic is None:
        if total is None:
            raise unknown_layout(name)
        return read_wide(total, title, convert=convert)
    # accounts of industries (output, value added) are told once, with the total
    whole = domestic if domestic.row("P1") is not None or total is None else _joined(domestic, total)
    return read_wide(whole, title, convert=convert, imports=flows["IMP"])


def _imported(flows: Matrix, uses: Mapping[str, Matrix], made: Matrix) -> Matrix:
    """The imported part of what the country itself uses of each product: all but the output that is not exported."""
    kept = flows.sum(axis=1) + np.sum([each for use, each in uses.items() if use != EXPORTS], axis=0)
    bought: Matrix = np.maximum(kept - made + uses[EXPORTS], 0.0)
    return import_shares(bought, made, uses[EXPORTS])


def _inputs(grid: Grid, across: Sequence[int], imports: Grid | None, codes: list[str]) -> Matrix:
    """Imported inputs by industry: a row of the table, a table of their own, else what the account leaves."""
    for code in _IMPORT_ROWS:
        row = grid.row(code)
        if row is not None:
            listed: Matrix = row[across]
            return listed
    if imports is not None and set(codes) <= set(imports.columns):
        summed: Matrix = imports.block([c for c in codes if c in imports.rows], codes).sum(axis=0)
        return summed
    inputs = grid.block([grid.rows[grid.columns.index(c)] if c not in grid.rows else c for c in codes], codes)
    output, added = _or_zero(grid.row("P1"), grid), _or_zero(grid.row("B1G"), grid)
    taxes = _or_zero(grid.row("D21X31"), grid)
    left: Matrix = (output - added - taxes)[across] - inputs.sum(axis=0)
    return left


def _uses(grid: Grid, codes: list[str]) -> dict[str, Matrix]:
    known = [number for number, code in enumerate(codes) if code in grid.rows]
    down = [grid.rows.index(codes[number]) for number in known]

    def column(name: str) -> Matrix:
        found, listed = grid.column(name), np.zeros(len(codes))
        if found is not None:
            listed[known] = found[down]
        return listed

    others: Matrix = np.sum([column(each) for each in _OTHERS], axis=0)
    if "P5M" not in grid.columns:
        others = others + column("P52") + column("P53")
    return {
        HOUSEHOLDS: column(_HOUSEHOLDS), GOVERNMENT: column(_GOVERNMENT), EXPORTS: column(_EXPORTS), OTHER: others,
    }  # fmt: skip


def _only(rows: list[dict[str, str]], column: str, wanted: str | None) -> list[dict[str, str]]:
    """The rows of one value of a column: the wanted one if it is there, else the last."""
    values = sorted({row.get(column, "") for row in rows})
    if not values:
        return rows
    value = wanted if wanted in values else values[-1]
    return [row for row in rows if row.get(column, "") == value]


def _grid(rows: Sequence[Mapping[str, str]], supply: str, use: str, name: str) -> Grid | None:
    if not rows:
        return None
    down = tuple(dict.fromkeys(row[supply] for row in rows))
    across = tuple(dict.fromkeys(row[use] for row in rows))
    cells = np.zeros((len(down), len(across)))
    i, j = ({code: n for n, code in enumerate(codes)} for codes in (down, across))
    for row in rows:
        cells[i[row[supply]], j[row[use]]] = flow_of(row["obs_value"], name)
    return Grid("prd_ava", down, across, cells)


def _joined(domestic: Grid, total: Grid) -> Grid:
    """The domestic flows, with the rows of the total table that are no flow of a product."""
    extra = [row for row in total.rows if not divisions(row) and row not in domestic.rows]
    at = [total.columns.index(code) if code in total.columns else -1 for code in domestic.columns]
    more = [[total.cells[total.rows.index(row), j] if j >= 0 else 0.0 for j in at] for row in extra]
    cells = np.vstack([domestic.cells, np.array(more).reshape(len(extra), len(at))])
    return Grid("prd_ava", (*domestic.rows, *extra), domestic.columns, cells)


def _or_zero(row: Matrix | None, grid: Grid) -> Matrix:
    return np.zeros(len(grid.columns)) if row is None else row
