"""`report diagnosis`: the study of a territory's purchases, for those who decide and for those who check."""

from __future__ import annotations

from gisement.catalog import report_texts
from gisement.publish.reports import chapters
from gisement.publish.reports.document import Report
from gisement.publish.reports.economy import economy
from gisement.publish.reports.quality import annexes, quality
from gisement.publish.reports.reading import Reading


def diagnosis(reading: Reading) -> Report:
    """Who buys, what, from whom, where it goes, what a model makes of it, what is known, and how it was counted."""
    return reading.report(
        "diagnosis",
        chapters.cover(reading, report_texts()["cover"]["diagnosis"]),
        blocks=(
            *chapters.essentials(reading),
            *chapters.buyers(reading),
            *chapters.needs(reading),
            *chapters.suppliers(reading),
            *chapters.places(reading),
            *chapters.clauses(reading),
            *economy(reading),
            *quality(reading),
            *annexes(reading),
        ),
    )
