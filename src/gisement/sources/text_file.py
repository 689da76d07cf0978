"""Text files of strangers: their encoding, and the records of a CSV, of which a bad line costs only itself.

The encoding is decided once for the whole file, never for a record. A file is UTF-8 as long as its letters beyond ASCII
are mostly right in UTF-8; it is Windows-1252 otherwise (which reads ISO-8859-1 too, and any byte at all).
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

LONGEST_RECORD: Final = 2000
"""Lines of text after which a record with an open quote is given up: the quote is a mistake."""
_FIELD_LIMIT: Final = 1 << 24

_SAMPLES = 64
_SAMPLE = 1 << 14
_WHOLE = _SAMPLES * _SAMPLE
_BLOCK = 1 << 22

_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{3}"
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Encoding:
    """An encoding, and the length in bytes of the mark at the start of the file."""

    name: str
    mark: int = 0


def detect(path: Path) -> Encoding:
    """The encoding of a text file: `utf-8`, `utf-8-sig`, `utf-16-le`, `utf-16-be` or `cp1252`."""
    with path.open("rb") as file:
        head = file.read(1024)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, len(mark))
    if head[:1] and head[1:2] == b"\0" and head[3:4] in (b"\0", b""):
        return Encoding("utf-16-le")
    if head[:1] == b"\0" and head[1:2] not in (b"", b"\0"):
        return Encoding("utf-16-be")
    right = wrong = 0
    for sample in _samples(path):
        beyond = len(sample.translate(None, bytes(range(0x80))))
        sequences = beyond if _is_sound(sample) else sum(map(len, _SEQUENCE.findall(sample)))
        right += sequences
        wrong += beyond - sequences
    return Encoding("cp1252" if wrong > right else "utf-8")


def _is_sound(sample: bytes) -> bool:
    """Whether all of it is UTF-8: most samples are, and need no search for what is."""
    try:
        sample.decode()
    except UnicodeDecodeError:
        return False
    return True


def _samples(path: Path) -> Iterator[bytes]:
    """The whole of a small file, else parts spread over it, cut where no letter is split."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _WHOLE:
            yield file.read()
            return
        for number in range(_SAMPLES):
            file.seek(number * (size - _SAMPLE) // (_SAMPLES - 1))
            yield file.read(_SAMPLE).lstrip(bytes(range(0x80, 0xC0)))[:-4]


def decode(data: bytes, encoding: Encoding) -> str:
    """The text of these bytes; what the encoding cannot read becomes U+FFFD."""
    if encoding.name != "cp1252":
        return data.decode("utf-8" if encoding.name == "utf-8-sig" else encoding.name, "replace")
    # Five bytes have no letter in Windows-1252: they are read as in ISO-8859-1.
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(_letter(byte) for byte in data)


def _letter(byte: int) -> str:
    return chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes((byte,)).decode("cp1252")


def texts(path: Path, encoding: Encoding) -> Iterator[str]:
    """The text of a file in pieces, without its mark."""
    name = {"utf-8-sig": "utf-8", "cp1252": "latin-1"}.get(encoding.name, encoding.name)
    decoder = codecs.getincrementaldecoder(name)("replace")
    with path.open("rb") as file:
        file.seek(encoding.mark)
        while block := file.read(_BLOCK):
            yield decode(block, encoding) if encoding.name == "cp1252" else decoder.decode(block)
    if encoding.name != "cp1252":
        yield decoder.decode(b"", final=True)


def as_utf8(path: Path, encoding: Encoding, target: Path) -> Path:
    """The same text in UTF-8: the file itself where it is, else a copy written at `target`."""
    if encoding.name.startswith("utf-8"):
        return path
    with target.open("w", encoding="utf-8", errors="replace", newline="") as out:
        out.writelines(texts(path, encoding))
    return target


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
