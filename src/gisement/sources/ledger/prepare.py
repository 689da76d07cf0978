"""From an export to the masked file that may leave the partner's desk, and the account of what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import duckdb

from gisement.sources.ledger import masked_file
from gisement.sources.ledger.layout import Layout, find_layout
from gisement.sources.ledger.mapping import LedgerMapping, check_complete, fields
from gisement.sources.ledger.masking import MASKING, Account, mask
from gisement.sources.ledger.opening import Opened, open_export, scratch
from gisement.sources.ledger.parsing import PAYMENT, columns_of, parse, resolve
from gisement.store.unreadable import table_told
from gisement.terms import Trouble

Fill = Callable[[duckdb.DuckDBPyConnection], Iterator[None]]
SHOWN: Final = 10
_COUNTED: Final = {
    "payments": "count(*)",
    "negative": "count(*) FILTER (coalesce(amount_ht_cents, amount_ttc_cents) < 0)",
    "zero": "count(*) FILTER (coalesce(amount_ht_cents, amount_ttc_cents) = 0)",
    "without_amount": "count(*) FILTER (amount_ht_cents IS NULL AND amount_ttc_cents IS NULL)",
    "without_date": "count(*) FILTER (payment_date IS NULL AND invoice_date IS NULL)",
    "vat_guessed": "count(*) FILTER (vat_rule = 'guessed')",
    "tax_inverted": "count(*) FILTER (amount_ttc_cents < amount_ht_cents AND amount_ht_cents > 0)",
    "amount_cents": "coalesce(sum(coalesce(amount_ht_cents, amount_ttc_cents)), 0)::BIGINT",
}
"""What is counted of the lines that leave, by its name in `Prepared`."""


@dataclass
class Prepared:
    """What became of an export.

    `leaving` gives the header of each column that leaves, by field; `held_back` the columns that do not.
    `dropped` and `masked` give lines and cents by reason; `lines` counts all lines under the header.
    """

    target: Path | None = None
    lines: int = 0
    payments: int = 0
    negative: int = 0
    zero: int = 0
    without_amount: int = 0
    without_date: int = 0
    vat_guessed: int = 0
    tax_inverted: int = 0
    amount_cents: int = 0
    leaving: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held_back: tuple[str, ...] = ()
    dropped: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    masked: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    sample: tuple[Mapping[str, Any], ...] = ()

    def dropped_lines(self, reason: str) -> int:
        """How many lines were dropped for that reason."""
        return self.dropped.get(reason, (0, 0))[0]

    def masked_lines(self, reason: str) -> int:
        """In how many lines a text was masked for that reason."""
        return self.masked.get(reason, (0, 0))[0]


def prepare_ledger(
    path: Path, target: Path, mapping: LedgerMapping | None = None, *, buyer: str | None = None
) -> Prepared:
    """Write the masked file of an export at `target`; offline, and nothing else is written.

    An export needs a mapping; a masked file does not, and goes through the rules again. Raises Trouble for
    what cannot be read: a wrong column, a mapping that lacks the nomenclature, a file that is no table.
    """
    refuse_same(path, target)
    with table_told(path.name), scratch() as workdir:
        if path.is_file() and masked_file.is_masked(path):
            return _prepare_masked(path, target)
        if mapping is None:
            raise Trouble(
                fr=f"{path.name} demande un fichier de correspondance : « gisement map {path.name} » en propose un.",
                en=f"{path.name} needs a mapping file: 'gisement map {path.name}' proposes one.",
            )
        given = replace(mapping, buyer=buyer) if buyer else mapping
        check_complete(given)
        opened = open_export(path, given, workdir)
        layout = find_layout(opened, given)
        return write_masked(
            _base(opened, layout, given),
            target,
            lambda to: parse(to, opened, layout, given),
            given.persons_kept,
            check=lambda prepared: _check_columns(prepared, opened.name, given),
        )


def refuse_same(path: Path, target: Path) -> None:
    """Raise Trouble if the masked file would take the place of the export."""
    if path.resolve() == target.resolve():
        raise Trouble(
            fr=f"{target} est le fichier d'origine : donner un autre nom au fichier masqué.",
            en=f"{target} is the original file: give the masked file another name.",
        )


def write_masked(
    prepared: Prepared,
    target: Path | None,
    fill: Fill,
    kept: tuple[str, ...] = (),
    account: Account | None = None,
    check: Callable[[Prepared], None] = lambda prepared: None,
) -> Prepared:
    """Run lines through the masking rules, into `target` unless it is None, and complete `prepared`.

    `check` may refuse what was read: then nothing is written.
    """
    counted = account or Account()
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        if target is None:
            for _ in fill(connection):
                _count(prepared, connection, counted, kept, None)
        else:
            with masked_file.MaskedWriter(target) as writer:
                for _ in fill(connection):
                    _count(prepared, connection, counted, kept, writer)
                writer.dropped(counted.rows())
                check(_complete(prepared, counted))
    prepared.target = target
    return _complete(prepared, counted)


def _complete(prepared: Prepared, account: Account) -> Prepared:
    told = account.by_reason()
    prepared.dropped = {reason: counts for reason, counts in told.items() if reason not in MASKING}
    prepared.masked = {reason: counts for reason, counts in told.items() if reason in MASKING}
    return prepared


def _count(
    prepared: Prepared,
    connection: duckdb.DuckDBPyConnection,
    account: Account,
    kept: tuple[str, ...],
    writer: masked_file.MaskedWriter | None,
) -> None:
    lines = mask(connection, account, kept)
    if writer is not None:
        writer.payments(lines)
    total = connection.execute("SELECT count(*) FROM judged").fetchone()
    counted = ", ".join(_COUNTED.values())
    found = connection.execute(f"SELECT {counted} FROM judged WHERE drop_reason IS NULL").fetchone()
    prepared.lines += int(total[0]) if total else 0
    for name, value in zip(_COUNTED, found or (), strict=True):
        setattr(prepared, name, getattr(prepared, name) + int(value))
    if len(prepared.sample) < SHOWN:
        shown = lines.slice(0, SHOWN - len(prepared.sample)).to_pylist()
        prepared.sample = (*prepared.sample, *shown)


def _base(opened: Opened, layout: Layout, mapping: LedgerMapping) -> Prepared:
    places = resolve(layout, mapping, opened.name)
    used = {place for found in places.values() for place in found}
    held_back = tuple(name for place, name in enumerate(layout.names) if place not in used)
    leaving = {name: tuple(layout.names[place] for place in places[name]) for name in fields() if name in places}
    return Prepared(leaving=leaving, held_back=held_back)


def _prepare_masked(path: Path, target: Path) -> Prepared:
    account = Account()
    with duckdb.connect() as connection:
        for *key, lines, amount in masked_file.dropped_in(connection, path):
            account.add((key[0], key[1], key[2], key[3]), lines, amount)
    prepared = Prepared(leaving={name: (name,) for name in columns_of(PAYMENT)})
    return write_masked(prepared, target, lambda to: masked_file.lines_of(to, path), account=account)


def _check_columns(prepared: Prepared, name: str, mapping: LedgerMapping) -> None:
    """Of a column of which most cannot be read, nothing is kept: it is the wrong one."""
    without_account = prepared.dropped_lines("account_missing") + prepared.dropped_lines("total_row")
    unread = {
        "le compte": ("the account", "account", without_account, prepared.lines),
        "le montant": ("the amount", "amount", prepared.without_amount, prepared.payments),
        "le SIRET": ("the SIRET", "supplier_id", prepared.masked_lines("unreadable_id"), prepared.payments),
    }
    for what_fr, (what_en, column, count, total) in unread.items():
        if count * 2 > total:
            raise Trouble(
                fr=f"{name} : sur {count} lignes de {total}, {what_fr} ne se lit pas (décimale « {mapping.decimal} »). "
                f"Vérifier la colonne {column} et [amounts] decimal : « gisement map {name} » les propose.",
                en=f"{name}: on {count} lines of {total}, {what_en} cannot be read (decimal sign '{mapping.decimal}'). "
                f"Check the column {column} and [amounts] decimal: 'gisement map {name}' proposes them.",
            )
