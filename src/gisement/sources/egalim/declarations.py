"""Campaigns of yearly declarations that ma cantine publishes, one line per canteen, to `raw_food_declaration`.

Source: data.gouv.fr, "Résultats de campagnes de télédéclaration" of the Ministry of agriculture.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any, Final

from gisement.sources.raw_rows import write_parquet
from gisement.terms import Reading, Trouble

COLUMNS: Final = {
    "declaration_id": "id", "canteen_siret": "canteen_siret", "commune_code": "canteen_city_insee_code",
    "epci_code": "canteen_epci", "department_code": "canteen_department", "region_code": "canteen_region",
    "canteen_sectors": "canteen_sector_list",
}  # fmt: skip
RATIOS: Final = {
    "organic_ratio": "teledeclaration_ratio_bio", "other_ratio": "teledeclaration_ratio_egalim_hors_bio",
}  # fmt: skip


def read_declarations(path: Path, target: Path, name: str) -> Reading:
    """Write `raw_food_declaration`; a ratio outside 0 to 1 is left unknown and its line counted as unreadable.

    Raises Trouble where the file lacks a column of the campaigns.
    """
    with path.open(encoding="utf-8-sig", newline="") as text:
        lines = csv.DictReader(text)
        missing = [column for column in (*COLUMNS.values(), *RATIOS.values(), "year")
                   if column not in (lines.fieldnames or ())]  # fmt: skip
        if missing:
            raise Trouble(
                fr=f"{name} n'a pas la colonne {', '.join(missing)} : prendre le fichier CSV d'une campagne de"
                " télédéclaration de ma cantine, tel que publié.",
                en=f"{name} lacks the column {', '.join(missing)}: take the CSV file of a campaign of declarations of"
                " ma cantine, as published.",
            )
        rows = [_row(line) for line in lines]
    write_parquet("raw_food_declaration", rows, target)
    return Reading(len(rows), sum(any(row[ratio] is None for ratio in RATIOS) for row in rows))


def _row(line: dict[str, Any]) -> dict[str, Any]:
    year = line["year"] or ""
    ratios = {column: _ratio(line[published]) for column, published in RATIOS.items()}
    if sum(value or 0.0 for value in ratios.values()) > 1 + 1e-9:
        ratios = dict.fromkeys(ratios)
    texts = {column: (line[published] or "").strip() or None for column, published in COLUMNS.items()}
    return {**texts, "declaration_year": int(year) if re.fullmatch(r"20[0-9]{2}", year) else None, **ratios}


def _ratio(text: str | None) -> float | None:
    held = (text or "").strip()
    return float(held) if re.fullmatch(r"0(\.[0-9]+)?|1(\.0+)?", held) else None
