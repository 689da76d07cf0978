"""Payment lines as they truly are: what each engagement is paid in a year, cut into lines with a day and an amount."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

import numpy as np

from gisement.sources.demonstration.accounts import account
from gisement.sources.demonstration.chance import Booleans, Chance, Integers
from gisement.sources.demonstration.contracts import Engagement
from gisement.sources.demonstration.suppliers import Supplier
from gisement.sources.demonstration.territory import Buyer, rows
from gisement.sources.ledger.values import guessed_rate

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
Whole = tuple[int, int, int, int, int, int, int, str]
"""Buyer, year, engagement, supplier, cents, first and last day (since 1970), account."""


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
    accounts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.cents)

    def take(self, places: Integers) -> Lines:
        """Some of the lines, in this order."""
        arrays = {one.name: getattr(self, one.name)[places] for one in fields(self) if one.name != "accounts"}
        return Lines(**arrays, accounts=self.accounts)

    @property
    def book(self) -> Integers:
        """The book that holds each line: ten thousand times the rank of its buyer, and its year."""
        return self.buyer * 10_000 + self.year

    @property
    def tax_cents(self) -> Integers:
        """The VAT of each line, in cents."""
        return (self.cents * self.rate * 2 + 1000) // 2000


@dataclass(frozen=True)
class OtherLine:
    """A line that is no purchase (staff, grants, debt…), as a share of all lines of the ledger."""

    nomenclature: str
    account: str
    reason: str
    share: float
    label: str


@dataclass(frozen=True)
class Books:
    """All that ledgers are written from: who pays, who is paid, for what, and what is wrong in which line."""

    buyers: Sequence[Buyer]
    suppliers: Sequence[Supplier]
    engagements: Sequence[Engagement]
    lines: Lines
    struck: Mapping[str, Booleans]
    seed: int

    def places(self, buyer: Buyer, year: int) -> Integers:
        """The lines of a buyer in a year."""
        return np.flatnonzero(self.lines.book == self.buyers.index(buyer) * 10_000 + year)

    def held(self, chosen: Booleans | None = None) -> list[tuple[Buyer, int]]:
        """The buyer and year of each book that has lines (among those chosen)."""
        known = np.unique(self.lines.book if chosen is None else self.lines.book[chosen])
        return [(self.buyers[int(book) // 10_000], int(book) % 10_000) for book in known]

    def others(self, buyer: Buyer, year: int) -> tuple[list[OtherLine], Integers]:
        """The lines of a book that are no purchases, and their cents."""
        count = len(self.places(buyer, year))
        known = [one for one in rows(OtherLine, "non_purchase_lines") if one.nomenclature == buyer.nomenclature]
        kinds = [kind for kind in known for _ in range(max(1, round(kind.share * count)))]
        chance = Chance(self.seed, f"others {self.buyers.index(buyer)} {year}")
        return kinds, 50_000 + chance.below(400_000, len(kinds))


def cut(
    buyers: Sequence[Buyer], engagements: Sequence[Engagement], suppliers: int, scale: float, chance: Chance
) -> Lines:
    """About `scale` times the full number of lines of each buyer and year, numbered in order of their days."""
    wholes = [*_wholes(buyers, engagements), *_recharged(buyers, engagements, suppliers)]
    parts = np.array([whole[:7] for whole in wholes], np.int64)
    counts = _counts(buyers, parts, scale)
    of = np.repeat(np.arange(len(parts)), counts)
    cents = _shared(parts[:, 4], counts, chance)
    first, last = parts[of, 5], parts[of, 6]
    accounts = sorted({whole[7] for whole in wholes})
    rank = {number: place for place, number in enumerate(accounts)}
    charts = [(buyers[whole[0]].nomenclature, whole[7]) for whole in wholes]
    known = {chart: guessed_rate(*chart) for chart in set(charts)}
    rates = np.array([known[chart] for chart in charts], np.int64)
    lines = Lines(
        buyer=parts[of, 0], year=parts[of, 1], day=first + chance.below(last - first + 1, len(of)),
        engagement=parts[of, 2], supplier=parts[of, 3],
        account=np.array([rank[whole[7]] for whole in wholes], np.int64)[of],
        cents=cents, rate=rates[of], number=np.zeros(len(of), np.int64), accounts=tuple(accounts),
    )  # fmt: skip
    return numbered(lines.take(np.lexsort((chance.below(1 << 30, len(of)), lines.day, lines.buyer))))


def numbered(lines: Lines, is_again: Booleans | None = None) -> Lines:
    """The lines with the number of their payment order: 1, 2, … for each buyer and year, in their order.

    A line that `is_again` keeps the number of the one before.
    """
    change = np.flatnonzero(np.diff(lines.book, prepend=-1))
    steps = np.ones(len(lines), np.int64) if is_again is None else 1 - is_again.astype(np.int64)
    counted = np.cumsum(steps)
    before = np.repeat(counted[change] - 1, np.diff(change, append=len(lines)))
    return replace(lines, number=counted - before)


def _wholes(buyers: Sequence[Buyer], engagements: Sequence[Engagement]) -> Iterator[Whole]:
    """What each engagement is paid in each year, between two days of it."""
    for e in engagements:
        number = account(e.buyer.nomenclature, e.segment)
        for year, cents in e.cents.items():
            if cents > 0:
                first, last = date(year, 1, 3), date(year, 12, 30)
                if e.contract is not None:
                    ended = e.contract.day + timedelta(days=31 * e.contract.months + DELAY_DAYS)
                    first = min(last, max(first, e.contract.day + timedelta(days=10)))
                    last = max(first, min(last, ended))
                yield _whole(buyers.index(e.buyer), year, e.number, e.supplier, cents, first, last, number)


def _recharged(buyers: Sequence[Buyer], engagements: Sequence[Engagement], suppliers: int) -> Iterator[Whole]:
    """What partners invoice to each other, over and above what suppliers are paid."""
    ranks = {buyer.identifier: rank for rank, buyer in enumerate(buyers)}
    spent: Counter[tuple[str, int]] = Counter()
    for e in engagements:
        if e.buyer.identifier in RECHARGES:
            spent.update({(e.buyer.identifier, year): cents for year, cents in e.cents.items()})
    for (payer, year), cents in sorted(spent.items()):
        partner, number = RECHARGES[payer]
        due = int(cents * RECHARGED_SHARE)
        days = date(year, 1, 3), date(year, 12, 30)
        yield _whole(ranks[payer], year, -1, suppliers + ranks[partner], due, *days, number)


def _whole(
    buyer: int, year: int, engagement: int, supplier: int, cents: int, first: date, last: date, number: str
) -> Whole:
    return buyer, year, engagement, supplier, cents, (first - EPOCH).days, (last - EPOCH).days, number


def _counts(buyers: Sequence[Buyer], parts: Integers, scale: float) -> Integers:
    """How many lines each part is cut into: in proportion to the square root of its money, one at least."""
    counts = np.ones(len(parts), np.int64)
    key = parts[:, 0] * 10_000 + parts[:, 1]
    # whole numbers: sums of floats may differ in their last digit from one machine to another
    roots = np.sqrt(parts[:, 4].astype(np.float64)).astype(np.int64) + 1
    for value in np.unique(key):
        inside = np.flatnonzero(key == value)
        wanted = round(buyers[int(value) // 10_000].lines * scale)
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
