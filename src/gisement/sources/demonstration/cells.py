"""The cells of ledgers: each field of a payment line as a text, faults included, ready for any layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gisement.catalog.tables import read_csv
from gisement.sources.demonstration.accounts import nacres_code
from gisement.sources.demonstration.chance import Integers
from gisement.sources.demonstration.contracts import Engagement
from gisement.sources.demonstration.faults import CREDIT_NOTE, HEAD_OFFICE, MISSING, UNREADABLE, WRONG_KEY
from gisement.sources.demonstration.identifiers import siret, with_wrong_key
from gisement.sources.demonstration.payments import EPOCH, Books
from gisement.sources.demonstration.suppliers import Supplier
from gisement.sources.demonstration.territory import FICTIVE, Buyer, segment_label

UNREAD = "à vérifier"
CREDIT, INVOICE = "Avoir", "Facture"
ACCOUNT_OF_NOBODY = "FR0000000000000000000000000"


@dataclass(frozen=True)
class Spelling:
    """How a layout spells amounts and days; `is_absolute` leaves the sign of credit notes to the kind of piece."""

    decimal: str = ","
    day: str = "%d/%m/%Y"
    is_absolute: bool = False


@dataclass
class Texts:
    """The cells of payment lines; the texts of what lines point to are made once for all of them."""

    books: Books

    def of(self, places: Integers, spelling: Spelling, name: str) -> pa.Array:
        """The cells of one field for these lines."""
        lines, struck = self.books.lines, self.books.struck
        if name in ("ht", "tax", "ttc", "debit", "credit"):
            return self._money(places, spelling, name)
        if name == "siret":
            told = self._named(places, "siret")
            for fault, instead in ((MISSING, ""), (WRONG_KEY, "wrong_siret"), (HEAD_OFFICE, "head_siret")):
                other = self._named(places, instead) if instead else instead
                told = pc.if_else(pa.array(struck[fault][places]), other, told)
            return told
        if name == "year":
            return pa.array(lines.year[places]).cast(pa.string())
        if name == "order":
            return _padded(lines.number[places])
        if name == "day":
            return pc.strftime(pa.array(lines.day[places].astype("datetime64[D]")), spelling.day)
        if name == "rate":
            known = pa.array([_percent(rate, spelling.decimal) for rate in range(201)])
            return known.take(pa.array(lines.rate[places]))
        if name == "kind":
            return pc.if_else(pa.array(struck[CREDIT_NOTE][places]), CREDIT, INVOICE)
        if name == "iban":
            return pa.array([ACCOUNT_OF_NOBODY] * len(places))
        return self._named(places, name)

    def _named(self, places: Integers, name: str) -> pa.Array:
        """The text of what each line points to; what is of no engagement has the last one."""
        ranks, texts = self._known[name]
        return texts.take(pa.array(ranks[places] % len(texts)))

    @cached_property
    def _known(self) -> Mapping[str, tuple[Integers, pa.Array]]:
        lines, books = self.books.lines, self.books

        def payee(told: Callable[[Supplier], str], of_buyer: Callable[[Buyer], str]) -> tuple[Integers, pa.Array]:
            return lines.supplier, pa.array([*map(told, books.suppliers), *map(of_buyer, books.buyers)])

        def purchase(told: Callable[[Engagement], str], of_none: str = "") -> tuple[Integers, pa.Array]:
            return lines.engagement, pa.array([*map(told, books.engagements), of_none])

        return {
            "account": (lines.account, pa.array(lines.accounts)),
            "supplier_name": payee(lambda s: person(s.number) if s.is_person else s.name, lambda b: b.name),
            "siret": payee(lambda s: s.siret, lambda b: b.siret),
            "wrong_siret": payee(lambda s: with_wrong_key(s.siret), lambda b: b.siret),
            "head_siret": payee(lambda s: siret(s.siren, 1), lambda b: b.siret),
            "postcode": payee(lambda s: s.commune.postcode if s.commune else "", lambda b: ""),
            "commune": payee(lambda s: s.commune.name if s.commune else "", lambda b: ""),
            "label": purchase(
                lambda e: f"{FICTIVE} – {segment_label(e.segment)}", f"{FICTIVE} – Refacturation de services mutualisés"
            ),
            "contract": purchase(lambda e: e.contract.identifier if e.contract else ""),
            "nacres": purchase(lambda e: nacres_code(e.segment)),
        }

    def _money(self, places: Integers, spelling: Spelling, name: str) -> pa.Array:
        lines = self.books.lines.take(places)
        cents = {
            "ht": lines.cents, "tax": lines.tax_cents, "ttc": lines.cents + lines.tax_cents,
            "debit": np.maximum(lines.cents, 0), "credit": np.maximum(-lines.cents, 0),
        }[name]  # fmt: skip
        told = _amounts(np.abs(cents) if spelling.is_absolute else cents, spelling.decimal)
        if name in ("debit", "credit"):
            told = pc.if_else(pa.array(cents == 0), "", told)
        return pc.if_else(pa.array(self.books.struck[UNREADABLE][places]), "" if name == "credit" else UNREAD, told)

    def others(self, buyer: Buyer, year: int, spelling: Spelling) -> Mapping[str, pa.Array]:
        """The lines of a year that are no purchases, after its payment lines: fields that are absent are blank."""
        kinds, cents = self.books.others(buyer, year)
        last, count = int(self.books.lines.number[self.books.places(buyer, year)].max()), len(kinds)
        days = [EPOCH.replace(year=year) + timedelta(days=rank * 27 % 360) for rank in range(count)]
        amount = _amounts(cents, spelling.decimal)
        return {
            "year": pa.array([str(year)] * count),
            "order": _padded(np.arange(last + 1, last + 1 + count)),
            "day": pa.array([day.strftime(spelling.day) for day in days]),
            "account": pa.array([kind.account for kind in kinds]),
            "supplier_name": pa.array([_payee(kind.reason, rank) for rank, kind in enumerate(kinds)]),
            "label": pa.array([f"{FICTIVE} – {kind.label}" for kind in kinds]),
            "kind": pa.array([INVOICE] * count),
            "ht": amount, "ttc": amount, "debit": amount, "tax": _amounts(cents * 0, spelling.decimal),
            "rate": pa.array(["0"] * count),
        }  # fmt: skip


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


def _amounts(cents: Integers, decimal: str) -> pa.Array:
    """Cents as euros with two decimals."""
    absolute = np.abs(cents)
    sign = pc.if_else(pa.array(cents < 0), "-", "")
    whole = pa.array(absolute // 100).cast(pa.string())
    rest = pc.utf8_lpad(pa.array(absolute % 100).cast(pa.string()), 2, "0")
    return pc.binary_join_element_wise(pc.binary_join_element_wise(sign, whole, ""), rest, decimal)


def _padded(numbers: Integers) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 6, "0")


def _percent(rate: int, decimal: str) -> str:
    return f"{rate // 10}{decimal}{rate % 10}" if rate % 10 else str(rate // 10)
