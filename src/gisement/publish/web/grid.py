"""Tables and lists of texts that several pages show: grids of cells, contracts that come back, sheets to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.words.renewals import holders
from gisement.terms import Figure, Verdict

if TYPE_CHECKING:
    from gisement.publish.web.page import Card, Page


@dataclass(frozen=True)
class Cell:
    """One cell: its text, its address, a note under it, and whether it is a number."""

    text: str
    href: str = ""
    note: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Grid:
    """A table with its caption; the first cell of a row names it."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def grid(caption: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Grid:
    """A table of these cells."""
    return Grid(caption, tuple(headings), tuple(tuple(row) for row in rows))


def number(text: str, href: str = "", note: str = "") -> Cell:
    """A cell that holds a number."""
    return Cell(text, href, note, is_number=True)


def figured(card: Card, text: str = "", note: str = "") -> Cell:
    """A cell that holds a figure: its value (or how else it is told), its page, its bounds."""
    return number(text or card.shown.value, card.page, note or card.shown.span)


def verdict_cell(card: Card, figure: Figure, verdict: Verdict, language: str) -> Cell:
    """A cell that holds the euros of one verdict of a figure: how far they may go, and the rows that they are of."""
    rows = next(row.address for row in card.verdicts if row.verdict == verdict)
    return number(format.verdict_euros(figure, verdict, language), rows, format.verdict_span(figure, verdict, language))


def renewal_rows(page: Page, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Renewals as a table shows them."""
    words, language = texts(page.language)["renewals"], page.language
    return [
        {
            "title": row["title"] or words["no_title"],
            "page": f"{page.root}/contracts/{row['contract_key']}",
            "buyer": row["buyer_name"] or row["buyer_id"] or words["not_known"],
            "buyer_page": f"{page.root}/buyers/{row['buyer_id']}" if row["buyer_id"] else "",
            "holders": holders(row, language),
            "stage": words["stages"][row["renewal_stage"]],
            "end": format.day(row["end_date"], language),
            "call": format.day(row["call_date"], language),
            "is_late": row["call_date"] <= page.site.as_of_date,
            "amount": format.cents(row["amount_cents"], language),
            "used": _used(row["ceiling_used_pct"], language),
        }
        for row in rows
    ]  # fmt: skip


def _used(percents: int | None, language: str) -> str:
    return "" if percents is None else format.percent(percents / 100, 0, language)


def suggestions(page: Page, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The title and address of sheets to show beside something else."""
    return [(row["sheet_title"], f"{page.root}/experience/{row['sheet_kind']}-{row['sheet_name']}") for row in rows]
