"""XLSX, XLS and ODS workbooks as lines of text, in the place where a spreadsheet program shows them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import python_calamine as calamine

from gisement.sources.workbooks import open_workbook, workbook_told
from gisement.terms import Trouble, one_line

Merged = tuple[tuple[int, int], tuple[int, int]]
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of XLSX and ODS (zip), and of XLS."""


def is_workbook(path: Path) -> bool:
    """Whether the first bytes are those of a workbook."""
    with path.open("rb") as file:
        return file.read(4) in _WORKBOOKS


class Workbook:
    """One sheet of a workbook: the one asked for, or else the visible one with most lines."""

    def __init__(self, path: Path, name: str, sheet: str | None = None) -> None:
        self._name = name
        self._book = open_workbook(path, name)
        with workbook_told(name):
            self.sheets = tuple(self._book.sheet_names)
            self.sheet = self._chosen(name, sheet)
            self._cells = self._book.get_sheet_by_name(self.sheet)

    @property
    def merged(self) -> tuple[Merged, ...]:
        """Ranges of merged cells, from 0: ((line, column), (line, column)). Not known for ODS."""
        return tuple(self._cells.merged_cell_ranges or ())

    def rows(self, decimal: str) -> Iterator[tuple[int, list[str]]]:
        """The number of each line, from 1, and its cells as text, blank lines included."""
        # The blank lines on top are given, the blank columns on the left are not.
        left = [""] * (self._cells.start or (0, 0))[1]
        with workbook_told(self._name):
            for number, row in enumerate(self._cells.iter_rows(), start=1):
                # most cells are texts: to ask of each what it is takes as long as all the rest
                yield number, left + [c if type(c) is str else cell_text(c, decimal) for c in row]

    def _chosen(self, name: str, sheet: str | None) -> str:
        if sheet is not None:
            if sheet not in self.sheets:
                known = ", ".join(self.sheets)
                raise Trouble(
                    fr=f"{name} n'a pas de feuille « {one_line(sheet)} » : choisir parmi {one_line(known)}.",
                    en=f"{name} has no sheet '{one_line(sheet)}': choose among {one_line(known)}.",
                )
            return sheet
        visible = [
            one.name for one in self._book.sheets_metadata if one.visible == calamine.SheetVisibleEnum.Visible
        ] or list(self.sheets)
        heights = {one: self._book.get_sheet_by_name(one).height for one in visible}
        if not any(heights.values()):
            raise Trouble(
                fr=f"{name} n'a que des feuilles vides.",
                en=f"{name} has empty sheets only.",
            )
        return max(visible, key=lambda one: heights[one])


def cell_text(cell: Any, decimal: str) -> str:
    """A cell as an export would write it: whole numbers without `.0`, fractions with the decimal sign, ISO dates."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, int | float):
        return _number_text(float(cell), decimal)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, datetime.date | datetime.time) else str(cell)


def _number_text(value: float, decimal: str) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    # 15 digits: what a spreadsheet keeps; 1234.5600000000001 is the 1234.56 that was typed.
    shown = format(value, ".15g")
    if "e" in shown:
        shown = format(value, ".6f")
    return shown.replace(".", decimal)
