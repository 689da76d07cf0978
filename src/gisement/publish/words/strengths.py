"""Strong points in words, for the terminal and for programs; never an order of partners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.layout import headed, show_table, tell
from gisement.publish.words.renewals import segment_name


def as_dicts(lines: Sequence[Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each line with the name of its partner and the kind of its interval, ready for JSON."""
    return [{**asdict(line), "partner_name": names.get(line.partner), "interval": "sampling"} for line in lines]


def told(line: Any, language: str) -> dict[str, str]:
    """What is written of one strength, as texts by column: shares in whole percent with their bounds, and its cases."""
    return {
        "measure": texts(language)["strengths"]["measures"][line.measure],
        "segment": segment_name(line.group, language),
        "estimate": format.percent(line.estimate, 0, language),
        "bounds": texts(language)["strengths"]["between"].format(
            low=format.percent(line.low, 0, language), high=format.percent(line.high, 0, language)
        ),
        "peers": format.percent(line.peers_share, 0, language),
        "cases": texts(language)["strengths"]["cases"].format(
            yes=format.number(line.yes, language=language), known=format.number(line.known, language=language)
        ),
    }


def show(lines: Sequence[Any], names: Mapping[str, str], language: str) -> None:
    """The strengths announced, segment by segment, and by what rule."""
    words = texts(language)["strengths"]
    numbers = ("estimate", "peers_share", "of")
    columns = headed(words, ("segment", "partner", "measure", *numbers), numbers)
    rows = []
    for line in lines:
        said = told(line, language)
        estimate = f"{said['estimate']} ({said['bounds']})"
        partner = names.get(line.partner, line.partner)
        rows.append([said["segment"], partner, said["measure"], estimate, said["peers"], said["cases"]])
    show_table(columns, rows, words["none"])
    print()
    tell(words["about"])
