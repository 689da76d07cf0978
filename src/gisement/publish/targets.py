"""Objectives in words: what was aimed at, where it stands, what is certain of it; hits and misses alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gisement.catalog import cooperation_texts, indicator_texts
from gisement.engine.trajectory import Course
from gisement.publish import answers, format
from gisement.publish.layout import Column, paragraph, table, width_here


def as_dicts(found: Sequence[Any], language: str = "fr") -> list[dict[str, Any]]:
    """Each objective with its state, its figures and those of each partner, ready for JSON."""
    return [
        {
            **each.target,
            "state": each.state,
            "figure": answers.as_dict(each.figure, language),
            "trajectory": [answers.as_dict(figure, language) for figure in each.trajectory],
            "partners": {siren: answers.as_dict(figure, language) for siren, figure in each.partners.items()},
        }
        for each in found
    ]


def told(each: Any, language: str) -> dict[str, str]:
    """What is written of one objective on a line."""
    words, row = cooperation_texts(language)["targets"], each.target
    aim = format.amount(row["target_value"], each.figure.unit, language)
    return {
        "title": row["target_title"] or indicator_texts(row["indicator_name"], language)["title"],
        "indicator": indicator_texts(row["indicator_name"], language)["title"],
        "year": str(row["target_year"]),
        "aim": words["aims"][row["direction"]].format(value=aim),
        "value": format.value(each.figure, language),
        "span": format.span(each.figure, language),
        "state": words["states"][each.state],
        "reference": row["target_reference"] or "",
        "responsible": row["responsible_role"] or "",
    }


def course_told(line: Course | None, language: str = "fr") -> str:
    """What the trajectory asks of the latest year, and whether it is kept; empty where there is none."""
    if line is None:
        return ""
    words = cooperation_texts(language)["targets"]
    expected = format.amount(line.expected, line.latest.unit, language)
    return str(words["course"]).format(
        year=line.latest.group["year"], expected=expected, value=format.value(line.latest, language),
        state=words["courses"][line.state],
    )  # fmt: skip


def show(found: Sequence[Any], language: str) -> None:
    """The objectives on a terminal."""
    words, width = cooperation_texts(language)["targets"], width_here()
    if not found:
        print(paragraph(words["none"], width))
        return
    names = ("title", "year", "aim", "value", "span", "state")
    lines = [told(each, language) for each in found]
    print(table([Column(words[name]) for name in names], [[line[name] for name in names] for line in lines], width))
    print()
    print(paragraph(words["about"], width))
