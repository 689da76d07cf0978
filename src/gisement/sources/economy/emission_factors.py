"""Monetary emission factors by segment or NACRES code, with their uncertainty, to `raw_emission_factor`.

A factor is kg of CO2 equivalent per euro spent, of a price year. It tells how much a kind of purchase emits on average;
it cannot show that one supplier is greener than another.

Source: layout of Labos 1point5, GES 1point5 (subsubcategory, total, uncertainty, year); own layout (segment, …).
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from gisement.catalog.segments import segment_evidence, segments
from gisement.sources.economy.reading import lines
from gisement.sources.published_file import plain
from gisement.sources.raw_rows import write_parquet
from gisement.terms import Reading, Trouble

_COLUMNS = {
    "code": ("segment", "segmentid", "subsubcategory", "nacres", "codenacres"),
    "factor": ("kgpereuro", "total", "facteur", "kgco2eeuro"),
    "uncertainty": ("uncertaintypct", "uncertainty", "incertitude"),
    "year": ("priceyear", "year", "annee"),
}


def read_emission_factors(path: Path, target: Path, name: str) -> Reading:
    """Write `raw_emission_factor`; lines whose code leads to no segment, or without a number, count as unreadable.

    A factor of 0 says that the source has none: it is left out. An uncertainty up to 5 is a fraction, else percent.
    Raises Trouble where columns are missing.
    """
    header, *body = lines(path, name) or [[]]
    known = [plain(cell) for cell in header]
    at = {of: next((known.index(word) for word in words if word in known), None) for of, words in _COLUMNS.items()}
    missing = [of for of, place in at.items() if place is None]
    if missing:
        raise Trouble(
            fr=f"{name} n'a pas les colonnes de facteurs d'émission : donner segment, kg_per_euro, uncertainty_pct et"
            " price_year.",
            en=f"{name} lacks columns of emission factors: give segment, kg_per_euro, uncertainty_pct and price_year.",
        )
    prefixes = _nacres()
    told = ({of: [*line, *[""] * len(header)][place or 0] for of, place in at.items()} for line in body)
    rows = [row for cells in told if (row := _row(cells, prefixes))]
    if not rows:
        raise Trouble(
            fr=f"{name} ne contient aucun facteur d'un segment connu (voir « gisement segments »).",
            en=f"{name} holds no factor of a known segment (see 'gisement segments').",
        )
    write_parquet("raw_emission_factor", rows, target)
    return Reading(len(body), len(body) - len(rows))


def _row(cells: dict[str, str], prefixes: dict[str, str]) -> dict[str, Any] | None:
    segment = _segment(cells["code"].strip(), prefixes)
    try:
        factor, uncertainty = float(cells["factor"]), float(cells["uncertainty"])
        year = int(cells["year"][:4])
    except ValueError:
        return None
    if segment is None or not (0 < factor < math.inf and 0 <= uncertainty < math.inf):
        return None
    percent = uncertainty * 100 if uncertainty <= 5 else uncertainty
    return {"segment": segment, "kg_per_euro": factor, "uncertainty_pct": percent, "price_year": year}


def _segment(code: str, prefixes: dict[str, str]) -> str | None:
    if code in segments():
        return code
    bare = code.replace(".", "").upper()
    return next((prefixes[bare[:size]] for size in range(len(bare), 0, -1) if bare[:size] in prefixes), None)


def _nacres() -> dict[str, str]:
    return {row["prefix"]: row["segment"] for row in segment_evidence() if row["evidence"] == "nacres"}
