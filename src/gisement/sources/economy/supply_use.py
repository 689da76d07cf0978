"""Supply and use tables in a workbook: Insee's « TES », or Eurostat's supply (cp15) and use (cp16) tables as sheets.

Uses are at purchasers' prices: margins and taxes on products are taken out with the columns that lead from one price to
the other, then products × industries become products × products, an industry making all of its products in one way.
Such tables give total flows, imports included, so that they are refused unless the conversion is asked for.

Source: Eurostat Manual of Supply, Use and Input-Output Tables, 2008, model A (industry technology); ESA 2010, 15.51.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from gisement.catalog.divisions import divisions, partition
from gisement.models.arrays import ratio
from gisement.models.impact.input_output import (
    Matrix,
    basic_prices,
    domestic_coefficients,
    import_shares,
    product_by_product,
)
from gisement.sources.economy.reading import total_flows, unit_of, unknown_layout, year_of
from gisement.sources.economy.table import EXPORTS, GOVERNMENT, HOUSEHOLDS, LARGEST_GAP, OTHER, IoTable, broken
from gisement.sources.workbooks import open_workbook, workbook_told

ENDINGS: Final = (".xlsx", ".xls", ".ods", ".xlsb")
MAKE, BOUGHT, TRADE, TRANSPORT, VAT, TAX, SUBSIDY = "make", "p7", "trade", "transport", "vat", "tax", "subsidy"
ADDED, WAGES = "b1g", "d1"
# Headings as published, without accents or capitals: the whole heading, or its beginning where it is long enough.
_WORDS: Final = {
    "importations": BOUGHT, "imports": BOUGHT, "p7": BOUGHT, "marges commerciales": TRADE, "trade margins": TRADE,
    "ottm": TRADE, "trade and transport margins": TRADE, "marges de transport": TRANSPORT,
    "transport margins": TRANSPORT, "tva": VAT, "vat": VAT, "d211": VAT, "impots sur les produits": TAX,
    "autres impots sur les produits": TAX, "taxes on products": TAX, "taxes less subsidies on products": TAX,
    "d21x31": TAX, "d21": TAX, "d214": TAX, "subventions sur les produits": SUBSIDY, "subsidies on products": SUBSIDY,
    "d31": SUBSIDY, "production": MAKE, "total output": MAKE, "p1": MAKE, "menages": HOUSEHOLDS, "p3_s14": HOUSEHOLDS,
    "consommation des menages": HOUSEHOLDS, "households": HOUSEHOLDS, "administrations publiques": GOVERNMENT,
    "apu": GOVERNMENT, "p3_s13": GOVERNMENT, "government": GOVERNMENT, "isblsm": OTHER, "p3_s15": OTHER,
    "fbcf": OTHER, "formation brute de capital fixe": OTHER, "p51g": OTHER, "p5m": OTHER, "p52": OTHER, "p53": OTHER,
    "variations de stocks": OTHER, "objets de valeur": OTHER, "exportations": EXPORTS, "exports": EXPORTS,
    "p6": EXPORTS,
    "valeur ajoutee": ADDED, "value added": ADDED, "b1g": ADDED, "remuneration des salaries": WAGES,
    "compensation of employees": WAGES, "d1": WAGES,
}  # fmt: skip
_SUPPLY: Final = frozenset({BOUGHT, TRADE, TRANSPORT, VAT, TAX, SUBSIDY})
_LONG: Final = 8
Cells = dict[tuple[str, str], float]


def is_workbook(name: str) -> bool:
    """Whether the file's name is that of a workbook."""
    return name.lower().endswith(ENDINGS)


def read_workbook(path: Path, name: str, *, convert: bool = False) -> IoTable:
    """The table of a workbook. Raises Trouble: no such sheets, total flows (unless `convert`), no year in the name."""
    book = open_workbook(path, name)
    with workbook_told(name):
        sheets = [book.get_sheet_by_name(each).to_python() for each in book.sheet_names]
    supply, use = defaultdict[tuple[str, str], float](float), defaultdict[tuple[str, str], float](float)
    for sheet in sheets:
        found = _cells(sheet)
        held = supply if any(column in _SUPPLY for _, column in found) else use
        for key, value in found.items():
            held[key] += value
    products = partition(sorted({row for row, _ in use if divisions(row)} & {row for row, _ in supply}))
    industries = partition(sorted({column for _, column in use if divisions(column)}))
    if len(products) < 2 or len(industries) < 2 or not any(row == ADDED for row, _ in use):
        raise unknown_layout(name)
    if any(value for (_, column), value in supply.items() if column == BOUGHT) and not convert:
        raise total_flows(name)
    return _table(name, products, industries, supply, use)


def _table(name: str, products: list[str], industries: list[str], supply: Cells, use: Cells) -> IoTable:
    def column(kind: str) -> Matrix:
        return np.array([supply.get((product, kind), 0.0) for product in products])

    def account(kind: str) -> Matrix:
        return np.array([use.get((kind, industry), 0.0) for industry in industries])

    make = _make(products, industries, supply)
    made, imports, margins = make.sum(axis=0), column(BOUGHT), column(TRADE) + column(TRANSPORT)
    taxes = column(VAT) + column(TAX) - np.abs(column(SUBSIDY))
    paid = made + imports + margins + taxes
    margin, tax = (ratio(each, paid) for each in (np.maximum(margins, 0.0), taxes))
    earned = np.maximum(-margins, 0.0)
    uses = {kind: np.array([use.get((p, kind), 0.0) for p in products])
            for kind in (HOUSEHOLDS, GOVERNMENT, OTHER, EXPORTS)}  # fmt: skip
    bought = np.array([[use.get((p, i), 0.0) for p in products] for i in industries])
    gap = float(np.abs(paid - bought.sum(axis=0) - np.sum(list(uses.values()), axis=0)).max())
    if not gap <= LARGEST_GAP * made.sum() or not made.any():  # nor is a gap that is no number
        raise broken(name, f"{gap:.0f} / {made.sum():.0f}")
    earners = earned / earned.sum() if earned.sum() > 0 else made / made.sum()
    basic, on_products = basic_prices(bought, margin, tax, earners)
    final = {kind: basic_prices(each, margin, tax, earners)[0] for kind, each in uses.items()}
    final[EXPORTS] = np.minimum(final[EXPORTS], made)
    flows = product_by_product(basic.T, make) * made
    abroad = _abroad(flows, final, made)
    without_vat = taxes - column(VAT)
    return IoTable(
        name=name, year=year_of(name), unit=unit_of(name), codes=tuple(products), labels=tuple(products),
        divisions=tuple(" ".join(sorted(divisions(code))) for code in products), Z=domestic_coefficients(flows, abroad),
        imports=(flows * abroad[:, None]).sum(axis=0), value_added=_by_product(account(ADDED), make),
        taxes=_by_product(on_products, make), output=made,
        wages=_by_product(account(WAGES), make) if any(row == WAGES for row, _ in use) else None,
        final={kind: each if kind == EXPORTS else each * (1 - abroad) for kind, each in final.items()},
        final_imports={kind: each * 0 if kind == EXPORTS else each * abroad for kind, each in final.items()},
        note="converted" if imports.any() else "",
        valuation={"margin": np.maximum(margins, 0.0), "earned": earned, "product_tax": without_vat,
                   "purchased": paid - column(VAT)},
    )  # fmt: skip


def _make(products: Sequence[str], industries: Sequence[str], supply: Cells) -> Matrix:
    """V, industries × products; where only the output of products is told, each industry makes its own product."""
    make = np.array([[supply.get((p, i), 0.0) for p in products] for i in industries])
    if make.any():
        return make
    whole = {product: supply.get((product, MAKE), 0.0) for product in products}
    return np.array([[whole[p] if divisions(p) == divisions(i) else 0.0 for p in products] for i in industries])


def _by_product(of_industries: Matrix, make: Matrix) -> Matrix:
    """What industries told of themselves, by product: each gives it in proportion to what it makes."""
    made = make.sum(axis=0)
    found: Matrix = (ratio(of_industries, make.sum(axis=1)) @ ratio(make, made)) * made
    return found


def _abroad(flows: Matrix, final: Mapping[str, Matrix], made: Matrix) -> Matrix:
    """The imported part of what the country itself uses of each product, the same for all of its users."""
    kept = flows.sum(axis=1) + np.sum([each for kind, each in final.items() if kind != EXPORTS], axis=0)
    bought = np.maximum(kept - made + final[EXPORTS], 0.0)
    return import_shares(bought, made, final[EXPORTS])


def _cells(sheet: Sequence[Sequence[object]]) -> Cells:
    """The numbers of a sheet under the codes and known headings of its rows and columns; titles above are skipped."""
    heads = [[_key(cell) for cell in row] for row in sheet]
    if not heads:
        return {}
    top = max(range(len(heads)), key=lambda n: sum(bool(key) for key in heads[n]))
    left = max(range(len(heads[top])), key=lambda n: sum(bool(row[n]) for row in heads[top + 1 :] if n < len(row)))
    found: Cells = defaultdict(float)
    for row, keys in zip(sheet[top + 1 :], heads[top + 1 :], strict=True):
        for n, column in enumerate(heads[top]):
            value = row[n] if n < len(row) else None
            if n > left and keys[left] and column and isinstance(value, int | float):
                found[keys[left], column] += float(value)
    return found


def _key(cell: object) -> str:
    """A code as published, or what a known heading stands for; empty for anything else."""
    text = str(cell).strip() if isinstance(cell, str) else ""
    if not text:
        return ""
    if divisions(text):
        return text
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    if plain in _WORDS:
        return _WORDS[plain]
    return next((kind for word, kind in _WORDS.items() if len(word) >= _LONG and plain.startswith(f"{word} ")), "")
