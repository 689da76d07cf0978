"""Small tables that people keep in a spreadsheet: a CSV of any usual separator and encoding, read as texts."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from gisement.sources.published_file import plain
from gisement.terms import Trouble
from gisement.terms.mishap import in_french

DELIMITERS = ";,\t"
SIRET_OR_SIREN = re.compile(r"[0-9]{9}|[0-9]{14}")


@dataclass(frozen=True)
class Line:
    """A line of such a table: what its file is called in a refusal (`of`: French, English), its number, its cells."""

    of: tuple[str, str]
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The text of a cell."""
        return self.cells[column]

    def wrong(self, value: str, fr: str, en: str) -> Trouble:
        """The refusal of a value, which is not what French and English words say."""
        return Trouble(
            fr=f"Ligne {self.number} {self.of[0]} : « {value} » n'est pas {fr} ; la corriger et ajouter le fichier.",
            en=f"Line {self.number} of {self.of[1]}: '{value}' is not {en}; mend it and add the file.",
        )

    def filled(self, column: str, fr: str, en: str) -> str:
        """The text of a cell. Raises Trouble where it is empty."""
        if not self.cells[column]:
            raise self.wrong("", fr, en)
        return self.cells[column]

    def buyer(self) -> str:
        """The SIRET or SIREN in the column `buyer`. Raises Trouble where there is none."""
        found = re.sub(r"[\s.]", "", self.cells["buyer"])
        if not SIRET_OR_SIREN.fullmatch(found):
            raise self.wrong(self.cells["buyer"], "un SIRET ni un SIREN d'acheteur", "a buyer's SIRET or SIREN")
        return found

    def decimal(self, column: str, most: int, fr: str, en: str, *, units: str = "€") -> Decimal | None:
        """`1 200,50` as a number from 0 to `most`, whatever unit it bears; None where nothing is written.

        Raises Trouble for anything else.
        """
        text = self.cells[column]
        tight = re.sub(rf"[\s\u00a0\u202f{units}]", "", text).replace(",", ".")
        if not tight:
            return None
        try:
            value = Decimal(tight)
        except InvalidOperation:
            value = Decimal(-1)
        if not value.is_finite() or not 0 <= value <= most:
            raise self.wrong(text, fr, en)
        return value


def folded(text: str) -> str:
    """A text in small letters without accents."""
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def read_small_table(source: Path) -> tuple[list[str], list[dict[str, str]]]:
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


def read_columns(
    source: Path, names: Mapping[str, Sequence[str]], wanted: Sequence[str], template: str, of: tuple[str, str]
) -> list[Line]:
    """The cells of each line by column, whichever of its `names` the header has; empty where it has none.

    Raises Trouble if a `wanted` column is missing, with the template to start from.
    """
    header, lines = read_small_table(source)
    found = {column: next((name for name in known if name in header), "") for column, known in names.items()}
    missing = [column for column in wanted if not found[column]]
    if missing:
        raise Trouble(
            fr=f"Il manque la colonne {names[missing[0]][1]} : prendre le modèle de « gisement template {template} ».",
            en=f"The column {missing[0]} is missing: take the model of 'gisement template {template}'.",
        )
    cells = [{column: line.get(name, "").strip() for column, name in found.items()} for line in lines]
    return [Line(of, number, line) for number, line in enumerate(cells, 2)]
