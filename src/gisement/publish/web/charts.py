"""Where marks stand in drawings: lengths and places from figures, for the eye. Each drawing has its table and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gisement.publish import format
from gisement.publish.component import Shown
from gisement.publish.palette import COLOURS, SHADES

COINS, COINS_PER_ROW, COIN_STEP = 100, 10, 20
TOP, HEIGHT, STEP, MARGIN = 24, 170, 58, 50
FEWEST_YEARS = 6
"""Room for as many years at least: alone, one would be drawn as wide as all of them."""
TARGET = 12
ABOVE, BELOW, LETTER, HALF = 8.0, 18.0, 13.0, 22.0
"""How far above and below a mark its text stands; how high the letters are, and half of the width of a text."""
GRID = (0, 25, 50, 75, 100)
RANGE_WIDTH, RANGE_STEP = 470, 46
DISC = 220
LETTERS = (15.0, 12.0, 11.0)
"""Sizes of the letters of a tile, from the usual one down to the least that is read with ease."""
LETTER_WIDTH = 0.54
"""A letter is about half as wide as tall."""
LEAST_NUMBERED, ENTRY_LETTERS, ENTRY_HEIGHT, ENTRY_GAP = 18.0, 12.0, 20.0, 20.0
"""The least side of a tile that a number stands in; the letters of what it stands for under the drawing, the height of
a line of them, and what is left between two beside each other."""
UNKNOWN_SHADE = COLOURS["unknown"]
DARK_FROM = 3


@dataclass(frozen=True)
class Coin:
    """One of 100 euros: `part` (surely counted), `unknown` (between the bounds) or `rest`."""

    x: int
    y: int
    kind: str


@dataclass(frozen=True)
class Mark:
    """A year on the chart: its place across, the heights of its value, of its bounds and of its text, and texts."""

    x: int
    y: float
    top: float
    bottom: float
    label: str
    value: str
    text_y: float


@dataclass(frozen=True)
class Trend:
    """Marks and grid lines (height, text) in a drawing of `width` × `height`."""

    width: int
    height: int
    baseline: int
    left: int
    marks: tuple[Mark, ...]
    grid: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Aim:
    """A square on the line to a target: its place, its text and the height of it, its year."""

    x: int
    y: float
    left: int
    top: float
    value: str
    label: str
    text_y: float


@dataclass(frozen=True)
class Trajectory:
    """A trend, and the broken line from its start through what is aimed at (`points` as SVG writes them)."""

    trend: Trend
    points: str
    aims: tuple[Aim, ...]


@dataclass(frozen=True)
class Band:
    """An interval on a line: how high it stands, where it begins, its median and its end, its name and its ends."""

    y: int
    left: float | None
    middle: float | None
    right: float | None
    label: str
    value: str


@dataclass(frozen=True)
class Ranges:
    """Bands one under another."""

    width: int
    height: int
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class Disc:
    """A ring as a disc, all of them standing on one point: its centre, radius, label and value."""

    y: float
    top: float
    radius: float
    lines: tuple[str, ...]
    value: str
    text_y: float
    shade: str


@dataclass(frozen=True)
class Tile:
    """A rectangle whose area is an amount: place, size, texts, shade, address."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    title: str
    shade: str
    is_dark: bool
    address: str
    letters: float = 15.0


@dataclass(frozen=True)
class Entry:
    """What the number of a tile stands for, under the drawing: where it is written, and its text."""

    x: float
    y: float
    number: str
    text: str


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


def trend(years: Sequence[Shown], *, is_share: bool, language: str = "fr") -> Trend:
    """The value of each dated year with its bounds: shares on a scale from 0 to 100 %, amounts on their own."""
    known = [year for year in years if year.label.isdigit() and year.value_at is not None]
    marks = tuple(
        Mark(
            MARGIN + STEP * n + STEP // 2,
            _y(year.value_at),
            _y(year.right if year.right is not None else year.value_at),
            _y(year.left),
            year.label,
            year.value,
            _y(year.right if year.right is not None else year.value_at) - ABOVE,
        )
        for n, year in enumerate(known)
    )
    grid = tuple((_y(float(level)), format.percent(level / 100, 0, language)) for level in GRID) if is_share else ()
    base = TOP + HEIGHT
    return Trend(MARGIN + STEP * max(len(known), FEWEST_YEARS) + 8, base + 26, base, MARGIN, marks, grid)


def trajectory(
    years: Sequence[Shown], aims: Sequence[Shown], first: str, *, is_share: bool, language: str = "fr"
) -> Trajectory:
    """Years on a calendar up to the last aim, and the broken line from the year `first` through all aims."""
    start, end = int(years[0].label), max(int(shown.label) for shown in (*aims, years[-1]))
    told = trend(years, is_share=is_share, language=language)
    places = {year: MARGIN + STEP * (year - start) + STEP // 2 for year in range(start, end + 1)}
    marks = tuple(replace(mark, x=places[int(mark.label)]) for mark in told.marks)
    origin = next((mark for mark in marks if mark.label == first), marks[0])
    measured = {mark.label: mark.y for mark in marks}
    before = [origin.y, *(_y(aim.value_at) for aim in aims)]
    squares = tuple(
        _square(aim, places[int(aim.label)], measured.get(aim.label, last))
        for aim, last in zip(aims, before, strict=False)
    )
    line = ((origin.x, origin.y), *((each.x, each.y) for each in squares))
    beside = {aim.label: aim for aim in squares}
    marks = tuple(replace(mark, text_y=_clear(mark, line, beside.get(mark.label), told.baseline)) for mark in marks)
    width = MARGIN + STEP * (end - start + 1) + 8
    points = " ".join(f"{x},{y}" for x, y in line)
    return Trajectory(replace(told, width=width, marks=marks), points, squares)


def _square(aim: Shown, x: int, other: float) -> Aim:
    """What is aimed at, its text away from what is measured that year, or else from the line that comes to it."""
    y = _y(aim.value_at)
    text_y = y - ABOVE if other > y or y + BELOW > TOP + HEIGHT + 1 else y + BELOW
    return Aim(x, y, x - TARGET // 2, round(y - TARGET / 2, 1), aim.value, aim.label, round(text_y, 1))


def _clear(mark: Mark, line: Sequence[tuple[float, float]], aim: Aim | None, baseline: float) -> float:
    """The height of the text of a year that neither the broken line nor what is aimed at crosses."""
    if aim is not None and aim.y < mark.y:  # what is aimed at has its text above
        under = mark.bottom + BELOW
        return round(under if under < baseline - 2 else aim.text_y - LETTER, 1)
    crossed = [y for x in (mark.x - HALF, mark.x, mark.x + HALF) if (y := _line_at(line, x)) is not None]
    if crossed and min(crossed) < mark.text_y + 4 and max(crossed) > mark.text_y - LETTER:
        return round(min(crossed) - 6, 1)
    return mark.text_y


def _line_at(line: Sequence[tuple[float, float]], x: float) -> float | None:
    """The height of a broken line at a place; None where it is not."""
    for (left, start), (right, end) in pairwise(line):
        if left <= x <= right and left < right:
            return start + (end - start) * (x - left) / (right - left)
    return None


def ranges(shown: Sequence[Shown]) -> Ranges:
    """One band per simulated figure, on one scale, under its name; none where nothing is known."""
    bands = tuple(_range(RANGE_STEP * n + 18, told) for n, told in enumerate(shown))
    return Ranges(RANGE_WIDTH, RANGE_STEP * max(len(bands), 1) + 6, bands)


def _range(y: int, told: Shown) -> Band:
    left, middle, right = (_across(at) for at in (told.left, told.value_at, told.right))
    value = told.value if told.value_at is None else f"{told.low} – {told.high}"
    return Band(y, left, middle, right, told.label, value)


def _across(place: float | None) -> float | None:
    return None if place is None else round(RANGE_WIDTH * place / 100, 1)


def discs(rings: Sequence[Shown]) -> tuple[Disc, ...]:
    """One disc per ring, the widest first: areas are shares of all that can be placed."""
    radii = [round((DISC / 2) * ((ring.value_at or 0.0) / 100) ** 0.5, 1) for ring in rings]
    tops = [DISC - 2 * radius for radius in radii]
    found = [
        Disc(
            DISC - radius,
            top,
            radius,
            lines_of(ring.label, 190, 13, 2),
            ring.value,
            text_y,
            SHADES[-1 - n % len(SHADES)],
        )
        for n, (ring, radius, top, text_y) in enumerate(zip(rings, radii, tops, _spread(tops), strict=True))
    ]
    return tuple(reversed(found))


def shade(share: float | None) -> tuple[str, bool]:
    """The colour of a share, and whether it is dark."""
    if share is None:
        return UNKNOWN_SHADE, False
    step = min(int(share * len(SHADES)), len(SHADES) - 1)
    return SHADES[step], step >= DARK_FROM


def treemap(sizes: Sequence[float], width: float, height: float) -> list[tuple[float, float, float, float]]:
    """Rectangles (x, y, width, height) whose areas are in proportion, close to squares, in the order given.

    Source: Bruls, Huizing and van Wijk, « Squarified Treemaps », 2000.
    """
    whole = sum(sizes)
    if whole <= 0:
        return []
    left = [size * width * height / whole for size in sizes]
    x, y, found = 0.0, 0.0, []
    while left:
        side = min(width, height)
        taken = _row(left, side)
        depth = sum(left[:taken]) / side if side else 0.0
        place = 0.0
        for area in left[:taken]:
            length = area / depth if depth else 0.0
            found.append((x, y + place, depth, length) if width >= height else (x + place, y, length, depth))
            place += length
        if width >= height:
            x, width = x + depth, width - depth
        else:
            y, height = y + depth, height - depth
        left = left[taken:]
    return [(round(a, 1), round(b, 1), round(c, 1), round(d, 1)) for a, b, c, d in found]


def lines_of(text: str, width: float, size: float, at_most: int) -> tuple[str, ...]:
    """A label broken to a width; empty if a word does not fit."""
    fits = int(width / (size * LETTER_WIDTH))
    found: list[str] = []
    for word in text.split():
        if len(word) > fits:
            return ()
        if found and len(found[-1]) + 1 + len(word) <= fits:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return tuple(found) if len(found) <= at_most else ()


def name_in(label: str, width: float, height: float, least: float = LETTERS[-1]) -> tuple[tuple[str, ...], float]:
    """A label broken to a tile with room for one more line, and the size of its letters: smaller in a small tile,
    down to `least`; nothing where the whole of it does not stand."""
    for letters in (size for size in LETTERS if size >= least):
        room = int(height / (letters * 1.2)) - 1
        found = lines_of(label, width, letters, max(room, 0))
        if found:
            return found, letters
    return (), least


def keyed(tiles: Sequence[Tile], width: float, height: float) -> tuple[float, tuple[Tile, ...], tuple[Entry, ...]]:
    """The height of a drawing with the key that it needs, its tiles, and that key: tiles without a name have a number
    that the key explains; where not even a number stands, their table alone names them."""
    held = {n for n, tile in enumerate(tiles) if not tile.lines and min(tile.width, tile.height) >= LEAST_NUMBERED}
    longest = max((len(tiles[n].title) for n in held), default=0) + len(f"{len(held)} ")
    columns = max(int((width + ENTRY_GAP) / (longest * ENTRY_LETTERS * LETTER_WIDTH + ENTRY_GAP)), 1)
    numbers = {n: str(place) for place, n in enumerate(sorted(held), 1)}
    entries = tuple(
        Entry(
            round(place % columns * width / columns, 1),
            height + ENTRY_HEIGHT * (place // columns + 1),
            numbers[n],
            tiles[n].title,
        )
        for place, n in enumerate(sorted(held))
    )
    numbered = tuple(
        replace(tile, lines=(numbers[n],), letters=LETTERS[-1]) if n in held else tile for n, tile in enumerate(tiles)
    )
    return (entries[-1].y + ENTRY_HEIGHT / 2 if entries else height), numbered, entries


def _row(areas: Sequence[float], side: float) -> int:
    """How many areas stand best in one row along a side."""
    taken = 1
    while taken < len(areas) and _worst(areas[: taken + 1], side) <= _worst(areas[:taken], side):
        taken += 1
    return taken


def _worst(areas: Sequence[float], side: float) -> float:
    total, largest, smallest = sum(areas), max(areas), min(areas)
    if total <= 0 or smallest <= 0 or side <= 0:
        return float("inf") if largest > 0 else 0.0
    return max(side * side * largest / total**2, total**2 / (side * side * smallest))


def _spread(heights: Sequence[float], least: float = 52.0) -> list[float]:
    """Heights of labels, from bottom to top, moved down until none touches the one above."""
    found: list[float] = []
    for height in reversed(heights):
        found.append(round(max(height, found[-1] + least if found else 6.0), 1))
    return found[::-1]


def _y(place: float | None) -> float:
    return round(TOP + HEIGHT * (1 - (place or 0.0) / 100), 1)
