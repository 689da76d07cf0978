"""Faults seeded at the rates of `catalog/demonstration/faults.csv`: at most one for each contract or payment line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from gisement.sources.demonstration.chance import Booleans, Dice, Integers, spread_over
from gisement.sources.demonstration.contracts import FIRST_YEAR, Contract, Engagement
from gisement.sources.demonstration.payments import Lines, numbered
from gisement.sources.demonstration.suppliers import Supplier
from gisement.sources.demonstration.territory import ABROAD, fault_rates

ORDINARY_CENTS = (4_000_000, 40_000_000)
MISSING, WRONG_KEY, HEAD_OFFICE = (
    "payment_supplier_missing",
    "payment_supplier_bad_checksum",
    "payment_to_head_office",
)
CREDIT_NOTE, UNREADABLE = "payment_credit_note", "payment_amount_unreadable"
EXPORTED_TWICE, ENTERED_TWICE = "payment_exported_twice", "payment_entered_twice"
FEWEST_LINES: Final = 4
"""Of a branch that is paid more often than this, one line may bear the SIRET of the head office."""


def _is_french(contract: Contract, suppliers: Sequence[Supplier]) -> bool:
    return suppliers[contract.holders[0]].ring != ABROAD


def _is_not_amended(contract: Contract, suppliers: Sequence[Supplier]) -> bool:
    return not contract.amendments


def _may_be_copied(contract: Contract, suppliers: Sequence[Supplier]) -> bool:
    # an id that ends in 00 reads like the order number that the format of 2019 appends
    return contract.day.year > FIRST_YEAR and contract.number % 100 != 0


SUITS: Final[Mapping[str, Callable[[Contract, Sequence[Supplier]], bool]]] = {
    "supplier_missing": lambda contract, suppliers: contract.holders_count == 1 and _is_french(contract, suppliers),
    "supplier_bad_checksum": _is_french,
    "supplier_siren_only": _is_french,
    "supplier_not_in_register": _is_french,
    "amount_symbolic": _is_not_amended,
    "amount_absurd": _is_not_amended,
    # a thousandth of a very large amount is an amount like others: nobody could tell
    "amount_in_thousands": lambda contract, _: (
        not contract.amendments and ORDINARY_CENTS[0] <= contract.cents <= ORDINARY_CENTS[1]
    ),
    "clause_contradiction": lambda contract, _: contract.day.year > FIRST_YEAR,
    "published_again": _may_be_copied,
    "published_again_later": _may_be_copied,
    "published_under_other_spelling": _may_be_copied,
}
"""The contracts that a fault may strike: the others strike any."""


def seed(contracts: Sequence[Contract], suppliers: Sequence[Supplier], dice: Dice) -> None:
    """Strike contracts with faults (`contract.fault`); a lot under a shared id has its neighbour's."""
    rates = fault_rates()["contract"]
    faults, weights = [*rates, ""], [*rates.values(), 1 - sum(rates.values())]
    parents = {(c.buyer.identifier, c.framework) for c in contracts if c.framework}
    last: dict[str, Contract] = {}
    for contract in contracts:
        fault = dice.weighted(faults, weights)
        neighbour = last.get(contract.buyer.identifier)
        key = (contract.buyer.identifier, contract.identifier)
        if fault == "lot_under_shared_id":
            if neighbour and key not in parents and _is_plain(neighbour) and _is_plain(contract):
                contract.fault, contract.identifier = fault, neighbour.identifier
                contract.day, contract.published = neighbour.day, neighbour.published
        elif fault not in SUITS or SUITS[fault](contract, suppliers):
            contract.fault = fault
        last[contract.buyer.identifier] = contract


def _is_plain(contract: Contract) -> bool:
    return not (contract.fault or contract.framework or contract.amendments)


def strike(
    lines: Lines, suppliers: Sequence[Supplier], engagements: Sequence[Engagement], buyers: int
) -> tuple[Lines, Mapping[str, Booleans]]:
    """The lines with credit notes and copies in them, and for each fault the lines that have it.

    Struck lines are every so many-th of those that the fault suits, in order of need, place and money: the part that a
    fault hides resembles the whole.
    """
    medical = np.array([e.is_medical for e in engagements] + [False])[lines.engagement]
    local = np.array([s.is_local for s in suppliers] + [True] * buyers)[lines.supplier]
    is_branch = np.array([s.head_office != s.commune for s in suppliers] + [False] * buyers)[lines.supplier]
    often = np.bincount(lines.supplier)[lines.supplier] > FEWEST_LINES
    # persons and partners are left alone
    plain = np.array([s.ring != ABROAD and not s.is_person for s in suppliers] + [False] * buyers)[lines.supplier]
    large = plain & (lines.cents > 100)
    suited = {
        MISSING: plain, WRONG_KEY: plain, HEAD_OFFICE: plain & is_branch & often, CREDIT_NOTE: large,
        EXPORTED_TWICE: large, ENTERED_TWICE: large, UNREADABLE: plain,
    }  # fmt: skip
    free = np.ones(len(lines), dtype=bool)
    struck: dict[str, Booleans] = {}
    for fault, where in suited.items():
        order = np.flatnonzero(free & where)
        order = order[np.lexsort((order, lines.cents[order], local[order], medical[order]))]
        chosen = spread_over(order, fault_rates()["payment"][fault])
        struck[fault] = np.zeros(len(lines), dtype=bool)
        struck[fault][chosen] = True
        free[chosen] = False
    cents = np.where(struck[CREDIT_NOTE], -(lines.cents // 2), lines.cents)
    return _with_copies(replace(lines, cents=cents), struck)


def _with_copies(lines: Lines, struck: Mapping[str, Booleans]) -> tuple[Lines, Mapping[str, Booleans]]:
    """Each repeated line is followed by its copy, which alone is the fault: with the same number, or with one more."""
    doubled = struck[EXPORTED_TWICE] | struck[ENTERED_TWICE]
    places: Integers = np.repeat(np.arange(len(lines)), 1 + doubled.astype(np.int64))
    is_copy = np.zeros(len(places), dtype=bool)
    is_copy[1:] = places[1:] == places[:-1]
    marked = {
        fault: where[places] & (is_copy if fault in (EXPORTED_TWICE, ENTERED_TWICE) else ~is_copy)
        for fault, where in struck.items()
    }
    return numbered(lines.take(places), marked[EXPORTED_TWICE]), marked
