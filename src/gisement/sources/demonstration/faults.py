"""Faults of published data, seeded at named rates: at most one for each contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from gisement.sources.demonstration.contracts import FIRST_YEAR, Contract
from gisement.sources.demonstration.dice import Dice
from gisement.sources.demonstration.setting import fault_rates
from gisement.sources.demonstration.suppliers import Supplier

ORDINARY_CENTS = (4_000_000, 40_000_000)
Suits = Callable[[Contract, Sequence[Supplier]], bool]


def seed(contracts: Sequence[Contract], suppliers: Sequence[Supplier], dice: Dice) -> None:
    """Strike contracts with faults (`contract.fault`); a lot under a shared id has its neighbour's."""
    rates = fault_rates("contract")
    parents = {(c.buyer.identifier, c.framework) for c in contracts if c.framework}
    last: dict[str, Contract] = {}
    for contract in contracts:
        fault = dice.weighted([*rates, ""], [*rates.values(), 1 - sum(rates.values())])
        neighbour = last.get(contract.buyer.identifier)
        key = (contract.buyer.identifier, contract.identifier)
        if fault == "lot_under_shared_id":
            if neighbour and key not in parents and _is_plain(neighbour) and _is_plain(contract):
                contract.fault, contract.identifier = fault, neighbour.identifier
                contract.day, contract.published = neighbour.day, neighbour.published
        elif fault and SUITS.get(fault, _any)(contract, suppliers):
            contract.fault = fault
        last[contract.buyer.identifier] = contract


def copies(contracts: Sequence[Contract], record: Callable[[Contract], dict[str, Any]]) -> list[dict[str, Any]]:
    """The records that a second publisher has too: as they are, later, or with another spelling of the id."""
    found = []
    for contract in contracts:
        copy = record(contract)
        if contract.fault == "published_again_later":
            copy["datePublicationDonnees"] = (contract.published + timedelta(days=21)).isoformat()
        elif contract.fault == "published_under_other_spelling":
            copy["id"] = _other_spelling(contract)
        elif contract.fault != "published_again":
            continue
        found.append(copy)
    return found


def counted(contracts: Sequence[Contract], suppliers: Sequence[Supplier]) -> Mapping[str, int]:
    """How often each fault was seeded."""
    held = Counter(c.fault for c in contracts) + Counter(s.fault for s in suppliers)
    return {fault: held[fault] for fault in (*fault_rates("contract"), *fault_rates("supplier"))}


def _is_plain(contract: Contract) -> bool:
    return not (contract.fault or contract.framework or contract.amendments)


def _other_spelling(contract: Contract) -> str:
    year, _, number = contract.identifier.partition("-")
    return number if contract.number % 2 else f"{year}-{number}-00"


def _any(contract: Contract, suppliers: Sequence[Supplier]) -> bool:
    return True


def _has_french_holder(contract: Contract, suppliers: Sequence[Supplier]) -> bool:
    return suppliers[contract.holders[0]].ring != "abroad"


def _has_one_french_holder(contract: Contract, suppliers: Sequence[Supplier]) -> bool:
    return contract.holders_count == 1 and _has_french_holder(contract, suppliers)


def _is_not_amended(contract: Contract, suppliers: Sequence[Supplier]) -> bool:
    return not contract.amendments


def _is_of_new_format(contract: Contract, suppliers: Sequence[Supplier]) -> bool:
    return contract.day.year > FIRST_YEAR


def _may_be_copied(contract: Contract, suppliers: Sequence[Supplier]) -> bool:
    # an id that ends in 00 reads like the order number that the format of 2019 appends
    return contract.day.year > FIRST_YEAR and contract.number % 100 != 0


def _is_ordinary(contract: Contract, suppliers: Sequence[Supplier]) -> bool:
    # a thousandth of a very large amount is an amount like others: nobody could tell
    return not contract.amendments and ORDINARY_CENTS[0] <= contract.cents <= ORDINARY_CENTS[1]


SUITS: Mapping[str, Suits] = {
    "supplier_missing": _has_one_french_holder,
    "supplier_bad_checksum": _has_french_holder,
    "supplier_siren_only": _has_french_holder,
    "supplier_not_in_register": _has_french_holder,
    "amount_symbolic": _is_not_amended,
    "amount_absurd": _is_not_amended,
    "amount_in_thousands": _is_ordinary,
    "clause_contradiction": _is_of_new_format,
    "published_again": _may_be_copied,
    "published_again_later": _may_be_copied,
    "published_under_other_spelling": _may_be_copied,
}
