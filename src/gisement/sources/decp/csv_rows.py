"""The records of a CSV file, with the lines that cannot be cut into columns; a bad line costs only itself."""

from __future__ import annotations

import csv
import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

LONGEST_RECORD: Final = 2000
"""Lines of text after which a record with an open quote is given up: the quote is a mistake."""
_FIELD_LIMIT: Final = 1 << 24


class Line(NamedTuple):
    """One record: its cells, or why they could not be told apart."""

    cells: list[Any]
    reason: str | None = None

    @property
    def fingerprint(self) -> str:
        """A hash of what was read, for a record that has no columns."""
        text = "\x1f".join("" if cell is None else str(cell) for cell in self.cells)
        return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


class _OpenQuote(Exception):
    """A record that does not end within reason."""


class _Feed:
    """Lines of text for the CSV reader; remembers those of the current record, and takes them back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.record: list[str] = []
        self.cut = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.record) >= LONGEST_RECORD:
            raise _OpenQuote
        try:
            line = self._again.popleft() if self._again else next(self._lines)
        except StopIteration:
            self.cut = bool(self.record)
            raise
        self.record.append(line)
        return line

    def give_up(self) -> str:
        """Gives the record's lines back but for the first, which is answered."""
        first, *others = self.record
        self._again.extendleft(reversed(others))
        self.record, self.cut = [], False
        return first


def delimiter(head: str) -> str:
    """The delimiter of a table, from its first lines: the sign that cuts its first record into most cells."""
    best, most = ",", 0
    for sign in ",;\t|":
        try:
            cells = len(next(csv.reader(head.splitlines(keepends=True), delimiter=sign), []))
        except csv.Error:
            continue
        if cells > most:
            best, most = sign, cells
    return best


def records(path: Path, mark: int, sign: str, *, width: int | None = None) -> Iterator[Line]:
    """Each record of a UTF-8 file, the first one included; blank ones are left out.

    With a `width`, a record of another number of cells is unreadable (empty cells too many at its end are
    forgiven). If it runs over several lines, a stray quote is the likely cause: only its first line is lost.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    with path.open(encoding="utf-8-sig" if mark else "utf-8", errors="replace", newline="") as file:
        feed = _Feed(file)
        reader = csv.reader(feed, delimiter=sign)
        while True:
            try:
                cells = next(reader)
                if len(cells) == width and not feed.cut:
                    feed.record.clear()
                    if any(cells):
                        yield Line(cells)
                    continue
                reason = _NEVER_CLOSED if feed.cut else _width_reason(cells, width)
            except StopIteration:
                return
            except _OpenQuote:
                cells, reason = [], _NEVER_CLOSED
            except csv.Error as error:
                cells, reason = [], f"Ligne illisible ({error})."
            if reason and feed.record and (len(feed.record) > 1 or not cells):
                cells = [feed.give_up()]
                reader = csv.reader(feed, delimiter=sign)
            feed.record, feed.cut = [], False
            if any(cells):
                yield Line(cells if reason or width is None else cells[:width], reason)


_NEVER_CLOSED: Final = "Guillemet ouvert et jamais fermé sur cette ligne."


def _width_reason(cells: list[str], width: int | None) -> str | None:
    if width is None or not cells or len(cells) == width or (len(cells) > width and not any(cells[width:])):
        return None
    return f"{len(cells)} colonnes sur cette ligne, il en faut {width}."
