"""Words and columns laid out in a given width, as text alone.

A no-break space holds here (a terminal library breaks lines on it), and nothing needs to be loaded.
"""

from __future__ import annotations

import itertools
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PIPED_WIDTH = 200
GAP = "  "
LEAST = 8
"""A column of words is not made narrower."""
_BEFORE = re.compile(r" (?=[;:!?»%€])")
_AFTER = re.compile(r"(?<=«) ")


@dataclass(frozen=True)
class Column:
    """A column of words, which wrap, or of numbers (to the right), which do not."""

    heading: str
    is_number: bool = False


def width_here() -> int:
    """How wide the standard output is: the terminal's width, or a comfortable one for a file."""
    return shutil.get_terminal_size((80 if sys.stdout.isatty() else PIPED_WIDTH, 24)).columns


def paragraph(text: str, width: int, indent: str = "") -> str:
    """A text wrapped between words; an address is never cut."""
    return "\n".join(indent + line for line in _wrapped(text, width - len(indent)))


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> str:
    """A table: headings, a rule, and one block of lines per row."""
    widths = _widths(columns, rows, width)
    headings = _lines([column.heading for column in columns], columns, widths)
    rule = "─" * (sum(widths) + len(GAP) * (len(widths) - 1))
    body = itertools.chain.from_iterable(_lines(row, columns, widths) for row in rows)
    return "\n".join([*headings, rule, *body])


def _lines(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> Iterator[str]:
    """The lines of one row."""
    wrapped = [
        [cell] if column.is_number else _folded(cell, width)
        for cell, column, width in zip(cells, columns, widths, strict=True)
    ]
    for parts in itertools.zip_longest(*wrapped, fillvalue=""):
        placed = (
            part.rjust(width) if column.is_number else part.ljust(width)
            for part, column, width in zip(parts, columns, widths, strict=True)
        )
        yield GAP.join(placed).rstrip()


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """What each column takes: numbers what they need, words what is left, the narrow ones first served."""
    wanted = [max(map(len, (column.heading, *cells))) for column, cells in _by_column(columns, rows)]
    words = sorted((i for i, column in enumerate(columns) if not column.is_number), key=lambda i: wanted[i])
    left = width - len(GAP) * (len(columns) - 1) - sum(w for w, c in zip(wanted, columns, strict=True) if c.is_number)
    for served, i in enumerate(words):
        wanted[i] = min(wanted[i], max(LEAST, left // (len(words) - served)))
        left -= wanted[i]
    return wanted


def _by_column(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Iterator[tuple[Column, tuple[str, ...]]]:
    cells = zip(*rows, strict=True) if rows else itertools.repeat(())
    return zip(columns, cells, strict=False)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width`, but for a word that is longer; French signs stay with their word."""
    held = _AFTER.sub("\u00a0", _BEFORE.sub("\u00a0", text))
    return textwrap.wrap(held, max(width, 1), break_on_hyphens=False, break_long_words=False) or [""]


def _folded(text: str, width: int) -> list[str]:
    """The same for a cell, where a word that is too long is cut."""
    return [line[start : start + width] for line in _wrapped(text, width) for start in range(0, len(line) or 1, width)]
