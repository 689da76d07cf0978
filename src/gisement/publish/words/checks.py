"""What `check` tells: findings and their values, the account of each file, gaps, what had to hold, what is overdue."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.answers import euros
from gisement.publish.layout import Column, paragraph, table, width_here
from gisement.studies.retention import Kept

PAIRS = 10
"""Pairs of files shown, those of most contracts in common first."""
_ACCOUNT = ("records", "contracts", "joined", "duplicates", "unreadable", "concessions")
IN_CENTS = (
    "account_gap_", "amount_amended", "amount_maybe_in_", "amount_unusually_", "correction_", "paid_above_contract",
    "payment_amount_guessed",
)  # fmt: skip
"""Rules (or how their names begin) whose published amount is in cents; that of others is as the file writes it."""
Rows = Sequence[Mapping[str, Any]]


def show(rules: Rows, coverage: Rows, expectations: Rows, language: str) -> None:
    """Findings by rule, the account of records by file, how buyers were located, what had to hold."""
    parts = (
        _findings(rules, language),
        _account([row for row in coverage if row["of"] == "file"], language),
        _ledgers([row for row in coverage if row["of"] == "ledger"], language),
        _years([row for row in coverage if row["of"] == "ledger_year"], language),
        _gap_sums([row for row in coverage if row["of"] == "account_gap"], language),
        _pairs([row for row in coverage if row["of"] == "files_in_common"], language),
        _buyers([row for row in coverage if row["of"] == "buyer_place"], language),
        _expectations(expectations, language),
    )
    print("\n\n".join(part for part in parts if part))


def _findings(rules: Rows, language: str) -> str:
    words = texts(language)
    said = words["terminal"]
    if not rules:
        return str(said["no_finding"])
    columns = [Column(said["cases"], True), Column(said["found"]), Column(said["done"])]
    rows = [
        [
            format.number(row["findings"], language=language),
            f"{words['findings'].get(row['rule'], '')} ({row['rule']})",
            words["actions"].get(row["action"], row["action"]),
        ]
        for row in rules
    ]
    return f"{said['findings']}\n\n{table(columns, rows, width_here())}"


def _account(files: Rows, language: str) -> str:
    said = texts(language)["terminal"]
    if not files:
        return str(said["no_file"])
    shown = [name for name in _ACCOUNT if name != "concessions" or any(row[name] for row in files)]
    columns = [Column(said["file"]), *(Column(said[name], True) for name in shown)]
    rows = [
        [format.harmless(row["snapshot"]), *(format.number(row[name], language=language) for name in shown)]
        for row in files
    ]
    note = paragraph(said["about_account"], width_here())
    return f"{said['account']}\n\n{table(columns, rows, width_here())}\n\n{note}"


def _ledgers(files: Rows, language: str) -> str:
    """What came in of each ledger, and what was left out or masked on entry."""
    said = texts(language)["terminal"]
    if not files:
        return ""
    names = ("payments", "left_out", "masked")
    columns = [Column(said["file"]), *(Column(said[name], True) for name in names)]
    rows = [
        [format.harmless(row["snapshot"]), *(format.number(row[name], language=language) for name in names)]
        for row in files
    ]
    return f"{said['ledgers']}\n\n{table(columns, rows, width_here())}"


def _years(years: Rows, language: str) -> str:
    """Payment lines by buyer and year: a nought is a gap."""
    said = texts(language)["terminal"]
    if not years:
        return ""
    known = sorted({row["year"] for row in years})
    columns = [Column(said["buyer"]), *(Column(str(year), True) for year in known)]
    rows = []
    for _, held in itertools.groupby(years, key=lambda row: row["buyer_siren"]):
        lines = {row["year"]: row for row in held}
        name = next(iter(lines.values()))["buyer_name"] or next(iter(lines.values()))["buyer_siren"]
        counts = (format.number(lines[year]["payments_count"], language=language) for year in known)
        rows.append([format.harmless(str(name)), *counts])
    return f"{said['ledger_years']}\n\n{table(columns, rows, width_here())}"


def _gap_sums(gaps: Rows, language: str) -> str:
    """How the ledgers compare with the official accounts, by buyer, year and reason."""
    said = texts(language)["terminal"]
    if not gaps:
        return ""
    headings = ("buyer", "year", "gap_reason", "accounts", "official", "ledger")
    columns = [Column(said[name], name in ("accounts", "official", "ledger")) for name in headings]
    rows = [
        [
            format.harmless(str(row["buyer_name"] or row["buyer_siren"])), str(row["year"]),
            format.harmless(str(said["gap_reasons"].get(row["gap_reason"], row["gap_reason"]))),
            format.number(row["accounts"], language=language),
            *(_money(row[name], language) for name in ("official_cents", "ledger_cents")),
        ]
        for row in gaps
    ]  # fmt: skip
    return f"{said['account_gaps']}\n\n{table(columns, rows, width_here())}"


def _money(cents: int | None, language: str) -> str:
    return format.not_known(language) if cents is None else format.euros(euros(cents), language)


def _pairs(pairs: Rows, language: str) -> str:
    said = texts(language)["terminal"]
    if not pairs:
        return ""
    columns = [Column(said["file"]), Column(said["other_file"]), Column(said["contracts"], True)]
    most = sorted(pairs, key=lambda row: -int(row["contracts"]))[:PAIRS]
    rows = [
        [
            format.harmless(row["one"]),
            format.harmless(row["other"]),
            format.number(row["contracts"], language=language),
        ]
        for row in most
    ]
    left = format.Count(len(pairs) - len(most), language)
    more = f"\n\n{said['more_pairs'].format(count=left)}" if len(pairs) > len(most) else ""
    return f"{said['in_common']}\n\n{table(columns, rows, width_here())}{more}"


def _buyers(rules: Rows, language: str) -> str:
    words = texts(language)
    said = words["terminal"]
    if not rules:
        return ""
    numbers = {"buyers": "buyers_count", "in_territory": "in_territory", "unknown": "place_unknown"}
    columns = [Column(said["located"]), *(Column(said[heading], True) for heading in numbers.values())]
    rows = [
        [
            words["buyer_place_rules"].get(row["rule"], row["rule"]),
            *(format.number(row[name], language=language) for name in numbers),
        ]
        for row in rules
    ]
    return f"{said['buyers']}\n\n{table(columns, rows, width_here())}"


def _expectations(expectations: Rows, language: str) -> str:
    words = texts(language)
    said = words["terminal"]
    columns = [Column(said[name]) for name in ("expectation", "table", "result")]
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
    return f"{said['expectations']}\n\n{table(columns, rows, width_here())}"


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
