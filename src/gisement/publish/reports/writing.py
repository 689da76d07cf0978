"""A report as a file: an accessible PDF, one HTML page or a workbook. Same report, same bytes."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst
from jinja2 import Environment, PackageLoader, StrictUndefined
from pypdf import PdfReader

from gisement.catalog import report_texts
from gisement.publish.exports.workbook import opened
from gisement.publish.palette import COLOURS
from gisement.publish.reports.document import Report
from gisement.publish.reports.laying import Laid, laid
from gisement.terms import Trouble

Face = Callable[[Report], bytes]
Runs = list[dict[str, Any]]
UNDATED = (2000, 1, 1)
TIGHTEST = 5
"""Steps by which a report is drawn together: at the last one, its text is of 8.75 points."""
FORMATS = {"percent": "0.0%", "euros": "#,##0", "index": "0.000", "lots": "0.0", "ratio": "0.00", "points": "0.0%"}
PARTS = ("value", "low", "high", "coverage")
SHEET_NAME, FORBIDDEN = 31, re.compile(r"[\[\]:*?/\\']")


def face_of(path: Path) -> Face:
    """What writes a file of that name. Raises Trouble where its ending is unknown, or its folder is not there."""
    face = FACES.get(path.suffix.lower())
    if face is None:
        allowed = ", ".join(FACES)
        raise Trouble(
            fr=f"{path} : un rapport se termine par {allowed} ; changer le nom du fichier après -o.",
            en=f"{path}: a report ends with {allowed}; change the name of the file after -o.",
        )
    if not path.parent.is_dir():
        raise _unwritable(path)
    return face


def write(report: Report, path: Path) -> None:
    """The report in that file, all of it or nothing. Raises Trouble where it cannot be written there."""
    content = face_of(path)(report)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise _unwritable(path) from None


def _unwritable(path: Path) -> Trouble:
    return Trouble(
        fr=f"{path} ne peut pas être écrit : donner après -o un fichier dans un dossier qui existe et s'écrit.",
        en=f"{path} cannot be written: give after -o a file in a folder that exists and can be written to.",
    )


def html(report: Report) -> bytes:
    """One page in UTF-8 that stands alone: no script, no other file, no other site.

    What people wrote is escaped; drawings are those of the templates.
    """
    environment = Environment(
        loader=PackageLoader("gisement.publish.reports", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(cover_lines=cover_lines, colours=COLOURS)
    return environment.get_template("report.html.j2").render(report=laid(report)).encode()


def cover_lines(runs: Runs) -> tuple[Runs, Runs]:
    """The large first line of a cover, and the rest: a line ends where a text has a line feed."""
    for place, run in enumerate(runs):
        before, feed, after = run["text"].partition("\n")
        if feed:
            return [*runs[:place], {**run, "text": before}], [{**run, "text": after, "note": 0}, *runs[place + 1 :]]
    return runs, []


def pdf(report: Report) -> bytes:
    """The PDF (PDF/UA-1, which typst checks): typst's own fonts and no other, dated by the data and not by the clock.

    A report that may have so many pages at most is drawn together, step by step, until it holds in them.
    """
    content = json.dumps(laid(report), ensure_ascii=False, sort_keys=True)
    for tight in range(TIGHTEST + 1):
        written = _compiled(report, content, tight)
        if not report.most_pages or len(PdfReader(io.BytesIO(written)).pages) <= report.most_pages:
            break
    return written


def _compiled(report: Report, content: str, tight: int) -> bytes:
    """The PDF with everything as close as that."""
    template = (Path(__file__).parent / "report.typ").read_bytes()
    day = report.as_of_date
    fonts = typst.Fonts(include_system_fonts=False)
    inputs = {"report": content, "tight": str(tight), "colours": json.dumps(dict(COLOURS))}
    compiler = typst.Compiler(template, font_paths=fonts, sys_inputs=inputs)
    written = compiler.compile(
        format="pdf",
        pdf_standards="ua-1",
        timestamp=datetime(*((day.year, day.month, day.day) if day else UNDATED), tzinfo=UTC),
    )
    assert isinstance(written, bytes)
    return written


def book(report: Report) -> bytes:
    """An XLSX file: a sheet per table, a line per row of it, with bounds, coverage and the address of the rows.

    Numbers are numbers, definitions are comments, and no cell is a formula.
    """
    content, buffer = laid(report), io.BytesIO()
    with opened(buffer, title=content["title"], in_memory=True) as workbook:
        writing = _Sheets(workbook, content)
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


class _Sheets:
    """Writes sheets; `told` are their headings."""

    def __init__(self, workbook: Any, content: Laid) -> None:
        self.workbook, self.content, self.told = workbook, content, report_texts()["workbook"]
        self.bold = workbook.add_format(
            {"bold": True, "bg_color": COLOURS["sand_soft"], "text_wrap": True, "valign": "top"}
        )
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


FACES: Mapping[str, Face] = {".pdf": pdf, ".html": html, ".xlsx": book}
"""What writes a report, by the ending of its file."""
