"""The file by which a partner's protected tables travel: one CSV that a person can read before it leaves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gisement.catalog import tables
from gisement.catalog.public_tables import public_tables
from gisement.publish import format
from gisement.publish.answers import safe
from gisement.terms import Trouble

NUMBERS = ("int8", "int64")
EUROS = "shown_eur"
"""The amount in the file, in whole euros; empty where it is not shown."""


def columns() -> list[str]:
    """The header of the file: the columns of `public_payment`, the amount in euros."""
    return [EUROS if name == "shown_cents" else name for name in tables()["public_payment"].schema]


def written(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as the text of a CSV: a header, then a line per public cell, in whole euros (cents are rounded before).

    An amount that is not shown is empty, never 0.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns())
    for row in rows:
        cents = row["shown_cents"]
        values = {**row, EUROS: "" if cents is None else cents // 100}
        writer.writerow(["" if values[name] is None else safe(values[name]) for name in columns()])
    return buffer.getvalue()


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of such a file. Raises Trouble, with the line, if it is not one."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Trouble(
            fr=f"{path} ne se lit pas : donner un fichier écrit par « gisement share ».",
            en=f"{path} cannot be read: give a file written by 'gisement share'.",
        ) from None
    lines = csv.DictReader(io.StringIO(text))
    if list(lines.fieldnames or ()) != columns():
        raise Trouble(
            fr=f"{path} n'est pas un fichier de « gisement share » : l'en-tête attendu est {','.join(columns())}.",
            en=f"{path} is no file of 'gisement share': the expected header is {','.join(columns())}.",
        )
    return [_row(path, number, line) for number, line in enumerate(lines, 2)]


def account(rows: Sequence[Mapping[str, Any]], language: str = "fr") -> list[tuple[str, str, str]]:
    """What leaves, table by table: its name, sums shown, sums not shown."""
    found = []
    for table in public_tables().values():
        of_table = [row["shown_cents"] is not None for row in rows if row["public_table"] == table.name]
        if table.offered:
            shown, hidden = (format.number(of_table.count(is_shown), language=language) for is_shown in (True, False))
            found.append((table.title(language), shown, hidden))
    return found


def _row(path: Path, number: int, line: Mapping[str, str | None]) -> dict[str, Any]:
    schema = tables()["public_payment"].schema
    try:
        row: dict[str, Any] = {
            name: int(line[name] or "") if kind in NUMBERS and line[name] else line[name] or None
            for name, kind in schema.items()
            if name != "shown_cents"
        }
        row["shown_cents"] = int(line[EUROS] or "") * 100 if line[EUROS] else None
        is_known = public_tables()[str(row["public_table"])].offered and row["year"] is not None
    except (KeyError, TypeError, ValueError):
        is_known = False
    if not is_known:
        raise Trouble(
            fr=f"{path}, ligne {number} : ce n'est pas une somme publiée ; redemander le fichier à son auteur.",
            en=f"{path}, line {number}: this is no published sum; ask its author for the file again.",
        )
    return row
