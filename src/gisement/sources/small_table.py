"""Small tables that people keep in a spreadsheet: a CSV of any usual separator and encoding, read as texts."""

from __future__ import annotations

import csv
from pathlib import Path

from gisement.sources.published_file import plain
from gisement.terms import Trouble

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
    if "\x00" in text or not head.strip():
        raise Trouble(
            fr="Ce fichier n'est pas un CSV : l'enregistrer en CSV UTF-8, avec une ligne d'en-tête.",
            en="This file is no CSV: save it as UTF-8 CSV, with a header line.",
        )
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=max(DELIMITERS, key=head.count)))
    except csv.Error as error:
        raise Trouble(
            fr=f"Ce CSV est illisible ({error}) : l'enregistrer de nouveau en CSV UTF-8.",
            en=f"This CSV cannot be read ({error}): save it again as UTF-8 CSV.",
        ) from None
    header, *lines = [row for row in rows if any(cell.strip() for cell in row)]
    names = [plain(cell) for cell in header]
    return names, [dict(zip(names, [*line, *[""] * len(names)], strict=False)) for line in lines]
