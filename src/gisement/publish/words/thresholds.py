"""Needs beside the thresholds of the law, on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import cooperation_texts
from gisement.publish import format
from gisement.publish.layout import Column, paragraph, table, width_here
from gisement.publish.words.renewals import segment_name

LONGEST = 50
Rows = Sequence[Mapping[str, Any]]


def show(rows: Rows, levels: Mapping[str, Mapping[str, Any]], language: str) -> None:
    """What is paid without a known contract where it reaches a threshold, and all needs by threshold."""
    words, width = cooperation_texts(language)["thresholds"], width_here()
    columns = [Column(words[name]) for name in ("buyer", "segment", "level")]
    columns += [Column(words[name], is_number=True) for name in ("year", "unlinked", "paid", "contracts")]
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
    print(table(columns, lines, width) if lines else words["none"])
    print()
    counts = [
        [words["levels"][level], *(format.number(row[name], language=language) for name in ("needs", "to_look_at"))]
        for level, row in levels.items()
    ]
    heads = [Column(words["need_level"]), *(Column(words[name], is_number=True) for name in ("count", "to_look_at"))]
    print(table(heads, counts, width))
    print()
    print(paragraph(words["about"], width))
