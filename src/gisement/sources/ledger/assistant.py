"""The assistant: proposes a mapping from headers and contents, shows ten lines, and names each fault with its fix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from gisement.catalog.tables import read_yaml
from gisement.sources.ledger.layout import Layout, fields_of, find_layout
from gisement.sources.ledger.mapping import AMOUNTS, NOMENCLATURES, LedgerMapping, check_buyer, fields, written
from gisement.sources.ledger.opening import Opened, open_export, scratch
from gisement.sources.ledger.parsing import parse
from gisement.sources.ledger.prepare import Prepared, write_masked
from gisement.sources.ledger.profile import ENOUGH, Column, profile
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
class Remark:
    """One fault or doubt: its kind, a plain sentence in both languages, and the fix as lines of the mapping.

    For a wrong column, `field` is what was looked for and `column` where it was found.
    """

    kind: str
    fr: str
    en: str
    fix: str = ""
    field: str = ""
    column: str = ""


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
        columns={field: chosen[field] for field in fields() if field in chosen},
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
        found.append(_wrong_column(field, column, better))
    return found


def _wrong_column(field: str, column: Column, better: Column | None) -> Remark:
    """The column chosen for a field holds something else; `better` holds it, if one does."""
    about = fields()[field]
    kind = _said()["looks_like"][about["looks_like"]]
    told = {
        "column": column.name,
        "field": field,
        "described": about["description"],
        "kind_fr": kind["fr"],
        "kind_en": kind["en"],
        "seen_fr": _quoted(column.examples, "« {} »") or "rien",
        "seen_en": _quoted(column.examples, "'{}'") or "nothing",
    }
    if better is None:
        return replace(_remark("wrong_column_nowhere", **told), kind="wrong_column")
    return replace(_remark("wrong_column", **told, better=better.name), field=field, column=better.name)


def _is_wrong(field: str, column: Column) -> bool:
    if column.filled < _FEW:
        return field in ("account", *AMOUNTS) and column.filled == 0
    # A column of SIRETs may also hold foreign numbers or nothing: half is enough.
    return column.fits(field) < ENOUGH


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
    comma, dot = (sum(column.share(sign) for column in amounts) for sign in ("comma", "dot"))
    return "." if dot > comma else ","


def _order(chosen: Mapping[str, Sequence[str]], columns: Mapping[str, Column]) -> str:
    dates = [columns[names[0]] for field, names in chosen.items() if fields()[field]["looks_like"] == "date"]
    day, month = (sum(column.share(part) for column in dates) for part in ("day_first", "month_first"))
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
        found.append(_remark("mixed_encodings", utf8=opened.utf8_lines, cp1252=opened.cp1252_lines))
    header = range(layout.line - 1, layout.line - 1 + layout.lines)
    is_merged = any(start[0] in header and start != end for start, end in opened.merged)
    if layout.merged or (is_merged and layout.lines > 1):
        named = (layout.merged or layout.names[:1])[:4]
        fix = [f"header_line = {layout.line}"] + [f"header_lines = {layout.lines}"] * (layout.lines > 1)
        seen = {"seen_fr": _quoted(named, "« {} »"), "seen_en": _quoted(named, "'{}'")}
        found.append(replace(_remark("merged_header", told=", ".join(fix), **seen), fix="\n".join(fix)))
    if layout.line > 1:
        found.append(_remark("title_lines", line=layout.line))
    return found


def _of_lines(prepared: Prepared) -> list[Remark]:
    found = []
    if "total_row" in prepared.dropped:
        count, cents = prepared.dropped["total_row"]
        found.append(_remark("total_rows", count=count, euros=_euros(cents)))
    counts = {
        "negative_amounts": prepared.negative,
        "zero_amounts": prepared.zero,
        "unreadable_amounts": prepared.without_amount,
        "without_date": prepared.without_date,
        "unreadable_lines": prepared.dropped_lines("unreadable"),
        "repeated_header": prepared.dropped_lines("repeated_header"),
        "tax_inverted": prepared.tax_inverted,
        "vat_guessed": prepared.vat_guessed,
    }
    return found + [_remark(kind, count=n, total=prepared.payments) for kind, n in counts.items() if n]


def _of_columns(mapping: LedgerMapping, columns: Mapping[str, Column]) -> list[Remark]:
    """What is still to be filled in or confirmed."""
    named = mapping.columns
    missing = {
        "buyer_missing": mapping.buyer is None and "buyer_id" not in named,
        "basis_missing": "amount" in named and mapping.basis is None,
        "account_missing": "account" not in named,
        "amount_missing": not {"amount", "amount_ht", "amount_ttc"} & set(named),
    }
    found = [_remark(kind) for kind, is_missing in missing.items() if is_missing]
    if mapping.nomenclature is not None:
        found.append(_remark("nomenclature_to_confirm", nomenclature=mapping.nomenclature))
    for column in columns.values():
        if count := round(column.share("scientific") * column.filled):
            found.append(_remark("scientific_notation", column=column.name, count=count))
    return found


def _remark(kind: str, **told: Any) -> Remark:
    """What the catalog says of this kind, with what was found in its places."""
    said = _said()["remarks"][kind]
    fix = said.get("fix", "").format(**told)
    return Remark(kind, said["fr"].format(fix=fix, **told), said["en"].format(fix=fix, **told), fix)


@cache
def _said() -> Any:
    return read_yaml("ledger/remarks.yaml")


def _quoted(texts: Sequence[str], quote: str) -> str:
    return ", ".join(quote.format(text) for text in texts)


def _euros(cents: int) -> str:
    """An amount as French people write it."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", " ") + f",{rest:02} €"
