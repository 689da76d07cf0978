"""Scenarios of the simulator, saved in a TOML file: a name, a title, one `[[lever]]` for each wish."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from gisement.catalog.segments import segments
from gisement.sources.raw_rows import write_parquet
from gisement.terms import Trouble
from gisement.terms.mishap import in_french
from gisement.terms.toml_text import parsed_toml

KINDS = ("local", "sme", "social", "environmental", "food", "pooling")
_NAME, _MOST = r"[a-z0-9][a-z0-9-]*", 100


def read_scenario(source: Path, target: Path, name: str = "") -> int:
    """Write `raw_lever` from one scenario; returns the number of levers. Raises Trouble with what is wrong."""
    try:
        told = parsed_toml(source.read_bytes().decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(f"TOML illisible ({in_french(error)})", f"TOML that cannot be read ({error})") from None
    scenario, levers = str(told.get("name", "")), told.get("lever")
    if not re.fullmatch(_NAME, scenario):
        raise _wrong("name : minuscules, chiffres et tirets", "name: small letters, digits and hyphens")
    if not isinstance(levers, list) or not levers:
        raise _wrong("la liste [[lever]] est vide ou absente", "the list [[lever]] is empty or absent")
    rows = [_row(number, each, scenario, str(told.get("title", "")) or None) for number, each in enumerate(levers, 1)]
    write_parquet("raw_lever", rows, target)
    return len(rows)


def _row(number: int, told: Any, name: str, title: str | None) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise _wrong(f"levier {number} : une table [[lever]]", f"lever {number}: a table [[lever]]")
    points, segment = told.get("points"), told.get("segment")
    if told.get("kind") not in KINDS:
        allowed = ", ".join(KINDS)
        raise _wrong(f"levier {number}, kind parmi {allowed}", f"lever {number}, kind among {allowed}")
    if not isinstance(segment, str) or segment not in segments():
        raise _wrong(
            f"levier {number}, segment : un nom de « gisement segments »",
            f"lever {number}, segment: a name of 'gisement segments'",
        )
    if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points <= _MOST:
        raise _wrong(f"levier {number}, points de 0 à 100", f"lever {number}, points from 0 to 100")
    return {
        "scenario_name": name, "scenario_title": title, "lever_kind": told["kind"], "segment": told["segment"],
        "lever_points": float(points),
    }  # fmt: skip


def _wrong(fr: str, en: str) -> Trouble:
    return Trouble(
        fr=f"Ce scénario ne se lit pas : {fr} ; partir de « gisement template scenario ».",
        en=f"This scenario cannot be read: {en}; start from 'gisement template scenario'.",
    )
