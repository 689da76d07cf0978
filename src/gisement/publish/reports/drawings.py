"""Drawings of a report: those of the pages, as SVG that stands alone, legible in grey."""

from __future__ import annotations

from collections.abc import Sequence

from gisement.catalog import parameter, report_texts
from gisement.catalog.few import is_few
from gisement.publish import format
from gisement.publish.component import shown
from gisement.publish.reports.document import Line, Picture
from gisement.publish.web.drawings import shares, years
from gisement.publish.web.drawings import treemap as drawn
from gisement.terms import Figure

TREEMAP = (860.0, 470.0)


def coins(figure: Figure) -> Picture:
    """A hundred coins: surely counted, not known, not counted."""
    words = report_texts()["drawings"]
    ends = {name: format.of_hundred(getattr(figure, name)) for name in ("value", "low", "high")}
    svg = str(shares.coins_drawing(figure.low, figure.high))
    return Picture("coins", "", words["coins"].format(**ends), svg, (figure,), 38)


def trend(name: str, title: str, lines: Sequence[Line]) -> Picture:
    """An indicator by year with the bounds of each; its numbers are written on it."""
    figures = tuple(line.figures[0] for line in lines if line.figures[0])
    is_share = all(figure.unit == "percent" for figure in figures)
    largest = 1.0 if is_share else _largest(figures)
    told = [shown(f, line.label, largest=largest) for line, f in zip(lines, figures, strict=True)]
    summary = _told(report_texts()["drawings"]["trend"].format(title=title), figures)
    svg = str(years.trend(told, summary, is_share=is_share))
    return Picture(name, title, summary, svg, figures, 100)


def _told(summary: str, figures: Sequence[Figure]) -> str:
    """What a drawing says, and that some shares are not drawn since they rest on too few rows."""
    few = str(report_texts()["drawings"]["few_left"]).format(few=parameter("few_for_share"))
    return f"{summary} {few}" if any(map(is_few, figures)) else summary


def rings(title: str, lines: Sequence[Line]) -> Picture:
    """The share in every ring around the territory, as discs that stand on one point."""
    figures = tuple(line.figures[0] for line in lines if line.figures[0])
    told = [shown(figure, line.label) for line, figure in zip(lines, figures, strict=True)]
    summary = report_texts()["drawings"]["rings"]
    return Picture("rings", title, summary, str(shares.rings(told, summary)), figures, 100)


def ranges(name: str, title: str, lines: Sequence[Line]) -> Picture:
    """The simulated interval of each line as a band, its median as a mark: what is not known is what is drawn."""
    figures = tuple(line.figures[0] for line in lines if line.figures[0])
    told = [shown(f, line.label, largest=_largest(figures)) for line, f in zip(lines, figures, strict=True)]
    summary = report_texts()["drawings"]["ranges"].format(title=title)
    return Picture(name, title, summary, str(shares.ranges(told, summary)), figures, 100)


def treemap(title: str, lines: Sequence[Line]) -> Picture:
    """Amounts as rectangles, shaded by the share of the same line: columns are an amount, then a share."""
    kept = [line for line in lines if line.figures[0] and (line.figures[0].value or 0) > 0]
    places = drawn.places([line.figures[0].value or 0.0 for line in kept if line.figures[0]], *TREEMAP)
    tiles = [_tile(line, place) for line, place in zip(kept, places, strict=True)]
    summary = report_texts()["drawings"]["treemap"]
    figures = tuple(figure for line in kept for figure in line.figures if figure)
    return Picture("treemap", title, summary, str(drawn.treemap(tiles, *TREEMAP, summary)), figures, 100)


def _tile(line: Line, place: drawn.Place) -> drawn.Tile:
    share = line.figures[1]
    value, part = (shown(share).value, None if is_few(share) else share.value) if share else ("", None)
    return drawn.tile(place, line.label, value, line.label, part, margin=12, unknown=drawn.HATCHED)


def _largest(figures: Sequence[Figure]) -> float:
    return max((end for figure in figures for end in (figure.value, figure.high) if end is not None), default=1.0)
