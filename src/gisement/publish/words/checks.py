"""What `check` tells: findings and their values, the account of each file, gaps, what had to hold, what is overdue."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.answers import euros
from gisement.publish.layout import Column, headed, paragraph, table, width_here
from gisement.studies.retention import Kept

PAIRS = 10
"""Pairs of files shown, those of most contracts in common first."""
_ACCOUNT = ("records", "contracts", "joined", "duplicates", "unreadable", "concessions")
LOCATED = ("buyers_count", "in_territory", "place_unknown")
IN_CENTS = (
    "account_gap_", "amount_amended", "amount_maybe_in_", "amount_unusually_", "correction_", "paid_above_contract",
    "payment_amount_guessed",
)  # fmt: skip
"""Rules (or how their names begin) whose published amount is in cents; that of others is as the file writes it."""
Rows = Sequence[Mapping[str, Any]]


def show(rules: Rows, coverage: Rows, expectations: Rows, language: str) -> None:
    """Findings by rule, the account of records by file, how buyers were located, what had to hold."""
    of: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in coverage:
        of[row["of"]].append(row)
    said = texts(language)["terminal"]
    parts = (
        _findings(rules, language) or str(said["no_finding"]),
        _files(of["file"], "account", _ACCOUNT, language) or str(said["no_file"]),
        paragraph(said["about_account"], width_here()) if of["file"] else "",
        _files(of["ledger"], "ledgers", ("payments", "left_out", "masked"), language),
        _years(of["ledger_year"], language),
        _gap_sums(of["account_gap"], language),
        _pairs(of["files_in_common"], language),
        _buyers(of["buyer_place"], language),
        _expectations(expectations, language),
    )
    print("\n\n".join(part for part in parts if part))


def _part(title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], language: str) -> str:
    """A table under its title; nothing where it has no row."""
    return f"{texts(language)['terminal'][title]}\n\n{table(columns, rows, width_here())}" if rows else ""


def _counts(row: Mapping[str, Any], names: Iterable[str], language: str) -> list[str]:
    return [format.number(row[name], language=language) for name in names]


def _findings(rules: Rows, language: str) -> str:
    words = texts(language)
    rows = [
        [
            *_counts(row, ("findings",), language),
            f"{words['findings'].get(row['rule'], '')} ({row['rule']})",
            words["actions"].get(row["action"], row["action"]),
        ]
        for row in rules
    ]
    return _part("findings", headed(words["terminal"], ("cases", "found", "done"), ("cases",)), rows, language)


def _files(files: Rows, title: str, names: Sequence[str], language: str) -> str:
    """What came in of each file, and what was joined, left out or masked."""
    kept = [name for name in names if name != "concessions" or any(row[name] for row in files)]
    rows = [[format.harmless(row["snapshot"]), *_counts(row, kept, language)] for row in files]
    return _part(title, headed(texts(language)["terminal"], ("file", *kept), kept), rows, language)


def _years(years: Rows, language: str) -> str:
    """Payment lines by buyer and year: a nought is a gap."""
    known = sorted({row["year"] for row in years})
    columns = [Column(texts(language)["terminal"]["buyer"]), *(Column(str(year), True) for year in known)]
    rows = []
    for siren, held in itertools.groupby(years, key=lambda row: row["buyer_siren"]):
        lines = {row["year"]: row for row in held}
        name = next(iter(lines.values()))["buyer_name"] or siren
        counts = (format.number(lines[year]["payments_count"], language=language) for year in known)
        rows.append([format.harmless(str(name)), *counts])
    return _part("ledger_years", columns, rows, language)


def _gap_sums(gaps: Rows, language: str) -> str:
    """How the ledgers compare with the official accounts, by buyer, year and reason."""
    said, numbers = texts(language)["terminal"], ("accounts", "official", "ledger")
    rows = [
        [
            format.harmless(str(row["buyer_name"] or row["buyer_siren"])), str(row["year"]),
            format.harmless(str(said["gap_reasons"].get(row["gap_reason"], row["gap_reason"]))),
            *_counts(row, ("accounts",), language),
            *(_money(row[name], language) for name in ("official_cents", "ledger_cents")),
        ]
        for row in gaps
    ]  # fmt: skip
    return _part("account_gaps", headed(said, ("buyer", "year", "gap_reason", *numbers), numbers), rows, language)


def _money(cents: int | None, language: str) -> str:
    return format.euros(None if cents is None else euros(cents), language)


def _pairs(pairs: Rows, language: str) -> str:
    said = texts(language)["terminal"]
    most = sorted(pairs, key=lambda row: -int(row["contracts"]))[:PAIRS]
    rows = [
        [format.harmless(row["one"]), format.harmless(row["other"]), *_counts(row, ("contracts",), language)]
        for row in most
    ]
    left = format.Count(len(pairs) - len(most), language)
    more = f"\n\n{said['more_pairs'].format(count=left)}" if left else ""
    return _part("in_common", headed(said, ("file", "other_file", "contracts"), ("contracts",)), rows, language) + more


def _buyers(rules: Rows, language: str) -> str:
    words = texts(language)
    columns = headed(words["terminal"], ("located", *LOCATED), LOCATED)
    rows = [
        [
            words["buyer_place_rules"].get(row["rule"], row["rule"]),
            *_counts(row, ("buyers", "in_territory", "unknown"), language),
        ]
        for row in rules
    ]
    return _part("buyers", columns, rows, language)


def _expectations(expectations: Rows, language: str) -> str:
    words = texts(language)
    said = words["terminal"]
    rows = [
        [
            words["expectations"].get(row["expectation"], row["expectation"]),
            row["table"],
            said["failed"].format(count=format.number(row["failed"], language=language))
            if row["failed"]
            else said["held"],
        ]
        for row in expectations
    ]
    return _part("expectations", headed(said, ("expectation", "table", "result")), rows, language)


def kept_too_long(late: Iterable[Kept], language: str) -> list[str]:
    """One sentence for each file that should have been removed; no text is read where there is none."""
    return [
        texts(language)["terminal"]["kept_too_long"].format(
            file=format.harmless(each.file), kind=each.kind, until=format.day(each.until, language),
            identifier=f"{each.kind}/{each.identifier}",
        )
        for each in late
    ]  # fmt: skip


def retention_rows(kept: Sequence[Kept], today: date) -> list[dict[str, Any]]:
    """Every file that has a duration, as rows of `check --format json`."""
    return [
        {
            "of": "retention", "snapshot": each.identifier, "kind": each.kind, "file": each.file,
            "last_year": each.last_year, "until": each.until.isoformat(), "is_overdue": each.until < today,
        }
        for each in kept
    ]  # fmt: skip


def values(row: Mapping[str, Any], language: str) -> tuple[str | None, str | None]:
    """The value published and the one kept of a finding, as they are written; None where there is none to show."""
    reported, kept = row["reported"], row["kept"]
    if row["column"] == "amount_cents":
        is_in_cents = str(row["rule"]).startswith(IN_CENTS)
        return _euros(reported, language) if is_in_cents else reported, _euros(kept, language)
    if str(row["column"]).endswith("_date"):
        return reported, _day(kept, language)
    return reported, kept


def _euros(text: str | None, language: str) -> str | None:
    """Whole cents as euros; what is no number, as it is."""
    is_number = text is not None and text.removeprefix("-").isdecimal()
    return format.cents(int(text), language) if text is not None and is_number else text


def _day(text: str | None, language: str) -> str | None:
    try:
        return None if text is None else format.day(date.fromisoformat(text), language)
    except ValueError:
        return text
