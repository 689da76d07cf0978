"""A buyer's own purchase codes, or its own chart of accounts, led to segments: a CSV that the buyer fills."""

from __future__ import annotations

import re
from pathlib import Path

from gisement.catalog.segments import segments
from gisement.sources.raw_rows import write_parquet
from gisement.sources.small_table import SIRET_OR_SIREN, Line, read_small_table
from gisement.terms import Trouble

NAMES = {
    "buyer": ("buyer", "acheteur", "siret", "siren"),
    "code_kind": ("codekind", "genre", "nature"),
    "code": ("code", "categorie", "compte"),
    "segment": ("segment", "segmentid"),
}
KINDS = {"category": "category", "categorie": "category", "": "category", "account": "account", "compte": "account"}
OF = "de la correspondance", "the mapping"


def read_segment_mapping(source: Path, target: Path) -> int:
    """Write `raw_segment_mapping` from a CSV `buyer,code_kind,code,segment`; returns the number of lines.

    `buyer` is a SIRET, or a SIREN for all of its establishments; empty, the line holds for every buyer. `code_kind` is
    `category` (the default) or `account`. Raises Trouble, with its line, at the first one that cannot be read: a
    mapping half taken would classify half of a ledger.
    """
    header, lines = read_small_table(source)
    found = {column: next((name for name in names if name in header), "") for column, names in NAMES.items()}
    missing = [column for column in ("code", "segment") if not found[column]]
    if missing:
        raise Trouble(
            fr=f"Il manque la colonne {missing[0]} : l'en-tête attendu est buyer,code_kind,code,segment.",
            en=f"The column {missing[0]} is missing: the expected header is buyer,code_kind,code,segment.",
        )
    cells = [{column: line.get(name, "").strip() for column, name in found.items()} for line in lines]
    rows = [_row(Line(OF, number, line)) for number, line in enumerate(cells, 2)]
    write_parquet("raw_segment_mapping", [dict(zip(NAMES, row, strict=True)) for row in rows], target)
    return len(rows)


def _row(line: Line) -> tuple[str | None, ...]:
    buyer = re.sub(r"[\s.]", "", line["buyer"])
    kind = KINDS.get(line["code_kind"].lower().replace("é", "e"))
    if buyer and not SIRET_OR_SIREN.fullmatch(buyer):
        raise line.wrong(line["buyer"], "un SIRET ni un SIREN", "a SIRET or a SIREN")
    if kind is None:
        raise line.wrong(line["code_kind"], "« category » ni « account »", "'category' or 'account'")
    code = line.filled("code", "un code", "a code")
    if line["segment"] not in segments():
        raise line.wrong(line["segment"], "un segment (les voir : « gisement segments »)", "a segment")
    return buyer or None, kind, code, line["segment"]
