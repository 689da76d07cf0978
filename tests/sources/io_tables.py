"""A made-up economy of three industries that adds up, written in every layout in which tables are published.

Farming sells to food, food to catering; some of each is imported. Domestic flows (rows sell, columns buy), final uses,
imported inputs, taxes on products, wages and the rest of value added: each column and each row adds up to the output.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import xlsxwriter

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


# --- supply and use -----------------------------------------------------------------------------------------

# Uses at purchasers' prices (products × industries), margins and taxes as shares of the price, imports: the supply is
# what makes these add up. Trade (the third product) is what margins are paid for. Industry 2 makes 10 of product 1.
PRODUCTS = ("A01", "C10-12", "G47", "M69_70")
PAID_USES = np.array([[12.0, 70, 1, 1], [5, 30, 4, 10], [1, 2, 3, 4], [4, 15, 20, 12]])
PAID_FINAL = {
    "P3_S14": np.array([30.0, 180, 60, 25]), "P3_S13": np.array([0.0, 5, 0, 40]), "P51G": np.array([2.0, 0, 0, 20]),
    "P6": np.array([10.0, 40, 0, 8]),
}  # fmt: skip
PAID = PAID_USES.sum(axis=1) + sum(PAID_FINAL.values())
MARGIN_SHARE, TAX_SHARE, VAT_SHARE = (
    np.array([0.2, 0.25, 0, 0]),
    np.array([0.01, 0.04, 0, 0.02]),
    np.array([0.02, 0.05, 0.06, 0.03]),
)
MARGINS = MARGIN_SHARE * PAID - np.array([0, 0, (MARGIN_SHARE * PAID).sum(), 0])
BOUGHT_ABROAD = np.array([15.0, 40, 0, 9])
MADE = PAID - MARGINS - (TAX_SHARE + VAT_SHARE) * PAID - BOUGHT_ABROAD
MAKE = np.diag(MADE) + np.array([[-10.0, 0, 0, 0], [10, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])


def supply_use(folder: Path, *, french: bool = False, abroad: bool = True) -> Path:
    """A workbook of two sheets: Eurostat's codes with who makes what; or Insee's headings, under a title, without it."""
    make = np.diag(MADE) if french else MAKE
    added = make.sum(axis=1) - PAID_USES.sum(axis=0)
    extra = {"P7": BOUGHT_ABROAD, "OTTM": MARGINS, "D211": VAT_SHARE * PAID, "D21X31": TAX_SHARE * PAID}
    words = {
        "P7": "Importations CAF", "OTTM": "Marges commerciales", "D211": "TVA", "D21X31": "Impôts sur les produits",
        "P3_S14": "Consommation des ménages", "P3_S13": "Administrations publiques", "P51G": "FBCF", "P6": "Exportations",
        "B1G": "Valeur ajoutée", "D1": "Rémunération des salariés",
    }  # fmt: skip
    head = [words[each] if french else each for each in extra]
    uses = [words[each] if french else each for each in PAID_FINAL]
    labels = ["libellé"] if french else []
    blank = ["un produit"] if french else []
    kept = {**extra, "P7": extra["P7"] if abroad else extra["P7"] * 0}
    supply = [["Ressources en produits"], []] if french else []
    supply += [["produit", *labels, *(["Production"] if french else PRODUCTS), *head]]
    for n, product in enumerate(PRODUCTS):
        own = [MADE[n]] if french else list(make[:, n])
        supply.append([product, *blank, *own, *(values[n] for values in kept.values())])
    use = [["Emplois"], []] if french else []
    use += [["produit", *labels, *PRODUCTS, *uses]]
    use += [
        [product, *blank, *PAID_USES[n], *(values[n] for values in PAID_FINAL.values())]
        for n, product in enumerate(PRODUCTS)
    ]
    rows = ("B1G", added), ("D1", added / 2)
    use += [[words[name] if french else name, *blank, *values] for name, values in rows]
    path = folder / f"{'tes' if french else 'sut'}_2021_meur.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, lines in (("supply", supply), ("use", use)):
            sheet = book.add_worksheet(name)
            for n, line in enumerate(lines):
                sheet.write_row(n, 0, [cell.item() if hasattr(cell, "item") else cell for cell in line])
    return path
