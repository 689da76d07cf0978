"""A report laid out as plain data: texts, cells and drawings that any face of it only has to place.

This is where figures become texts, by the same functions as on the pages; nothing is computed. For each definition that
a report quotes, a note says what it is and where it comes from; the annex, what it leaves aside and assumes too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Any

from gisement.catalog import indicator_texts, report_texts
from gisement.catalog.file_kinds import kind_name
from gisement.catalog.texts import typeset
from gisement.pipeline import indicator_named
from gisement.publish import format
from gisement.publish.component import Shown, rows_command, shown
from gisement.publish.labels import defined
from gisement.publish.reports.document import (
    Beside,
    Block,
    Bullets,
    Cover,
    FigureTable,
    Heading,
    Line,
    Methods,
    Paragraph,
    Picture,
    Report,
    Sentence,
    Sources,
    Tally,
    Tiles,
    WordTable,
)
from gisement.terms import Figure

WIDE, LINE = 60, 100
"""Letters after which a longer text makes its column no wider, and those of a whole line."""
_FIELD = re.compile(r"\{(\w+)(?:\.(value|bounds|coverage))?\}")
Laid = dict[str, Any]
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


def laid(report: Report) -> Laid:
    """Everything that a face of the report shows, in order, ready for JSON."""
    laying = _Laying()
    words = report_texts()["common"]
    cover = laying.cover(report.cover)
    blocks = [laying.block(block) for block in report.blocks]
    return {
        "title": typeset(report.cover.title),
        "subtitle": typeset(report.cover.subtitle),
        "territory": report.territory,
        "as_of": words["as_of"].format(date=format.day(report.as_of_date)),
        "release": words["release"].format(release=report.release),
        "status": words[report.status],
        "status_note": words[f"{report.status}_note"],
        "is_internal": report.is_internal,
        "notice": typeset(report.notice),
        "has_contents": report.contents,
        "words": {name: words[name] for name in ("contents", "page", "of", "excludes", "assumes", "options", "rows",
                                                 "unit", "notes", "note", "bounds", "known", "drawn")},
        "cover": cover,
        "blocks": blocks,
        "notes": laying.notes.told(),
    }  # fmt: skip


def runs(sentence: Sentence, notes: Notes) -> list[Laid]:
    """The pieces of a sentence: words, and values with the number of their note.

    Raises ValueError where a value would stand without its bounds, or a name is given to nothing.
    """
    template = sentence.template
    found, place = [], 0
    for match in _FIELD.finditer(template):
        found.append(_run(template[place : match.start()]))
        found += _quoted(match, sentence, notes)
        place = match.end()
    return [run for run in [*found, _run(template[place:])] if run["text"]]


def _quoted(match: re.Match[str], sentence: Sentence, notes: Notes) -> Iterator[Laid]:
    name, part, start = match[1], match[2], match.start()
    if name in sentence.words:
        yield _run(sentence.words[name])
        return
    figure = sentence.figures[name]
    told = shown(figure)
    if part == "value" and f"{{{name}.bounds}}" not in sentence.template:
        raise ValueError(f"{name}: a value without its bounds in « {sentence.template} »")
    if part in ("bounds", "coverage"):
        yield _run(_in_words(told) if part == "bounds" else told.coverage, of=figure.indicator)
        return
    value = format.said(figure)
    value = value if sentence.template[:start].strip() else format.capital(value)
    yield {**_run(value, of=figure.indicator), "strong": True, "note": notes.of(figure)}
    beside = format.listed(text for text in (_bounds(figure, _in_words(told)), told.coverage) if text)
    if part is None and beside:
        yield _run(f" ({beside})", of=figure.indicator)


def _in_words(told: Shown) -> str:
    """The bounds in a sentence; of a share that is not given, how many rows there are first."""
    return f"{told.value}, {told.bounds}" if told.share else told.bounds


def _bounds(figure: Figure, written: str) -> str:
    """Bounds in words; where nobody knows them though the value is known, that it is they who are not known."""
    is_unbounded = figure.value is not None and figure.low is None
    return str(report_texts()["common"]["no_bounds"]) if is_unbounded else written


def _run(text: str, of: str = "") -> Laid:
    """A piece of text; `of` names the indicator whose figure it writes."""
    return {"text": typeset(text), "strong": False, "note": 0, "of": of}


class _Laying:
    """Lays out blocks one after the other, numbering their notes."""

    def __init__(self) -> None:
        self.notes = Notes()
        self.figures: list[Figure] = []

    def cover(self, cover: Cover) -> Laid:
        return {
            "headline": self._runs(cover.headline),
            "picture": self.block(cover.picture) if cover.picture else None,
            "legend": self._runs(cover.legend),
            "tiles": self.block(cover.tiles) if cover.tiles else None,
        }

    def _runs(self, sentence: Sentence | None) -> list[Laid]:
        if sentence is None:
            return []
        self.figures += sentence.figures.values()
        return runs(sentence, self.notes)

    @singledispatchmethod
    def block(self, block: Block) -> Laid:
        """One block as plain data; its `kind` says how to place it."""
        raise TypeError(block)

    @block.register
    def _(self, block: Heading) -> Laid:
        return {"kind": "heading", "level": block.level, "text": typeset(block.text), "is_apart": block.is_apart}

    @block.register
    def _(self, block: Paragraph) -> Laid:
        return {"kind": "paragraph", "style": block.style, "runs": self._runs(block.sentence)}

    @block.register
    def _(self, block: Bullets) -> Laid:
        return {"kind": "bullets", "items": [self._runs(sentence) for sentence in block.sentences]}

    @block.register
    def _(self, block: Tiles) -> Laid:
        return {"kind": "tiles", "tiles": [self._tile(line) for line in block.lines]}

    @block.register
    def _(self, block: FigureTable) -> Laid:
        columns = [[line.figures[n] for line in block.lines] for n in range(len(block.columns))]
        marks = [[] if block.is_described else self._marks(column) for column in columns]
        # one definition in a whole column: its mark stands by the title; otherwise, each cell has its own
        shared = [block.is_described or len(found) == 1 for found in marks]
        largest = _largest(columns[block.drawn]) if block.drawn is not None else 1.0
        return {
            "kind": "figures",
            "name": block.name,
            "title": typeset(block.title),
            "heading": typeset(block.heading),
            "columns": [typeset(text) for text in block.columns],
            "notes": [number for found, is_one in zip(marks, shared, strict=True) if is_one for number in found],
            "drawn": block.drawn,
            "rows": [self._row(line, block, largest, shared) for line in block.lines],
            "after": self._runs(block.after),
            "source": sourced([f for c in columns for f in c if f]) if block.is_described else "",
        }

    @block.register
    def _(self, block: WordTable) -> Laid:
        columns, rows = [typeset(text) for text in block.columns], [[_word(cell) for cell in row] for row in block.rows]
        return {
            "kind": "words",
            "name": block.name,
            "title": typeset(block.title),
            "columns": columns,
            "rows": rows,
            "after": self._runs(block.after),
            "widths": _widths(columns, rows),
        }

    @block.register
    def _(self, block: Picture) -> Laid:
        self.figures += block.figures
        notes = self._marks(block.figures)
        return {"kind": "picture", "name": block.name, "title": typeset(block.title), "notes": notes,
                "summary": typeset(block.summary), "svg": block.svg, "width": block.width_pct}  # fmt: skip

    @block.register
    def _(self, block: Beside) -> Laid:
        return {"kind": "beside", "picture": self.block(block.picture), "table": self.block(block.table)}

    @block.register
    def _(self, block: Methods) -> Laid:
        return {"kind": "methods", "methods": self.notes.methods()}

    @block.register
    def _(self, block: Sources) -> Laid:
        words = report_texts()["sources"]
        origins = dict.fromkeys(origin for figure in self.figures for origin in figure.origins)
        told = sorted({(o.file, o.file or words["unnamed"], o.producer, o.licence, o.sha256[:12]) for o in origins})
        columns = tuple(words[name] for name in ("file", "producer", "licence", "hash"))
        table: Laid = self.block(WordTable("sources", words["title"], columns, tuple(row[1:] for row in told)))
        return table

    def _tile(self, line: Line) -> Laid:
        (figure,) = line.figures
        assert figure is not None
        self.figures.append(figure)
        return {"label": typeset(line.label), "note": self.notes.of(figure), **_cell(figure, None)}

    def _marks(self, figures: Sequence[Figure | None]) -> list[int]:
        """The numbers of the notes of some figures, each once."""
        return list(dict.fromkeys(self.notes.of(figure) for figure in figures if figure))

    def _row(self, line: Line, block: FigureTable, largest: float, shared: Sequence[bool]) -> Laid:
        held = [figure for figure in line.figures if figure]
        self.figures += held
        if block.is_described:
            for figure in held:
                self.notes.quote(figure)
        cells = [
            {**_cell(figure, largest if n == block.drawn else None),
             "marked": self.notes.of(figure) if figure and not block.is_described else 0,
             "note": self.notes.of(figure) if figure and not shared[n] else 0}
            for n, figure in enumerate(line.figures)
        ]  # fmt: skip
        about = described(held[0]) if block.is_described and held else ""
        return {"label": typeset(line.label), "about": about, "cells": cells}


def _cell(figure: Figure | None, largest: float | None) -> Laid:
    """A value, what stands under it, the bar if there is one, and the numbers for a workbook."""
    if figure is None:
        return {"value": "", "span": "", "known": "", "under": "", "bar": None, "numbers": None, "of": ""}
    told = shown(figure, largest=largest or 1.0)
    bar = None if largest is None else {"low": told.left, "at": told.value_at, "high": told.right}
    numbers = {name: getattr(figure, name) for name in ("value", "low", "high", "coverage", "unit", "rows")}
    # a workbook says the same as the page: the share is not its number, its bounds and rows are
    numbers |= {"value": None, "few": f"{told.value}, {told.span}"} if told.share else {}
    span = _bounds(figure, told.span)
    known = told.coverage and format.percent(figure.coverage)
    under = format.listed(text for text in (span, told.coverage) if text)
    return {"value": typeset(told.value), "span": typeset(span), "known": typeset(known), "under": typeset(under),
            "bar": bar, "numbers": numbers, "of": figure.indicator}  # fmt: skip


def _word(cell: str | Tally) -> Laid:
    if isinstance(cell, Tally):
        return {"text": format.number(cell.count), "is_number": True, "count": cell.count}
    return {"text": typeset(cell), "is_number": False, "count": None}


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Laid]]) -> list[float]:
    """How wide each column of words is beside the others: as its longest text is, within reason, and never less than
    its longest word, which would run over the next column."""
    texts = [[heading, *(row[n]["text"] for row in rows)] for n, heading in enumerate(columns)]
    # one long text among short ones takes a second line rather than the room of the others
    longest = [min(sorted(map(len, column))[-2:][0], WIDE) ** 0.7 for column in texts]
    words = [max(len(word) for text in column for word in text.split(" ")) for column in texts]
    return [max(LINE * long / sum(longest), word + 2.0) for long, word in zip(longest, words, strict=True)]


def _largest(figures: Sequence[Figure | None]) -> float:
    """What the whole width of the bars stands for: 1 for shares, the largest known value (or bound) otherwise."""
    known = [figure for figure in figures if figure]
    if not known or known[0].unit == "percent":
        return 1.0
    return max((end for figure in known for end in (figure.value, figure.high) if end is not None), default=1.0)


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
    return typeset(str(words["source"]).format(producers=format.listed(found) or words["no_source"]))


def producers(figure: Figure) -> list[str]:
    """Who produced the data behind a figure, each once."""
    untold = str(report_texts()["notes"]["no_producer"])
    return list(
        dict.fromkeys(
            origin.producer or untold.format(source=kind_name(origin.source, "fr")) for origin in figure.origins
        )
    )


def _chosen(figure: Figure) -> list[tuple[str, str]]:
    """The options to tell: those that are not as the definition has them."""
    usual = {option.name: option.default for option in indicator_named(figure.indicator).options}
    return [(name, v) for name, v in figure.options.items() if name in SAID_OPTIONS and v != usual[name]]
