"""What a finding says, for people: amounts in euros, days in words, what identifies a record as such."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from gisement.publish import format

IN_CENTS = (
    "account_gap_", "amount_amended", "amount_maybe_in_", "amount_unusually_", "correction_", "paid_above_contract",
    "payment_amount_guessed",
)  # fmt: skip
"""Rules (or how their names begin) whose published amount is in cents; that of others is as the file writes it."""


def values(row: Mapping[str, Any], language: str) -> tuple[str | None, str | None]:
    """The value published and the one kept of a finding, as they are written; None where there is none to show."""
    reported, kept = row["reported"], row["kept"]
    if row["column"] == "amount_cents":
        is_in_cents = str(row["rule"]).startswith(IN_CENTS)
        return _euros(reported, language) if is_in_cents else reported, _euros(kept, language)
    if str(row["column"]).endswith("_date"):
        return reported, _day(kept, language)
    return reported, kept


def _euros(text: str | None, language: str) -> str | None:
    """Whole cents as euros; what is no number, as it is."""
    is_number = text is not None and text.removeprefix("-").isdecimal()
    return format.cents(int(text), language) if text is not None and is_number else text


def _day(text: str | None, language: str) -> str | None:
    try:
        return None if text is None else format.day(date.fromisoformat(text), language)
    except ValueError:
        return text
