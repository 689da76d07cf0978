"""Where the header of an export is, what its columns are called, and what each stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import Final

from gisement.catalog.tables import read_csv
from gisement.sources.ledger.mapping import LedgerMapping
from gisement.sources.ledger.opening import HEAD, Opened, Row
from gisement.sources.published_file import plain as normalised
from gisement.terms import Trouble

_ENOUGH: Final = 2
"""Headers that must be known before a line is taken for the header."""
_NUMBER: Final = re.compile(r"[\d\s.,/€%-]+")


@dataclass(frozen=True)
class Layout:
    """The header of an export: its first line and number of lines, and the name of each column.

    `merged` lists the columns whose header cell was blank and took the name of its neighbour.
    """

    line: int
    lines: int
    names: tuple[str, ...]
    merged: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def index(self, name: str) -> int | None:
        """The place of a column, by its header as written, or else compared without case and accents."""
        if name in self.names:
            return self.names.index(name)
        keys = [normalised(one) for one in self.names]
        key = normalised(name)
        return keys.index(key) if key and key in keys else None


MOST_COLUMNS = 1_000
"""A table that is wider is none: comparing each heading with each word would take hours."""


def find_layout(opened: Opened, mapping: LedgerMapping) -> Layout:
    """The header that `mapping` names, or else the line whose cells are best known. Raises Trouble if none is."""
    rows = [row for row in opened.head() if row.number <= HEAD]
    widest = max((len(row.cells) for row in rows), default=0)
    if widest > MOST_COLUMNS:
        raise Trouble(
            fr=f"{opened.name} a {widest} colonnes : un export de paiements en a quelques dizaines ; vérifier le "
            "séparateur ou la feuille.",
            en=f"{opened.name} has {widest} columns: an export of payments has some tens; check the delimiter or the "
            "sheet.",
        )
    is_text = opened.kind == "csv"
    if mapping.header_line is not None:
        found = _layout(rows, mapping.header_line, mapping.header_lines, is_text)
        if found is None:
            raise Trouble(
                fr=f"{opened.name} n'a pas de ligne {mapping.header_line} pour l'en-tête : corriger header_line.",
                en=f"{opened.name} has no line {mapping.header_line} for the header: mend header_line.",
            )
        return found
    candidates = [
        layout for row in rows for lines in (1, 2) if (layout := _layout(rows, row.number, lines, is_text)) is not None
    ]
    best = max(candidates, key=lambda one: (len(one.fields), -len(one.merged), -one.lines, -one.line), default=None)
    if best is None or len(best.fields) < _ENOUGH:
        raise Trouble(
            fr=f"{opened.name} n'a pas d'en-tête reconnaissable : écrire [file] header_line et [columns] dans un "
            "fichier de correspondance.",
            en=f"{opened.name} has no header that can be recognised: write [file] header_line and [columns] in a "
            "mapping file.",
        )
    return best


def fields_of(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each field, the columns that their header makes candidates, in order; a column is of one field only."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        # Of two header lines, the lower one alone may be clearer: « Mandat / Date » is a date.
        keys = {normalised(name), normalised(name.rpartition(" / ")[2])} - {""}
        known = (field for field, pattern in _patterns() if any(fnmatchcase(key, pattern) for key in keys))
        match = next(known, None)
        if match is not None:
            found[match] = (*found.get(match, ()), name)
    return found


def _layout(rows: Sequence[Row], line: int, lines: int, is_text: bool) -> Layout | None:
    chosen = [row for row in rows if line <= row.number < line + lines]
    if not chosen or chosen[0].number != line or len(chosen) != lines:
        return None
    under = [row for row in rows if row.number >= line + lines]
    width = _text_width(chosen, under) if is_text else max(_filled_places((*chosen, *under)), default=-1) + 1
    cells = [[cell.strip() for cell in (*row.cells, *[""] * width)][:width] for row in chosen]
    if lines > 1 and not _is_second_header(cells):
        return None
    names, blank = _names(cells)
    used = _filled_places(under)
    return Layout(line, lines, names, tuple(names[place] for place in blank if place in used), fields_of(names))


def _is_second_header(cells: Sequence[Sequence[str]]) -> bool:
    """Whether the second line names columns under a first line with blank (merged) cells."""
    top, bottom = cells[0], cells[1]
    told = [cell for cell in bottom if cell]
    return bool(told) and "" in top and not any(_NUMBER.fullmatch(cell) for cell in told)


def _names(cells: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The name of each column, and the places of those whose cell on the first line is blank."""
    names: list[str] = []
    group = ""
    for place, stack in enumerate(zip(*cells, strict=True)):
        top, under = " ".join(stack[0].split()), " ".join(" ".join(stack[1:]).split())
        group = top or group
        if under:
            name = under if not group or group == under else f"{group} / {under}"
        else:
            name = top or group or f"Colonne {place + 1}"
        names.append(_unique(name, names))
    return tuple(names), tuple(place for place, cell in enumerate(cells[0]) if not cell.strip())


def _unique(name: str, taken: Sequence[str]) -> str:
    number = 2
    unique = name
    while unique in taken:
        unique, number = f"{name} ({number})", number + 1
    return unique


def _text_width(header: Sequence[Row], under: Sequence[Row]) -> int:
    """The number of cells of a text file's lines: that of the header, or of most lines if it is larger."""
    counted = Counter(len(row.cells) for row in under)
    usual = max(counted, key=lambda size: (counted[size], size), default=0)
    return max(usual, *(len(row.cells) for row in header))


def _filled_places(rows: Iterable[Row]) -> set[int]:
    return {place for row in rows for place, cell in enumerate(row.cells) if cell.strip()}


@cache
def _patterns() -> tuple[tuple[str, str], ...]:
    return tuple((row["field"], row["pattern"]) for row in read_csv("ledger/headers.csv"))
