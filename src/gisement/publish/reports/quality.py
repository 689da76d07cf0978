"""The chapter on what is known, what was found wrong, and what a report cannot say; then its annexes."""

from __future__ import annotations

from gisement.catalog import report_texts, texts
from gisement.engine import Observatory
from gisement.pipeline import shown_at
from gisement.publish.reports.chapters import said, table, titled, words_of
from gisement.publish.reports.document import Block, Bullets, Heading, Methods, Sources, Tally, WordTable
from gisement.publish.reports.laying import quoting
from gisement.publish.reports.reading import Reading
from gisement.studies.checks import Checks
from gisement.terms import Perimeter

MOST_RULES = 10


def quality(reading: Reading) -> list[Block]:
    """Coverage, gaps of ledgers, findings by rule, limits."""
    words = report_texts()["quality"]
    known = titled(reading, *shown_at("report/known"))
    return [
        Heading(1, words["title"]),
        said(reading, "quality", "opening"),
        table(reading, "quality", "known", known, described=True),
        *_gaps(reading),
        Heading(2, words["findings"]),
        said(reading, "quality", "about_findings"),
        _findings(reading),
        Heading(2, words["limits"]),
        Bullets(tuple(quoting(text, words_of(reading)) for text in [*words["limits_all"], *words[reading.basis]])),
    ]


def annexes(reading: Reading) -> list[Block]:
    """The files that the figures quoted come from, under what is said of their quality; then their definitions."""
    words = report_texts()["annexes"]
    return [
        Heading(1, words["sources"], is_apart=False),
        said(reading, "annexes", "about_sources"),
        Sources(),
        Heading(1, words["methods"]),
        said(reading, "annexes", "about_methods"),
        Methods(),
    ]


def _gaps(reading: Reading) -> list[Block]:
    """Buyers of the territory whose ledger is missing in a year that others have."""
    if reading.basis != "payment":
        return []
    words = report_texts()["quality"]
    found = Observatory(reading.served.observatory.workspace, ()).ledger_gaps(Perimeter())
    rows = tuple(
        (str(gap["buyer_name"] or gap["buyer"]), ", ".join(str(year) for year in gap["years"])) for gap in found
    )
    if not rows:
        return [said(reading, "quality", "no_gap")]
    return [WordTable("gaps", words["gaps_title"], tuple(words["gaps_columns"]), rows)]


def _findings(reading: Reading) -> WordTable:
    """Findings by rule, the most frequent first; their rows are listed by a command."""
    checks = Checks(reading.served.observatory.workspace)
    counted = checks.findings_by_rule(of_contracts=reading.basis == "contract")
    checks.connection.close()
    words, told = report_texts()["quality"], texts()
    rows = tuple(
        (
            str(told["findings"].get(row["rule"], row["rule"])),
            Tally(row["findings"], "gisement check"),
            str(told["actions"].get(row["action"], row["action"])),
        )
        for row in counted[:MOST_RULES]
    )
    after = quoting(words["findings_after"]) if len(counted) > MOST_RULES else None
    return WordTable("findings", words["findings_title"], tuple(words["findings_columns"]), rows, after)
