"""Objectives that partners set themselves: a TOML file, one `[[target]]` for each indicator, perimeter and year."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import Any

from gisement.indicators import INDICATORS
from gisement.sources.raw_rows import write_parquet
from gisement.terms import Reading, Trouble, one_line
from gisement.terms.mishap import in_french
from gisement.terms.toml_text import parsed_toml

AT_LEAST, AT_MOST = "at_least", "at_most"
FIELDS = (
    "name", "title", "indicator", "where", "year", "value", "direction", "partners", "responsible", "reference",
)  # fmt: skip
_NAME, _BUYER, _PERCENT = r"[a-z0-9][a-z0-9-]*", r"\d{9}|\d{14}", re.compile(r"([\d.,]+)\s*%")
LAW = (
    "Un objectif porte sur l'endroit où va l'argent : il mesure un résultat, et ne peut jamais être un critère "
    "d'attribution (code de la commande publique, art. L2152-7 et L2112-2) ; les leviers licites : « gisement "
    "cooperate simulate », page /simulator."
)
"""What is said as such an objective comes in."""
_YEARS, _WHOLE = range(2000, 2100), 100


def read_targets(source: Path, target: Path, name: str = "") -> Reading:
    """Write `raw_target`; returns the number of objectives, and what the law says where one is on the place of firms.

    A share is written in percent (`value = 25` or `"25 %"`) and kept as a fraction; other values are in the unit of the
    indicator. Raises Trouble with the objective and the field that cannot be read.
    """
    try:
        told = parsed_toml(source.read_bytes().decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Trouble(
            fr=f"Ce fichier d'objectifs n'est pas un TOML lisible ({in_french(error)}) : partir de « gisement "
            "template target ».",
            en=f"This file of targets is no TOML that can be read ({error}): start from 'gisement template target'.",
        ) from None
    entries = told.get("target")
    if not isinstance(entries, list) or not entries:
        raise _wrong(0, "target", "la liste [[target]] est vide ou absente", "the list [[target]] is empty or absent")
    rows = [_row(number, entry) for number, entry in enumerate(entries, 1)]
    write_parquet("raw_target", rows, target)
    return Reading(len(rows), details={"notes": [LAW]} if any(map(_is_of_place, rows)) else {})


def _is_of_place(row: dict[str, Any]) -> bool:
    options = next(each.options for each in INDICATORS if each.name == row["indicator_name"])
    return any(option.name in ("place", "ring", "area") for option in options)


def _row(number: int, entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise _wrong(number, "target", "une table [[target]]", "a table [[target]]")
    strange = sorted(set(entry) - set(FIELDS))
    if strange:
        allowed = ", ".join(FIELDS)
        raise _wrong(number, strange[0], f"champ inconnu (champs : {allowed})", f"unknown field (fields: {allowed})")
    indicators = {indicator.name: indicator for indicator in INDICATORS}
    name, indicator = str(entry.get("name", "")), indicators.get(str(entry.get("indicator", "")))
    if not re.fullmatch(_NAME, name):
        raise _wrong(number, "name", "des minuscules, chiffres et tirets", "small letters, digits and hyphens")
    if indicator is None:
        raise _wrong(number, "indicator", "un indicateur de « gisement indicators »", "one of 'gisement indicators'")
    year, direction = entry.get("year"), entry.get("direction", AT_LEAST)
    if not isinstance(year, int) or year not in _YEARS:
        raise _wrong(number, "year", "une année", "a year")
    if direction not in (AT_LEAST, AT_MOST):
        raise _wrong(number, "direction", "at_least ou at_most", "at_least or at_most")
    return {
        "position": number,
        "target_name": name,
        "target_title": str(entry.get("title", "")) or None,
        "indicator_name": indicator.name,
        "perimeter": "\n".join(_pairs(number, entry.get("where", []))),
        "target_year": year,
        "target_value": _value(number, entry.get("value"), is_share=indicator.unit.name == "percent"),
        "direction": direction,
        "partners": " ".join(_partners(number, entry.get("partners", []))),
        "responsible_role": str(entry.get("responsible", "")) or None,
        "target_reference": str(entry.get("reference", "")) or None,
    }


def _value(number: int, given: Any, *, is_share: bool) -> float:
    """The value in the unit of its indicator: a fraction for a share."""
    text = _PERCENT.fullmatch(given.strip()) if isinstance(given, str) else None
    try:
        if isinstance(given, bool) or given is None or (isinstance(given, str) and not (text and is_share)):
            raise ValueError(given)
        value = float(text[1].replace(",", ".") if text else given)
    except (ValueError, TypeError, OverflowError):  # a date, a list, a number that no computer holds
        value = -1.0
    if not 0 <= value < math.inf or (is_share and value > _WHOLE):
        raise _wrong(number, "value", "un nombre (de 0 à 100 pour une part)", "a number (from 0 to 100 for a share)")
    return value / _WHOLE if is_share else value


def _pairs(number: int, given: Any) -> list[str]:
    pairs = given if isinstance(given, list) else [given]
    if not all(isinstance(pair, str) and re.fullmatch(r"\w+=.+", pair) for pair in pairs):
        raise _wrong(number, "where", 'une liste de textes "clé=valeur"', 'a list of texts "key=value"')
    if any(pair.startswith("year=") for pair in pairs):
        raise _wrong(number, "where", "sans l'année, qui a son champ", "without the year, which has its field")
    return sorted(pairs)


def _partners(number: int, given: Any) -> list[str]:
    found = [re.sub(r"\s", "", str(each)) for each in (given if isinstance(given, list) else [given])]
    if not all(re.fullmatch(_BUYER, each) for each in found):
        raise _wrong(number, "partners", "une liste de SIREN ou SIRET", "a list of SIREN or SIRET")
    return [each[:9] for each in found]


def _wrong(number: int, field: str, fr: str, en: str) -> Trouble:
    told = one_line(field)
    return Trouble(
        fr=f"Objectif {number}, champ « {told} » : {fr} est attendu ; corriger le fichier et l'ajouter de nouveau.",
        en=f"Target {number}, field '{told}': {en} is expected; mend the file and add it again.",
    )
