"""Corrections made by hand, read from a CSV with a fixed header."""

from __future__ import annotations

import csv
from pathlib import Path

from gisement.sources.raw_rows import write_parquet
from gisement.terms import Trouble
from gisement.terms.mishap import in_french

HEADER = ("table", "key", "column", "old_value", "new_value", "reason", "author", "date")


def read_corrections(source: Path, target: Path, name: str = "") -> int:
    """Write `raw_correction` from a CSV of that header; returns the number of corrections.

    Raises Trouble if a column is missing or the file is no text.
    """
    rows = [{column: row[column] or None for column in HEADER} for row in _rows(source)]
    write_parquet("raw_correction", rows, target)
    return len(rows)


def _rows(source: Path) -> list[dict[str, str]]:
    try:
        with source.open(encoding="utf-8-sig", newline="") as lines:
            sample = lines.read(4096)
            lines.seek(0)
            delimiter = ";" if sample.split("\n", 1)[0].count(";") > sample.split("\n", 1)[0].count(",") else ","
            reader = csv.DictReader(lines, delimiter=delimiter)
            missing = [column for column in HEADER if column not in (reader.fieldnames or ())]
            if missing:
                raise Trouble(
                    fr=f"Le fichier de corrections n'a pas la colonne {', '.join(missing)} : "
                    f"l'en-tête attendu est {','.join(HEADER)}.",
                    en=f"The corrections file lacks the column {', '.join(missing)}: "
                    f"the expected header is {','.join(HEADER)}.",
                )
            return list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Trouble(
            fr=f"Le fichier de corrections est illisible ({in_french(error)}) : l'enregistrer en CSV UTF-8.",
            en=f"The corrections file cannot be read ({error}): save it as UTF-8 CSV.",
        ) from None
