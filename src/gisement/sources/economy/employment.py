"""Employment by activity: of a country (Eurostat, Insee by branch) or by commune (Insee FLORES), to `raw_employment`.

Read by its headers: one line per place and activity, or one line of a national table with an activity per column (in
thousands of persons, as Eurostat gives it).

Source: Insee, FLORES (GEO, ACTIVITY, TIME_PERIOD, OBS_VALUE); Eurostat, nama_10_a64_e. Headers to be checked against
the current files: none was at hand but Eurostat's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gisement.catalog.divisions import divisions
from gisement.sources.economy.reading import lines, year_of
from gisement.sources.published_file import plain
from gisement.sources.raw_rows import write_parquet
from gisement.terms import Reading, Trouble

_PLACE = ("codgeo", "geo", "communecode", "codecommune", "commune", "depcom")
_ACTIVITY = ("activity", "a88", "a38", "a17", "a21", "nacer2", "naf", "activitycode", "ape", "codeape", "branche")
_JOBS = (
    "jobs",
    "obsvalue",
    "obsvalueniveau",
    "effectif",
    "effectifs",
    "eff",
    "emplois",
    "nbsalaries",
    "effectifssalaries",
)
_YEAR = ("timeperiod", "annee", "year", "exercice")
_NATIONAL_ROWS = ("employment_total", "emp_dc", "thousand_persons", "emp")
_THOUSAND = 1000


def read_employment(path: Path, target: Path, name: str) -> Reading:
    """Write `raw_employment`: jobs by activity, and commune where the file is by commune.

    Lines without a known activity or a number are counted as unreadable. Raises Trouble if columns are missing.
    """
    content = lines(path, name)
    header = [plain(cell) for cell in content[0]] if content else []
    rows, unreadable = _national(content, name) if _is_national(content) else _by_line(header, content[1:], name)
    if not rows:
        raise _refused(name)
    write_parquet("raw_employment", rows, target)
    communes = len({row["commune_code"] for row in rows if row["commune_code"]})
    scope = f"{communes} communes" if communes else "le pays entier"
    return Reading(len(rows) + unreadable, unreadable, {"notes": [f"Emploi de {rows[0]['employment_year']}, {scope}."]})


def _is_national(content: Sequence[Sequence[str]]) -> bool:
    return len(content) > 1 and sum(bool(divisions(cell)) for cell in content[0][1:]) > 3


def _national(content: Sequence[Sequence[str]], name: str) -> tuple[list[dict[str, Any]], int]:
    """A table whose columns are activities: the row of employment, in thousands."""
    found = next((row for row in content[1:] if row[0].strip().lower() in _NATIONAL_ROWS), None)
    if found is None:
        raise _refused(name)
    year = year_of(name)
    cells = [(code.strip(), _number(cell)) for code, cell in zip(content[0][1:], found[1:], strict=False)]
    rows = [_row(None, code, jobs * _THOUSAND, year) for code, jobs in cells if jobs is not None and divisions(code)]
    return rows, len(cells) - len(rows)


def _by_line(header: Sequence[str], body: Sequence[Sequence[str]], name: str) -> tuple[list[dict[str, Any]], int]:
    places = {of: _place(header, words) for of, words in (
        ("place", _PLACE), ("activity", _ACTIVITY), ("jobs", _JOBS), ("year", _YEAR))}  # fmt: skip
    at_activity, at_jobs = places["activity"], places["jobs"]
    if at_activity is None or at_jobs is None:
        raise _refused(name)
    default = year_of(name) if places["year"] is None else 0
    rows, unreadable = [], 0
    for line in body:
        activity, jobs = _cell(line, at_activity), _number(_cell(line, at_jobs))
        year = _cell(line, places["year"])[:4]
        if jobs is None or jobs < 0 or not divisions(activity):
            unreadable += 1
            continue
        commune = _commune(_cell(line, places["place"]))
        rows.append(_row(commune, activity, jobs, int(year) if re.fullmatch("[0-9]{4}", year) else default))
    return rows, unreadable


def _row(commune: str | None, activity: str, jobs: float, year: int) -> dict[str, Any]:
    return {"commune_code": commune, "activity_code": activity, "jobs": jobs, "employment_year": year}


def _place(header: Sequence[str], words: Sequence[str]) -> int | None:
    return next((header.index(word) for word in words if word in header), None)


def _cell(line: Sequence[str], at: int | None) -> str:
    return line[at].strip() if at is not None and at < len(line) else ""


def _commune(text: str) -> str | None:
    """`2023-COM-86194`, `COM-86194`, `86194`; None of the whole country."""
    code = text.rpartition("-")[2].upper()
    return code if len(code) == 5 else None


def _number(text: str) -> float | None:
    try:
        found = float(text.replace(" ", "").replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _refused(name: str) -> Trouble:
    return Trouble(
        fr=f"{name} n'est pas un tableau d'emploi : nommer ses colonnes commune_code (si l'emploi est par commune),"
        " activity_code, jobs et year.",
        en=f"{name} is no employment table: name its columns commune_code (if employment is by commune), activity_code,"
        " jobs and year.",
    )
