"""Which group a firm belongs to, as a file of the user says: SIREN of the firm, SIREN of its parent, to `raw_group`."""

from __future__ import annotations

import re

from gisement.sources.small_table import SIRET_OR_SIREN, Cell, Column, SmallTable

PARENT = ("parent_siren", "siren_mere", "siren_tete", "siren_groupe", "tete_de_groupe", "societe_mere")


def _siren(cell: Cell) -> str | None:
    """The SIREN, which a SIRET begins with."""
    digits = re.sub(r"[\s.]", "", cell.text)
    return digits[:9] if SIRET_OR_SIREN.fullmatch(digits) else None


read_groups = SmallTable(
    "raw_group",
    "groups",
    ("des groupes", "the groups"),
    (
        Column("siren", ("siren", "siren_filiale", "filiale", "entreprise"), _siren, is_wanted=True),
        Column("parent_siren", PARENT, _siren, is_wanted=True),
    ),
    lacks=(
        "Ce fichier ne dit pas de quel groupe est une entreprise : donner les colonnes siren et siren_mere (modèle :"
        " « gisement template {kind} »).",
        "This file does not say which group a firm belongs to: give the columns siren and parent_siren (model:"
        " 'gisement template {kind}').",
    ),
    skips_without=("siren", "parent_siren"),
)
"""Writes `raw_group`; a line without two SIREN is unreadable."""
