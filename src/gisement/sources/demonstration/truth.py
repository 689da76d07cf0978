"""What the generator knows and files do not say: the true local share, and where each fault was seeded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gisement.sources.demonstration.balances import Gap
from gisement.sources.demonstration.contracts import Contract
from gisement.sources.demonstration.ledger_faults import ENTERED_TWICE, EXPORTED_TWICE, SOLE_TRADER, Booleans
from gisement.sources.demonstration.ledger_setting import ledgers
from gisement.sources.demonstration.ledger_texts import Books, other_counts
from gisement.sources.demonstration.setting import fault_rates
from gisement.sources.demonstration.suppliers import Supplier


def truth_of_payments(books: Books) -> dict[str, Any]:
    """Money and local share of payments: in all, in the ledgers that are given, and by buyer and year.

    What partners invoice to each other and lines entered twice are no spending of their own: they are told apart.
    """
    lines, marks = books.lines, _marks(books)
    is_given = _is_given(books)
    pairs = np.unique(lines.buyer * 10_000 + lines.year)
    key = lines.buyer * 10_000 + lines.year
    cells = [
        {
            "buyer": books.buyers[int(pair) // 10_000].identifier,
            "siret": books.buyers[int(pair) // 10_000].siret,
            "year": int(pair) % 10_000,
            "has_ledger": bool(is_given[key == pair][0]),
            **_summed(books, marks, key == pair),
        }
        for pair in pairs
    ]
    return {
        "all": _summed(books, marks, np.ones(len(lines), dtype=bool)),
        "in_ledgers": _summed(books, marks, is_given),
        "by_year": [
            {"year": int(y), **_summed(books, marks, is_given & (lines.year == y))} for y in np.unique(lines.year)
        ],
        "by_buyer_and_year": cells,
    }


def truth_of_contracts(contracts: Sequence[Contract], suppliers: Sequence[Supplier]) -> dict[str, Any]:
    """Money and local share of published contracts, medical goods and contracts under a framework left out."""
    local = whole = 0
    for contract in contracts:
        if contract.is_medical or contract.framework:
            continue
        for rank, cents in zip(contract.holders, contract.parts, strict=True):
            whole += cents
            local += cents * suppliers[rank].is_local
    own = [c for c in contracts if not c.framework]
    return {
        "contracts": len(contracts),
        "cents": sum(c.cents for c in own),
        "in_scope_cents": whole,
        "local_cents": local,
        "local_share": local / whole,
        "with_environmental_consideration": dict(
            sorted(Counter(c.day.year for c in own if c.is_environmental).items())
        ),
        "with_social_consideration": dict(sorted(Counter(c.day.year for c in own if c.social).items())),
    }


def truth_of_faults(books: Books, contracts: Sequence[Contract], gaps: Sequence[Gap]) -> dict[str, Any]:
    """Every fault seeded: its rate, its count, and where it is (buyer and line, buyer and contract, supplier)."""
    is_given = _is_given(books)
    found: dict[str, Any] = {}
    for fault, rate in fault_rates("payment").items():
        found[fault] = {"per": "payment", "rate": rate, "where": _lines(books, books.struck[fault] & is_given)}
    for fault, rate in fault_rates("contract").items():
        where = [[c.buyer.siret, c.identifier, c.day.isoformat()] for c in contracts if c.fault == fault]
        found[fault] = {"per": "contract", "rate": rate, "where": where}
    for fault, rate in fault_rates("supplier").items():
        found[fault] = {
            "per": "supplier", "rate": rate, "where": [s.siret for s in books.suppliers if s.fault == fault]
        }  # fmt: skip
    given = {buyer.siret for buyer in books.buyers if ledgers()[buyer.identifier].first_year is not None}
    held = {(books.buyers[int(b)].siret, int(y)) for b, y in _pairs(books, is_given)}
    found["account_gap"] = {
        "per": "account",
        "where": [vars(gap) for gap in gaps if gap.buyer in given and (gap.buyer, gap.year) in held],
    }
    return found


def truth_of_other_lines(books: Books) -> list[dict[str, Any]]:
    """Lines of each ledger and year that must not be kept, by reason, and those whose payee must be masked."""
    is_given, lines = _is_given(books), books.lines
    persons = np.array([s.legal_category == SOLE_TRADER for s in books.suppliers] + [False] * len(books.buyers))
    is_person = persons[lines.supplier]
    return [
        {
            "siret": books.buyers[int(buyer)].siret,
            "year": int(year),
            "left_out": other_counts(books, int(buyer), int(year)),
            "natural_persons": int((is_person & (lines.buyer == buyer) & (lines.year == year)).sum()),
        }
        for buyer, year in _pairs(books, is_given)
    ]


def _pairs(books: Books, chosen: Booleans) -> list[tuple[int, int]]:
    keys = np.unique((books.lines.buyer * 10_000 + books.lines.year)[chosen])
    return [(int(key) // 10_000, int(key) % 10_000) for key in keys]


def _is_given(books: Books) -> Booleans:
    """Whether a line is in a ledger that its buyer gives."""
    first = np.array([ledgers()[b.identifier].first_year or 9999 for b in books.buyers])
    given: Booleans = books.lines.year >= first[books.lines.buyer]
    return given


def _lines(books: Books, chosen: Booleans) -> list[list[str]]:
    lines = books.lines
    return [
        [books.buyers[b].siret, f"{y} {n:06d}"]
        for b, y, n in zip(
            lines.buyer[chosen].tolist(), lines.year[chosen].tolist(), lines.number[chosen].tolist(), strict=True
        )
    ]


def _marks(books: Books) -> tuple[Booleans, Booleans, Booleans]:
    """Whether each line goes to a local supplier, buys medical goods, is under a contract."""
    lines = books.lines
    local = np.array([s.is_local for s in books.suppliers] + [False] * len(books.buyers))
    medical = np.array([e.is_medical for e in books.engagements] + [False])
    under = np.array([e.contract is not None for e in books.engagements] + [False])
    return local[lines.supplier], medical[lines.engagement], under[lines.engagement]


def _summed(books: Books, marks: tuple[Booleans, Booleans, Booleans], chosen: Booleans) -> dict[str, Any]:
    lines, (local, medical, under) = books.lines, marks
    is_copy = books.struck[EXPORTED_TWICE] | books.struck[ENTERED_TWICE]
    own = chosen & (lines.engagement >= 0) & ~is_copy
    sums: Mapping[str, int] = {
        "cents": _sum(lines.cents, own),
        "medical_cents": _sum(lines.cents, own & medical),
        "in_scope_cents": _sum(lines.cents, own & ~medical),
        "local_cents": _sum(lines.cents, own & ~medical & local),
        "under_contract_cents": _sum(lines.cents, own & under),
        "between_partners_cents": _sum(lines.cents, chosen & (lines.engagement < 0) & ~is_copy),
        "entered_twice_cents": _sum(lines.cents, chosen & is_copy),
    }
    return {
        "lines": int(chosen.sum()), **sums, "suppliers": int(np.unique(lines.supplier[own]).size),
        "local_share": sums["local_cents"] / sums["in_scope_cents"],
    }  # fmt: skip


def _sum(cents: Any, chosen: Booleans) -> int:
    return int(cents[chosen].sum())
