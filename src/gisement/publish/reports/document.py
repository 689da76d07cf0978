"""What a report is made of: blocks that hold Figures and words. None of them takes a bare number.

A sentence is a template of the catalog in which `{share}` quotes a figure: its value, then its bounds and coverage
between brackets, then the mark of the note that gives its definition and its sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from gisement.terms import Figure

PUBLIC, INTERNAL, PERSONAL = "public", "internal", "personal"


@dataclass(frozen=True)
class Tally:
    """A number of rows that is no figure: how many, and the command that lists them."""

    count: int
    command: str


@dataclass(frozen=True)
class Sentence:
    """A template with the words and the figures that it names.

    `{share}` is a whole figure; `{share.value}` is its value alone, and then the template must hold `{share.bounds}`.
    """

    template: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


def quoting(template: str, words: Mapping[str, str] | None = None, **figures: Figure) -> Sentence:
    """A sentence of these figures and words."""
    return Sentence(template, figures, dict(words or {}))


@dataclass(frozen=True)
class Line:
    """A row of a table: its name, and one figure per column (None where there is none to show)."""

    label: str
    figures: tuple[Figure | None, ...]


@dataclass(frozen=True)
class Heading:
    """The title of a chapter (level 1), which begins a page if it `is_apart`, or of a part of it (level 2)."""

    level: Literal[1, 2]
    text: str
    is_apart: bool = True


@dataclass(frozen=True)
class Paragraph:
    """One sentence or more; `style` is empty, `lead`, `small`, or `warning`."""

    sentence: Sentence
    style: str = ""


@dataclass(frozen=True)
class Bullets:
    """Sentences, one a line."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Tiles:
    """A few figures side by side, large, each under its name."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class FigureTable:
    """Lines of figures under headings. Column `drawn` also has a bar: value and bounds (None: no bar).

    Where each line is another indicator (`is_described`), its definition stands under its name, in place of a note.
    """

    name: str
    title: str
    heading: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    drawn: int | None = None
    is_described: bool = False
    after: Sentence | None = None


@dataclass(frozen=True)
class WordTable:
    """A table of words, and of numbers of rows with the command that lists them."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Tally, ...], ...]
    after: Sentence | None = None


@dataclass(frozen=True)
class Picture:
    """A drawing (SVG) of figures: its title, what it shows in words, and the figures that it is drawn from."""

    name: str
    title: str
    summary: str
    svg: str
    figures: tuple[Figure, ...]
    width_pct: int = 100


@dataclass(frozen=True)
class Beside:
    """A drawing, and the table of its numbers next to it."""

    picture: Picture
    table: FigureTable


@dataclass(frozen=True)
class Methods:
    """The annex: each indicator quoted in the report, with what it leaves out, what it assumes, its rows."""


@dataclass(frozen=True)
class Sources:
    """The files behind all the figures of the report: producer, licence, name, the start of the fingerprint."""


Block = Heading | Paragraph | Bullets | Tiles | FigureTable | WordTable | Picture | Beside | Methods | Sources


@dataclass(frozen=True)
class Cover:
    """The first page: what the report is, then one sentence, one drawing and a few figures."""

    title: str
    subtitle: str
    headline: Sentence | None = None
    picture: Picture | None = None
    legend: Sentence | None = None
    tiles: Tiles | None = None


@dataclass(frozen=True)
class Report:
    """A report: `status` is PUBLIC, INTERNAL where payments are inside, PERSONAL for a sheet.

    `notice` is empty for real data; `as_of_date` and `release` say from which data it was made; `most_pages` is 0 where
    any number of pages will do.
    """

    name: str
    cover: Cover
    territory: str
    as_of_date: date | None
    release: str
    status: str
    notice: str
    blocks: tuple[Block, ...]
    contents: bool = True
    most_pages: int = 0

    @property
    def is_internal(self) -> bool:
        """Whether it rests on payments that nothing protects: it is for those who sent them, never to be published."""
        return self.status != PUBLIC
