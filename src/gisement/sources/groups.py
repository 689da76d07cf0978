"""Which group a firm belongs to, as a file of the user says: SIREN of the firm, SIREN of its parent, to `raw_group`."""

from __future__ import annotations

import re
from pathlib import Path

from gisement.sources.raw_rows import write_parquet
from gisement.sources.small_table import first_of, read_small_table
from gisement.terms import Reading, Trouble

NAMES = {
    "siren": ("siren", "sirenfiliale", "filiale", "entreprise"),
    "parent_siren": ("parentsiren", "sirenmere", "sirentete", "sirengroupe", "tetedegroupe", "societemere"),
}


def read_groups(source: Path, target: Path, name: str = "") -> Reading:
    """Write `raw_group`; lines without two SIREN are unreadable.

    A SIRET is read as the SIREN that it begins with. Raises Trouble if a column is missing.
    """
    header, lines = read_small_table(source)
    found = {column: first_of(names, header) for column, names in NAMES.items()}
    if not all(found.values()):
        raise Trouble(
            fr="Ce fichier ne dit pas de quel groupe est une entreprise : donner les colonnes siren et siren_mere"
            " (modèle : « gisement template groups »).",
            en="This file does not say which group a firm belongs to: give the columns siren and parent_siren"
            " (model: 'gisement template groups').",
        )
    cells = [{column: _siren(line[name]) for column, name in found.items()} for line in lines]
    usable = [row for row in cells if all(row.values())]
    write_parquet("raw_group", sorted(usable, key=lambda row: tuple(map(str, row.values()))), target)
    return Reading(len(lines), len(lines) - len(usable))


def _siren(text: str) -> str | None:
    digits = re.sub(r"[\s.]", "", text)
    return digits[:9] if re.fullmatch(r"[0-9]{9}|[0-9]{14}", digits) else None
