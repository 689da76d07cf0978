"""Objectives that come in: their keys are those of their indicator, and no other file told the same ones."""

from __future__ import annotations

from typing import Any

from gisement.engine.query import BUYER_SETS, BUYERS, column_of
from gisement.indicators import INDICATORS
from gisement.store import database
from gisement.store.workspace import Workspace
from gisement.terms import Indicator, Snapshot, Trouble

TWO_BASES, CONTRACT = "purchase", "contract"
_COLUMNS = ("snapshot", "target_name", "target_year", "indicator_name", "perimeter", "partners")


def check_objectives(workspace: Workspace, snapshot: Snapshot) -> None:
    """Raise Trouble where an objective of a file cannot be measured, or is told already: which one would count?"""
    found = database.query(workspace, f"SELECT {', '.join(_COLUMNS)} FROM raw_target ORDER BY ALL", ["raw_target"])
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in found]
    own = [row for row in rows if row["snapshot"] == snapshot.identifier]
    told = {(row["target_name"], row["target_year"]) for row in rows if row["snapshot"] != snapshot.identifier}
    for row in own:
        _check_measured(row)
        if (row["target_name"], row["target_year"]) in told:
            raise _told_already(row)
        told.add((row["target_name"], row["target_year"]))


def _check_measured(row: dict[str, Any]) -> None:
    """Raise Trouble, with the objective, for a key or a value of its perimeter that its indicator has not."""
    indicator = next(each for each in INDICATORS if each.name == row["indicator_name"])
    try:
        column_of(indicator, "year")
        for pair in row["perimeter"].split("\n") if row["perimeter"] else ():
            _check_pair(indicator, *pair.split("=", 1))
        if row["partners"]:
            column_of(indicator, "buyer")
    except Trouble as trouble:
        name, year = row["target_name"], row["target_year"]
        raise Trouble(
            fr=f"Objectif « {name} » {year} : {trouble.fr}", en=f"Objective '{name}' {year}: {trouble.en}"
        ) from None


def _check_pair(indicator: Indicator, key: str, value: str) -> None:
    option = next((each for each in indicator.options if each.name == key), None)
    bases = indicator.bases if indicator.table == TWO_BASES else (CONTRACT,)
    allowed = {BUYERS: BUYER_SETS, "basis": bases}.get(key)
    if option is not None:
        option.read(value)
    elif key not in (BUYERS, "basis"):
        column_of(indicator, key)
    if allowed is not None and value not in allowed:
        listed = ", ".join(allowed)
        raise Trouble(
            fr=f"« {value} » n'est pas une valeur de {key} : choisir parmi {listed}.",
            en=f"'{value}' is not a value of {key}: choose among {listed}.",
        )


def _told_already(row: dict[str, Any]) -> Trouble:
    name, year = row["target_name"], row["target_year"]
    return Trouble(
        fr=f"L'objectif « {name} » {year} est déjà dit, ici ou dans un fichier ajouté avant : retirer l'ancien fichier "
        "(« gisement sources », puis « gisement remove »), ou changer de nom ou d'année.",
        en=f"The objective '{name}' {year} is told already, here or in a file added before: remove the former file "
        "('gisement sources', then 'gisement remove'), or change the name or the year.",
    )
