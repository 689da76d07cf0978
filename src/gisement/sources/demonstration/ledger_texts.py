"""The cells of ledgers: each field of a payment line as a text, faults included, ready for any layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gisement.catalog.tables import read_csv
from gisement.sources.demonstration.chance import Chance, Integers
from gisement.sources.demonstration.identifiers import siret, with_wrong_key
from gisement.sources.demonstration.ledger_faults import (
    CREDIT_NOTE,
    HEAD_OFFICE,
    MISSING,
    SOLE_TRADER,
    UNREADABLE,
    WRONG_KEY,
    Booleans,
)
from gisement.sources.demonstration.ledger_setting import OtherLine, ledgers, nacres_code, other_lines
from gisement.sources.demonstration.payments import EPOCH, Lines
from gisement.sources.demonstration.setting import Buyer, segment_label
from gisement.sources.demonstration.spending import Engagement
from gisement.sources.demonstration.suppliers import Supplier

FICTIVE = "Données fictives"
UNREAD = "à vérifier"
CREDIT, INVOICE = "Avoir", "Facture"
ACCOUNT_OF_NOBODY = "FR0000000000000000000000000"
_DAYS = 366 * 12
_FIRST_DAY = 365 * 48


@dataclass(frozen=True)
class Books:
    """All that ledgers are written from: who pays, who is paid, for what, and what is wrong in which line."""

    buyers: Sequence[Buyer]
    suppliers: Sequence[Supplier]
    engagements: Sequence[Engagement]
    lines: Lines
    struck: Mapping[str, Booleans]
    seed: int


@dataclass(frozen=True)
class Spelling:
    """How a layout spells amounts and days; `is_absolute` leaves the sign of credit notes to the kind of piece."""

    decimal: str = ","
    day: str = "%d/%m/%Y"
    is_absolute: bool = False


@dataclass
class Texts:
    """The texts of what lines point to, made once for all of them."""

    books: Books
    _held: dict[str, pa.Array] = field(default_factory=dict)

    def of(self, places: Integers, spelling: Spelling, name: str) -> pa.Array:
        """The cells of one field for these lines."""
        return _FIELDS[name](self, places, spelling)

    def held(self, name: str, make: Callable[[], Sequence[str]]) -> pa.Array:
        """A list of texts, made the first time that it is asked for."""
        if name not in self._held:
            self._held[name] = pa.array(make(), pa.string())
        return self._held[name]

    def of_supplier(self, name: str, told: Callable[[Supplier], str], of_buyer: Callable[[Buyer], str]) -> pa.Array:
        """One text per supplier, then per buyer."""
        books = self.books
        return self.held(name, lambda: [*map(told, books.suppliers), *map(of_buyer, books.buyers)])


def others(texts: Texts, buyer: int, year: int, spelling: Spelling) -> Mapping[str, pa.Array]:
    """The lines of a year that are no purchases, after its payment lines: fields that are absent are blank."""
    kinds, cents = _others(texts.books, buyer, year)
    lines = texts.books.lines
    last = int(lines.number[(lines.buyer == buyer) & (lines.year == year)].max())
    amount = amounts(cents, spelling.decimal)
    first = (EPOCH.replace(year=year) - EPOCH).days
    days = [EPOCH + timedelta(days=first + rank * 27 % 360) for rank in range(len(kinds))]
    return {
        "year": pa.array([str(year)] * len(kinds)),
        "order": _padded(np.arange(last + 1, last + 1 + len(kinds))),
        "day": pa.array([day.strftime(spelling.day) for day in days]),
        "account": pa.array([kind.account for kind in kinds]),
        "supplier_name": pa.array([_payee(kind.reason, rank) for rank, kind in enumerate(kinds)]),
        "label": pa.array([f"{FICTIVE} – {kind.label}" for kind in kinds]),
        "kind": pa.array([INVOICE] * len(kinds)),
        "ht": amount, "ttc": amount, "debit": amount, "tax": amounts(cents * 0, spelling.decimal),
        "rate": pa.array(["0"] * len(kinds)),
    }  # fmt: skip


def other_counts(books: Books, buyer: int, year: int) -> dict[str, int]:
    """How many lines of a year are no purchases, by reason."""
    return dict(Counter(kind.reason for kind in _others(books, buyer, year)[0]))


def other_cents(books: Books, buyer: int, year: int) -> dict[str, int]:
    """What the lines of a year that are no purchases add up to, by account."""
    found: dict[str, int] = {}
    for kind, cents in zip(*_others(books, buyer, year), strict=True):
        found[kind.account] = found.get(kind.account, 0) + int(cents)
    return found


def _others(books: Books, buyer: int, year: int) -> tuple[list[OtherLine], Integers]:
    count = int(((books.lines.buyer == buyer) & (books.lines.year == year)).sum())
    chart = ledgers()[books.buyers[buyer].identifier].nomenclature
    kinds = [kind for kind in other_lines(chart) for _ in range(max(1, round(kind.share * count)))]
    return kinds, 50_000 + Chance(books.seed, f"others {buyer} {year}").below(400_000, len(kinds))


def amounts(cents: Integers, decimal: str) -> pa.Array:
    """Cents as euros with two decimals."""
    absolute = np.abs(cents)
    sign = pc.if_else(pa.array(cents < 0), "-", "")
    whole = pa.array(absolute // 100).cast(pa.string())
    rest = pc.utf8_lpad(pa.array(absolute % 100).cast(pa.string()), 2, "0")
    return pc.binary_join_element_wise(pc.binary_join_element_wise(sign, whole, ""), rest, decimal)


def person(rank: int) -> str:
    """The invented name of a natural person: a civility and a first name, which masking looks for."""
    first = _first_names()
    letters = "".join(chr(ord("A") + rank // 26**place % 26) for place in range(3))
    return f"{'Mme' if rank % 2 else 'M.'} {first[rank % len(first)].capitalize()} FICTIF {letters}"


@cache
def _first_names() -> Sequence[str]:
    return [row["word"] for row in read_csv("ledger/name_words.csv") if row["kind"] == "first_name"]


def _payee(reason: str, rank: int) -> str:
    if reason in ("staff", "social_aid"):
        return person(rank)
    return f"Organisme fictif {rank:03d}" if reason in ("debt", "taxes") else f"Association fictive {rank:03d}"


def _padded(numbers: Integers) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 6, "0")


def _name(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    told = texts.of_supplier(
        "name", lambda s: person(s.number) if s.legal_category == SOLE_TRADER else s.name, lambda b: b.name
    )
    return told.take(pa.array(texts.books.lines.supplier[places]))


def _siret(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    supplier = pa.array(texts.books.lines.supplier[places])
    told = texts.of_supplier("siret", lambda s: s.siret, lambda b: b.siret).take(supplier)
    wrong = texts.of_supplier("wrong", lambda s: with_wrong_key(s.siret), lambda b: b.siret).take(supplier)
    head = texts.of_supplier("head", lambda s: siret(s.siren, 1), lambda b: b.siret).take(supplier)
    for fault, instead in ((MISSING, ""), (WRONG_KEY, wrong), (HEAD_OFFICE, head)):
        told = pc.if_else(pa.array(texts.books.struck[fault][places]), instead, told)
    return told


def _label(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    told = texts.held(
        "label",
        lambda: [
            *(f"{FICTIVE} – {segment_label(e.segment)}" for e in texts.books.engagements),
            f"{FICTIVE} – Refacturation de services mutualisés",
        ],
    )
    return told.take(pa.array(texts.books.lines.engagement[places] % len(told)))


def _contract(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    return _of_engagement("contract", lambda e: e.contract.identifier if e.contract else "", texts, places)


def _nacres(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    return _of_engagement("nacres", lambda e: nacres_code(e.segment), texts, places)


def _of_engagement(name: str, told: Callable[[Engagement], str], texts: Texts, places: Integers) -> pa.Array:
    known = texts.held(name, lambda: [*map(told, texts.books.engagements), ""])
    return known.take(pa.array(texts.books.lines.engagement[places] % len(known)))


def _postcode(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    known = texts.of_supplier("postcode", lambda s: s.commune.postcode if s.commune else "", lambda b: "")
    return known.take(pa.array(texts.books.lines.supplier[places]))


def _commune(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    known = texts.of_supplier("commune", lambda s: s.commune.name if s.commune else "", lambda b: "")
    return known.take(pa.array(texts.books.lines.supplier[places]))


def _year(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    return pa.array(texts.books.lines.year[places]).cast(pa.string())


def _order(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    return _padded(texts.books.lines.number[places])


def _account(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    known = texts.held("account", lambda: texts.books.lines.accounts)
    return known.take(pa.array(texts.books.lines.account[places]))


def _iban(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    return pa.array([ACCOUNT_OF_NOBODY] * len(places))


def _day(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    known = texts.held(
        spelling.day,
        lambda: [(EPOCH + timedelta(days=_FIRST_DAY + day)).strftime(spelling.day) for day in range(_DAYS)],
    )
    return known.take(pa.array(texts.books.lines.day[places] - _FIRST_DAY))


def _money(name: str, texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    cents = _cents(texts.books.lines, name)[places]
    told = amounts(np.abs(cents) if spelling.is_absolute else cents, spelling.decimal)
    if name in ("debit", "credit"):
        told = pc.if_else(pa.array(cents == 0), "", told)
    unread = "" if name == "credit" else UNREAD
    return pc.if_else(pa.array(texts.books.struck[UNREADABLE][places]), unread, told)


def _cents(lines: Lines, name: str) -> Integers:
    if name == "tax":
        return lines.tax_cents
    if name == "debit":
        return np.maximum(lines.cents, 0)
    if name == "credit":
        return np.maximum(-lines.cents, 0)
    return lines.cents + lines.tax_cents if name == "ttc" else lines.cents


def _rate(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    known = texts.held("rate" + spelling.decimal, lambda: [_percent(rate, spelling.decimal) for rate in range(201)])
    return known.take(pa.array(texts.books.lines.rate[places]))


def _percent(rate: int, decimal: str) -> str:
    return f"{rate // 10}{decimal}{rate % 10}" if rate % 10 else str(rate // 10)


def _kind(texts: Texts, places: Integers, spelling: Spelling) -> pa.Array:
    return pc.if_else(pa.array(texts.books.struck[CREDIT_NOTE][places]), CREDIT, INVOICE)


_FIELDS: Mapping[str, Callable[[Texts, Integers, Spelling], pa.Array]] = {
    "year": _year,
    "order": _order,
    "day": _day,
    "account": _account,
    "supplier_name": _name,
    "siret": _siret,
    "postcode": _postcode,
    "commune": _commune,
    "label": _label,
    "contract": _contract,
    "nacres": _nacres,
    **{name: partial(_money, name) for name in ("ht", "tax", "ttc", "debit", "credit")},
    "rate": _rate,
    "kind": _kind,
    "iban": _iban,
}
