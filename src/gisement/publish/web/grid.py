"""A table of texts on a page: what stands in each cell, where it leads, and how it is told on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


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
