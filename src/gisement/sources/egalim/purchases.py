"""A purchase file of ma cantine to `raw_food_purchase`: taken whole, or refused with each of its errors.

What ma cantine refuses is refused here, so that a file mended once serves twice: header, order of columns, empty lines,
cells. It is more lenient in one thing: the label `NIVEAU_2`, which ma cantine calls HVE like another one.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from gisement.sources.egalim.cells import Wrong, read_line
from gisement.sources.egalim.variants import VARIANTS, Variant
from gisement.sources.ledger.mapping import LedgerMapping
from gisement.sources.ledger.opening import Opened, Row, open_export, scratch
from gisement.terms import Reading, Trouble, counted
from gisement.terms.mishap import in_french

TOLD: Final = 10
"""Errors told one by one; the others are counted."""
CONTENT: Final = (
    "canteen_id", "siret", "description", "supplier_name", "purchase_date", "amount_cents", "family", "labels",
)  # fmt: skip
"""What makes a purchase: lines that agree on it in two files are one."""
Line = dict[str, Any]


def read_purchases(path: Path, target: Path, name: str) -> Reading:
    """Write `raw_food_purchase`; raises Trouble, with the line and column of each error, if anything is wrong."""
    from gisement.sources.raw_rows import write_parquet

    rows = parse_purchases(path, name, latest=datetime.now().astimezone().date())
    write_parquet("raw_food_purchase", rows, target)
    return Reading(len(rows))


def parse_purchases(path: Path, name: str, *, latest: date | None = None) -> list[Line]:
    """The lines of a purchase file, under the columns of `raw_food_purchase`, none of them after the `latest` day.

    Raises Trouble as `read_purchases`.
    """
    with scratch() as workdir:
        opened = open_export(path, LedgerMapping(), workdir, name)
        lines = [Row(number, [cell.strip() for cell in cells]) for number, cells in _rows(opened)]
    variant = _variant(lines, opened)
    rows, wrong = [], []
    for line in _without_last_blanks(lines[1:]):
        row, found = _read(line, variant, latest)
        rows.append(row)
        wrong += found
    if wrong:
        raise _refused(name, wrong)
    if not rows:
        raise Trouble(
            fr=f"{name} n'a que son en-tête : ajouter un achat par ligne.",
            en=f"{name} has a header only: add one purchase a line.",
        )
    return rows


def _rows(opened: Opened) -> Iterator[tuple[int, list[str]]]:
    """Every line with its number, blank ones too: a spreadsheet counts them."""
    if opened.text is None:
        yield from ((row.number, row.cells) for row in opened.rows(decimal="."))
        return
    try:
        with opened.text.open(encoding="utf-8-sig", errors="replace", newline="") as text:
            yield from enumerate(csv.reader(text, delimiter=opened.delimiter), start=1)
    except csv.Error as error:
        raise Trouble(
            fr=f"{opened.name} est illisible ({in_french(error)}) : l'enregistrer de nouveau en CSV UTF-8.",
            en=f"{opened.name} cannot be read ({error}): save it again as UTF-8 CSV.",
        ) from None


def _read(line: Row, variant: Variant, latest: date | None) -> tuple[Line, list[Wrong]]:
    if not any(line.cells):
        fr, en = "la ligne est vide : l'enlever.", "the line is empty: take it out."
        return {}, [Wrong(line.number, variant.columns[0], fr, en)]
    extra = len([cell for cell in line.cells[len(variant.columns) :] if cell])
    if extra:
        cells_fr, cells_en = counted(extra, "cellule", "cellules"), counted(extra, "cell", "cells", "en")
        fr = f"la ligne a {cells_fr} de trop (une virgule dans un texte ? l'entourer de guillemets)."
        en = f"the line has {cells_en} too many (a comma inside a text? put it in quotes)."
        return {}, [Wrong(line.number, variant.columns[-1], fr, en)]
    cells = [*line.cells, *[""] * len(variant.columns)]
    row, wrong = read_line(line.number, dict(zip(variant.columns, cells, strict=False)), variant, latest)
    content = json.dumps([row[column] for column in CONTENT], ensure_ascii=False)
    digest = hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()
    return {"record_hash": digest, "position": line.number, "file_variant": variant.name, **row}, wrong


def _without_last_blanks(lines: Sequence[Row]) -> Iterator[Row]:
    """The lines but for blank ones at the very end, which editors leave there."""
    last = max((number for number, line in enumerate(lines) if any(line.cells)), default=-1)
    yield from lines[: last + 1]


def _variant(lines: Sequence[Row], opened: Opened) -> Variant:
    """The variant that the header tells. Raises Trouble, with what is missing, too much or out of place."""
    header = _header(lines)
    for variant in VARIANTS:
        if tuple(header) == variant.columns:
            return variant
    expected = _closest(header)
    if opened.kind == "csv" and len(header) == 1:
        fr = f"{opened.name} n'a qu'une colonne : les séparer par une virgule, un point-virgule ou une tabulation."
        en = f"{opened.name} has one column only: separate columns with a comma, a semicolon or a tab."
        raise Trouble(fr=fr, en=en)
    missing = [column for column in expected.columns if column not in header]
    extra = [column for column in header if column not in expected.columns]
    fr, en = _header_words(header, expected, missing, extra)
    listed = ",".join(expected.columns)
    raise Trouble(
        fr=f"Ligne 1 de {opened.name} : {fr} ; l'en-tête attendu est {listed}.",
        en=f"Line 1 of {opened.name}: {en}; the expected header is {listed}.",
    )


def _header_words(
    header: Sequence[str], expected: Variant, missing: Sequence[str], extra: Sequence[str]
) -> tuple[str, str]:
    told_fr, told_en = [], []
    if missing:
        told_fr.append(f"il manque la colonne {', '.join(missing)}")
        told_en.append(f"the column {', '.join(missing)} is missing")
    if extra:
        shown = ", ".join(column or "(sans nom)" for column in extra)
        told_fr.append(f"la colonne {shown} est en trop")
        told_en.append(f"the column {shown} is one too many")
    if not told_fr and len(header) > len(expected.columns):
        twice = sorted({column for column in header if header.count(column) > 1})
        told_fr.append(f"la colonne {', '.join(twice)} est là deux fois")
        told_en.append(f"the column {', '.join(twice)} is there twice")
    if not told_fr:
        place = next(n for n, pair in enumerate(zip(header, expected.columns, strict=True)) if pair[0] != pair[1])
        told_fr.append(f"colonne {place + 1}, « {header[place]} » est là où l'on attend « {expected.columns[place]} »")
        told_en.append(f"column {place + 1}, '{header[place]}' stands where '{expected.columns[place]}' is expected")
    return " et ".join(told_fr), " and ".join(told_en)


def _header(lines: Sequence[Row]) -> list[str]:
    header = [" ".join(cell.split()) for cell in lines[0].cells] if lines else []  # a quoted one may hold line ends
    while header and not header[-1]:
        header.pop()
    return header


def _closest(header: Sequence[str]) -> Variant:
    """The variant that a wrong header is most like."""
    return min(VARIANTS, key=lambda variant: len(set(variant.columns) ^ set(header)))


def _refused(name: str, wrong: Sequence[Wrong]) -> Trouble:
    more = len(wrong) - TOLD
    fr = [each.sentence("fr") for each in wrong[:TOLD]] + (
        [f"Et {counted(more, 'autre erreur', 'autres erreurs')}."] if more > 0 else []
    )
    en = [each.sentence("en") for each in wrong[:TOLD]] + (
        [f"And {counted(more, 'other error', 'other errors', 'en')}."] if more > 0 else []
    )
    return Trouble(
        fr="\n".join([f"{name} n'est pas ajouté, {counted(len(wrong), 'erreur', 'erreurs')} à corriger :", *fr]),
        en="\n".join([f"{name} is not added, {counted(len(wrong), 'error', 'errors', 'en')} to mend:", *en]),
    )
