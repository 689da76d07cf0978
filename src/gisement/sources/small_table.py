"""Small tables that people keep in a spreadsheet: a CSV of any usual separator and encoding, read as texts."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from gisement.sources.published_file import plain
from gisement.terms import Trouble
from gisement.terms.mishap import in_french

DELIMITERS = ";,\t"


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
    source: Path, names: Mapping[str, Sequence[str]], wanted: Sequence[str], template: str
) -> list[dict[str, str]]:
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
    return [{column: line.get(name, "").strip() for column, name in found.items()} for line in lines]
