"""Small tables that people keep in a spreadsheet: a CSV of any usual separator and encoding, declared column by column.

`SmallTable` says the columns, what heads each, how its cells are read; a cell that cannot be refuses the file, since
half of a table would be a false one.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from gisement.sources.published_file import plain
from gisement.sources.raw_rows import write_parquet
from gisement.terms import Reading, Trouble
from gisement.terms.mishap import in_french

DELIMITERS = ";,\t"
SIRET_OR_SIREN = re.compile(r"[0-9]{9}|[0-9]{14}")


@dataclass(frozen=True)
class Cell:
    """A cell of such a table: its text, and the line that it is in."""

    text: str
    of: tuple[str, str]
    line: int

    def wrong(self, fr: str, en: str) -> Trouble:
        """The refusal of the cell, which is not what French and English words say."""
        return Trouble(
            fr=f"Ligne {self.line} {self.of[0]} : « {self.text} » n'est pas {fr} ; la corriger et ajouter le fichier.",
            en=f"Line {self.line} of {self.of[1]}: '{self.text}' is not {en}; mend it and add the file.",
        )


Read = Callable[[Cell], Any]


@dataclass(frozen=True)
class Column:
    """A column: its name in the raw table, its names in files (English, French, others), how a cell is read.

    Names are compared in small letters and digits. A file without a column that `is_wanted` is refused.
    """

    name: str
    headers: tuple[str, ...]
    read: Read
    is_wanted: bool = False


@dataclass(frozen=True)
class SmallTable:
    """The reader of small files into a raw table: `of` is what a file is called in a refusal (French, English).

    A file that lacks a column is refused with a word on the template of this kind of file, or as `lacks` says (French,
    English; `{column}` is the one that is missing, `{found}` those that are there). A line without a value in one of
    the columns `skips_without` is left out and counted as unreadable.
    """

    raw: str
    kind: str
    of: tuple[str, str]
    columns: Sequence[Column]
    lacks: tuple[str, str] = ("", "")
    skips_without: tuple[str, ...] = ()

    def __call__(self, source: Path, target: Path, name: str = "") -> Reading:
        """Write the raw table, one row per line.

        Raises Trouble if a column is missing, or, with its line, at the first cell that cannot be read.
        """
        header, lines = read_small_table(source)
        found = {column.name: first_of(column.headers, header) for column in self.columns}
        for column in self.columns:
            if column.is_wanted and not found[column.name]:
                raise self._lacks(column, header)
        rows = [
            {"position": number - 1}
            | {c.name: c.read(Cell(line.get(found[c.name], "").strip(), self.of, number)) for c in self.columns}
            for number, line in enumerate(lines, 2)
        ]
        kept = [row for row in rows if all(row[name] for name in self.skips_without)]
        write_parquet(self.raw, kept, target)
        return Reading(len(rows), len(rows) - len(kept))

    def _lacks(self, column: Column, header: Sequence[str]) -> Trouble:
        fr = self.lacks[0] or "Il manque la colonne {column} : prendre le modèle de « gisement template {kind} »."
        en = self.lacks[1] or "The column {column} is missing: take the model of 'gisement template {kind}'."
        found = ", ".join(header)
        return Trouble(
            fr=fr.format(column=column.headers[1], kind=self.kind, found=found or "aucune"),
            en=en.format(column=column.headers[0], kind=self.kind, found=found or "none"),
        )


def words(cell: Cell) -> str | None:
    """A text, or None where nothing is written."""
    return cell.text or None


@dataclass(frozen=True)
class Filled:
    """A text that must be there; in French and English, what it is."""

    fr: str
    en: str

    def __call__(self, cell: Cell) -> str:
        """The text. Raises Trouble where it is empty."""
        if not cell.text:
            raise cell.wrong(self.fr, self.en)
        return cell.text


@dataclass(frozen=True)
class Among:
    """A text among those that `allowed` gives; in French and English, what they are."""

    allowed: Callable[[], Container[str]]
    fr: str
    en: str

    def __call__(self, cell: Cell) -> str:
        """The text. Raises Trouble where it is none of them."""
        if cell.text not in self.allowed():
            raise cell.wrong(self.fr, self.en)
        return cell.text


@dataclass(frozen=True)
class Whole:
    """A whole number whose digits are of this shape; in French and English, what it is."""

    shape: str
    fr: str
    en: str

    def __call__(self, cell: Cell) -> int | None:
        """The number; None where nothing is written and the shape allows it. Raises Trouble for anything else."""
        if not re.fullmatch(self.shape, cell.text):
            raise cell.wrong(self.fr, self.en)
        return int(cell.text) if cell.text else None


@dataclass(frozen=True)
class Number:
    """A number from 0 to `most`, written `1 200,50` with any of the letters of its `units`; what it is, in words.

    With `times`, it is kept so many times and rounded (euros as cents).
    """

    most: int
    fr: str
    en: str
    times: int | None = None
    units: str = "€"

    def __call__(self, cell: Cell) -> float | None:
        """The number; None where nothing is written. Raises Trouble for anything else."""
        tight = re.sub(rf"[\s\u00a0\u202f{self.units}]", "", cell.text).replace(",", ".")
        if not tight:
            return None
        try:
            value = Decimal(tight)
        except InvalidOperation:
            value = Decimal(-1)
        if not value.is_finite() or not 0 <= value <= self.most:
            raise cell.wrong(self.fr, self.en)
        return round(value * self.times) if self.times else float(value)


def buyer(cell: Cell) -> str:
    """The SIRET or SIREN of a buyer."""
    found = re.sub(r"[\s.]", "", cell.text)
    if not SIRET_OR_SIREN.fullmatch(found):
        raise cell.wrong("un SIRET ni un SIREN d'acheteur", "a buyer's SIRET or SIREN")
    return found


def folded(text: str) -> str:
    """A text in small letters without accents."""
    parted = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in parted if not unicodedata.combining(letter))


def first_of(names: Sequence[str], header: Sequence[str]) -> str:
    """The first of these names that a header has; empty where it has none."""
    return next((word for name in names if (word := plain(name)) in header), "")


def read_small_table(source: Path) -> tuple[list[str], list[Mapping[str, str]]]:
    """The header (in comparable form: small letters and digits) and the lines that are not empty, as texts.

    Raises Trouble if the file is no text, or has no header.
    """
    content = source.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    head = text.lstrip("\n\r").partition("\n")[0]
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=max(DELIMITERS, key=head.count)))
    except csv.Error as error:
        raise Trouble(
            fr=f"Ce CSV est illisible ({in_french(error)}) : l'enregistrer de nouveau en CSV UTF-8.",
            en=f"This CSV cannot be read ({error}): save it again as UTF-8 CSV.",
        ) from None
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if "\x00" in text or not filled:
        raise Trouble(
            fr="Ce fichier n'est pas un CSV : l'enregistrer en CSV UTF-8, avec une ligne d'en-tête.",
            en="This file is no CSV: save it as UTF-8 CSV, with a header line.",
        )
    header, *lines = filled
    names = [plain(cell) for cell in header]
    return names, [dict(zip(names, [*line, *[""] * len(names)], strict=False)) for line in lines]
