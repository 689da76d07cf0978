"""Sheets of experience and of action: the contracts that they cite, what is found by words."""

from __future__ import annotations

import re
import unicodedata

from gisement.engine.asked import Row, rows_of
from gisement.engine.measure import Observatory

TABLES = ("sheet", "contract", "purchase", "buyer")
"""What this needs of a workspace."""


def sheets(observatory: Observatory, kind: str = "", text: str = "") -> list[Row]:
    """Sheets of a kind that hold every word of a text (any case, with or without accents), the latest first."""
    found = rows_of(observatory, "SELECT * FROM sheet ORDER BY sheet_date DESC, sheet_kind, sheet_name")
    words = _plain(text).split()
    return [row for row in found if kind in ("", row["sheet_kind"]) and all(word in _told(row) for word in words)]


def cited(observatory: Observatory, sheet: Row) -> list[Row]:
    """The published contracts that a sheet cites by their number, of its buyer; none for a number that is not found."""
    numbers = [_bare(number) for number in (sheet["contract_ids"] or "").split("\n") if number]
    if not numbers or not sheet["buyer_siren"]:
        return []
    found = rows_of(
        observatory, "SELECT * FROM contract WHERE buyer_siren = $buyer ORDER BY notification_date, contract_key",
        {"buyer": sheet["buyer_siren"]},
    )  # fmt: skip
    return [row for row in found if _bare(row["contract_id"] or "") in numbers]


def _told(row: Row) -> str:
    names = ("sheet_title", "segment", "sheet_text", "group_name", "group_decision", "responsible_role")
    return _plain(" ".join(str(row[name] or "") for name in names))


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _bare(number: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", number).upper().lstrip("0")
