"""A buyer's own purchase codes, or its own chart of accounts, led to segments: a CSV that the buyer fills.

`buyer` is a SIRET, or a SIREN for all of its establishments; empty, the line holds for every buyer. `code_kind` is
`category` (the default) or `account`. A mapping half taken would classify half of a ledger: the first line that cannot
be read refuses the file.
"""

from __future__ import annotations

import re

from gisement.catalog.segments import segments
from gisement.sources.small_table import SIRET_OR_SIREN, Among, Cell, Column, Filled, SmallTable

KINDS = {"category": "category", "categorie": "category", "": "category", "account": "account", "compte": "account"}


def _buyer(cell: Cell) -> str | None:
    found = re.sub(r"[\s.]", "", cell.text)
    if found and not SIRET_OR_SIREN.fullmatch(found):
        raise cell.wrong("un SIRET ni un SIREN", "a SIRET or a SIREN")
    return found or None


def _kind(cell: Cell) -> str:
    found = KINDS.get(cell.text.lower().replace("é", "e"))
    if found is None:
        raise cell.wrong("« category » ni « account »", "'category' or 'account'")
    return found


read_segment_mapping = SmallTable(
    "raw_segment_mapping",
    "segments",
    ("de la correspondance", "the mapping"),
    (
        Column("buyer", ("buyer", "acheteur", "siret", "siren"), _buyer),
        Column("code_kind", ("code_kind", "genre", "nature"), _kind),
        Column("code", ("code", "code", "categorie", "compte"), Filled("un code", "a code"), is_wanted=True),
        Column(
            "segment",
            ("segment", "segment", "segment_id"),
            Among(segments, "un segment (les voir : « gisement segments »)", "a segment"),
            is_wanted=True,
        ),
    ),
    lacks=(
        "Il manque la colonne {column} : l'en-tête attendu est buyer,code_kind,code,segment.",
        "The column {column} is missing: the expected header is buyer,code_kind,code,segment.",
    ),
)
"""Writes `raw_segment_mapping`."""
