"""Drawings of a report: those of the pages, as SVG that stands alone, legible in grey."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gisement.catalog import parameter, report_texts
from gisement.catalog.few import is_few
from gisement.publish import format
from gisement.publish.component import shown
from gisement.publish.palette import COLOURS
from gisement.publish.reports.document import Line, Picture
from gisement.publish.web import charts
from gisement.terms import Figure

TREEMAP = (860.0, 470.0)
NO_SHADE = "url(#treemap-none)"


def coins(figure: Figure) -> Picture:
    """A hundred coins: surely counted, not known, not counted."""
    words = report_texts()["drawings"]
    ends = {name: format.of_hundred(getattr(figure, name)) for name in ("value", "low", "high")}
    svg = _svg("coins", {"coins": charts.coins(figure.low, figure.high)}, "")
    return Picture("coins", "", words["coins"].format(**ends), svg, (figure,), 38)


def trend(name: str, title: str, lines: Sequence[Line]) -> Picture:
    """An indicator by year with the bounds of each; its numbers are written on it."""
    figures = tuple(line.figures[0] for line in lines if line.figures[0])
    is_share = all(figure.unit == "percent" for figure in figures)
    largest = 1.0 if is_share else _largest(figures)
    told = [shown(f, line.label, largest=largest) for line, f in zip(lines, figures, strict=True)]
    summary = _told(report_texts()["drawings"]["trend"].format(title=title), figures)
    svg = _svg("trend", charts.trend(told, is_share=is_share), summary)
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
    return Picture("rings", title, summary, _svg("rings", charts.discs(told), summary), figures, 100)


def ranges(name: str, title: str, lines: Sequence[Line]) -> Picture:
    """The simulated interval of each line as a band, its median as a mark: what is not known is what is drawn."""
    figures = tuple(line.figures[0] for line in lines if line.figures[0])
    told = [shown(f, line.label, largest=_largest(figures)) for line, f in zip(lines, figures, strict=True)]
    summary = report_texts()["drawings"]["ranges"].format(title=title)
    return Picture(name, title, summary, _svg("ranges", charts.ranges(told), summary), figures, 100)


def treemap(title: str, lines: Sequence[Line]) -> Picture:
    """Amounts as rectangles, shaded by the share of the same line: columns are an amount, then a share."""
    kept = [line for line in lines if line.figures[0] and (line.figures[0].value or 0) > 0]
    places = charts.treemap([line.figures[0].value or 0.0 for line in kept if line.figures[0]], *TREEMAP)
    tiles = tuple(_tile(line, place) for line, place in zip(kept, places, strict=True))
    summary = report_texts()["drawings"]["treemap"]
    figures = tuple(figure for line in kept for figure in line.figures if figure)
    marks = (TREEMAP[0], *charts.keyed(tiles, *TREEMAP))
    return Picture("treemap", title, summary, _svg("treemap", marks, summary), figures, 100)


def _tile(line: Line, place: tuple[float, float, float, float]) -> charts.Tile:
    x, y, width, height = place
    share = line.figures[1]
    value = share.value if share and not is_few(share) else None
    # in grey, the shade of what is not known would pass for that of a small share
    colour, is_dark = (NO_SHADE, False) if value is None else charts.shade(value)
    words, letters = charts.name_in(line.label, width - 12, height - 10)
    written = (*words, shown(share).value) if words and share else ()
    return charts.Tile(x, y, width, height, written, line.label, colour, is_dark, "", letters)


def _largest(figures: Sequence[Figure]) -> float:
    return max((end for figure in figures for end in (figure.value, figure.high) if end is not None), default=1.0)


def _svg(kind: str, marks: Any, summary: str) -> str:
    drawing = SimpleNamespace(marks=marks, summary=summary)
    return _environment().get_template(f"charts/{kind}.svg.j2").render(d=drawing)


def _environment() -> Environment:
    """The drawings of the pages are templates of the pages."""
    made = Environment(
        loader=PackageLoader("gisement.publish.web", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals["colours"] = COLOURS
    return made
