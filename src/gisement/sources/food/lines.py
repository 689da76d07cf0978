"""Tables with a fixed header that people keep in a spreadsheet (CSV, XLSX, ODS): lines, numbers, months, words.

A line that cannot be read refuses the file, with its number, its column and what to write: half of a need, or of an
offer, would make a plan that nobody asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from gisement.catalog.food import ACCENTS
from gisement.sources.ledger.mapping import LedgerMapping
from gisement.sources.ledger.opening import open_export, scratch
from gisement.sources.published_file import plain
from gisement.terms import Trouble

MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
    "decembre",
)  # fmt: skip
TWO_READINGS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")


@dataclass(frozen=True)
class Line:
    """A line of a file: the file's name, its number there, its cells by column (empty where the column is absent)."""

    file: str
    number: int
    cells: Mapping[str, str]

    def wrong(self, column: str, fr: str, en: str) -> Trouble:
        """The refusal of a cell: which line and column, what it holds, what is wanted."""
        held = self.cells.get(column, "")
        return Trouble(
            fr=f"{self.file}, ligne {self.number}, colonne {column} : « {held} » n'est pas {fr} ; corriger la ligne et"
            " ajouter le fichier de nouveau.",
            en=f"{self.file}, line {self.number}, column {column}: '{held}' is not {en}; mend the line and add the file"
            " again.",
        )

    def text(self, column: str) -> str:
        """A text without which the line says nothing; raises Trouble where the cell is empty."""
        if not self.cells[column]:
            raise self.wrong(column, "renseigné", "filled")
        return self.cells[column]

    def number_of(self, column: str, *, most: float = 1e12) -> float:
        """A number from 0 to `most`; `1 234,5` and `1234.5` are one, `1,234` could be two.

        Raises Trouble for that, and for anything else.
        """
        tight = re.sub(r"[\s\u00a0\u202f€]", "", self.cells[column])
        if re.fullmatch(r"[0-9]+(\.[0-9]+)?", tight.replace(",", ".")) and not TWO_READINGS.fullmatch(tight):
            found = float(tight.replace(",", "."))
            if found <= most:
                return found
        raise self.wrong(column, "un nombre positif (écrire 1234.5)", "a positive number (write 1234.5)")

    def day(self, column: str) -> str | None:
        """A day as `2027-12-31` (also of `31/12/2027`), None where the cell is empty; otherwise raises Trouble."""
        held = self.cells[column]
        french = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", held)
        try:
            written = "-".join(reversed(french.groups())) if french else held[:10]
            return date.fromisoformat(written).isoformat() if held else None
        except ValueError:
            raise self.wrong(column, "une date (écrire 2027-12-31)", "a date (write 2027-12-31)") from None


@dataclass(frozen=True)
class Period:
    """A month (`2026-09`, or `09` of any year) or a week (`2026-W37`, `W37`), its month, its first day if dated.

    A week is of the month of its Thursday (ISO 8601); without a year, of a year that begins on a Monday.
    """

    period: str
    month: str
    first_day: str | None


def read_lines(
    path: Path, name: str, headers: Mapping[str, tuple[str, ...]], needed: Sequence[str], expected: str
) -> list[Line]:
    """The lines under the header, blank ones left out. Raises Trouble if a needed column is missing.

    `headers` has for each column those that name it, in comparable form (small letters and digits).
    """
    with scratch() as workdir:
        opened = open_export(path, LedgerMapping(), workdir, name)
        rows = [row for row in opened.rows(".") if any(cell.strip() for cell in row.cells)]
    known = [plain(cell) for cell in rows[0].cells] if rows else []
    at = {of: next((known.index(word) for word in words if word in known), None) for of, words in headers.items()}
    missing = [column for column in needed if at[column] is None]
    if missing:
        raise Trouble(
            fr=f"{name} n'a pas la colonne {', '.join(missing)} : l'en-tête attendu est {expected}.",
            en=f"{name} lacks the column {', '.join(missing)}: the expected header is {expected}.",
        )
    return [
        Line(name, row.number, {of: "" if place is None else _cell(row.cells, place) for of, place in at.items()})
        for row in rows[1:]
    ]


def _cell(cells: Sequence[str], place: int) -> str:
    return " ".join(cells[place].split()) if place < len(cells) else ""


def period_of(line: Line) -> Period:
    """The month or week of a line, from its columns `month`, `week` or `month|week`. Raises Trouble without one."""
    column = next((name for name in ("week", "month", "period") if line.cells.get(name)), "")
    if not column:
        raise line.wrong("month", "un mois ni une semaine", "a month or a week")
    found = _week(line.cells[column], bare=column == "week") or (None if column == "week" else _month(line, column))
    if found is None:
        raise line.wrong(
            column,
            "un mois ni une semaine (écrire 2027-01 ou 2027-W05)",
            "a month or a week (write 2027-01 or 2027-W05)",
        )
    return found


@lru_cache(1024)
def _week(text: str, *, bare: bool) -> Period | None:
    dated = re.fullmatch(r"([0-9]{4})-?[WwSs]([0-9]{1,2})", text)
    undated = re.fullmatch(r"[WwSs]([0-9]{1,2})" if not bare else r"[WwSs]?([0-9]{1,2})", text)
    try:
        if dated:
            year, week = int(dated[1]), int(dated[2])
            month = date.fromisocalendar(year, week, 4).strftime("%Y-%m")
            return Period(f"{year}-W{week:02}", month, date.fromisocalendar(year, week, 1).isoformat())
        if undated:
            # 2018 begins on a Monday; it has no week 53, whose Thursday would be in December's end all the same
            month = date.fromisocalendar(2018, min(int(undated[1]), 52), 4).strftime("%m")
            return Period(f"W{int(undated[1]):02}", month, None) if int(undated[1]) <= 53 else None
        if bare:
            year, week, _ = date.fromisoformat(text).isocalendar()
            return Period(f"{year}-W{week:02}", date.fromisocalendar(year, week, 4).strftime("%Y-%m"),
                          date.fromisocalendar(year, week, 1).isoformat())  # fmt: skip
    except ValueError:
        return None
    return None


def _month(line: Line, column: str) -> Period | None:
    text = line.cells[column].lower().translate(ACCENTS)
    if text in MONTHS:
        return Period(f"{MONTHS.index(text) + 1:02}", f"{MONTHS.index(text) + 1:02}", None)
    found = re.fullmatch(r"(?:(?P<year>[0-9]{4})-)?(?P<month>[0-9]{1,2})(?:-[0-9]{2})?", text)
    found = found or re.fullmatch(r"(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})", text)
    if found is None or not 1 <= int(found["month"]) <= 12:
        return None
    month = f"{int(found['month']):02}"
    if found["year"] is None:
        return Period(month, month, None)
    return Period(f"{found['year']}-{month}", f"{found['year']}-{month}", f"{found['year']}-{month}-01")
