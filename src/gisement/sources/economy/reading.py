"""A published file as rows of text, and what its name and headers tell: the year, the currency."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gisement.models.impact.input_output import Matrix
from gisement.terms import Trouble, one_line

_YEARS = (re.compile(r"(?<![a-z0-9])(19|20)\d\d(?!\d)", re.IGNORECASE), re.compile(r"(?<!\d)(19|20)\d\d(?!\d)"))
"""A year that stands alone, else one that follows a word: `wiod2013_FRA_1995` is of 1995."""
_UNITS = {"meur": "MEUR", "mio_eur": "MEUR", "musd": "MUSD", "mgbp": "MGBP", "mio_nac": "MNAC", "me": "MEUR"}


@dataclass(frozen=True)
class Grid:
    """A table of numbers with the codes of its rows and columns; a cell without a number is 0."""

    corner: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Matrix

    def row(self, code: str) -> Matrix | None:
        """The row of that code, or None."""
        return self.cells[self.rows.index(code)] if code in self.rows else None

    def column(self, code: str) -> Matrix | None:
        """The column of that code, or None."""
        return self.cells[:, self.columns.index(code)] if code in self.columns else None

    def block(self, rows: list[str], columns: list[str]) -> Matrix:
        """The cells of these rows and columns, in this order."""
        down, across = [self.rows.index(code) for code in rows], [self.columns.index(code) for code in columns]
        return self.cells[np.ix_(down, across)]


def lines(path: Path, name: str) -> list[list[str]]:
    """The lines of a text file as cells, separated by `,`, `;` or tab. Raises Trouble if it is no text."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Trouble(
            fr=f"{name} n'est pas un texte lisible : l'enregistrer en CSV UTF-8.",
            en=f"{name} is no readable text: save it as UTF-8 CSV.",
        ) from None
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(cell.strip() for cell in row)]


def grid(content: list[list[str]]) -> Grid:
    """The lines as a grid: codes above and at the left, numbers inside."""
    header, *body = content
    columns = tuple(cell.strip() for cell in header[1:])
    width = len(columns)
    cells = np.array([[_number(cell) for cell in (row[1:] + [""] * width)[:width]] for row in body])
    return Grid(header[0].strip(), tuple(row[0].strip() for row in body), columns, cells.reshape(len(body), width))


def flow_of(cell: str, name: str) -> float:
    """The number of a cell that must hold one; `:` and nothing are 0. Raises Trouble for anything else."""
    text = cell.strip()
    try:
        found = float(text) if text not in ("", ":") else 0.0
    except ValueError:
        found = math.inf
    if not math.isfinite(found):
        raise Trouble(
            fr=f"{name} : « {one_line(text)} » n'est pas un montant ; corriger la ligne, puis ajouter le fichier.",
            en=f"{name}: '{one_line(text)}' is no amount; mend the line and add the file again.",
        )
    return found


def year_of(name: str) -> int:
    """The year in the file's name. Raises Trouble without one: a table without a year would not be dated on figures."""
    found = next((hit for pattern in _YEARS if (hit := pattern.search(name))), None)
    if found is None:
        raise Trouble(
            fr=f"L'année du tableau ne se lit pas dans le nom « {name} » : le nommer par exemple tes_2021_meur.csv.",
            en=f"The year of the table is not in the name '{name}': call it for instance tes_2021_meur.csv.",
        )
    return int(found[0])


def unit_of(name: str) -> str:
    """The currency that the file's name tells (`MEUR`, `MUSD`), else `unknown`: only ratios can then be used."""
    plain = name.lower()
    return next((unit for word, unit in _UNITS.items() if re.search(rf"(?<![a-z]){word}(?![a-z])", plain)), "unknown")


def total_flows(name: str) -> Trouble:
    """The refusal of a table whose flows hold imports: every multiplier would count them as made in the country."""
    return Trouble(
        fr=f"{name} donne les flux totaux, importations comprises : des effets qui sortent du pays y seraient"
        " comptés. Charger le tableau des flux intérieurs (Eurostat : stk_flow=DOM), ou accepter la conversion"
        " approchée avec « gisement add io-table-total ».",
        en=f"{name} gives total flows, imports included: effects that leave the country would be counted in it. Load"
        " the table of domestic flows (Eurostat: stk_flow=DOM), or accept the approximate conversion with"
        " 'gisement add io-table-total'.",
    )


def unknown_layout(name: str) -> Trouble:
    """The refusal of a file that is no table of a known layout."""
    return Trouble(
        fr=f"{name} n'est pas un tableau entrées-sorties connu : donner un tableau symétrique d'Eurostat"
        " (naio_10_cp1700, naio_10_cp1750), FIGARO à plat, ou des lignes domestic_… et imported_…"
        " (voir docs/impact.md).",
        en=f"{name} is no known input-output table: give a symmetric table of Eurostat"
        " (naio_10_cp1700, naio_10_cp1750), flat FIGARO, or rows domestic_… and imported_… (see docs/impact.md).",
    )


def _number(cell: str) -> float:
    text = cell.strip().replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    text = re.sub(r"[a-z:]+$", "", text)  # flags of Eurostat
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        found = float(text) if text else 0.0
    except ValueError:
        return 0.0
    return found if np.isfinite(found) else 0.0
