"""A table of texts on a page: what stands in each cell, where it leads, and how it is told on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gisement.publish import format
from gisement.terms import Figure, Verdict

if TYPE_CHECKING:
    from gisement.publish.web.card import Card


@dataclass(frozen=True)
class Cell:
    """One cell: its text, its address, a note under it, and whether it is a number."""

    text: str
    href: str = ""
    note: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Grid:
    """A table with its caption; the first cell of a row names it."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def grid(caption: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Grid:
    """A table of these cells."""
    return Grid(caption, tuple(headings), tuple(tuple(row) for row in rows))


def number(text: str, href: str = "", note: str = "") -> Cell:
    """A cell that holds a number."""
    return Cell(text, href, note, is_number=True)


def figured(card: Card, text: str = "", note: str = "") -> Cell:
    """A cell that holds a figure: its value (or how else it is told), its page, its bounds."""
    return number(text or card.shown.value, card.page, note or card.shown.span)


def verdict_cell(card: Card, figure: Figure, verdict: Verdict, language: str) -> Cell:
    """A cell that holds the euros of one verdict of a figure: how far they may go, and the rows that they are of."""
    rows = next(row.address for row in card.verdicts if row.verdict == verdict)
    return number(format.verdict_euros(figure, verdict, language), rows, format.verdict_span(figure, verdict, language))
