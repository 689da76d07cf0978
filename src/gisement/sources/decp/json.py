"""JSON files of contracts: finds the arrays of records and cuts them into chunks for DuckDB.

The fast path cuts a block of the file at a place that looks like the start of a record and has msgspec
check that the block is a whole number of records; a block that is not goes record by record.

A library alone would not do. On 200,000 contracts (225 MB), msgspec given the whole document takes the same time and
memory that grows with the file (288 MB against 68 MB here); DuckDB given the whole document passes 2.5 GB, and given
an array takes 1.7 times the memory. Both refuse a whole file for one record that is wrong, and neither says where it is
broken, nor reads an encoding that is not declared.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from gisement.sources import text_file
from gisement.sources.decp import raw, refusals, repair
from gisement.sources.decp.chunks import Chunks, on_one_line
from gisement.sources.decp.record import CONCESSION, CONTRACT, CONTRACT_KIND, FLATTENED_SIGNS

_KINDS: Final = {
    "marche": CONTRACT_KIND,
    "marches": None,
    "contrat-concession": CONCESSION,
    "contrats-concessions": CONCESSION,
}
"""The keys under which contracts are found, and the kind of contract that each holds."""

# What tells a contract from any other object: an identifier, a nature or a procedure says nothing.
_SIGNS: Final = frozenset(
    (
        *("acheteur", "autoriteConcedante", "objet", "codeCPV", "titulaires", "concessionnaires"),
        *("dateNotification", "montant", "valeurGlobale", "lieuExecution", *FLATTENED_SIGNS),
    )
)
BLOCK: Final = 1 << 17
"""Bytes that are cut at once: few enough to stay near the processor while they are checked and copied, and for their
memory to be used again; a record has about 1,200."""
_CUTS: Final = 64
_COLUMNS_LIMIT: Final = 64 << 20
_SEEN: Final = 1 << 12
"""Bytes of a list of another name that are looked at, to tell whether contracts are in it."""

_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SCALAR: Final = re.compile(rb'[^\s,\[\]{}":]+')
# An unterminated text matches too, without its closing quote, so that it is seen.
_MARKS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{}]', re.DOTALL)
_PART: Final = 1 << 24


def write(file: raw.File) -> str:
    """Writes the raw rows of a JSON file, and answers its encoding; raises `Trouble`."""
    found = text_file.detect(file.source)
    path = text_file.as_utf8(file.source, found, file.workdir / "utf8.json")
    with (
        Chunks(file) as chunks,
        path.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        _Document(file, data, chunks).split(found.mark if path == file.source else 0)
        chunks.finish()
    return found.name


@dataclass
class _Document:
    """One JSON document, mapped and read once from its first byte to its last."""

    file: raw.File
    data: mmap.mmap
    chunks: Chunks
    _released: int = 0
    _left: list[str] = field(default_factory=list)

    def split(self, start: int) -> None:
        """Puts every record of the document in the chunks; raises `Trouble`."""
        try:
            self._root(_space(self.data, start))
        except _Broken as broken:
            line, column = _place(self.data, broken.at)
            raise refusals.not_json(self.file.name, line, column, what=broken.what) from None
        self._note_unknown_keys()

    def _root(self, at: int) -> None:
        first = self.data[at : at + 1]
        if not first:
            raise refusals.empty(self.file.name)
        known = True
        if first == b"[":
            end = self._array(at, None)
            known = any(_is_contract(record) for record in self._sampled())
        elif first == b"{":
            end, known = self._object(at, depth=0)
        else:
            end, known = _value_end(self.data, at), False
        rest = _space(self.data, end)
        if rest < len(self.data):
            raise _Broken(
                rest,
                "plusieurs documents JSON se suivent, là où il en faut un seul (une liste entre crochets)",
                "several JSON documents follow each other where one is needed (a list in brackets)",
            )
        if not known:
            raise refusals.no_contract(self.file.name, self._content(at))
        self._note_left()

    def _object(self, at: int, depth: int) -> tuple[int, bool]:
        """The end of the object at `at`, and whether it held contracts (or is one)."""
        found: list[str] = []
        keys: list[str] = []
        left: list[str] = []

        def visit(key: str, value: int) -> int:
            keys.append(key)
            first = self.data[value : value + 1]
            if key in _KINDS and first == b"[":
                found.append(key)
                return self._array(value, _KINDS[key])
            if key in _KINDS and first == b"{" and depth < 3:
                end, inside = self._object(value, depth + 1)
                found.extend([key] * inside)
                return end
            if key in _KINDS and self.data[value : value + 4] == b"null":
                found.append(key)
            if first == b"[" and _has_contract(self.data[value : value + _SEEN]):
                left.append(key)
            return _value_end(self.data, value)

        end = _members(self.data, at, visit)
        if not found and len(_SIGNS.intersection(keys)) > 1:
            record = self.data[at:end]
            kind = CONCESSION if "autoriteConcedante" in keys and "acheteur" not in keys else None
            if not self._columns(record):
                self._one(record, kind)
            found.append("")
        elif not found and depth == 0 and self._columns(self.data[at:end]):
            found.append("")
        elif found:
            self._left += left
        return end, bool(found)

    def _note_left(self) -> None:
        """Lists of contracts under unknown names: told, and refused where the whole document has nothing else."""
        shown = ", ".join(refusals.plain(key, 40) for key in self._left[:8])
        if shown and not self.chunks.count:
            raise refusals.no_contract(self.file.name, f"des listes de contrats sous un autre nom, {shown}")
        if shown:
            self.file.notes.append(f"Listes de contrats sous un autre nom, non reprises : {shown}.")

    def _columns(self, text: bytes) -> bool:
        """Whether an object is a table by columns, `{"objet": {"0": …, "1": …}, …}`; reads it if so."""
        if len(text) > _COLUMNS_LIMIT:
            return False
        table = _table(text)
        rows = list(dict.fromkeys(row for column in table.values() for row in column))
        if not CONTRACT.keys() & table.keys() or not rows or not all(row.isdecimal() for row in rows):
            return False
        for row in rows:
            record = {name: column.get(row) for name, column in table.items()}
            self._one(repair.encode(record), None)
        self.file.notes.append("Le fichier est un tableau JSON par colonnes : une ligne par numéro.")
        return True

    def _array(self, at: int, kind: str | None) -> int:
        """The end of the array of records at `at`."""
        at = _space(self.data, at + 1)
        if self.data[at : at + 1] == b"]":
            return at + 1
        end = _value_end(self.data, at)
        self._one(self.data[at:end], kind)
        at = _space(self.data, end)
        separator = self._separator(end, at)
        while self.data[at : at + 1] == b",":
            at = self._block(_space(self.data, at + 1), separator, kind)
            self._release(at)
        if self.data[at : at + 1] != b"]":
            raise _separator_expected(self.data, at)
        return at + 1

    def _separator(self, end: int, at: int) -> bytes:
        """The bytes between two records, with the first key of the second: where a block may be cut."""
        after = _space(self.data, at + 1)
        colon = self.data.find(b":", after, after + 200)
        return self.data[end:colon] if colon > 0 else b","

    def _block(self, at: int, separator: bytes, kind: str | None) -> int:
        """Takes records from `at` on; the place of the comma or bracket after the last one taken."""
        # One copy of the block, between brackets; each cut shortens it.
        text = bytearray(b"[")
        text += memoryview(self.data)[at : at + BLOCK]
        for cut in _cuts(text, separator, last=at + BLOCK >= len(self.data)):
            text[cut:] = b"]"
            try:
                records = msgspec.json.decode(text, type=list[msgspec.Raw])
            except (msgspec.DecodeError, RecursionError):
                continue
            # A line break inside a text is refused here: those that are left are white space.
            self.chunks.take(records, kind)
            return _space(self.data, at + cut - 1)
        return self._one_by_one(at, kind)

    def _one_by_one(self, at: int, kind: str | None) -> int:
        stop = at + BLOCK
        while True:
            end = _value_end(self.data, at)
            self._one(self.data[at:end], kind)
            after = _space(self.data, end)
            if end >= stop or self.data[after : after + 1] != b",":
                return after
            at = _space(self.data, after + 1)

    def _one(self, record: bytes, kind: str | None) -> None:
        """Takes one record, which may be wrong inside."""
        try:
            msgspec.json.decode(record, type=msgspec.Raw)
        except (msgspec.DecodeError, RecursionError):
            self.chunks.repair(_escaped_breaks(record), kind)
        else:
            self.chunks.take([record], kind)

    def _release(self, at: int) -> None:
        """Gives back the pages already read, so that memory does not grow with the file."""
        if self.file.progress:
            self.file.progress(at, len(self.data))
        if hasattr(mmap, "MADV_DONTNEED"):
            whole = at // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
            if whole > self._released:
                self.data.madvise(mmap.MADV_DONTNEED, self._released, whole - self._released)
                self._released = whole

    def _sampled(self) -> Iterator[Any]:
        for record in self.chunks.sample:
            try:
                yield repair.loosely(record)
            except repair.Unreadable:
                continue

    def _note_unknown_keys(self) -> None:
        known = {*CONTRACT, *FLATTENED_SIGNS}
        unknown = {key for record in self._sampled() if isinstance(record, dict) for key in record} - known
        unknown = {key for key in unknown if not repair.is_flattened(key)}
        if unknown:
            shown = ", ".join(refusals.plain(key, 40) for key in sorted(unknown)[:20])
            self.file.notes.append(f"Champs non repris (vus dans les premiers enregistrements) : {shown}.")

    def _content(self, at: int) -> str:
        """What a document holds, in a few words."""
        keys: list[str] = []
        start = _space(self.data, at + 1) if self.data[at : at + 1] == b"[" else at
        if self.data[start : start + 1] != b"{":
            return "une valeur seule" if start == at else "une liste sans objet"

        def visit(key: str, value: int) -> int:
            keys.append(key)
            return _value_end(self.data, value)

        _members(self.data, start, visit)
        return "un objet de champs " + ", ".join(refusals.plain(key, 40) for key in keys[:8])


def _cuts(block: bytearray, separator: bytes, *, last: bool) -> Iterator[int]:
    """Places where the block may hold whole records, the last ones first."""
    mark, cut = (b"]", len(block)) if last else (separator, len(block))
    for _ in range(_CUTS if last else 8):
        cut = block.rfind(mark, 1, cut)
        if cut <= 1:
            return
        yield cut


def _table(text: bytes) -> dict[str, dict[str, Any]]:
    """An object whose values are all objects, with or without what only Python reads (NaN); empty for any other."""
    try:
        return msgspec.json.decode(text, type=dict[str, dict[str, Any]])
    except msgspec.ValidationError:
        return {}
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        found = repair.loosely(text)
    except repair.Unreadable:
        return {}
    is_table = isinstance(found, dict) and all(isinstance(column, dict) for column in found.values())
    return found if is_table else {}


def _has_contract(beginning: bytes) -> bool:
    return sum(b'"%s"' % sign.encode() in beginning for sign in _SIGNS) > 1


def _is_contract(record: Any) -> bool:
    return isinstance(record, dict) and len(_SIGNS.intersection(record)) > 1


class _Broken(Exception):
    """JSON that is broken at a byte; `what` says it in French and in English."""

    def __init__(self, at: int, fr: str, en: str) -> None:
        super().__init__(en)
        self.at = at
        self.what = (fr, en)


def _space(data: mmap.mmap, at: int) -> int:
    """The first byte at or after `at` that is not white space."""
    found = _SPACE.match(data, at)
    return found.end() if found else at


def _value_end(data: mmap.mmap, at: int) -> int:
    """The end of the value that starts at `at`, by its brackets: what is inside is not checked.

    Raises _Broken, with the place, where there is no value or it does not end.
    """
    first = data[at : at + 1]
    if first in (b"{", b"["):
        return _closing(data, at)
    found = (_STRING if first == b'"' else _SCALAR).match(data, at)
    if found is None:
        raise _Broken(at, "une valeur JSON était attendue", "a JSON value was expected")
    return found.end()


def _closing(data: mmap.mmap, at: int) -> int:
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
    raise _Broken(
        at,
        "le fichier s'arrête avant la fin de la structure ouverte ici (fichier tronqué, ou guillemet oublié)",
        "the file ends before the structure opened here does (truncated file, or a quote left out)",
    )


def _members(data: mmap.mmap, at: int, visit: Callable[[str, int], int]) -> int:
    """The end of the object at `at`. `visit(key, place)` is called for each value and answers its end.

    Raises _Broken, with the place, where the object is none.
    """
    at = _space(data, at + 1)
    if data[at : at + 1] == b"}":
        return at + 1
    while True:
        found = _STRING.match(data, at)
        if found is None:
            raise _Broken(at, "un nom de champ entre guillemets était attendu", "a quoted key was expected")
        colon = _space(data, found.end())
        if data[colon : colon + 1] != b":":
            raise _Broken(colon, "« : » était attendu après le nom de champ", "“:” was expected after the key")
        at = _space(data, visit(_key(found[0]), _space(data, colon + 1)))
        if data[at : at + 1] == b"}":
            return at + 1
        if data[at : at + 1] != b",":
            raise _separator_expected(data, at)
        at = _space(data, at + 1)


def _separator_expected(data: mmap.mmap, at: int) -> _Broken:
    """What to say where a comma or a closing bracket is missing."""
    if at >= len(data):
        return _Broken(at, "le fichier est tronqué", "the file is truncated")
    return _Broken(at, "une virgule ou une fermeture était attendue", "a comma or a closing was expected")


def _key(quoted: bytes) -> str:
    try:
        return str(repair.loosely(quoted))
    except repair.Unreadable:
        return quoted.decode("utf-8", "replace")


def _place(data: mmap.mmap, at: int) -> tuple[int, int]:
    """Line and column of a byte, from 1."""
    lines = sum(data[start : min(start + _PART, at)].count(b"\n") for start in range(0, at, _PART))
    last = data.rfind(b"\n", 0, at) + 1
    return lines + 1, len(data[last:at].decode("utf-8", "replace")) + 1


def _escaped_breaks(record: bytes) -> bytes:
    """The record on one line: line breaks between values become spaces, those inside a text are escaped."""
    escaped = _STRING.sub(lambda found: found[0].replace(b"\r", b"\\r").replace(b"\n", b"\\n"), record)
    return on_one_line(escaped)
