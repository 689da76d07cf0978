"""An export as numbered lines of cells, whatever its file: CSV in any encoding, XLSX, XLS or ODS."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import python_calamine as calamine

from gisement.sources.ledger.mapping import LedgerMapping
from gisement.sources.text_file import Encoding, as_utf8, delimiter, detect, records
from gisement.sources.workbooks import open_workbook, workbook_told
from gisement.terms import Trouble, one_line

HEAD: Final = 40
"""Lines among which the header is looked for."""
_SAMPLE: Final = 1 << 16
_MIXED_CODEC: Final = "utf-8"


class Row(NamedTuple):
    """One line: its number in the file, its cells, and why they could not be told apart (None if they were)."""

    number: int
    cells: list[str]
    reason: str | None = None


@dataclass
class Opened:
    """An export that can be read line by line. `utf8_lines` and `cp1252_lines` count lines beyond ASCII."""

    name: str
    kind: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    merged: tuple[Merged, ...] = ()
    utf8_lines: int = 0
    cp1252_lines: int = 0
    text: Path | None = None
    mark: int = 0
    book: Workbook | None = None

    def rows(self, decimal: str = ",", width: int | None = None) -> Iterator[Row]:
        """Every line. With a `width`, a line of a text file that has another number of cells says so."""
        if self.book is not None:
            yield from (Row(number, cells) for number, cells in self.book.rows(decimal))
        elif self.text is not None:
            lines = records(self.text, self.mark, self.delimiter, width=width)
            yield from (Row(number, line.cells, line.reason) for number, line in enumerate(lines, start=1))

    def head(self, decimal: str = ",") -> list[Row]:
        """The first lines."""
        return list(islice(self.rows(decimal), HEAD))


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gisement-") as folder:
        yield Path(folder)


def open_export(path: Path, mapping: LedgerMapping, workdir: Path, name: str | None = None) -> Opened:
    """Open an export as `mapping` says, and as its own bytes say where the mapping is silent.

    A text that is not UTF-8 is copied in UTF-8 into `workdir`. Raises Trouble if it is no table.
    """
    shown = name or path.name
    if path.is_dir():
        raise Trouble(
            fr=f"{path} est un dossier : donner le fichier du grand livre.",
            en=f"{path} is a folder: give the file of the ledger.",
        )
    if not path.is_file():
        raise Trouble(
            fr=f"{path} n'existe pas : vérifier le chemin du fichier.",
            en=f"{path} does not exist: check the path of the file.",
        )
    if is_workbook(path):
        book = Workbook(path, shown, mapping.sheet)
        return Opened(shown, "workbook", sheet=book.sheet, sheets=book.sheets, merged=book.merged, book=book)
    return _open_text(path, mapping, workdir, shown)


def _open_text(path: Path, mapping: LedgerMapping, workdir: Path, name: str) -> Opened:
    marked = detect(path)
    utf8, cp1252 = _lines_by_encoding(path)
    encoding = mapping.encoding or _encoding(marked, utf8, cp1252)
    if encoding == "mixed":
        text, mark = _unmixed(path, workdir / "utf8.csv"), 0
    else:
        used = marked if marked.mark or encoding == "utf-16" else Encoding(encoding)
        text, mark = as_utf8(path, used, workdir / "utf8.csv"), used.mark
        mark = mark if text == path else 0
    with text.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        sample = file.read(_SAMPLE)
    if "\0" in sample or not sample.strip():
        raise Trouble(
            fr=f"{name} n'est pas un tableau : donner un export .csv, .xlsx ou .ods.",
            en=f"{name} is no table: give a .csv, .xlsx or .ods export.",
        )
    sign = mapping.delimiter or _delimiter(sample)
    return Opened(name, "csv", encoding, sign, utf8_lines=utf8, cp1252_lines=cp1252, text=text, mark=mark)


def _delimiter(sample: str) -> str:
    """The sign that cuts the lines into most cells; a title alone on the first line does not decide."""
    lines = sample.splitlines()[:HEAD]
    votes = [delimiter(line) for line in lines if len(line) > 1]
    counted = {sign: sum(line.count(sign) for line in lines if delimiter(line) == sign) for sign in set(votes)}
    return max(sorted(counted), key=lambda sign: counted[sign], default=",")


def _encoding(marked: Encoding, utf8: int, cp1252: int) -> str:
    if marked.name.startswith("utf-16"):
        return "utf-16"
    if marked.mark or not cp1252:
        return "utf-8"
    return "mixed" if utf8 else "cp1252"


def _lines_by_encoding(path: Path) -> tuple[int, int]:
    """Lines beyond ASCII that are UTF-8, and those that are not."""
    utf8 = cp1252 = 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                is_right = _decoded(line) is not None
                utf8, cp1252 = utf8 + is_right, cp1252 + (not is_right)
    return utf8, cp1252


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode(_MIXED_CODEC)
    except UnicodeDecodeError:
        return None


def _unmixed(path: Path, target: Path) -> Path:
    """A copy in UTF-8, each line read in the encoding that it is in."""
    with path.open("rb") as lines, target.open("w", encoding="utf-8", newline="") as out:
        for line in lines:
            found = _decoded(line)
            out.write(line.decode("cp1252", "replace") if found is None else found)
    return target


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
