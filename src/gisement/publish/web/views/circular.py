"""Circular purchases: shares by family beside what the law asks where it was read, then euros and quantities."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gisement.catalog import texts
from gisement.catalog.words import matter_origins
from gisement.publish import format
from gisement.publish.web.choices import partner_asked, partner_choice
from gisement.publish.web.grid import Cell, Grid, figured, grid, number
from gisement.publish.web.page import Page
from gisement.publish.words.circular import line_cells
from gisement.studies.circular import ORIGINS, RECYCLED, REUSE, least_rate
from gisement.terms import Figure

ASKED = (REUSE, RECYCLED)
"""What the law asks of every family: none of it is a zero; of the other origins, families have none to count."""


def circular(page: Page) -> Response:
    """What is bought from reuse and from recycled matter, of one buyer or of all, the latest year first."""
    buyer = partner_asked(page)
    found = page.site.circular(buyer)
    words = texts(page.language)["circular"]
    years = sorted({int(line["year"]) for line in found.lines}, reverse=True)
    return page.render(
        "circular.html.j2",
        choice=partner_choice(page, buyer),
        nothing="" if found.lines else str(words["waiting" if found.is_waiting else "nothing"]),
        years=[(str(year), _shares(page, found.figures, year), _lines(page, found.lines, year)) for year in years],
        about=words["about"],
    )


def _shares(page: Page, figures: list[Figure], year: int) -> Grid:
    """One line per family: each share with its bounds and what the law asks; nothing where a share counts nothing."""
    words = texts(page.language)["circular"]
    held: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        if figure.group["year"] == year:
            held.setdefault(str(figure.group["product_family"]), {})[figure.options["matter"]] = figure
    rows = [
        [Cell(family), *(_share(page, family, measure, year, shares[measure]) for measure in ORIGINS)]
        for family, shares in sorted(held.items())
    ]
    caption = page.texts["circular"]["shares"].format(year=year)
    headings = [format.capital(words["measures"][measure]) for measure in ORIGINS]
    return grid(caption, [words["family"], *headings], rows)


def _share(page: Page, family: str, measure: str, year: int, figure: Figure) -> Cell:
    least = least_rate(family, measure, year)
    if measure not in ASKED and not figure.sums.part:
        return number("–")
    words, notes = page.texts["circular"], []
    if figure.value is not None and figure.low != figure.high:
        notes.append(format.span(figure, page.language))
    if least is not None:
        notes.append(words["least"].format(rate=format.percent(least / 100, 0, page.language)))
    return figured(page.card(figure), note=format.listed(notes, page.language))


def _lines(page: Page, lines: list[Any], year: int) -> Grid:
    words = texts(page.language)["circular"]
    rows = [
        [Cell(line["product_family"]), Cell(matter_origins()[line["matter_origin"]][page.language]),
         *(number(text) for text in line_cells(line, page.language))]
        for line in lines if line["year"] == year
    ]  # fmt: skip
    headings = [words[name] for name in ("family", "origin", "amount", "quantity")]
    return grid(page.texts["circular"]["lines"].format(year=year), headings, rows)
