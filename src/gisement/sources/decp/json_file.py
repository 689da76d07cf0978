"""JSON files of contracts: finds the arrays of records and cuts them into chunks for DuckDB.

The fast path cuts a block of the file at a place that looks like the start of a record and has msgspec
check that the block is a whole number of records; a block that is not goes record by record.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from gisement.sources.decp import refusals, shapes
from gisement.sources.decp.chunks import Chunks
from gisement.sources.decp.json_scan import (
    Broken,
    Buffer,
    escaped_breaks,
    members,
    place,
    separator_expected,
    space,
    value_end,
)
from gisement.sources.decp.published import CONTRACT, FLATTENED_SIGNS
from gisement.sources.decp.record_sql import CONCESSION, CONTRACT_KIND
from gisement.sources.decp.report import Progress

KINDS: Final = {
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


@dataclass
class JsonFile:
    """One JSON document in memory or mapped, read once from its first byte to its last."""

    name: str
    data: Buffer
    chunks: Chunks
    progress: Progress | None = None
    notes: list[str] = field(default_factory=list)
    _released: int = 0
    _left: list[str] = field(default_factory=list)

    def split(self, start: int) -> None:
        """Puts every record of the document in the chunks; raises `Trouble`."""
        try:
            self._root(space(self.data, start))
        except Broken as broken:
            line, column = place(self.data, broken.at)
            raise refusals.not_json(self.name, line, column, what=broken.what) from None
        self._note_unknown_keys()

    def _root(self, at: int) -> None:
        first = self.data[at : at + 1]
        if not first:
            raise refusals.empty(self.name)
        known = True
        if first == b"[":
            end = self._array(at, None)
            known = any(_is_contract(record) for record in self._sampled())
        elif first == b"{":
            end, known = self._object(at, depth=0)
        else:
            end, known = value_end(self.data, at), False
        rest = space(self.data, end)
        if rest < len(self.data):
            raise Broken(
                rest,
                "plusieurs documents JSON se suivent, là où il en faut un seul (une liste entre crochets)",
                "several JSON documents follow each other where one is needed (a list in brackets)",
            )
        if not known:
            raise refusals.no_contract(self.name, self._content(at))
        self._note_left()

    def _object(self, at: int, depth: int) -> tuple[int, bool]:
        """The end of the object at `at`, and whether it held contracts (or is one)."""
        found: list[str] = []
        keys: list[str] = []
        left: list[str] = []

        def visit(key: str, value: int) -> int:
            keys.append(key)
            first = self.data[value : value + 1]
            if key in KINDS and first == b"[":
                found.append(key)
                return self._array(value, KINDS[key])
            if key in KINDS and first == b"{" and depth < 3:
                end, inside = self._object(value, depth + 1)
                found.extend([key] * inside)
                return end
            if key in KINDS and self.data[value : value + 4] == b"null":
                found.append(key)
            if first == b"[" and _has_contract(self.data[value : value + _SEEN]):
                left.append(key)
            return value_end(self.data, value)

        end = members(self.data, at, visit)
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
            raise refusals.no_contract(self.name, f"des listes de contrats sous un autre nom, {shown}")
        if shown:
            self.notes.append(f"Listes de contrats sous un autre nom, non reprises : {shown}.")

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
            self._one(shapes.encode(record), None)
        self.notes.append("Le fichier est un tableau JSON par colonnes : une ligne par numéro.")
        return True

    def _array(self, at: int, kind: str | None) -> int:
        """The end of the array of records at `at`."""
        at = space(self.data, at + 1)
        if self.data[at : at + 1] == b"]":
            return at + 1
        end = value_end(self.data, at)
        self._one(self.data[at:end], kind)
        at = space(self.data, end)
        separator = self._separator(end, at)
        while self.data[at : at + 1] == b",":
            at = self._block(space(self.data, at + 1), separator, kind)
            self._release(at)
        if self.data[at : at + 1] != b"]":
            raise separator_expected(self.data, at)
        return at + 1

    def _separator(self, end: int, at: int) -> bytes:
        """The bytes between two records, with the first key of the second: where a block may be cut."""
        after = space(self.data, at + 1)
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
            return space(self.data, at + cut - 1)
        return self._one_by_one(at, kind)

    def _one_by_one(self, at: int, kind: str | None) -> int:
        stop = at + BLOCK
        while True:
            end = value_end(self.data, at)
            self._one(self.data[at:end], kind)
            after = space(self.data, end)
            if end >= stop or self.data[after : after + 1] != b",":
                return after
            at = space(self.data, after + 1)

    def _one(self, record: bytes, kind: str | None) -> None:
        """Takes one record, which may be wrong inside."""
        try:
            msgspec.json.decode(record, type=msgspec.Raw)
        except (msgspec.DecodeError, RecursionError):
            self.chunks.repair(escaped_breaks(record), kind)
        else:
            self.chunks.take([record], kind)

    def _release(self, at: int) -> None:
        """Gives back the pages already read, so that memory does not grow with the file."""
        if self.progress:
            self.progress(at, len(self.data))
        if isinstance(self.data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            whole = at // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
            if whole > self._released:
                self.data.madvise(mmap.MADV_DONTNEED, self._released, whole - self._released)
                self._released = whole

    def _sampled(self) -> Iterator[Any]:
        for record in self.chunks.sample:
            try:
                yield shapes.loosely(record)
            except shapes.Unreadable:
                continue

    def _note_unknown_keys(self) -> None:
        known = {*CONTRACT, *FLATTENED_SIGNS}
        unknown = {key for record in self._sampled() if isinstance(record, dict) for key in record} - known
        unknown = {key for key in unknown if not shapes.is_flattened(key)}
        if unknown:
            shown = ", ".join(refusals.plain(key, 40) for key in sorted(unknown)[:20])
            self.notes.append(f"Champs non repris (vus dans les premiers enregistrements) : {shown}.")

    def _content(self, at: int) -> str:
        """What a document holds, in a few words."""
        keys: list[str] = []
        start = space(self.data, at + 1) if self.data[at : at + 1] == b"[" else at
        if self.data[start : start + 1] != b"{":
            return "une valeur seule" if start == at else "une liste sans objet"

        def visit(key: str, value: int) -> int:
            keys.append(key)
            return value_end(self.data, value)

        members(self.data, start, visit)
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
        found = shapes.loosely(text)
    except shapes.Unreadable:
        return {}
    is_table = isinstance(found, dict) and all(isinstance(column, dict) for column in found.values())
    return found if is_table else {}


def _has_contract(beginning: bytes) -> bool:
    return sum(b'"%s"' % sign.encode() in beginning for sign in _SIGNS) > 1


def _is_contract(record: Any) -> bool:
    return isinstance(record, dict) and len(_SIGNS.intersection(record)) > 1
