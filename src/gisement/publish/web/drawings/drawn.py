"""Figures as drawings on pages: years, rings and needs, each with its summary, its table and its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisement.catalog import parameter
from gisement.publish import format
from gisement.publish.palette import COLOURS, SHADES
from gisement.publish.web.address import Pairs, address
from gisement.publish.web.drawings import shares, treemap, years
from gisement.publish.web.drawings.shapes import Pair
from gisement.publish.web.lines import Drawing, Line, Lines, lines_by

if TYPE_CHECKING:
    from gisement.publish.web.page import Page

LANDSCAPE, PORTRAIT = (1000.0, 480.0), (400.0, 760.0)


def trend_drawing(page: Page, name: str, where: Pairs, table: Lines | None = None) -> Drawing:
    """An indicator by year, with the bounds of each; `table` is that of its years where the page has made it."""
    table = table or lines_by(page, name, "year", where)
    shown = [line.main.shown for line in table.lines]
    is_share = all(each.value_at is None or "%" in each.value for each in shown)
    title, words = page.card(page.site.figure(name, *where)).shown.title, page.texts["chart"]
    summary = words["trend"].format(title=title)
    if any(each.share for each in shown):  # shares of too few rows are not drawn
        summary = f"{summary} {words['few_left'].format(few=parameter('few_for_share'))}"
    return Drawing(
        "trend", years.trend(shown, summary, is_share=is_share, language=page.language), summary,
        address(f"{page.root}/charts/trend/{name}.svg", where), f"{name}-year", table, is_empty=not years.dated(shown),
    )  # fmt: skip


def rings_drawing(page: Page, where: Pairs) -> Drawing:
    """The local share in every ring around the territory."""
    kept = [(key, value) for key, value in where if key != "ring"]
    names = page.site.places[page.language].rings
    cards = [page.card(page.site.figure("local_share", *kept, ("ring", ring)), name) for ring, name in names.items()]
    summary = page.texts["chart"]["rings"].format(title=cards[0].shown.title)
    return Drawing(
        "rings", shares.rings([card.shown for card in cards], summary), summary,
        address(f"{page.root}/charts/rings/local_share.svg", kept), "rings", cards=tuple(cards),
        is_empty=all(card.shown.value_at is None for card in cards),
    )  # fmt: skip


def treemap_drawing(page: Page, by: str, where: Pairs, *, tall: bool = False) -> Drawing:
    """Amounts by family or segment as rectangles, coloured by the local share of each."""
    table = lines_by(page, "local_share", by, where, at_most=200)
    sizes = [line.beside.shown.value_at or 0.0 if line.beside else 0.0 for line in table.lines]
    held = [(line, size) for line, size in zip(table.lines, sizes, strict=True) if size > 0]
    width, height = PORTRAIT if tall else LANDSCAPE
    places = treemap.places([size for _, size in held], width, height)
    least = treemap.LETTERS[-2 if tall else -1]  # a phone draws it smaller
    tiles = [_tile(page, line, place, least) for (line, _), place in zip(held, places, strict=False)]
    summary = page.texts["chart"]["treemap"]
    return Drawing(
        "treemap", treemap.treemap(tiles, width, height, summary), summary,
        address(f"{page.root}/charts/treemap/{by}.svg", where), f"needs-{by}", table,
        legend=_legend(page), is_tall=tall,
    )  # fmt: skip


def _legend(page: Page) -> tuple[Pair, ...]:
    """The shades, and the shares that each stands for."""
    steps = len(SHADES)
    space = "%" if page.language == "en" else "\u00a0%"
    known = [(shade, f"{n * 100 // steps}–{(n + 1) * 100 // steps}{space}") for n, shade in enumerate(SHADES)]
    return (*known, (COLOURS["unknown"], page.texts["chart"]["unknown_colour"]))


def _tile(page: Page, line: Line, place: treemap.Place, least: float) -> treemap.Tile:
    share, amount = line.main.shown, line.beside.shown.value if line.beside else ""
    told = f"{line.label}{format.colon(page.language)}{amount}, {share.value}"
    part, leads_to = None if share.value_at is None else share.value_at / 100, line.address or line.main.page
    return treemap.tile(place, line.label, share.value, told, part, leads_to, least=least)
