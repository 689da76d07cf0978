"""The calendar of renewals in words, and on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import texts
from gisement.catalog.segments import segments
from gisement.publish import format
from gisement.publish.layout import Column, paragraph, table, width_here

LONGEST = 50
Rows = Sequence[Mapping[str, Any]]


def show_renewals(rows: Rows, unknown: Mapping[str, int], language: str) -> None:
    """Contracts that end soon: when, what is due, whose, what; and how many ends are unknown."""
    width, words = width_here(), texts(language)["renewals"]
    columns = [Column(words[name]) for name in ("ends", "stage", "buyer", "object", "holders")]
    lines = [
        [
            format.day(row["end_date"], language),
            words["stages"][row["renewal_stage"]],
            row["buyer_name"] or row["buyer_id"] or "",
            row["title"] or words["no_title"],
            holders(row, language),
        ]
        for row in rows[:LONGEST]
    ]
    print(
        table([*columns, Column(words["amount"], is_number=True)], _with(lines, rows, language), width)
        if lines
        else words["none"]
    )
    print()
    _notes(words, width, rows, unknown, language)


def holders(row: Mapping[str, Any], language: str = "fr") -> str:
    """The names of holders that may be shown, and how many more there are."""
    words = texts(language)["renewals"]
    names = [format.harmless(name) for name in row["holders"]]
    hidden = row["holders_count"] - len(names)
    if hidden:
        names.append(format.counted(hidden, words["unnamed"], words["unnamed_many"], language))
    return ", ".join(names) or str(words["not_known"])


def segment_name(segment: str | None, language: str) -> str:
    """The name of a segment in words; its identifier failing it."""
    return segments().get(segment or "", {}).get(f"segment_{language}", segment or "")


def _with(lines: list[list[str]], rows: Rows, language: str) -> list[list[str]]:
    return [[*line, format.cents(row["amount_cents"], language)] for line, row in zip(lines, rows, strict=False)]


def _notes(words: Mapping[str, Any], width: int, rows: Rows, unknown: Mapping[str, int], language: str) -> None:
    print(paragraph(words["about"], width))
    for reason, count in unknown.items():
        told = format.counted(count, words["contract"], words["contracts_word"], language)
        print(paragraph(f"{told}{format.colon(language)}{words['reasons'][reason]}", width))
    _more(words, rows, width, language)


def _more(words: Mapping[str, Any], rows: Rows, width: int, language: str) -> None:
    if len(rows) > LONGEST:
        shown, count = (format.number(number, language=language) for number in (LONGEST, len(rows)))
        print(paragraph(words["more"].format(shown=shown, count=count), width))
