"""A report as one HTML file that stands alone: no script, no other file, no other site."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gisement.publish.reports.document import Report
from gisement.publish.reports.laying import laid

Runs = list[dict[str, Any]]


def html(report: Report) -> bytes:
    """The page, in UTF-8. What people wrote is escaped; drawings are those of the templates."""
    environment = Environment(
        loader=PackageLoader("gisement.publish.reports", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals["cover_lines"] = cover_lines
    return environment.get_template("report.html.j2").render(report=laid(report)).encode()


def cover_lines(runs: Runs) -> tuple[Runs, Runs]:
    """The large first line of a cover, and the rest: a line ends where a text has a line feed."""
    for place, run in enumerate(runs):
        before, feed, after = run["text"].partition("\n")
        if feed:
            return [*runs[:place], {**run, "text": before}], [{**run, "text": after, "note": 0}, *runs[place + 1 :]]
    return runs, []
