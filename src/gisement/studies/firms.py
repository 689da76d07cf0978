"""Who buys what a firm sells: the segments that its activity, a CPV code or words lead to; sizes of contracts."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence

from gisement.catalog.segments import (
    OUT_OF_SCOPE,
    UNCLASSIFIED,
    segment_evidence,
    segment_prefixes,
    segment_words,
    segments,
)
from gisement.engine.asked import Row, conditions, rows_of
from gisement.engine.measure import Observatory
from gisement.terms import Perimeter

LEAST = 3
"""Contracts under which no size is told."""
CORRECTABLE = ("amount_cents", "notification_date", "duration_months", "cpv_code")
OF_A_SUPPLIER = ("naf_code", "size_class")
HEADER = ("table", "key", "column", "old_value", "new_value", "reason", "author", "date")
ROOT, ENDING = 5, 5
"""Letters that two words of one root share at least, and those that may follow."""
KEYS = ("segment", "buyer_commune", "buyer")


def segments_for(naf: str = "", cpv: str = "", text: str = "") -> list[str]:
    """The segments that a NAF code, a CPV code or words lead to: the longest prefix, every phrase that is said."""
    found: set[str] = set()
    if code := "".join(letter for letter in naf if letter.isalnum()).upper():
        rows = [row for row in segment_evidence() if row["evidence"] == "naf" and code.startswith(row["prefix"])]
        found |= {row["segment"] for row in rows if len(row["prefix"]) == max(len(r["prefix"]) for r in rows)}
    if digits := "".join(letter for letter in cpv if letter.isdigit()):
        rows = [row for row in segment_prefixes() if digits.startswith(row["prefix"])]
        longest = max((len(row["prefix"]) for row in rows), default=0)
        found |= {row["segment"] for row in rows if len(row["prefix"]) == longest}
        found |= {row["segment"] for row in segment_prefixes() if row["prefix"].startswith(digits)}
    if words := _plain(text):
        found |= {row["segment"] for row in segment_words() if _says(words, _plain(row["phrase"]))}
        found |= {name for name, row in segments().items() if _named(words, row)}
    return sorted(name for name in found if name and name not in (UNCLASSIFIED, OUT_OF_SCOPE))


def joint_contracts(observatory: Observatory, perimeter: Perimeter) -> int:
    """How many contracts of a perimeter several firms hold together."""
    told, values = conditions(observatory, perimeter, KEYS)
    sql = (
        "SELECT count(DISTINCT r.contract_key) AS held FROM purchase r "
        f"WHERE {' AND '.join(['r.holders_count > 1', 'r.is_concession = false', *told])}"
    )
    return int(rows_of(observatory, sql, values)[0]["held"])


def correction_sheet(supplier: Row, contracts: Sequence[Row]) -> str:
    """A CSV that `add correction` reads: what is held of a firm and of its contracts, to change where it is wrong.

    Each new value is at first the old one: a line that nobody changes corrects nothing.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADER)
    cells = [("supplier", supplier["supplier_id"], name, supplier[name]) for name in OF_A_SUPPLIER]
    cells += [("contract", row["contract_key"], name, row[name]) for row in contracts for name in CORRECTABLE]
    for table, key, column, value in cells:
        held = "" if value is None else str(value)
        writer.writerow((table, key, column, held, held, "", "", ""))
    return buffer.getvalue()


def _named(words: str, row: dict[str, str]) -> bool:
    """Whether every word is one of the name of a segment, in French or in English."""
    names = _plain(f"{row['segment_fr']} {row['segment_en']}").split()
    return all(any(_akin(word, name) for name in names) for word in words.split())


def _akin(word: str, name: str) -> bool:
    """The same word, plural or not; or one made on the same root: `peintre`, `peinture`, but not `pain`, `paint`."""
    if word.rstrip("sx") == name.rstrip("sx"):
        return True
    shared = next((n for n, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name)))
    return shared >= ROOT and max(len(word), len(name)) - shared <= ENDING


def _says(words: str, phrase: str) -> bool:
    return f" {phrase} " in f" {words} "


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.lower())
    bare = "".join(letter if letter.isalnum() else " " for letter in apart if not unicodedata.combining(letter))
    return " ".join(bare.split())
