"""Drawings with what goes with them: a summary, a table, the address of the same drawing as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gisement.catalog import parameter
from gisement.publish import format
from gisement.publish.component import Shown
from gisement.publish.palette import SHADES
from gisement.publish.web import charts
from gisement.publish.web.address import Pairs, address
from gisement.publish.web.card import Card
from gisement.publish.web.lines import Line, Lines, lines_by

if TYPE_CHECKING:
    from gisement.publish.web.page import Page

LANDSCAPE, PORTRAIT = (1000.0, 480.0), (400.0, 760.0)


@dataclass(frozen=True)
class Drawing:
    """A chart: its kind (the template's name), marks, summary, the address of its file, and its table.

    `contours` is the address of its areas as GeoJSON, where a reader may zoom in them; what `is_empty` is not drawn.
    """

    kind: str
    marks: Any
    summary: str
    file: str
    name: str
    table: Lines | None = None
    cards: tuple[Card, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    is_tall: bool = False
    contours: str = ""
    is_empty: bool = False


def trend_drawing(page: Page, name: str, where: Pairs, table: Lines | None = None) -> Drawing:
    """An indicator by year, with the bounds of each; `table` is that of its years where the page has made it."""
    table = table or lines_by(page, name, "year", where)
    shown = [line.main.shown for line in table.lines]
    is_share = all(line.main.shown.value_at is None or "%" in line.main.shown.value for line in table.lines)
    marks = charts.trend(shown, is_share=is_share, language=page.language)
    title = page.card(page.site.figure(name, *where)).shown.title
    return Drawing(
        "trend", marks, _told(page, page.texts["chart"]["trend"].format(title=title), shown),
        address(f"{page.root}/charts/trend/{name}.svg", where), f"{name}-year", table, is_empty=not marks.marks,
    )  # fmt: skip


def _told(page: Page, summary: str, shown: Sequence[Shown]) -> str:
    """What a drawing says, and that some shares are not drawn since they rest on too few rows."""
    few = page.texts["chart"]["few_left"].format(few=parameter("few_for_share"))
    return f"{summary} {few}" if any(each.share for each in shown) else summary


def rings_drawing(page: Page, where: Pairs) -> Drawing:
    """The local share in every ring around the territory."""
    kept = [(key, value) for key, value in where if key != "ring"]
    rings = page.site.places[page.language].rings
    cards = tuple(
        page.card(page.site.figure("local_share", *kept, ("ring", ring)), name) for ring, name in rings.items()
    )
    return Drawing(
        "rings", charts.discs([card.shown for card in cards]),
        page.texts["chart"]["rings"].format(title=cards[0].shown.title),
        address(f"{page.root}/charts/rings/local_share.svg", kept), "rings", None, cards,
        is_empty=all(card.shown.value_at is None for card in cards),
    )  # fmt: skip


def treemap_drawing(page: Page, by: str, where: Pairs, *, tall: bool = False) -> Drawing:
    """Amounts by family or segment as rectangles, coloured by the local share of each."""
    table = lines_by(page, "local_share", by, where, at_most=200)
    lines = [line for line in table.lines if line.beside and (line.beside.shown.value_at or 0) > 0]
    width, height = PORTRAIT if tall else LANDSCAPE
    sizes = [line.beside.shown.value_at or 0.0 for line in lines if line.beside]
    places = charts.treemap(sizes, width, height)
    least = charts.LETTERS[-2 if tall else -1]  # a phone draws it smaller
    tiles = [_tile(line, place, format.colon(page.language), least) for line, place in zip(lines, places, strict=False)]
    return Drawing(
        "treemap", (width, *charts.keyed(tiles, width, height)), page.texts["chart"]["treemap"],
        address(f"{page.root}/charts/treemap/{by}.svg", where), f"needs-{by}", table,
        legend=legend(page), is_tall=tall,
    )  # fmt: skip


def legend(page: Page) -> tuple[tuple[str, str], ...]:
    """The shades, and the shares that each stands for."""
    steps = len(SHADES)
    space = "%" if page.language == "en" else "\u00a0%"
    known = [(shade, f"{n * 100 // steps}–{(n + 1) * 100 // steps}{space}") for n, shade in enumerate(SHADES)]
    return (*known, (charts.UNKNOWN_SHADE, page.texts["chart"]["unknown_colour"]))


def _tile(line: Line, place: tuple[float, float, float, float], colon: str, least: float) -> charts.Tile:
    x, y, width, height = place
    share, amount = line.main.shown, line.beside.shown if line.beside else None
    colour, is_dark = charts.shade(None if share.value_at is None else share.value_at / 100)
    words, letters = charts.name_in(line.label, width - 10, height - 10, least)
    written = (*words, share.value) if words else ()
    told = f"{line.label}{colon}{amount.value if amount else ''}, {share.value}"
    return charts.Tile(x, y, width, height, written, told, colour, is_dark, line.address or line.main.page, letters)


def shades(cards: Sequence[Card]) -> list[tuple[str, bool]]:
    """The colour of each share."""
    return [charts.shade(None if c.shown.value_at is None else c.shown.value_at / 100) for c in cards]
