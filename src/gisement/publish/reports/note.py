"""`report note`: two pages for a council. What a model computes is not in it."""

from __future__ import annotations

from gisement.catalog import report_texts
from gisement.publish.reports import chapters
from gisement.publish.reports.document import Block, Bullets, Heading, Report
from gisement.publish.reports.laying import quoting
from gisement.publish.reports.reading import Reading

MOST_FAMILIES, PAGES = 7, 2


def note(reading: Reading) -> Report:
    """The share as a sentence and a drawing, then its years, its readings, the largest needs, and what is not known."""
    return reading.report(
        "note",
        chapters.cover(reading, report_texts()["cover"]["note"]),
        blocks=tuple(_second_page(reading)),
        contents=False,
        most_pages=PAGES,
    )


def _second_page(reading: Reading) -> list[Block]:
    words = report_texts()["note"]
    families = reading.lines("total_spend", "family", "local_share", at_most=MOST_FAMILIES, medical=chapters.ALL)
    return [
        Heading(1, words["years"], is_apart=False),
        chapters.by_year(reading, "places", reading.lines("local_share", "year")),
        Heading(1, words["readings"], is_apart=False),
        chapters.table(reading, "places", "otherwise", chapters.readings(reading, ("excluded", "included"))),
        Heading(1, words["needs"], is_apart=False),
        chapters.table(reading, "needs", "by_family", families, drawn=1),
        Heading(1, words["unknown"], is_apart=False),
        Bullets(tuple(quoting(text, chapters.words_of(reading)) for text in words["limits"])),
    ]
