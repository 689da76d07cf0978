"""Payment lines as they truly are: what each engagement is paid in a year, cut into lines with a day and an amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from gisement.sources.demonstration.chance import Chance, Integers
from gisement.sources.demonstration.ledger_setting import account, ledgers, vat_rate
from gisement.sources.demonstration.setting import Buyer
from gisement.sources.demonstration.spending import Engagement

LINE_SPREAD = 1.5
EPOCH = date(1970, 1, 1)
DELAY_DAYS = 60
"""Invoices are still paid two months after a contract's end."""
RECHARGED_SHARE = 0.012
RECHARGES = {
    "ville_poitiers": ("grand_poitiers", "62876"),
    "ccas_poitiers": ("ville_poitiers", "62875"),
    "ch_laborit": ("chu_poitiers", "6288"),
}
"""Who is re-invoiced by which partner, on which account: services that they share."""


@dataclass(frozen=True)
class Lines:
    """Payment lines in arrays of one length, in the order of the ledgers.

    `supplier` is a rank among suppliers, then among buyers (re-invoicing); `engagement` is -1 for those. `account` is
    a rank in `accounts`; cents are before tax, `rate` the VAT per thousand, `number` that of the payment order.
    """

    buyer: Integers
    year: Integers
    day: Integers
    engagement: Integers
    supplier: Integers
    account: Integers
    cents: Integers
    rate: Integers
    number: Integers
    copy_of: Integers
    accounts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.cents)

    def take(self, places: Integers) -> Lines:
        """Some of the lines, in this order."""
        arrays = {one.name: getattr(self, one.name)[places] for one in fields(self) if one.name != "accounts"}
        return Lines(**arrays, accounts=self.accounts)

    @property
    def tax_cents(self) -> Integers:
        """The VAT of each line, in cents."""
        return (self.cents * self.rate * 2 + 1000) // 2000


def cut(
    buyers: Sequence[Buyer], engagements: Sequence[Engagement], suppliers: int, scale: float, chance: Chance
) -> Lines:
    """About `scale` times the full number of lines of each buyer and year, numbered in order of their days."""
    wholes = [*_wholes(buyers, engagements), *_recharged(buyers, engagements, suppliers)]
    parts = np.array([whole[:5] for whole in wholes], np.int64)
    counts = _counts(buyers, parts, scale)
    of = np.repeat(np.arange(len(parts)), counts)
    cents = _shared(parts[:, 4], counts, chance)
    first = np.array([whole[5] for whole in wholes], np.int64)[of]
    after = np.array([whole[6] for whole in wholes], np.int64)[of]
    accounts = sorted({whole[7] for whole in wholes})
    rank = {number: place for place, number in enumerate(accounts)}
    charts = [ledgers()[buyer.identifier].nomenclature for buyer in buyers]
    rates = np.array([vat_rate(charts[whole[0]], whole[7]) for whole in wholes], np.int64)
    lines = Lines(
        buyer=parts[of, 0], year=parts[of, 1], day=first + chance.below(after - first + 1, len(of)),
        engagement=parts[of, 2], supplier=parts[of, 3],
        account=np.array([rank[whole[7]] for whole in wholes], np.int64)[of],
        cents=cents, rate=rates[of], number=np.zeros(len(of), np.int64), copy_of=np.full(len(of), -1, np.int64),
        accounts=tuple(accounts),
    )  # fmt: skip
    return numbered(lines.take(np.lexsort((chance.below(1 << 30, len(of)), lines.day, lines.buyer))))


def numbered(lines: Lines, is_again: npt.NDArray[np.bool_] | None = None) -> Lines:
    """The lines with the number of their payment order: 1, 2, … for each buyer and year, in their order.

    A line that `is_again` keeps the number of the one before.
    """
    key = lines.buyer * 10_000 + lines.year
    change = np.flatnonzero(np.diff(key, prepend=-1))
    steps = np.ones(len(key), np.int64) if is_again is None else 1 - is_again.astype(np.int64)
    counted = np.cumsum(steps)
    before = np.repeat(counted[change] - 1, np.diff(change, append=len(key)))
    return replace(lines, number=counted - before)


Whole = tuple[int, int, int, int, int, int, int, str]
"""Buyer, year, engagement, supplier, cents, first and last day (since 1970), account."""


def _wholes(buyers: Sequence[Buyer], engagements: Sequence[Engagement]) -> list[Whole]:
    ranks = {buyer.identifier: rank for rank, buyer in enumerate(buyers)}
    found = []
    for e in engagements:
        number = account(ledgers()[e.buyer.identifier].nomenclature, e.segment)
        for year, cents in e.cents.items():
            if cents > 0:
                days = _days(e, year)
                found.append((ranks[e.buyer.identifier], year, e.number, e.supplier, cents, *days, number))
    return found


def _days(engagement: Engagement, year: int) -> tuple[int, int]:
    first, last = date(year, 1, 3), date(year, 12, 30)
    contract = engagement.contract
    if contract is not None:
        ended = contract.day + timedelta(days=31 * contract.months + DELAY_DAYS)
        first = min(last, max(first, contract.day + timedelta(days=10)))
        last = max(first, min(last, ended))
    return (first - EPOCH).days, (last - EPOCH).days


def _recharged(buyers: Sequence[Buyer], engagements: Sequence[Engagement], suppliers: int) -> list[Whole]:
    """What partners invoice to each other, over and above what suppliers are paid."""
    ranks = {buyer.identifier: rank for rank, buyer in enumerate(buyers)}
    spent: dict[tuple[str, int], int] = {}
    for e in engagements:
        if e.buyer.identifier in RECHARGES:
            for year, cents in e.cents.items():
                spent[e.buyer.identifier, year] = spent.get((e.buyer.identifier, year), 0) + cents
    found = []
    for (payer, year), cents in sorted(spent.items()):
        partner, number = RECHARGES[payer]
        days = (date(year, 1, 3) - EPOCH).days, (date(year, 12, 30) - EPOCH).days
        found.append((ranks[payer], year, -1, suppliers + ranks[partner], int(cents * RECHARGED_SHARE), *days, number))
    return found


def _counts(buyers: Sequence[Buyer], parts: Integers, scale: float) -> Integers:
    """How many lines each part is cut into: in proportion to the square root of its money, one at least."""
    counts = np.ones(len(parts), np.int64)
    key = parts[:, 0] * 10_000 + parts[:, 1]
    # whole numbers: sums of floats may differ in their last digit from one machine to another
    roots = np.sqrt(parts[:, 4].astype(np.float64)).astype(np.int64) + 1
    for value in np.unique(key):
        inside = np.flatnonzero(key == value)
        wanted = round(ledgers()[buyers[int(value) // 10_000].identifier].lines * scale)
        more, whole = max(0, wanted - len(inside)), int(roots[inside].sum())
        given, left = np.divmod(roots[inside] * more, whole)
        given[np.argsort(-left, kind="stable")[: more - int(given.sum())]] += 1
        counts[inside] += given
    return counts


def _shared(cents: Integers, counts: Integers, chance: Chance) -> Integers:
    """The cents of each line: weights drawn, the remainder with the first line of each part."""
    starts = np.cumsum(counts) - counts
    weights = chance.weights(LINE_SPREAD, int(counts.sum()))
    whole = np.repeat(np.add.reduceat(weights, starts), counts)
    shared: Integers = np.repeat(cents, counts) * weights // whole
    shared[starts] += cents - np.add.reduceat(shared, starts)
    return shared
