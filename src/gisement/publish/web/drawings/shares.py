"""Shares as drawings: a hundred coins, rings as discs on one point; and intervals as bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from gisement.publish.component import Shown
from gisement.publish.palette import COLOURS, SHADES
from gisement.publish.web.drawings.shapes import lines_of, row, shape, svg, text

COINS, COINS_PER_ROW, COIN_STEP = 100, 10, 20
HATCHING = ((-5, 5, 5, -5), (-7.5, 1, 1, -7.5), (-1, 7.5, 7.5, -1))
"""Strokes over a coin that is not known, around its middle."""
DISC, CENTRE = 220, 115
RANGE_WIDTH, RANGE_STEP = 470, 46


class Coin(NamedTuple):
    """One of 100 euros: `part` (surely counted), `unknown` (between the bounds) or `rest`."""

    x: int
    y: int
    kind: str


def coins(low: float | None, high: float | None) -> tuple[Coin, ...]:
    """A hundred coins for a share: surely counted up to the low bound, not known up to the high one, rest."""
    if low is None or high is None:
        kinds = ["unknown"] * COINS
    else:
        sure, possible = round(low * COINS), round(high * COINS)
        kinds = ["part" if n < sure else "unknown" if n < possible else "rest" for n in range(COINS)]
    half = COIN_STEP // 2
    return tuple(
        Coin((n % COINS_PER_ROW) * COIN_STEP + half, (n // COINS_PER_ROW) * COIN_STEP + half, kind)
        for n, kind in enumerate(kinds)
    )


def coins_drawing(low: float | None, high: float | None) -> Markup:
    """The coins as a drawing that is legible in grey."""
    rows = "".join(row(_coin(coin)) for coin in coins(low, high))
    head = '<svg viewBox="0 0 200 200" role="img" aria-label="" xmlns="http://www.w3.org/2000/svg">'
    return Markup(f"{head}\n{rows}</svg>")


def _coin(coin: Coin) -> str:
    x, y, dark = coin.x, coin.y, COLOURS["clay_dark"]
    if coin.kind == "part":
        return shape("circle", cx=x, cy=y, r=8.5, fill=dark)
    if coin.kind == "rest":
        return shape("circle", cx=x, cy=y, r=8.2, fill=COLOURS["sand_coin"], stroke=COLOURS["rule"], stroke_width=".6")
    strokes = " ".join(f"M{x + left} {y + top} L{x + right} {y + under}" for left, top, right, under in HATCHING)
    ground = shape("circle", cx=x, cy=y, r=7.9, fill=COLOURS["sheet"], stroke=dark, stroke_width=1.2)
    return ground + shape("path", d=strokes, stroke=dark, stroke_width=1.3)


def rings(shares: Sequence[Shown], summary: str) -> Markup:
    """One disc per ring, the widest behind: areas are shares of all that can be placed."""
    radii = [round((DISC / 2) * ((ring.value_at or 0.0) / 100) ** 0.5, 1) for ring in shares]
    tops = [DISC - 2 * radius for radius in radii]
    found = list(enumerate(zip(shares, radii, tops, _spread(tops), strict=True)))[::-1]
    edge = {"stroke": COLOURS["rule"], "stroke_dasharray": "4 4"}
    rows = [row(shape("circle", cx=CENTRE, cy=125, r=110, fill=COLOURS["paper"], **edge))]
    for n, (_, radius, _, _) in found:
        colours = {"fill": SHADES[-1 - n % len(SHADES)], "stroke": COLOURS["sheet"], "stroke_width": 2}
        rows.append(row(shape("circle", cx=CENTRE, cy=DISC - radius + 15, r=radius, **colours)))
    for _, (ring, _, top, text_y) in found:
        way = f"M{CENTRE} {top + 15} H205 L246 {text_y + 8} H258"
        rows.append(row(shape("path", d=way, fill="none", stroke=COLOURS["soft"])))
        rows.append(row(text(ring.value, 264, text_y + 13, 15, font_weight=700, fill=COLOURS["ink"])))
        told = enumerate(lines_of(ring.label, 190, 13, 2))
        rows.append("".join(text(line, 264, text_y + 29 + n * 15, 13, fill=COLOURS["soft"]) for n, line in told))
    return svg("rings", (470, 260), summary, rows)


def _spread(heights: Sequence[float], least: float = 52.0) -> list[float]:
    """Heights of labels, from bottom to top, moved down until none touches the one above."""
    found: list[float] = []
    for height in reversed(heights):
        found.append(round(max(height, found[-1] + least if found else 6.0), 1))
    return found[::-1]


def ranges(shown: Sequence[Shown], summary: str) -> Markup:
    """One band per simulated figure, on one scale, under its name; none where nothing is known."""
    rows = [row(each) for n, told in enumerate(shown) for each in _range(RANGE_STEP * n + 18, told)]
    return svg("ranges", (RANGE_WIDTH, RANGE_STEP * max(len(shown), 1) + 6), summary, rows)


def _range(y: int, told: Shown) -> Iterator[str]:
    ink, height = COLOURS["ink"], {"y1": y + 14, "y2": y + 14}
    value = told.value if told.value_at is None else f"{told.low} – {told.high}"
    yield text(told.label, 0, y, 14, fill=ink)
    yield text(value, RANGE_WIDTH, y, 14, font_weight=700, text_anchor="end", fill=ink)
    yield shape("line", x1=0, x2=RANGE_WIDTH, **height, stroke=COLOURS["line"])
    if told.value_at is not None:
        left, middle, right = (_across(at) for at in (told.left, told.value_at, told.right))
        yield shape("line", x1=left, x2=right, **height, stroke=COLOURS["deep_pale"], stroke_width=12)
        yield shape("line", x1=middle, x2=middle, y1=y + 8, y2=y + 20, stroke=ink, stroke_width=2)


def _across(place: float | None) -> float | None:
    return None if place is None else round(RANGE_WIDTH * place / 100, 1)
