"""A report as a workbook: a sheet per table, numbers as numbers, definitions as comments; no cell is a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from gisement.catalog import report_texts
from gisement.publish.exports.workbook import MADE_ON
from gisement.publish.reports.document import Report
from gisement.publish.reports.laying import Laid, laid

FORMATS = {"percent": "0.0%", "euros": "#,##0", "index": "0.000", "lots": "0.0", "ratio": "0.00", "points": "0.0%"}
PARTS = ("value", "low", "high", "coverage")
SHEET_NAME, FORBIDDEN = 31, re.compile(r"[\[\]:*?/\\']")


def book(report: Report) -> bytes:
    """An XLSX file: one line per row of each table, with bounds, coverage and the address of the rows."""
    content, buffer = laid(report), io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        workbook.set_properties({
            "title": content["title"], "created": datetime(*MADE_ON, tzinfo=UTC).replace(tzinfo=None)
        })  # fmt: skip
        writing = _Writing(workbook, content)
        writing.first()
        for block in _tables(content):
            (writing.figures if block["kind"] == "figures" else writing.words)(block)
        writing.notes()
    return buffer.getvalue()


def _tables(content: Laid) -> Iterator[Laid]:
    """The tables of a report in order, those beside drawings too."""
    for block in content["blocks"]:
        table = block["table"] if block["kind"] == "beside" else block
        if table["kind"] in ("figures", "words"):
            yield table


class _Writing:
    """Writes sheets; `told` are their headings."""

    def __init__(self, workbook: Any, content: Laid) -> None:
        self.workbook, self.content, self.told = workbook, content, report_texts()["workbook"]
        self.bold = workbook.add_format({"bold": True, "bg_color": "#efe6d6", "text_wrap": True, "valign": "top"})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.numbers = {unit: workbook.add_format({"num_format": shape}) for unit, shape in FORMATS.items()}
        self.whole = workbook.add_format({"num_format": "#,##0"})
        self.names: set[str] = set()

    def first(self) -> None:
        """What the report is, and whether it may be published."""
        sheet = self._sheet(self.told["about"])
        content = self.content
        lines = (content["title"], content["subtitle"], content["as_of"], content["notice"],
                 f"{content['status']}. {content['status_note']}", content["release"],
                 "".join(run["text"] for run in content["cover"]["headline"]))  # fmt: skip
        for row, text in enumerate(line for line in lines if line):
            sheet.write_string(row, 0, text, self.wrapped)
        sheet.set_column(0, 0, 110)

    def figures(self, block: Laid) -> None:
        """A table of figures: value, bounds and coverage of each column, then the address of its rows."""
        sheet = self._sheet(block["title"])
        sheet.write_string(0, 0, block["heading"], self.bold)
        sheet.set_column(0, 0, 46)
        parts = (*PARTS, "rows")
        for n, column in enumerate(block["columns"]):
            for m, part in enumerate(parts):
                place = 1 + n * len(parts) + m
                sheet.write_string(0, place, f"{column} – {self.told[part]}", self.bold)
                sheet.set_column(place, place, 18)
            definitions = self._definitions(block, n)
            if definitions:
                sheet.write_comment(0, 1 + n * len(parts), definitions, {"author": "", "x_scale": 3, "y_scale": 2})
        for row, line in enumerate(block["rows"], 1):
            sheet.write_string(row, 0, line["label"])
            if line["about"]:
                sheet.write_comment(row, 0, line["about"], {"author": "", "x_scale": 2})
            for n, cell in enumerate(line["cells"]):
                self._cell(sheet, row, 1 + n * len(parts), cell)
        sheet.freeze_panes(1, 1)

    def words(self, block: Laid) -> None:
        """Write a table whose cells are words and counts, and no figure of an indicator."""
        sheet = self._sheet(block["title"])
        for column, text in enumerate(block["columns"]):
            sheet.write_string(0, column, text, self.bold)
            sheet.set_column(column, column, 40)
        for row, cells in enumerate(block["rows"], 1):
            for column, cell in enumerate(cells):
                if cell["count"] is None:
                    sheet.write_string(row, column, cell["text"], self.wrapped)
                else:
                    sheet.write_number(row, column, cell["count"], self.whole)
        sheet.freeze_panes(1, 0)

    def notes(self) -> None:
        """The definition and the sources of every figure quoted."""
        sheet = self._sheet(self.told["notes"])
        for row, text in enumerate(self.content["notes"]):
            sheet.write_number(row, 0, row + 1)
            sheet.write_string(row, 1, text, self.wrapped)
        sheet.set_column(1, 1, 120)

    def _definitions(self, block: Laid, column: int) -> str:
        numbers = dict.fromkeys(row["cells"][column]["marked"] for row in block["rows"])
        return "\n".join(self.content["notes"][number - 1] for number in numbers if number)

    def _cell(self, sheet: Any, row: int, place: int, cell: Laid) -> None:
        found = cell["numbers"]
        if found is None:
            return
        for m, part in enumerate(PARTS):
            value = found[part]
            shape = self.numbers["percent"] if part == "coverage" else self.numbers.get(found["unit"], self.whole)
            if value is not None:
                sheet.write_number(row, place + m, value, shape)
            elif part == "value":
                sheet.write_string(row, place, found.get("few", cell["value"]))
        sheet.write_string(row, place + len(PARTS), found["rows"])

    def _sheet(self, title: str) -> Any:
        """A sheet whose name a workbook allows, and that no other has."""
        name = FORBIDDEN.sub(" ", title.replace("\u2019", " "))[:SHEET_NAME].strip()
        while name.lower() in self.names:
            name = f"{name[: SHEET_NAME - 3].strip()} {len(self.names) + 1}"
        self.names.add(name.lower())
        return self.workbook.add_worksheet(name)
