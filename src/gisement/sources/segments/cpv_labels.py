"""The labels of the CPV, which may not ship: a table of codes and labels, from wherever it was taken."""

from __future__ import annotations

import re
from pathlib import Path

from gisement.sources.raw_rows import write_parquet
from gisement.sources.small_table import first_of, read_small_table
from gisement.terms import Reading, Trouble

CODES = ("code", "cpv", "code_cpv")
LABELS = ("label_fr", "libelle_fr", "libelle", "label", "fr", "description")
CODE = re.compile(r"^([0-9]{8})(-[0-9])?$")


def read_cpv_labels(source: Path, target: Path, name: str = "") -> Reading:
    """Write `raw_cpv_label` from a CSV of CPV codes (with or without check digit) and French labels.

    Lines whose code is none are unreadable. Raises Trouble if a column is missing.
    """
    header, lines = read_small_table(source)
    code, label = first_of(CODES, header), first_of(LABELS, header)
    if not code or not label:
        raise Trouble(
            fr="La table des libellés du CPV doit avoir une colonne code et une colonne label_fr : "
            f"celles trouvées sont {', '.join(header) or 'aucune'}.",
            en="The table of CPV labels needs a column code and a column label_fr: "
            f"those found are {', '.join(header) or 'none'}.",
        )
    found = [(match[1], line[label].strip()) for line in lines if (match := CODE.match(line[code].strip()))]
    write_parquet("raw_cpv_label", [{"code": code, "label": label or None} for code, label in found], target)
    return Reading(len(lines), len(lines) - len(found))
