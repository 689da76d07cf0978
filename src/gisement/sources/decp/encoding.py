"""Which encoding a text file is in: decided once for the whole file, never for a record.

A file is UTF-8 as long as its letters beyond ASCII are mostly right in UTF-8; it is Windows-1252
otherwise (which reads ISO-8859-1 too, and any byte at all).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
