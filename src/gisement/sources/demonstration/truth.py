"""What the generator knows and files do not say: the true local share, where each fault is, official accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gisement.sources.demonstration.chance import Booleans, Chance
from gisement.sources.demonstration.contracts import Contract, parts
from gisement.sources.demonstration.faults import ENTERED_TWICE, EXPORTED_TWICE, UNREADABLE
from gisement.sources.demonstration.payments import Books
from gisement.sources.demonstration.territory import FICTIVE, MEDICAL, Buyer, csv_text, fault_rates

HEADERS = ("EXER", "IDENT", "LBUDG", "NOMEN", "COMPTE", "OBNETDEB", "OBNETCRE")
GAP_RATE, LEAST_GAP_CENTS = 0.03, 10_000_000
"""Of the accounts above 100,000 €, those of which the ledger misses 3 to 12 %: assumptions."""
WITHOUT_TAX = ("debit_credit", "university_workbook")
"""Layouts of buyers whose accounts are kept without tax."""


@dataclass(frozen=True)
class Gap:
    """An account of which the ledger does not hold all: buyer (SIRET), year, account, cents on either side."""

    buyer: str
    year: int
    account: str
    official_cents: int
    ledger_cents: int


def balances(books: Books) -> tuple[str, list[Gap]]:
    """The official accounts of buyers, balance by account, as CSV: equal to the ledgers but for gaps seeded on purpose.

    The gaps come with them; a buyer without ledger has accounts all the same.
    """
    lines, chance = books.lines, Chance(books.seed, "gaps")
    with_tax = lines.cents + lines.tax_cents
    key = lines.book * 1_000 + lines.account
    order = np.argsort(key, kind="stable")
    found: list[tuple[Buyer, int, str, int]] = []
    gaps: list[Gap] = []
    for places in np.split(order, np.flatnonzero(np.diff(key[order], prepend=-1))[1:]):
        buyer, year = books.buyers[int(lines.buyer[places[0]])], int(lines.year[places[0]])
        account = lines.accounts[int(lines.account[places[0]])]
        cents = official = int((lines.cents if buyer.layout in WITHOUT_TAX else with_tax)[places].sum())
        is_whole = not books.struck[UNREADABLE][places].any()
        if is_whole and cents > LEAST_GAP_CENTS and chance.uniform(1)[0] < GAP_RATE:
            official += cents * (3 + int(chance.below(10, 1)[0])) // 100
            gaps.append(Gap(buyer.siret, year, account, official, cents))
        found.append((buyer, year, account, official))
    for buyer, year in books.held():
        others: Counter[str] = Counter()
        for kind, cents in zip(*books.others(buyer, year), strict=True):
            others[kind.account] += int(cents)
        found += [(buyer, year, account, cents) for account, cents in others.items()]
    rows = sorted((year, b.siret, FICTIVE, b.nomenclature, account, cents) for b, year, account, cents in found)
    return csv_text(HEADERS, ((*named, *_net(cents)) for *named, cents in rows), ";"), gaps


def _net(cents: int) -> tuple[str, str]:
    """The debit and the credit of a balance."""
    net = f"{abs(cents) // 100},{abs(cents) % 100:02d}"
    return (net, "0,00") if cents >= 0 else ("0,00", net)


def truth_of_payments(books: Books) -> dict[str, Any]:
    """Money and local share of payments: in all, in the ledgers that are given, and by buyer and year.

    What partners invoice to each other and lines entered twice are no spending of their own: they are told apart.
    """
    lines, is_given = books.lines, _is_given(books)
    summed = _Sums(books).of
    return {
        "all": summed(np.ones(len(lines), dtype=bool)),
        "in_ledgers": summed(is_given),
        "by_year": [{"year": int(y), **summed(is_given & (lines.year == y))} for y in np.unique(lines.year)],
        "by_buyer_and_year": [
            {
                "buyer": buyer.identifier,
                "siret": buyer.siret,
                "year": year,
                "has_ledger": _gives(buyer, year),
                **summed(lines.book == books.buyers.index(buyer) * 10_000 + year),
            }
            for buyer, year in books.held()
        ],
    }


def truth_of_contracts(contracts: Sequence[Contract], books: Books) -> dict[str, Any]:
    """Money and local share of published contracts, medical goods and contracts under a framework left out."""
    own = [c for c in contracts if not c.framework]
    local = whole = 0
    for contract in own:
        if contract.family != MEDICAL:
            whole += contract.cents
            shares = zip(contract.holders, parts(contract.cents, contract.holders_count), strict=True)
            local += sum(cents for rank, cents in shares if books.suppliers[rank].is_local)
    return {
        "contracts": len(contracts),
        "cents": sum(c.cents for c in own),
        "in_scope_cents": whole,
        "local_cents": local,
        "local_share": local / whole,
        "with_environmental_consideration": _by_year(c for c in own if c.is_environmental),
        "with_social_consideration": _by_year(c for c in own if c.social),
    }


def truth_of_faults(books: Books, contracts: Sequence[Contract], gaps: Sequence[Gap]) -> dict[str, Any]:
    """Every fault seeded: its rate, its count, and where it is (buyer and line, buyer and contract, supplier)."""
    lines, is_given = books.lines, _is_given(books)
    found: dict[str, Any] = {}
    for fault, rate in fault_rates()["payment"].items():
        chosen = np.flatnonzero(books.struck[fault] & is_given)
        struck = zip(lines.buyer[chosen], lines.year[chosen], lines.number[chosen], strict=True)
        where: list[Any] = [[books.buyers[buyer].siret, f"{year} {number:06d}"] for buyer, year, number in struck]
        found[fault] = {"per": "payment", "rate": rate, "where": where}
    for fault, rate in fault_rates()["contract"].items():
        where = [[c.buyer.siret, c.identifier, c.day.isoformat()] for c in contracts if c.fault == fault]
        found[fault] = {"per": "contract", "rate": rate, "where": where}
    for fault, rate in fault_rates()["supplier"].items():
        where = [s.siret for s in books.suppliers if s.fault == fault]
        found[fault] = {"per": "supplier", "rate": rate, "where": where}
    held = {(buyer.siret, year) for buyer, year in books.held(is_given)}
    found["account_gap"] = {
        "per": "account", "where": [asdict(gap) for gap in gaps if (gap.buyer, gap.year) in held],
    }  # fmt: skip
    return found


def truth_of_other_lines(books: Books) -> list[dict[str, Any]]:
    """Lines of each ledger and year that must not be kept, by reason, and those whose payee must be masked."""
    persons = np.array([s.is_person for s in books.suppliers] + [False] * len(books.buyers))
    return [
        {
            "siret": buyer.siret,
            "year": year,
            "left_out": dict(Counter(kind.reason for kind in books.others(buyer, year)[0])),
            "natural_persons": int(persons[books.lines.supplier[books.places(buyer, year)]].sum()),
        }
        for buyer, year in books.held(_is_given(books))
    ]


def _by_year(contracts: Any) -> dict[int, int]:
    return dict(sorted(Counter(contract.day.year for contract in contracts).items()))


def _gives(buyer: Buyer, year: int) -> bool:
    return buyer.first_year is not None and year >= buyer.first_year


def _is_given(books: Books) -> Booleans:
    """Whether a line is in a ledger that its buyer gives."""
    given = [books.buyers.index(buyer) * 10_000 + year for buyer, year in books.held() if _gives(buyer, year)]
    return np.isin(books.lines.book, given)


class _Sums:
    """Sums of lines, once it is known of each whether its supplier is local, what it buys, and under what."""

    def __init__(self, books: Books) -> None:
        self._lines = lines = books.lines
        local = np.array([s.is_local for s in books.suppliers] + [False] * len(books.buyers))[lines.supplier]
        medical = np.array([e.is_medical for e in books.engagements] + [False])[lines.engagement]
        under = np.array([e.contract is not None for e in books.engagements] + [False])[lines.engagement]
        is_copy = books.struck[EXPORTED_TWICE] | books.struck[ENTERED_TWICE]
        self._own = (lines.engagement >= 0) & ~is_copy
        self._parts = {
            "cents": self._own,
            "medical_cents": self._own & medical,
            "in_scope_cents": self._own & ~medical,
            "local_cents": self._own & ~medical & local,
            "under_contract_cents": self._own & under,
            "between_partners_cents": (lines.engagement < 0) & ~is_copy,
            "entered_twice_cents": is_copy,
        }

    def of(self, chosen: Booleans) -> dict[str, Any]:
        """Lines, cents by kind, suppliers and local share (a fraction) of the lines chosen."""
        sums = {name: int(self._lines.cents[chosen & part].sum()) for name, part in self._parts.items()}
        return {
            "lines": int(chosen.sum()),
            **sums,
            "suppliers": int(np.unique(self._lines.supplier[chosen & self._own]).size),
            "local_share": sums["local_cents"] / sums["in_scope_cents"],
        }
