"""Faults of ledgers, seeded at named rates: at most one for each payment line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from gisement.sources.demonstration.chance import Integers, spread_over
from gisement.sources.demonstration.payments import Lines, numbered
from gisement.sources.demonstration.setting import fault_rates
from gisement.sources.demonstration.spending import Engagement
from gisement.sources.demonstration.suppliers import Supplier

Booleans = npt.NDArray[np.bool_]

MISSING, WRONG_KEY, HEAD_OFFICE = (
    "payment_supplier_missing",
    "payment_supplier_bad_checksum",
    "payment_to_head_office",
)
CREDIT_NOTE, UNREADABLE = "payment_credit_note", "payment_amount_unreadable"
EXPORTED_TWICE, ENTERED_TWICE = "payment_exported_twice", "payment_entered_twice"
FAULTS: Final = (MISSING, WRONG_KEY, HEAD_OFFICE, CREDIT_NOTE, EXPORTED_TWICE, ENTERED_TWICE, UNREADABLE)
FEWEST_LINES: Final = 4
"""Of a branch that is paid more often than this, one line may bear the SIRET of the head office."""
SOLE_TRADER: Final = "1000"
"""Legal category of natural persons: their names are masked on entry."""


def strike(
    lines: Lines, suppliers: Sequence[Supplier], engagements: Sequence[Engagement], buyers: int
) -> tuple[Lines, Mapping[str, Booleans]]:
    """The lines with credit notes and copies in them, and for each fault the lines that have it.

    Struck lines are every so many-th of those that the fault suits, in order of need, place and money: the part that a
    fault hides resembles the whole.
    """
    told = _Told(suppliers, buyers)
    medical = np.array([e.is_medical for e in engagements] + [False])[lines.engagement]
    free = np.ones(len(lines), dtype=bool)
    struck: dict[str, Booleans] = {}
    for fault in FAULTS:
        suited = free & told.suits(fault, lines)
        order = np.flatnonzero(suited)
        local = told.is_local[lines.supplier[order]]
        order = order[np.lexsort((order, lines.cents[order], local, medical[order]))]
        chosen = spread_over(order, fault_rates("payment")[fault])
        struck[fault] = np.zeros(len(lines), dtype=bool)
        struck[fault][chosen] = True
        free[chosen] = False
    cents = np.where(struck[CREDIT_NOTE], -(lines.cents // 2), lines.cents)
    return _with_copies(replace(lines, cents=cents), struck)


class _Told:
    """What the lines' suppliers are, in arrays: suppliers first, then buyers."""

    def __init__(self, suppliers: Sequence[Supplier], buyers: int) -> None:
        others = [False] * buyers
        self.is_local = np.array([s.is_local for s in suppliers] + [True] * buyers)
        self._is_french = np.array([s.ring != "abroad" for s in suppliers] + others)
        self._is_branch = np.array([s.head_office != s.commune for s in suppliers] + others)
        self._is_person = np.array([s.legal_category == SOLE_TRADER for s in suppliers] + others)

    def suits(self, fault: str, lines: Lines) -> Booleans:
        """The lines that the fault may strike: persons and partners are left alone."""
        plain: Booleans = self._is_french[lines.supplier] & ~self._is_person[lines.supplier]
        if fault == HEAD_OFFICE:
            paid = np.bincount(lines.supplier, minlength=len(self._is_branch))
            plain &= self._is_branch[lines.supplier] & (paid[lines.supplier] > FEWEST_LINES)
        if fault in (CREDIT_NOTE, EXPORTED_TWICE, ENTERED_TWICE):
            plain &= lines.cents > 100
        return plain


def _with_copies(lines: Lines, struck: Mapping[str, Booleans]) -> tuple[Lines, Mapping[str, Booleans]]:
    """Each repeated line is followed by its copy, which alone is the fault: with the same number, or with one more."""
    doubled = struck[EXPORTED_TWICE] | struck[ENTERED_TWICE]
    places: Integers = np.repeat(np.arange(len(lines)), 1 + doubled.astype(np.int64))
    is_copy = np.zeros(len(places), dtype=bool)
    is_copy[1:] = places[1:] == places[:-1]
    marked = {fault: where[places] & ~is_copy for fault, where in struck.items()}
    marked |= {fault: struck[fault][places] & is_copy for fault in (EXPORTED_TWICE, ENTERED_TWICE)}
    with_copies = replace(lines.take(places), copy_of=np.where(is_copy, places, -1))
    return numbered(with_copies, marked[EXPORTED_TWICE]), marked
