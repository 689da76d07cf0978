"""A report as an accessible PDF (PDF/UA-1, which typst checks as it writes): same report, same bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import typst

from gisement.publish.reports.document import Report
from gisement.publish.reports.laying import laid

UNDATED = (2000, 1, 1)


def pdf(report: Report) -> bytes:
    """The PDF: typst's own fonts and no other, dated by the data and not by the clock."""
    template = (Path(__file__).parent / "report.typ").read_bytes()
    day = report.as_of_date
    compiler = typst.Compiler(
        template,
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"report": json.dumps(laid(report), ensure_ascii=False, sort_keys=True)},
    )
    written = compiler.compile(
        format="pdf",
        pdf_standards="ua-1",
        timestamp=datetime(*((day.year, day.month, day.day) if day else UNDATED), tzinfo=UTC),
    )
    assert isinstance(written, bytes)
    return written
