"""The calendar of renewals in words, and on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import texts
from gisement.catalog.segments import segments
from gisement.publish import format
from gisement.publish.layout import headed, show_table, tell

LONGEST = 50
Rows = Sequence[Mapping[str, Any]]


def show_renewals(rows: Rows, unknown: Mapping[str, int], language: str) -> None:
    """Contracts that end soon: when, what is due, whose, what; and how many ends are unknown."""
    words = texts(language)["renewals"]
    columns = headed(words, ("ends", "stage", "buyer", "object", "holders", "amount"), ("amount",))
    lines = [
        [
            format.day(row["end_date"], language),
            words["stages"][row["renewal_stage"]],
            row["buyer_name"] or row["buyer_id"] or "",
            row["title"] or words["no_title"],
            holders(row, language),
            format.cents(row["amount_cents"], language),
        ]
        for row in rows[:LONGEST]
    ]
    show_table(columns, lines, words["none"])
    print()
    tell(words["about"])
    for reason, count in unknown.items():
        told = format.counted(count, words["contract"], words["contracts_word"], language)
        tell(f"{told}{format.colon(language)}{words['reasons'][reason]}")
    if len(rows) > LONGEST:
        shown, most = (format.number(number, language=language) for number in (LONGEST, len(rows)))
        tell(words["more"].format(shown=shown, count=most))


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
