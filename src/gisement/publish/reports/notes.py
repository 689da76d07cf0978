"""Notes of a report: for each definition that it quotes, what it is, what it leaves aside, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gisement.catalog import indicator_texts, report_texts, texts
from gisement.catalog.texts import typeset
from gisement.pipeline import indicator_named
from gisement.publish.component import rows_command
from gisement.publish.format import listed
from gisement.publish.labels import defined
from gisement.terms import Figure

SAID_OPTIONS = ("medical",)
"""Options that change what a figure is about; the others are told in the annex, or by the rows of a table."""
Definition = tuple[str, str | None, tuple[tuple[str, str], ...], str]


@dataclass
class Notes:
    """Definitions in the order in which a report first quotes them, numbered from 1."""

    _numbers: dict[Definition, int] = field(default_factory=dict)
    _first: list[Figure] = field(default_factory=list)
    _quoted: list[Figure] = field(default_factory=list)

    def of(self, figure: Figure) -> int:
        """The number of the note of a figure."""
        options = tuple((name, figure.options[name]) for name in SAID_OPTIONS if name in figure.options)
        key = (figure.indicator, figure.basis, options, figure.interval)
        if key not in self._numbers:
            self._numbers[key] = len(self._first) + 1
            self._first.append(figure)
            self.quote(figure)
        return self._numbers[key]

    def quote(self, figure: Figure) -> None:
        """Take note of a figure whose definition is told where it stands: the annex then has it too."""
        self._quoted.append(figure)

    def told(self) -> list[str]:
        """The text of each note, in the order of its mark."""
        return [note(figure) for figure in self._first]

    def methods(self) -> list[dict[str, Any]]:
        """Each indicator quoted, once per basis: for the annex."""
        first: dict[tuple[str, str | None], Figure] = {}
        for figure in self._quoted:
            first.setdefault((figure.indicator, figure.basis), figure)
        return [method(figure) for figure in first.values()]


def note(figure: Figure) -> str:
    """What a figure is, its options, who produced the data: one short paragraph."""
    told = indicator_texts(figure.indicator, basis=figure.basis)
    parts = [
        f"{told['title']}.",
        str(told["definition"]),
        *(f"{defined(name, value)}." for name, value in _chosen(figure)),
        sourced([figure]),
    ]
    return typeset(" ".join(parts))


def method(figure: Figure) -> dict[str, Any]:
    """What the annex says of an indicator."""
    told = indicator_texts(figure.indicator, basis=figure.basis)
    options = [defined(name, value) for name, value in sorted(figure.options.items())]
    return {
        "title": typeset(str(told["title"])),
        "name": figure.indicator,
        "unit": typeset(str(told["unit_label"])),
        "definition": typeset(str(told["definition"])),
        "excludes": [typeset(str(one)) for one in told["excludes"]],
        "assumes": [typeset(str(one)) for one in told["assumes"]],
        "options": [typeset(one) for one in options],
        "command": rows_command(figure),
    }


def described(figure: Figure) -> str:
    """The definition of a figure, to stand under its name."""
    return typeset(str(indicator_texts(figure.indicator, basis=figure.basis)["definition"]))


def sourced(figures: Sequence[Figure]) -> str:
    """Who produced the data behind some figures, as a sentence."""
    words = report_texts()["notes"]
    found = dict.fromkeys(producer for figure in figures for producer in producers(figure))
    return typeset(str(words["source"]).format(producers=listed(found) or words["no_source"]))


def producers(figure: Figure) -> list[str]:
    """Who produced the data behind a figure, each once."""
    untold, kinds = str(report_texts()["notes"]["no_producer"]), texts()["file_kinds"]
    return list(
        dict.fromkeys(
            origin.producer or untold.format(source=kinds.get(origin.source, origin.source))
            for origin in figure.origins
        )
    )


def _chosen(figure: Figure) -> list[tuple[str, str]]:
    """The options to tell: those that are not as the definition has them."""
    usual = {option.name: option.default for option in indicator_named(figure.indicator).options}
    return [(name, v) for name, v in figure.options.items() if name in SAID_OPTIONS and v != usual[name]]
