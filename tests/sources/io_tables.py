"""A made-up economy of three industries that adds up, written in every layout in which tables are published.

Farming sells to food, food to catering; some of each is imported. Domestic flows (rows sell, columns buy), final uses,
imported inputs, taxes on products, wages and the rest of value added: each column and each row adds up to the output.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

CODES = ("CPA_A01", "CPA_C10-12", "CPA_I")
Z = np.array([[10.0, 60.0, 5.0], [2.0, 20.0, 50.0], [1.0, 3.0, 6.0]])
HOUSEHOLDS = np.array([15.0, 80.0, 120.0])
GOVERNMENT = np.array([0.0, 5.0, 10.0])
INVESTMENT = np.array([2.0, 0.0, 0.0])
EXPORTS = np.array([8.0, 43.0, 0.0])
OUTPUT = np.array([100.0, 200.0, 140.0])
IMPORTS = np.array([[4.0, 15.0, 2.0], [1.0, 5.0, 10.0], [0.0, 0.0, 1.0]])
FINAL_IMPORTS = np.array([5.0, 20.0, 1.0])
TAXES = np.array([2.0, 3.0, 4.0])
WAGES = np.array([30.0, 50.0, 45.0])
ADDED = OUTPUT - Z.sum(axis=0) - IMPORTS.sum(axis=0) - TAXES
USES = {"P3_S14": HOUSEHOLDS, "P3_S13": GOVERNMENT, "P51G": INVESTMENT, "P6": EXPORTS}


def write(path: Path, rows: Iterable[Sequence[object]], delimiter: str = ",") -> Path:
    """A CSV file of these rows."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, delimiter=delimiter).writerows(rows)
    return path


def marked(folder: Path) -> Path:
    """Rows `domestic_…` and `imported_…`, the layout that anyone may prepare."""
    head = ["row", *CODES, "households", "government", "gfcf", "exports", "output"]
    home = [
        [f"domestic_{code}", *Z[i], HOUSEHOLDS[i], GOVERNMENT[i], INVESTMENT[i], EXPORTS[i], OUTPUT[i]]
        for i, code in enumerate(CODES)
    ]
    bought = [
        [f"imported_{code}", *IMPORTS[i], FINAL_IMPORTS[i], 0, 0, 0, 0] for i, code in enumerate(CODES)
    ]  # fmt: skip
    accounts = [["taxes", *TAXES], ["wages", *WAGES], ["value_added", *ADDED], ["output", *OUTPUT]]
    return write(folder / "made_up_2019_meur.csv", [head, *home, *bought, *accounts])


def wide(folder: Path, *, total: bool = False) -> Path:
    """Eurostat's codes in a grid; with `total`, flows and uses hold imports, and `P7` tells them."""
    flows = Z + IMPORTS if total else Z
    uses = {**USES, "P3_S14": HOUSEHOLDS + FINAL_IMPORTS} if total else USES
    head = ["prd_ava", *CODES, *uses]
    home = [[code, *flows[i], *(use[i] for use in uses.values())] for i, code in enumerate(CODES)]
    bought = IMPORTS.sum(axis=1) + FINAL_IMPORTS
    accounts = [["D21X31", *TAXES], ["D1", *WAGES], ["B1G", *ADDED], ["P1", *OUTPUT], ["P7", *bought]]
    accounts += [] if total else [["IMP", *IMPORTS.sum(axis=0)]]
    return write(folder / f"naio_10_cp1700_2019_meur_{'total' if total else 'dom'}.csv", [head, *home, *accounts])


def long(folder: Path, flows: Sequence[str] = ("DOM", "IMP", "TOTAL")) -> Path:
    """Eurostat's download: one line per cell, two countries and two years."""
    head = ["DATAFLOW", "freq", "unit", "stk_flow", "prd_use", "prd_ava", "geo", "TIME_PERIOD", "OBS_VALUE"]
    cells: dict[str, list[tuple[str, str, float]]] = {"DOM": [], "IMP": [], "TOTAL": []}
    for i, row in enumerate(CODES):
        for j, column in enumerate(CODES):
            cells["DOM"].append((row, column, Z[i, j]))
            cells["IMP"].append((row, column, IMPORTS[i, j]))
            cells["TOTAL"].append((row, column, Z[i, j] + IMPORTS[i, j]))
        for use, values in USES.items():
            more = FINAL_IMPORTS[i] if use == "P3_S14" else 0.0
            cells["DOM"].append((row, use, values[i]))
            cells["IMP"].append((row, use, more))
            cells["TOTAL"].append((row, use, values[i] + more))
    bought = IMPORTS.sum(axis=1) + FINAL_IMPORTS
    for name, values in (("D21X31", TAXES), ("D1", WAGES), ("B1G", ADDED), ("P1", OUTPUT), ("P7", bought)):
        cells["TOTAL"] += [(name, column, values[j]) for j, column in enumerate(CODES)]
    rows = [
        ["ESTAT:NAIO_10_CP1700(1.0)", "A", "MIO_EUR", flow, use, supply, geo, year, value * scale]
        for geo, year, scale in (("FR", "2019", 1.0), ("FR", "2015", 2.0), ("BE", "2019", 3.0))
        for flow in flows
        for supply, use, value in cells[flow]
    ]
    return write(folder / "estat_naio_10_cp1700.csv", [head, *rows])


def figaro(folder: Path) -> Path:
    """FIGARO's flat layout: France, and one other country that sells to it and buys from it."""
    plain = [code.removeprefix("CPA_").replace("-", "T") for code in CODES]
    head = ["icuseRow", "icuseCol", "refArea", "rowPi", "counterpartArea", "colPi", "obsValue"]
    rows: list[list[object]] = []
    for i, row in enumerate(plain):
        rows += [["", "", "FR", row, "FR", column, Z[i, j]] for j, column in enumerate(plain)]
        rows += [["", "", "DE", row, "FR", column, IMPORTS[i, j]] for j, column in enumerate(plain)]
        rows += [["", "", "FR", row, "FR", use, values[i]] for use, values in USES.items() if use != "P6"]
        rows += [["", "", "DE", row, "FR", "P3_S14", FINAL_IMPORTS[i]], ["", "", "FR", row, "DE", "P3_S14", EXPORTS[i]]]
    for name, values in (("D21X31", TAXES), ("D1", WAGES), ("B2A3G", ADDED - WAGES)):
        rows += [["", "", "W2", name, "FR", column, values[j]] for j, column in enumerate(plain)]
    return write(folder / "flatfile_eu-ic-io_ind-by-ind_24ed_2019.csv", [head, *rows])
