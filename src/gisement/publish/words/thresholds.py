"""Needs beside the thresholds of the law, on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import cooperation_texts
from gisement.publish import format
from gisement.publish.layout import headed, show_table, tell
from gisement.publish.words.renewals import segment_name

LONGEST = 50
Rows = Sequence[Mapping[str, Any]]


def show(rows: Rows, levels: Mapping[str, Mapping[str, Any]], language: str) -> None:
    """What is paid without a known contract where it reaches a threshold, and all needs by threshold."""
    words = cooperation_texts(language)["thresholds"]
    numbers = ("year", "unlinked", "paid", "contracts")
    columns = headed(words, ("buyer", "segment", "level", *numbers), numbers)
    lines = [
        [
            row["buyer_name"] or row["buyer_siren"],
            segment_name(row["segment"], language),
            words["levels"][row["threshold_level"]],
            str(row["year"]),
            *(format.cents(row[name], language) for name in ("unlinked_cents", "paid_cents")),
            format.number(row["contracts_count"], language=language),
        ]
        for row in rows[:LONGEST]
    ]
    show_table(columns, lines, words["none"])
    print()
    counts = [
        [words["levels"][level], *(format.number(row[name], language=language) for name in ("needs", "to_look_at"))]
        for level, row in levels.items()
    ]
    show_table(headed(words, ("need_level", "count", "to_look_at"), ("count", "to_look_at")), counts)
    print()
    tell(words["about"])
