"""Years as a drawing: the value of each with its bounds, and the way to what is aimed at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from gisement.publish import format
from gisement.publish.component import Shown
from gisement.publish.palette import COLOURS
from gisement.publish.web.drawings.shapes import row, safe, shape, svg

TOP, HEIGHT, STEP, MARGIN, BASE = 24, 170, 58, 50, 194
FEWEST_YEARS = 6
"""Room for as many years at least: alone, one would be drawn as wide as all of them."""
TARGET = 12
ABOVE, BELOW, LETTER, HALF = 8.0, 18.0, 13.0, 22.0
"""How far above and below a mark its text stands; how high the letters are, and half of the width of a text."""
GRID = (0, 25, 50, 75, 100)
MIDDLE = {"text_anchor": "middle"}
HALO = {"stroke": COLOURS["paper"], "stroke_width": 4, "paint_order": "stroke"}
"""What keeps the line to a target from crossing a text."""
Point = tuple[float, float]


class Mark(NamedTuple):
    """A year or what is aimed at: its place, the heights of its bounds and of its text, its year and value."""

    x: int
    y: float
    top: float
    bottom: float
    text_y: float
    label: str
    value: str


def dated(years: Sequence[Shown]) -> list[Shown]:
    """The years that can be drawn."""
    return [year for year in years if year.label.isdigit() and year.value_at is not None]


def trend(years: Sequence[Shown], summary: str, *, is_share: bool, language: str = "fr") -> Markup:
    """The value of each dated year with its bounds: shares on a scale from 0 to 100 %, amounts on their own."""
    marks = [_mark(year, n) for n, year in enumerate(dated(years))]
    width = _width(max(len(marks), FEWEST_YEARS))
    rows = [*_axes(width, is_share, language), *(row(each) for mark in marks for each in _year(mark, {}))]
    return svg("trend", (width, BASE + 26), summary, rows)


def trajectory(
    years: Sequence[Shown], aims: Sequence[Shown], first: str, summary: str, *, is_share: bool, language: str = "fr"
) -> Markup:
    """Years on a calendar up to the last aim, and the broken line from the year `first` through all aims."""
    start, end = int(years[0].label), max(int(shown.label) for shown in (*aims, years[-1]))
    marks = [_mark(year, int(year.label) - start) for year in dated(years)]
    origin = next((mark for mark in marks if mark.label == first), marks[0])
    measured = {mark.label: mark.y for mark in marks}
    before = [origin.y, *(_y(aim.value_at) for aim in aims)]
    squares = [
        _aim(aim, int(aim.label) - start, measured.get(aim.label, last))
        for aim, last in zip(aims, before, strict=False)
    ]
    line = [(each.x, each.y) for each in (origin, *squares)]
    beside = {aim.label: aim for aim in squares}
    marks = [mark._replace(text_y=_clear(mark, line, beside.get(mark.label))) for mark in marks]
    width, deep = _width(end - start + 1), COLOURS["deep"]
    points = " ".join(f"{x},{y}" for x, y in line)
    rows = [
        *_axes(width, is_share, language),
        row(shape("polyline", points=points, fill="none", stroke=deep, stroke_width=2, stroke_dasharray="6 4")),
        *(row(each) for mark in marks for each in _year(mark, HALO)),
        *(row(each) for aim in squares for each in _square(aim)),
    ]
    return svg("trend", (width, BASE + 26), summary, rows)


def line_at(line: Sequence[Point], x: float) -> float | None:
    """The height of a broken line at a place; None where it is not."""
    for (left, start), (right, end) in pairwise(line):
        if left <= x <= right and left < right:
            return start + (end - start) * (x - left) / (right - left)
    return None


def _mark(year: Shown, n: int) -> Mark:
    top = _y(year.right if year.right is not None else year.value_at)
    return Mark(_across(n), _y(year.value_at), top, _y(year.left), top - ABOVE, year.label, year.value)


def _aim(aim: Shown, n: int, other: float) -> Mark:
    """What is aimed at, its text away from what is measured that year, or else from the line that comes to it."""
    y = _y(aim.value_at)
    text_y = y - ABOVE if other > y or y + BELOW > BASE + 1 else y + BELOW
    return Mark(_across(n), y, y, y, round(text_y, 1), aim.label, aim.value)


def _clear(mark: Mark, line: Sequence[Point], aim: Mark | None) -> float:
    """The height of the text of a year that neither the broken line nor what is aimed at crosses."""
    if aim is not None and aim.y < mark.y:  # what is aimed at has its text above
        under = mark.bottom + BELOW
        return round(under if under < BASE - 2 else aim.text_y - LETTER, 1)
    crossed = [y for x in (mark.x - HALF, mark.x, mark.x + HALF) if (y := line_at(line, x)) is not None]
    if crossed and min(crossed) < mark.text_y + 4 and max(crossed) > mark.text_y - LETTER:
        return round(min(crossed) - 6, 1)
    return mark.text_y


def _axes(width: int, is_share: bool, language: str) -> Iterator[str]:
    across = {"x1": MARGIN, "x2": width}
    for level in GRID if is_share else ():
        y, percent = _y(float(level)), format.percent(level / 100, 0, language)
        line = shape("line", **across, y1=y, y2=y, stroke=COLOURS["line"])
        told = shape("text", safe(percent), x=44, y=y, dy=4, text_anchor="end", font_size=12, fill=COLOURS["soft"])
        yield row(line, told)
    yield row(shape("line", **across, y1=BASE, y2=BASE, stroke=COLOURS["rule"]))


def _year(mark: Mark, halo: dict[str, object]) -> Iterator[str]:
    x = mark.x
    yield shape("line", x1=x, x2=x, y1=mark.top, y2=mark.bottom, stroke=COLOURS["clay_soft"], stroke_width=18)
    yield shape("circle", cx=x, cy=mark.y, r=4.5, fill=COLOURS["clay"])
    yield _value(mark, COLOURS["ink"], halo)
    yield shape("text", mark.label, x=x, y=BASE, dy=18, **MIDDLE, font_size=13, fill=COLOURS["soft"])


def _square(aim: Mark) -> Iterator[str]:
    left, top = aim.x - TARGET // 2, round(aim.y - TARGET / 2, 1)
    colour = COLOURS["deep"]
    yield shape("rect", x=left, y=top, width=TARGET, height=TARGET, fill=colour)
    yield _value(aim, colour, HALO)
    yield shape("text", aim.label, x=aim.x, y=BASE, dy=18, **MIDDLE, font_size=13, font_weight=600, fill=colour)


def _value(mark: Mark, colour: str, halo: dict[str, object]) -> str:
    bold = {**MIDDLE, "font_size": 13, "font_weight": 600, "fill": colour}
    return shape("text", safe(mark.value), x=mark.x, y=mark.text_y, **bold, **halo)


def _width(years: int) -> int:
    return MARGIN + STEP * years + 8


def _across(n: int) -> int:
    return MARGIN + STEP * n + STEP // 2


def _y(place: float | None) -> float:
    return round(TOP + HEIGHT * (1 - (place or 0.0) / 100), 1)
