"""Words and columns laid out in a given width, as text alone.

A no-break space holds here (a terminal library breaks lines on it), and nothing needs to be loaded.
"""

from __future__ import annotations

import itertools
import re
import shutil
import sys
import textwrap
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PIPED_WIDTH = 200
GAP = "  "
BELOW, BETWEEN, ABSENT = "  ", "\u00a0· ", "–"
"""What stands below its row is set in, and told in the order of its headings."""
TALL, SHORTER = 2.0, 0.8
"""Rows of more lines than this, on average, are told with a text below them where that leaves so many fewer lines."""
LONG = 20
"""A column of texts as long as this, on average, is the first to stand below."""
HIGHEST = 3
"""Lines of a heading, at most, where its words leave the choice."""
LONG_NAME = 24
"""From this on the name of a file, or a code, may go on in the next line after one of its signs."""
_BEFORE = re.compile(r" (?=[;:!?»%€])")
_AFTER = re.compile(r"(?<=«) ")
_PIECES = re.compile(r"[^-_/.]*[-_/.]+|[^-_/.]+")


@dataclass(frozen=True)
class Column:
    """A column of words, or of numbers, which stand to the right and are the last to wrap."""

    heading: str
    is_number: bool = False


def width_here() -> int:
    """How wide the standard output is: the terminal's width, or a comfortable one for a file."""
    return shutil.get_terminal_size((80 if sys.stdout.isatty() else PIPED_WIDTH, 24)).columns


def paragraph(text: str, width: int, indent: str = "") -> str:
    """A text wrapped between words; an address is never cut."""
    return "\n".join(indent + line for line in _wrapped(text, width - len(indent)))


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> str:
    """A table: headings, a rule, and one block of lines per row.

    No word is cut: what does not fit beside the rest, or would make rows too tall, stands below its row.
    """
    held = [_Held(column, [_whole(row[i]) for row in rows]) for i, column in enumerate(columns)]
    beside, below = _shared(held, width)
    widths = _widths(beside, width)
    rule = "─" * _across(widths)
    lines = [
        *_placed([_folded(h.heading, w) for h, w in zip(beside, widths, strict=True)], beside, widths, at_foot=True)
    ]
    lines += [*_told_below(below, None, width), rule]
    for number in range(len(rows)):
        cells = [_folded(h.cells[number], w) for h, w in zip(beside, widths, strict=True)]
        lines += [*_placed(cells, beside, widths), *_told_below(below, number, width)]
    return "\n".join(lines)


def tell(text: str, indent: str = "") -> None:
    """Print a text on the standard output, wrapped at its width."""
    print(paragraph(text, width_here(), indent))


def show_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], empty: str = "") -> None:
    """Print a table on the standard output, at its width; what is `empty` to say where it has no row."""
    print(table(columns, rows, width_here()) if rows or not empty else empty)


def headed(words: Mapping[str, Any], names: Iterable[str], numbers: Container[str] = ()) -> list[Column]:
    """Columns of these names, each under its word; some are of numbers."""
    return [Column(str(words[name]), name in numbers) for name in names]


class _Held:
    """A column with its cells, and what it takes: whole, or at least."""

    def __init__(self, column: Column, cells: Sequence[str]) -> None:
        self.heading, self.is_number, self.cells = _whole(column.heading), column.is_number, cells
        self.full = max(map(len, (self.heading, *cells)))
        self.mean = sum(map(len, cells)) / max(len(cells), 1)
        heading = _least(self.heading, HIGHEST)
        self.least = max(heading, *(_least(cell, 2) if self.is_number else _longest(cell) for cell in ("", *cells)))
        self.narrow = max(heading, *map(len, ("", *cells)))
        """As wide as its cells, where its heading alone wraps."""


def has_room(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether all the columns stand beside each other with each word and each number whole."""
    held = [_Held(column, [_whole(row[i]) for row in rows]) for i, column in enumerate(columns)]
    return _across([h.narrow if h.is_number else h.least for h in held]) <= width


def _shared(held: Sequence[_Held], width: int) -> tuple[list[_Held], list[_Held]]:
    """The columns that stand beside each other, the first among them, and those below."""
    beside = list(held)
    while len(beside) > 1 and _across([h.least for h in beside]) > width:
        texts = [h for h in beside[1:] if h.mean > LONG and not h.is_number]
        beside.remove(max(texts, key=lambda h: h.mean) if texts else beside[-1])
    while (texts := [h for h in beside[1:] if not h.is_number]) and (lines := _height(beside, width)) > 0:
        wordiest = max(texts, key=lambda h: h.mean)
        fewer = [h for h in beside if h is not wordiest]
        after = _height(fewer, width) + sum(-(-len(text) // (width - len(BELOW))) for text in wordiest.cells)
        if lines <= TALL * len(held[0].cells) or after > SHORTER * lines:
            break
        beside = fewer
    return beside, [h for h in held if h not in beside]


def _height(held: Sequence[_Held], width: int) -> int:
    """How many lines the rows take."""
    widths = _widths(held, width)
    folded = [[len(_folded(cell, w)) for cell in h.cells] for h, w in zip(held, widths, strict=True)]
    return sum(map(max, zip(*folded, strict=True)))


def _widths(held: Sequence[_Held], width: int) -> list[int]:
    """What each column takes: its longest word at least; then numbers are whole, and words fill lines alike."""
    if len(held) == 1:
        return [min(held[0].full, max(width, 1))]
    taken = [h.least for h in held]
    left = width - _across(taken)
    numbers = sorted((i for i, h in enumerate(held) if h.is_number), key=lambda i: held[i].narrow - taken[i])
    for i in numbers:
        if held[i].narrow - taken[i] <= left:
            left -= held[i].narrow - taken[i]
            taken[i] = held[i].narrow
    while left > 0 and (wanting := [i for i, h in enumerate(held) if taken[i] < h.full]):
        words = [i for i in wanting if not held[i].is_number]
        taken[max(words or wanting, key=lambda i: held[i].mean / taken[i])] += 1
        left -= 1
    return taken


def _across(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _placed(
    cells: Sequence[list[str]], held: Sequence[_Held], widths: Sequence[int], *, at_foot: bool = False
) -> Iterator[str]:
    """The lines of one row, or of the headings, which stand on the rule."""
    tall = max(map(len, cells))
    filled = [[""] * (tall - len(cell)) + cell if at_foot else cell for cell in cells]
    for parts in itertools.zip_longest(*filled, fillvalue=""):
        sides = (
            part.rjust(w) if h.is_number else part.ljust(w) for part, h, w in zip(parts, held, widths, strict=True)
        )
        yield GAP.join(sides).rstrip()


def _told_below(held: Sequence[_Held], row: int | None, width: int) -> list[str]:
    """What stands below a row, texts in the order of their headings (row `None`), numbers after their own."""
    named = [h for h in held if h.is_number and len(h.heading) <= LONG]
    texts = [h.heading if row is None else h.cells[row] for h in held if h not in named]
    numbers = [f"{h.heading} {h.cells[row]}" for h in named if row is not None and h.cells[row]]
    told = [*((text or ABSENT for text in texts) if any(texts) else ()), *numbers]
    return paragraph(BETWEEN.join(told), width, BELOW).split("\n") if told else []


def _whole(text: str) -> str:
    """French signs stay with their word."""
    return _AFTER.sub("\u00a0", _BEFORE.sub("\u00a0", text))


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width`, but for a word that is longer; French signs stay with their word."""
    return textwrap.wrap(_whole(text), max(width, 1), break_on_hyphens=False, break_long_words=False) or [""]


def _pieces(word: str) -> list[str]:
    """A word, or what may be told apart in a long name."""
    return _PIECES.findall(word) if len(word) >= LONG_NAME else [word]


def _longest(text: str) -> int:
    return max((len(piece) for word in text.split(" ") for piece in _pieces(word)), default=0)


def _least(text: str, lines: int) -> int:
    """How narrow a text can be in so many lines."""
    width = _longest(text)
    while len(_folded(text, max(width, 1))) > lines:
        width += 1
    return width


def _folded(text: str, width: int) -> list[str]:
    """The lines of a cell; a long name goes on after one of its signs, and is cut only where nothing else is left."""
    lines = []
    for line in _wrapped(text, width):
        if len(line) > width:
            line = _gathered(_pieces(line), width)
        lines += [
            piece[start : start + width] for piece in line.split("\n") for start in range(0, len(piece) or 1, width)
        ]
    return lines


def _gathered(pieces: Sequence[str], width: int) -> str:
    """The pieces of a name, as many in a line as it holds."""
    told = ""
    for piece in pieces:
        is_full = len(told.rpartition("\n")[2]) + len(piece) > width
        told += f"\n{piece}" if told and is_full else piece
    return told
