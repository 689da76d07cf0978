"""What the rules of law say, for people and for programs: article, date, how surely it was read, outcomes, reasons."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gisement.catalog import texts
from gisement.catalog.law import legal_texts
from gisement.publish import format
from gisement.publish.layout import Column, headed, show_table, tell
from gisement.terms import Rule

LONGEST = 50
SHOWN = ("buyer_name", "year", "notification_date", "title", "reason")
Found = Sequence[Mapping[str, Any]]


def described(rule: Rule, found: Found, language: str = "fr") -> dict[str, Any]:
    """A rule with its text and outcomes, ready for JSON."""
    legal, words = legal_texts()[rule.name], texts(language)["law"]
    return {
        "name": rule.name,
        "title": legal.en if language == "en" else legal.fr,
        "text": legal.text,
        "since": legal.since,
        "until": legal.until,
        "to_check": not legal.is_sure,
        "table": rule.table or None,
        "reads_payments": rule.reads_payments,
        "outcomes": [{**one, "meaning": words["reasons"][one["reason"]]} for one in found],
    }


def as_lines(answered: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """One line per rule, outcome and reason."""
    for one in answered:
        about = {name: one[name] for name in ("name", "title", "text", "since", "to_check")}
        for found in one["outcomes"]:
            yield {**about, **found}


def show_rules(answered: Sequence[Mapping[str, Any]], language: str) -> None:
    """Each rule with its article, its date, and what it says of how many rows."""
    words = texts(language)["law"]
    columns = headed(words, ("outcome", "rows", "reason"), ("rows",))
    for one in answered:
        check = f" [{words['to_check']}]" if one["to_check"] else ""
        tell(f"{one['title']} ({one['name']}){check}")
        day = one["since"].isoformat() if language == "en" else f"{one['since']:%d/%m/%Y}"
        tell(words["since"].format(text=one["text"], day=day), indent="    ")
        lines = [
            [words["outcomes"][f["outcome"]], format.number(f["rows"], language=language), f["meaning"]]
            for f in one["outcomes"]
        ]
        show_table(columns, lines, words["nothing"])
        if one["reads_payments"]:
            tell(words["paid"])
        print()
    tell(words["about"])


def show_rows(found: Iterator[Mapping[str, Any]], language: str) -> None:
    """Print the first rows of an outcome as a table, or that there is none."""
    words = texts(language)["law"]
    shown = list(itertools.islice(found, LONGEST))
    if not shown:
        print(words["nothing"])
        return
    names = [name for name in SHOWN if name in shown[0]]
    columns = [Column(words[f"column_{name}"]) for name in names]
    show_table(columns, [[_cell(row, name, language) for name in names] for row in shown])


def _cell(row: Mapping[str, Any], name: str, language: str) -> str:
    if name == "reason":
        return str(texts(language)["law"]["reasons"][row[name]])
    value = row[name] if row[name] is not None or name != "buyer_name" else row["buyer_id"]
    return "" if value is None else str(value)
