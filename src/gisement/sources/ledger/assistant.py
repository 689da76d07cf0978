"""The assistant: proposes a mapping from headers and contents, shows ten lines, and names each fault with its fix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from gisement.sources.ledger import remarks as say
from gisement.sources.ledger.columns import AMOUNTS, FIELDS, NOMENCLATURES
from gisement.sources.ledger.layout import Layout, fields_of, find_layout
from gisement.sources.ledger.mapping import LedgerMapping, check_buyer, written
from gisement.sources.ledger.opening import Opened, open_export
from gisement.sources.ledger.parsing import parse
from gisement.sources.ledger.prepare import Prepared, scratch, write_masked
from gisement.sources.ledger.profile import ENOUGH, KINDS, Column, profile
from gisement.sources.ledger.remarks import Remark
from gisement.store.unreadable import table_told

SAMPLE: Final = 3000
"""Lines that the contents of columns are judged on."""
_FEW: Final = 3
_JOINED: Final = 3
"""Columns of numbers that are joined to name a line: order, payment, line."""
_CREDIT: Final = re.compile(r"(?i)avoir|annul|r[ée]duct|^av$|^an$|^c$|^cr[ée]dit$")
_PERSON: Final = re.compile(r"(?i)physique|particulier|^pp$|^agent|usager|^0?1$")
_HOSPITAL: Final = re.compile(r"602[12]\d|6066\d|6151\d\d")


@dataclass(frozen=True)
class Proposal:
    """A mapping, as data and as the text of its file, the first lines read with it, and what was remarked."""

    mapping: LedgerMapping
    text: str
    columns: tuple[str, ...]
    remarks: tuple[Remark, ...]
    prepared: Prepared

    @property
    def rows(self) -> tuple[Mapping[str, Any], ...]:
        """The first ten lines, as they would leave."""
        return self.prepared.sample


def propose(path: Path, mapping: LedgerMapping | None = None, *, buyer: str | None = None) -> Proposal:
    """Propose the mapping of an export, or check the one given. Nothing is written. Trouble if it is no table."""
    check_buyer(buyer, "--buyer")
    given = mapping or LedgerMapping()
    with table_told(path.name), scratch() as workdir:
        opened = open_export(path, given, workdir)
        layout = find_layout(opened, given)
        columns = _profiles(opened, layout, given)
        if mapping is None:
            chosen, found = _from_headers(opened, layout, columns, buyer)
        else:
            chosen, found = replace(given, buyer=buyer or given.buyer), _wrong(given.columns, columns, layout)
        prepared = write_masked(Prepared(), None, lambda to: parse(to, opened, layout, _readable(chosen)))
    told = (*found, *_of_file(opened, layout, given), *_of_lines(prepared), *_of_columns(chosen, columns))
    return Proposal(chosen, written(chosen, [remark.fr for remark in told]), layout.names, told, prepared)


def _profiles(opened: Opened, layout: Layout, mapping: LedgerMapping) -> dict[str, Column]:
    after = layout.line + layout.lines
    rows = (row.cells for row in opened.rows(mapping.decimal, None) if row.number >= after)
    body = list(islice(rows, SAMPLE))
    return {
        name: profile(name, [cells[place] for cells in body if place < len(cells)])
        for place, name in enumerate(layout.names)
    }


def _from_headers(
    opened: Opened, layout: Layout, columns: Mapping[str, Column], buyer: str | None
) -> tuple[LedgerMapping, list[Remark]]:
    """The proposal: by header, and by contents where the header is wrong."""
    candidates = fields_of(layout.names)
    picked = {
        field: names[:_JOINED] if field == "line_id" else (_best(field, names, columns),)
        for field, names in candidates.items()
    }
    found = _wrong(picked, columns, layout)
    chosen = _mended(picked, found, columns)
    base = LedgerMapping(
        columns={field: chosen[field] for field in FIELDS if field in chosen},
        buyer=buyer,
        sheet=opened.sheet if len(opened.sheets) > 1 else None,
        header_line=layout.line if layout.line > 1 or layout.lines > 1 or layout.merged else None,
        header_lines=layout.lines,
        encoding=opened.encoding or None,
        delimiter=opened.delimiter or None,
        decimal=_decimal(chosen, columns),
        order=_order(chosen, columns),
        nomenclature=_nomenclature(opened, layout, chosen),
    )
    return _with_words(base, opened, layout), found


def _best(field: str, names: Sequence[str], columns: Mapping[str, Column]) -> str:
    """Of the columns that a header makes candidates, the first whose contents fit best."""
    return max(
        names, key=lambda name: (columns[name].filled > 0, columns[name].fits(field) >= ENOUGH, -names.index(name))
    )


def _wrong(picked: Mapping[str, Sequence[str]], columns: Mapping[str, Column], layout: Layout) -> list[Remark]:
    """The fields whose column holds something else, with the column that would fit and is not rightly taken."""
    held: dict[str, Column] = {}
    for field, names in picked.items():
        place = layout.index(names[0])
        if place is not None:
            held[field] = columns[layout.names[place]]
    wrong = {field: column for field, column in held.items() if _is_wrong(field, column)}
    taken = {column.name for field, column in held.items() if field not in wrong}
    found = []
    for field, column in wrong.items():
        free = [one for one in columns.values() if one.name not in taken and one.filled >= _FEW]
        fitting = [one for one in free if one.fits(field) >= ENOUGH and one.name != column.name]
        better = max(fitting, key=lambda one: (one.fits(field), one.filled), default=None)
        if better is not None:
            taken.add(better.name)
        found.append(say.wrong_column(field, column, better))
    return found


def _is_wrong(field: str, column: Column) -> bool:
    if column.filled < _FEW:
        return field in ("account", *AMOUNTS) and column.filled == 0
    # A column of SIRETs may also hold foreign numbers or nothing: half is enough.
    return field in KINDS and column.fits(field) < ENOUGH


def _mended(
    picked: Mapping[str, tuple[str, ...]], found: Iterable[Remark], columns: Mapping[str, Column]
) -> dict[str, tuple[str, ...]]:
    """The columns with those that are wrong replaced, or taken out where nothing fits."""
    chosen = {
        field: names
        for field, names in picked.items()
        if not _is_wrong(field, columns[names[0]]) and columns[names[0]].filled
    }
    for remark in found:
        if remark.column:
            chosen[remark.field] = (remark.column,)
    if "amount_ht" in chosen or "amount_ttc" in chosen:
        chosen.pop("amount", None)
    return chosen


def _decimal(chosen: Mapping[str, Sequence[str]], columns: Mapping[str, Column]) -> str:
    amounts = [columns[names[0]] for field, names in chosen.items() if field in AMOUNTS]
    comma, dot = (sum(column.shares[sign] for column in amounts) for sign in ("comma", "dot"))
    return "." if dot > comma else ","


def _order(chosen: Mapping[str, Sequence[str]], columns: Mapping[str, Column]) -> str:
    dates = [columns[names[0]] for field, names in chosen.items() if KINDS.get(field) == "date"]
    day, month = (sum(column.shares[part] for column in dates) for part in ("day_first", "month_first"))
    return "month" if month > day else "day"


def _nomenclature(opened: Opened, layout: Layout, chosen: Mapping[str, Sequence[str]]) -> str:
    """The likeliest chart of accounts, to be confirmed: numbers alone cannot prove it."""
    if "segment_code" in chosen and "nacres" in chosen["segment_code"][0].lower():
        return "GBCP"
    place = layout.index(chosen["account"][0]) if "account" in chosen else None
    accounts = _cells(opened, layout, place)
    hospital = sum(1 for account in accounts if _HOSPITAL.match(account))
    return "M21" if hospital * 10 > len(accounts) else NOMENCLATURES[0]


def _with_words(mapping: LedgerMapping, opened: Opened, layout: Layout) -> LedgerMapping:
    """The words of the file that mean a credit note or a natural person, and the tax basis of its amount."""
    credit = _words(mapping, opened, layout, "credit_note", _CREDIT)
    persons = _words(mapping, opened, layout, "person", _PERSON)
    columns = {
        field: names
        for field, names in mapping.columns.items()
        if (field != "credit_note" or credit) and (field != "person" or persons)
    }
    only_ttc = "amount_ttc" in columns and not {"amount_ht", "amount_vat", "vat_rate"} & set(columns)
    return replace(mapping, columns=columns, credit_values=credit, person_values=persons, guess_vat=only_ttc)


def _words(
    mapping: LedgerMapping, opened: Opened, layout: Layout, field: str, wanted: re.Pattern[str]
) -> tuple[str, ...]:
    if field not in mapping.columns:
        return ()
    cells = _cells(opened, layout, layout.index(mapping.columns[field][0]))
    return tuple(sorted({cell for cell in cells if wanted.search(cell)}))[:20]


def _cells(opened: Opened, layout: Layout, place: int | None) -> list[str]:
    if place is None:
        return []
    after = layout.line + layout.lines
    rows = islice((row.cells for row in opened.rows() if row.number >= after), SAMPLE)
    return [cells[place].strip() for cells in rows if place < len(cells) and cells[place].strip()]


def _readable(mapping: LedgerMapping) -> LedgerMapping:
    """The mapping with what is still to be filled in taken for granted, to show lines all the same."""
    return replace(mapping, nomenclature=mapping.nomenclature or NOMENCLATURES[0], basis=mapping.basis or "HT")


def _of_file(opened: Opened, layout: Layout, given: LedgerMapping) -> list[Remark]:
    found = []
    if opened.utf8_lines and opened.cp1252_lines and given.encoding != "mixed":
        found.append(say.mixed_encodings(opened.utf8_lines, opened.cp1252_lines))
    header = range(layout.line - 1, layout.line - 1 + layout.lines)
    is_merged = any(start[0] in header and start != end for start, end in opened.merged)
    if layout.merged or (is_merged and layout.lines > 1):
        found.append(say.merged_header(layout.merged or layout.names[:1], layout.line, layout.lines))
    if layout.line > 1:
        found.append(say.title_lines(layout.line))
    return found


def _of_lines(prepared: Prepared) -> list[Remark]:
    dropped = prepared.dropped
    found = []
    if "total_row" in dropped:
        found.append(say.total_rows(*dropped["total_row"]))
    if prepared.negative:
        found.append(say.negative_amounts(prepared.negative, prepared.payments))
    if prepared.zero:
        found.append(say.zero_amounts(prepared.zero, prepared.payments))
    for kind, (count, fr, en) in _doubts(prepared).items():
        if count:
            found.append(say.counted(kind, count, fr, en))
    return found


def _doubts(prepared: Prepared) -> dict[str, tuple[int, str, str]]:
    return {
        "unreadable_amounts": (
            prepared.without_amount,
            "Lignes dont le montant ne se lit pas : {count}. Gardées sans montant ; vérifier [amounts] decimal.",
            "Lines whose amount cannot be read: {count}. Kept without an amount; check [amounts] decimal.",
        ),
        "without_date": (
            prepared.without_date,
            "Lignes sans date lisible : {count}. Gardées, mais hors des séries par année si l'exercice manque aussi ; "
            "vérifier [dates] order.",
            "Lines without a readable date: {count}. Kept, but out of yearly series if the year is missing too; "
            "check [dates] order.",
        ),
        "unreadable_lines": (
            prepared.dropped_lines("unreadable"),
            "Lignes dont les colonnes ne se séparent pas (guillemet ou séparateur en trop) : {count}. "
            "Écartées et comptées.",
            "Lines whose columns cannot be told apart (a stray quote or separator): {count}. Left out and counted.",
        ),
        "repeated_header": (
            prepared.dropped_lines("repeated_header"),
            "Lignes qui répètent l'en-tête : {count}. Écartées et comptées.",
            "Lines that repeat the header: {count}. Left out and counted.",
        ),
        "tax_inverted": (
            prepared.tax_inverted,
            "Lignes où le TTC est plus petit que le HT : {count}. Les deux colonnes sont peut-être inversées.",
            "Lines where the amount with tax is smaller than without: {count}. The two columns may be swapped.",
        ),
        "vat_guessed": (
            prepared.vat_guessed,
            "Lignes dont la TVA est estimée d'après le compte (guess_vat) : {count}. Marquées comme telles.",
            "Lines whose VAT is a guess from the account (guess_vat): {count}. Flagged as such.",
        ),
    }


def _of_columns(mapping: LedgerMapping, columns: Mapping[str, Column]) -> list[Remark]:
    """What is still to be filled in or confirmed."""
    found = []
    if mapping.buyer is None and "buyer_id" not in mapping.columns:
        found.append(Remark("buyer_missing", _BUYER[0], _BUYER[1], 'buyer = "…"'))
    if "amount" in mapping.columns and mapping.basis is None:
        found.append(Remark("basis_missing", _BASIS[0], _BASIS[1], 'basis = "HT"'))
    if "account" not in mapping.columns:
        found.append(Remark("account_missing", *_ACCOUNT, 'account = "…"'))
    if not {"amount", "amount_ht", "amount_ttc"} & set(mapping.columns):
        found.append(Remark("amount_missing", *_AMOUNT, 'amount_ht = "…"'))
    if mapping.nomenclature is not None:
        found.append(
            Remark(
                "nomenclature_to_confirm",
                f"La nomenclature {mapping.nomenclature} est à confirmer : le même numéro a un autre sens ailleurs.",
                f"The chart of accounts {mapping.nomenclature} is to be confirmed: a number has other meanings.",
                f'nomenclature = "{mapping.nomenclature}"',
            )
        )
    for column in columns.values():
        if count := round(column.shares["scientific"] * column.filled):
            fr, en = (sentence.replace("{column}", column.name) for sentence in _LOST)
            found.append(
                Remark("scientific_notation", fr.replace("{count}", str(count)), en.replace("{count}", str(count)))
            )
    return found


_BUYER: Final = (
    "L'acheteur n'est pas dans le fichier : écrire son SIRET dans buyer, ou donner --buyer.",
    "The buyer is not in the file: write its SIRET in buyer, or give --buyer.",
)
_ACCOUNT: Final = (
    "Aucune colonne de comptes n'est reconnue : nommer account, sans laquelle rien ne peut sortir.",
    "No column of accounts is recognised: name account, without which nothing may leave.",
)
_AMOUNT: Final = (
    "Aucune colonne de montants n'est reconnue : nommer amount_ht, amount_ttc ou amount.",
    "No column of amounts is recognised: name amount_ht, amount_ttc or amount.",
)
_BASIS: Final = (
    'La colonne du montant ne dit pas si elle est hors taxes : écrire basis = "HT" ou basis = "TTC".',
    'The amount column does not say its tax basis: write basis = "HT" or basis = "TTC".',
)
_LOST: Final = (
    "Cellules de « {column} » en notation scientifique (1,23E+13) : {count}. Le tableur a perdu les derniers chiffres "
    ": refaire l'export avec cette colonne en texte.",
    "Cells of '{column}' in scientific notation (1.23E+13): {count}. The spreadsheet lost the last digits: export "
    "again with this column as text.",
)
