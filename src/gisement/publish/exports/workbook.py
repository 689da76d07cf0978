"""Workbooks: what all of them are, and figures as one: the figures on a sheet, what they mean on another."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from gisement.publish.answers import as_line, described, flattened
from gisement.publish.palette import COLOURS
from gisement.terms import Figure, Indicator, Perimeter

SHEETS = {"fr": ("Chiffres", "Définition"), "en": ("Figures", "Definition")}
MADE_ON = (2000, 1, 1)
"""Same figures, same bytes: the file bears no time of its own."""


@contextmanager
def opened(target: Any, *, title: str = "", **options: Any) -> Iterator[Any]:
    """A workbook to fill, written to a path or a buffer at the end; no text in it is a formula or a link."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, {**plain, **options}) as book:
        created = datetime(*MADE_ON, tzinfo=UTC).replace(tzinfo=None)
        book.set_properties({**({"title": title} if title else {}), "created": created})
        yield book


def workbook(indicator: Indicator, perimeter: Perimeter, figures: Sequence[Figure], language: str = "fr") -> bytes:
    """An XLSX file: one line per figure, exact sums in euros; nothing in it is a formula."""
    buffer = io.BytesIO()
    with opened(buffer, in_memory=True) as book:
        bold = book.add_format({"bold": True, "bg_color": COLOURS["sand"]})
        lines, definition = (book.add_worksheet(name) for name in SHEETS[language])
        _fill(lines, [flattened(as_line(figure)) for figure in figures], bold)
        told = {**described(indicator, language), **{f"perimeter.{k}": v for k, v in perimeter.as_dict().items()}}
        for row, (name, value) in enumerate(flattened(told).items()):
            definition.write(row, 0, name, bold)
            definition.write(row, 1, value)
        definition.set_column(0, 0, 24)
        definition.set_column(1, 1, 100)
    return buffer.getvalue()


def _fill(sheet: Any, rows: Sequence[Mapping[str, Any]], bold: Any) -> None:
    for column, name in enumerate(rows[0] if rows else ()):
        sheet.write(0, column, name, bold)
        sheet.set_column(column, column, 18)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row.values()):
            sheet.write(number, column, value)
    sheet.freeze_panes(1, 0)
