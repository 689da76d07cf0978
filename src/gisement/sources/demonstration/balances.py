"""Official accounts of the fictive buyers, balance by account: equal to the ledgers but for gaps seeded on purpose."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gisement.sources.demonstration.chance import Chance
from gisement.sources.demonstration.ledger_faults import UNREADABLE
from gisement.sources.demonstration.ledger_setting import ledgers
from gisement.sources.demonstration.ledger_texts import FICTIVE, Books, other_cents
from gisement.sources.demonstration.setting import Buyer

HEADERS = ("EXER", "IDENT", "LBUDG", "NOMEN", "COMPTE", "OBNETDEB", "OBNETCRE")
GAP_RATE, LEAST_GAP_CENTS = 0.03, 10_000_000
"""Of the accounts above 100,000 €, those of which the ledger misses 3 to 12 %: assumptions."""
WITHOUT_TAX = ("debit_credit", "university_workbook")
"""Layouts of buyers whose accounts are kept without tax."""
Row = tuple[int, str, str, str, str, int]


@dataclass(frozen=True)
class Gap:
    """An account of which the ledger does not hold all: buyer (SIRET), year, account, cents on either side."""

    buyer: str
    year: int
    account: str
    official_cents: int
    ledger_cents: int


def balances(books: Books) -> tuple[str, list[Gap]]:
    """The balances as CSV, with the gaps in them; a buyer without ledger has accounts all the same."""
    lines, chance = books.lines, Chance(books.seed, "gaps")
    with_tax = lines.cents + lines.tax_cents
    key = (lines.buyer * 10_000 + lines.year) * 1_000 + lines.account
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    found: list[Row] = []
    gaps: list[Gap] = []
    for places in np.split(order, starts[1:]):
        buyer, year = books.buyers[int(lines.buyer[places[0]])], int(lines.year[places[0]])
        account = lines.accounts[int(lines.account[places[0]])]
        cents = int((lines.cents if _is_without_tax(buyer) else with_tax)[places].sum())
        official = cents
        is_whole = not books.struck[UNREADABLE][places].any()
        if is_whole and cents > LEAST_GAP_CENTS and chance.uniform(1)[0] < GAP_RATE:
            official += cents * (3 + int(chance.below(10, 1)[0])) // 100
            gaps.append(Gap(buyer.siret, year, account, official, cents))
        found.append(_row(buyer, year, account, official))
    return _table(sorted([*found, *_others(books)])), gaps


def _is_without_tax(buyer: Buyer) -> bool:
    return ledgers()[buyer.identifier].layout in WITHOUT_TAX


def _others(books: Books) -> list[Row]:
    """The accounts that are no purchases."""
    pairs = np.unique(books.lines.buyer * 10_000 + books.lines.year)
    return [
        _row(books.buyers[int(pair) // 10_000], int(pair) % 10_000, account, cents)
        for pair in pairs
        for account, cents in other_cents(books, int(pair) // 10_000, int(pair) % 10_000).items()
    ]


def _row(buyer: Buyer, year: int, account: str, cents: int) -> Row:
    return year, buyer.siret, FICTIVE, ledgers()[buyer.identifier].nomenclature, account, cents


def _table(rows: Sequence[Row]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(HEADERS)
    for *named, cents in rows:
        net = f"{abs(cents) // 100},{abs(cents) % 100:02d}"
        writer.writerow([*named, *((net, "0,00") if cents >= 0 else ("0,00", net))])
    return text.getvalue()
