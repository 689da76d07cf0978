"""The labels of the CPV, which may not ship: a table of codes and labels, from wherever it was taken."""

from __future__ import annotations

import re

from gisement.sources.small_table import Cell, Column, SmallTable, words

CODE = re.compile(r"^([0-9]{8})(-[0-9])?$")


def _code(cell: Cell) -> str | None:
    """The code without its check digit."""
    found = CODE.match(cell.text)
    return found[1] if found else None


read_cpv_labels = SmallTable(
    "raw_cpv_label",
    "cpv-labels",
    ("des libellés du CPV", "the CPV labels"),
    (
        Column("code", ("code", "cpv", "code_cpv"), _code, is_wanted=True),
        Column("label", ("label_fr", "libelle_fr", "libelle", "label", "fr", "description"), words, is_wanted=True),
    ),
    lacks=(
        "La table des libellés du CPV doit avoir une colonne code et une colonne label_fr : celles trouvées sont"
        " {found}.",
        "The table of CPV labels needs a column code and a column label_fr: those found are {found}.",
    ),
    skips_without=("code",),
)
"""Writes `raw_cpv_label`; a line whose code is none is unreadable."""
