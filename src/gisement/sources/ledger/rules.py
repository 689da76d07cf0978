"""What an account says: whether a line is a purchase, and the VAT rate to guess. The longest prefix decides."""

from __future__ import annotations

from functools import cache
from typing import Final

from gisement.catalog.tables import read_csv

PURCHASE: Final = "purchase"
_ANY: Final = "ALL"


def drop_reason(nomenclature: str, account: str) -> str | None:
    """Why lines of this account are no purchases (`staff`, `grants`, …); None where they are purchases."""
    found = _longest(_reasons(), nomenclature, account)
    return None if found == PURCHASE else found


def guessed_rate(nomenclature: str, account: str) -> int:
    """The VAT rate, per thousand, that lines of this account mostly bear: a guess, to be flagged as such."""
    return int(_longest(_rates(), nomenclature, account) or 0)


def reasons() -> frozenset[str]:
    """Every reason that an account can give."""
    return frozenset(_reasons().values()) - {PURCHASE}


def _longest(rules: dict[tuple[str, str], str], nomenclature: str, account: str) -> str | None:
    for size in range(len(account), -1, -1):
        for kind in (nomenclature, _ANY):
            if (found := rules.get((kind, account[:size]))) is not None:
                return found
    return None


@cache
def _reasons() -> dict[tuple[str, str], str]:
    rows = read_csv("ledger/non_purchase_accounts.csv")
    return {(row["nomenclature"], row["prefix"]): row["reason"] for row in rows}


@cache
def _rates() -> dict[tuple[str, str], str]:
    rows = read_csv("ledger/vat_rates.csv")
    return {(row["nomenclature"], row["prefix"]): row["rate_per_mille"] for row in rows}
