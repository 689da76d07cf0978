"""A report as an accessible PDF (PDF/UA-1, which typst checks as it writes): same report, same bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import typst
from pypdf import PdfReader

from gisement.publish.reports.document import Report
from gisement.publish.reports.laying import laid

UNDATED = (2000, 1, 1)
TIGHTEST = 5
"""Steps by which a report is drawn together: at the last one, its text is of 8.75 points."""


def pdf(report: Report) -> bytes:
    """The PDF: typst's own fonts and no other, dated by the data and not by the clock.

    A report that may have so many pages at most is drawn together, step by step, until it holds in them.
    """
    content = json.dumps(laid(report), ensure_ascii=False, sort_keys=True)
    for tight in range(TIGHTEST + 1):
        written = _compiled(report, content, tight)
        if not report.most_pages or len(PdfReader(BytesIO(written)).pages) <= report.most_pages:
            break
    return written


def _compiled(report: Report, content: str, tight: int) -> bytes:
    """The PDF with everything as close as that."""
    template = (Path(__file__).parent / "report.typ").read_bytes()
    day = report.as_of_date
    fonts = typst.Fonts(include_system_fonts=False)
    compiler = typst.Compiler(template, font_paths=fonts, sys_inputs={"report": content, "tight": str(tight)})
    written = compiler.compile(
        format="pdf",
        pdf_standards="ua-1",
        timestamp=datetime(*((day.year, day.month, day.day) if day else UNDATED), tzinfo=UTC),
    )
    assert isinstance(written, bytes)
    return written
