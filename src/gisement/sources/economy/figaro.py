"""FIGARO, the table of the European Union and its partners, in its flat layout: one line per flow between countries.

The country's own flows make the table; what its industries and users buy from all others are its imports, what others
buy from it its exports.

Source: Eurostat, FIGARO, flat files (refArea, rowPi, counterpartArea, colPi, obsValue), 64 industries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from gisement.catalog.divisions import divisions, partition
from gisement.models.impact.input_output import Matrix
from gisement.sources.economy.reading import flow_of, unknown_layout, year_of
from gisement.sources.economy.table import EXPORTS, GOVERNMENT, HOUSEHOLDS, OTHER, IoTable

COUNTRY = "FR"
HEADER = ("refarea", "rowpi", "counterpartarea", "colpi", "obsvalue")
_TAXES, _WAGES = "D21X31", "D1"
_ADDED = ("D1", "D29X39", "B2A3G")
_USES = {"P3_S14": HOUSEHOLDS, "P3_S13": GOVERNMENT, "P3_S15": OTHER, "P51G": OTHER, "P5M": OTHER}
Flows = dict[tuple[str, str], float]


def is_figaro(header: Sequence[str]) -> bool:
    """Whether the headers are those of the flat layout."""
    return {cell.strip().lower() for cell in header}.issuperset(HEADER)


def read_figaro(lines: Sequence[Sequence[str]], name: str) -> IoTable:
    """The table of France. Raises Trouble where the file holds none of its flows."""
    header = [cell.strip().lower() for cell in lines[0]]
    at = [header.index(column) for column in HEADER]
    own, bought, sold, accounts = (defaultdict[tuple[str, str], float](float) for _ in range(4))
    for line in lines[1:]:
        cells = [*line, *[""] * len(header)]
        origin, product, user, use = (cells[i].strip() for i in at[:-1])
        value = flow_of(cells[at[-1]], name)
        if user == COUNTRY and not divisions(product):
            accounts[product, use] += value
        elif user == COUNTRY:
            (own if origin == COUNTRY else bought)[product, use] += value
        elif origin == COUNTRY:
            sold[product, EXPORTS] += value
    codes = partition(sorted({product for product, _ in own} & {use for _, use in own}))
    if len(codes) < 2:
        raise unknown_layout(name)
    return _table(name, codes, own, bought, sold, accounts)


def _table(name: str, codes: list[str], own: Flows, bought: Flows, sold: Flows, accounts: Flows) -> IoTable:
    flows = _block(own, codes)
    final = _uses(own, codes) | {EXPORTS: np.array([sold.get((code, EXPORTS), 0.0) for code in codes])}
    imports = _block(bought, codes)
    added = np.array([sum(accounts.get((row, code), 0.0) for row in _ADDED) for code in codes])
    taxes = np.array([accounts.get((_TAXES, code), 0.0) for code in codes])
    return IoTable(
        name=name, year=year_of(name), unit="MEUR", codes=tuple(codes), labels=tuple(codes),
        divisions=tuple(" ".join(sorted(divisions(code))) for code in codes), Z=flows, imports=imports.sum(axis=0),
        value_added=added, taxes=taxes, output=flows.sum(axis=0) + imports.sum(axis=0) + taxes + added, final=final,
        final_imports=_uses(bought, codes) | {EXPORTS: np.zeros(len(codes))},
        wages=np.array([accounts.get((_WAGES, code), 0.0) for code in codes]),
    )  # fmt: skip


def _block(flows: Flows, codes: list[str]) -> Matrix:
    return np.array([[flows.get((i, j), 0.0) for j in codes] for i in codes])


def _uses(flows: Flows, codes: list[str]) -> dict[str, Matrix]:
    found = {use: np.zeros(len(codes)) for use in (HOUSEHOLDS, GOVERNMENT, OTHER)}
    for column, use in _USES.items():
        found[use] += np.array([flows.get((code, column), 0.0) for code in codes])
    return found
