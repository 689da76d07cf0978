"""A cursor over JSON bytes: where a value ends, which keys an object has, where the text is broken."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Callable
from typing import Final

Buffer = bytes | mmap.mmap

_PART: Final = 1 << 24

_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SCALAR: Final = re.compile(rb'[^\s,\[\]{}":]+')
# An unterminated text matches too, without its closing quote, so that it is seen.
_MARKS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{}]', re.DOTALL)


class Broken(Exception):
    """JSON that is broken at a byte; `what` says it in French and in English."""

    def __init__(self, at: int, fr: str, en: str) -> None:
        super().__init__(en)
        self.at = at
        self.what = (fr, en)


def space(data: Buffer, at: int) -> int:
    """The first byte at or after `at` that is not white space."""
    found = _SPACE.match(data, at)
    return found.end() if found else at


def value_end(data: Buffer, at: int) -> int:
    """The end of the value that starts at `at`, by its brackets: what is inside is not checked.

    Raises Broken, with the place, where there is no value or it does not end.
    """
    first = data[at : at + 1]
    if first in (b"{", b"["):
        return _closing(data, at)
    found = (_STRING if first == b'"' else _SCALAR).match(data, at)
    if found is None:
        raise Broken(at, "une valeur JSON était attendue", "a JSON value was expected")
    return found.end()


def _closing(data: Buffer, at: int) -> int:
    depth = 0
    for mark in _MARKS.finditer(data, at):
        sign = mark[0][:1]
        if sign == b'"':
            if not mark[1]:
                break
        elif sign in b"[{":
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                return mark.end()
    raise Broken(
        at,
        "le fichier s'arrête avant la fin de la structure ouverte ici (fichier tronqué, ou guillemet oublié)",
        "the file ends before the structure opened here does (truncated file, or a quote left out)",
    )


def members(data: Buffer, at: int, visit: Callable[[str, int], int]) -> int:
    """The end of the object at `at`. `visit(key, place)` is called for each value and answers its end.

    Raises Broken, with the place, where the object is none.
    """
    at = space(data, at + 1)
    if data[at : at + 1] == b"}":
        return at + 1
    while True:
        found = _STRING.match(data, at)
        if found is None:
            raise Broken(at, "un nom de champ entre guillemets était attendu", "a quoted key was expected")
        colon = space(data, found.end())
        if data[colon : colon + 1] != b":":
            raise Broken(colon, "« : » était attendu après le nom de champ", "“:” was expected after the key")
        at = space(data, visit(_key(found[0]), space(data, colon + 1)))
        if data[at : at + 1] == b"}":
            return at + 1
        if data[at : at + 1] != b",":
            raise separator_expected(data, at)
        at = space(data, at + 1)


def separator_expected(data: Buffer, at: int) -> Broken:
    """What to say where a comma or a closing bracket is missing."""
    if at >= len(data):
        return Broken(at, "le fichier est tronqué", "the file is truncated")
    return Broken(at, "une virgule ou une fermeture était attendue", "a comma or a closing was expected")


def _key(quoted: bytes) -> str:
    try:
        return str(json.loads(quoted.decode("utf-8", "replace"), strict=False))
    except ValueError:
        return quoted.decode("utf-8", "replace")


def place(data: Buffer, at: int) -> tuple[int, int]:
    """Line and column of a byte, from 1."""
    lines = sum(data[start : min(start + _PART, at)].count(b"\n") for start in range(0, at, _PART))
    last = data.rfind(b"\n", 0, at) + 1
    return lines + 1, len(data[last:at].decode("utf-8", "replace")) + 1


def escaped_breaks(record: bytes) -> bytes:
    """The record on one line: line breaks between values become spaces, those inside a text are escaped."""
    escaped = _STRING.sub(lambda found: found[0].replace(b"\r", b"\\r").replace(b"\n", b"\\n"), record)
    return on_one_line(escaped)


def on_one_line(text: bytes) -> bytes:
    """Sound JSON on one line: there, a line break is only ever white space between values."""
    return text.translate(_ONE_LINE) if b"\n" in text or b"\r" in text else text


_ONE_LINE: Final = bytes.maketrans(b"\r\n", b"  ")
