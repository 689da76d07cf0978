"""Tables whose rows say of what flow they are: `domestic_…` and `imported_…`, and tables of the British office.

The first is the layout that anyone may prepare (docs/impact.md); the World Input-Output Database's national tables are
read under the same rule (`DOM_c1`, `IMP_c1`). The second has product rows of domestic use, and totals named in words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from gisement.catalog.divisions import divisions
from gisement.catalog.tables import read_csv
from gisement.models.impact.input_output import Matrix
from gisement.sources.economy.reading import Grid, total_flows, unit_of, unknown_layout, year_of
from gisement.sources.economy.table import EXPORTS, GOVERNMENT, HOUSEHOLDS, OTHER, USES, IoTable

_ROW = re.compile(r"^(domestic|imported|dom|imp)_(.+)$", re.IGNORECASE)
_USE_WORDS = {HOUSEHOLDS: ("household", "s14"), GOVERNMENT: ("government", "s13"), EXPORTS: ("export",)}
_OUTPUT = ("output", "p1_output", "p1", "production")
_OWN_ROWS = ("value_added", "b1g")
# As the British office names them.
_IMPORTED, _TAXES, _MADE = "Imported goods and services", "Taxes less subsidies on products", "Total output"
_WAGES, _LAST_INDUSTRY = "Compensation of employees", "Total intermediate demand"
_ADDED = ("Taxes less subsidies on production", _WAGES, "Gross Operating Surplus")
_BRITISH_ROWS = (_IMPORTED, _TAXES, _MADE, *_ADDED)


def is_marked(grid: Grid) -> bool:
    """Whether rows are marked as domestic or imported."""
    return sum(_ROW.match(row) is not None for row in grid.rows) > 1


def read_marked(grid: Grid, name: str) -> IoTable:
    """The table of marked rows (`domestic`, `imported`…).

    Raises Trouble where the layout is not known, and without any imported row: it would be of total flows.
    """
    rows = {(_flow(row), code): i for i, row in enumerate(grid.rows) if (code := _product(row))}
    codes = [code for flow, code in rows if flow == "domestic"]
    known = [code for code in codes if code in grid.columns]
    if len(known) < len(codes) or not codes:
        raise unknown_layout(name)
    if not any(flow == "imported" for flow, _ in rows):
        raise total_flows(name)
    at = {flow: [rows[flow, code] for code in codes if (flow, code) in rows] for flow in ("domestic", "imported")}
    across = [grid.columns.index(code) for code in codes]
    uses = _uses([c for c in grid.columns if c not in codes and c.lower() not in _OUTPUT])
    taxes, wages = _line(grid, ("taxes",)), _line(grid, ("wages", "d1"))
    output = _line(grid, _OUTPUT)
    value_added = _line(grid, _OWN_ROWS)
    if output is None or value_added is None:
        raise unknown_layout(name)
    mixed = "with_taxes" if taxes is None else ""
    return IoTable(
        name=name, year=year_of(name), unit=unit_of(name), codes=tuple(codes), labels=tuple(map(_label, codes)),
        divisions=tuple(map(_covered, codes)), Z=grid.cells[np.ix_(at["domestic"], across)],
        imports=grid.cells[np.ix_(at["imported"], across)].sum(axis=0), value_added=value_added[across],
        output=output[across], final=_final(grid, at["domestic"], uses),
        final_imports=_final(grid, at["imported"], uses) if len(at["imported"]) == len(codes) else None,
        taxes=None if taxes is None else taxes[across], wages=None if wages is None else wages[across], note=mixed,
    )  # fmt: skip


def is_british(grid: Grid) -> bool:
    """Whether totals are named as the British office names them."""
    return _IMPORTED in grid.rows and _MADE in grid.rows


def read_british(grid: Grid, name: str) -> IoTable:
    """The domestic use table at basic prices, product by product, of the Office for National Statistics.

    Raises Trouble where the layout is not known.
    """
    codes = [code for code in grid.rows if code in grid.columns and divisions(code)]
    if len(codes) < 2 or _LAST_INDUSTRY not in grid.columns or not set(_BRITISH_ROWS) <= set(grid.rows):
        raise unknown_layout(name)
    across = [grid.columns.index(code) for code in codes]
    down = [grid.rows.index(code) for code in codes]
    last = grid.columns.index(_LAST_INDUSTRY)
    uses = _uses([c for c in grid.columns[last + 1 :] if not c.startswith("Total")])

    def line(*names: str) -> Matrix:
        return np.asarray(sum(grid.cells[grid.rows.index(each)][across] for each in names), dtype=np.float64)

    return IoTable(
        name=name, year=year_of(name), unit=unit_of(name), codes=tuple(codes), labels=tuple(codes),
        divisions=tuple(map(_covered, codes)), Z=grid.cells[np.ix_(down, across)],
        imports=line(_IMPORTED), taxes=line(_TAXES), value_added=line(*_ADDED), wages=line(_WAGES),
        output=line(_MADE), final=_final(grid, down, uses),
    )  # fmt: skip


def _uses(columns: Sequence[str]) -> dict[str, list[str]]:
    """The columns of each use: households, government, exports, and all others together."""
    found: dict[str, list[str]] = {use: [] for use in USES}
    for column in columns:
        plain = column.lower()
        # "non-profit institutions serving households" are no households
        is_other = plain.startswith("non-profit") or "npish" in plain or "s15" in plain
        word = next((use for use, words in _USE_WORDS.items() if any(w in plain for w in words)), OTHER)
        found[OTHER if is_other else word].append(column)
    return found


def _final(grid: Grid, rows: Sequence[int], uses: dict[str, list[str]]) -> dict[str, Matrix]:
    return {
        use: grid.cells[np.ix_(rows, [grid.columns.index(c) for c in columns])].sum(axis=1)
        for use, columns in uses.items()
    }


def _flow(row: str) -> str:
    found = _ROW.match(row)
    return "" if found is None else "domestic" if found[1].lower().startswith("dom") else "imported"


def _product(row: str) -> str:
    found = _ROW.match(row)
    return "" if found is None else found[2]


def _line(grid: Grid, names: Sequence[str]) -> Matrix | None:
    """The row called so, or whose name begins so and goes on (`value_added_and_net_taxes`)."""
    for row in grid.rows:
        if any(row.lower() == name or row.lower().startswith(f"{name}_") for name in names):
            return grid.row(row)
    return None


def _own_sectors() -> dict[str, dict[str, str]]:
    return {row["sector_code"]: row for row in read_csv("economy/fra_2011_sectors.csv")}


def _wiod() -> dict[str, dict[str, str]]:
    return {row["wiod_code"]: row for row in read_csv("economy/wiod_divisions.csv")}


def _label(code: str) -> str:
    known = _own_sectors().get(code)
    return known["label_fr"] if known else _wiod().get(code, {"label": code})["label"]


def _covered(code: str) -> str:
    """The divisions of a code, in a text: of the embedded sectors, of WIOD's, else what the code itself says."""
    known = _own_sectors().get(code)
    parts = known["wiod_codes"].split() if known else [code]
    held = [_wiod()[part]["divisions"] for part in parts if part in _wiod()]
    return " ".join(held) if held else " ".join(sorted(divisions(code)))
