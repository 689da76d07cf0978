"""Amounts as rectangles: how they share an area, their names or numbers, and what the numbers stand for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from gisement.publish.palette import COLOURS
from gisement.publish.web.drawings.shapes import LETTER_WIDTH, Pair, lines_of, row, safe, shade, shape, svg, text

LETTERS = (15.0, 12.0, 11.0)
"""Sizes of the letters of a tile, from the usual one down to the least that is read with ease."""
LEAST_NUMBERED, ENTRY_LETTERS, ENTRY_HEIGHT, ENTRY_GAP = 18.0, 12.0, 20.0, 20.0
"""The least side of a tile that a number stands in; the letters of what it stands for under the drawing, the height of
a line of them, and what is left between two beside each other."""
HATCHED = ("url(#treemap-none)", COLOURS["ink"])
"""The shade of what is not known where a drawing is read in grey: plain, it would pass for that of a small share."""
Place = tuple[float, float, float, float]


class Tile(NamedTuple):
    """A rectangle whose area is an amount: place, texts, colours, address, size of the letters."""

    place: Place
    lines: tuple[str, ...]
    title: str
    colours: Pair
    address: str = ""
    letters: float = LETTERS[0]


def tile(
    place: Place, label: str, value: str, title: str, share: float | None, address: str = "", *, margin: float = 10,
    least: float = LETTERS[-1], unknown: Pair | None = None,
) -> Tile:  # fmt: skip
    """A rectangle with its label and value where they stand, shaded by a share."""
    words, letters = name_in(label, place[2] - margin, place[3] - 10, least)
    colours = unknown if unknown and share is None else shade(share)
    return Tile(place, (*words, value) if words and value else (), title, colours, address, letters)


def treemap(tiles: Sequence[Tile], width: float, height: float, summary: str) -> Markup:
    """The rectangles; those without a name have a number that a key under them explains.

    Where not even a number stands, their table alone names them.
    """
    held = [n for n, each in enumerate(tiles) if not each.lines and min(each.place[2:]) >= LEAST_NUMBERED]
    numbers = {n: str(place) for place, n in enumerate(held, 1)}
    numbered = [
        each._replace(lines=(numbers[n],), letters=LETTERS[-1]) if n in numbers else each
        for n, each in enumerate(tiles)
    ]
    longest = max((len(tiles[n].title) for n in held), default=0) + len(f"{len(held)} ")
    columns = max(int((width + ENTRY_GAP) / (longest * ENTRY_LETTERS * LETTER_WIDTH + ENTRY_GAP)), 1)
    rows = [line for each in numbered for line in _tile(each)]
    y = height
    for place, n in enumerate(held):
        x, y = round(place % columns * width / columns, 1), height + ENTRY_HEIGHT * (place // columns + 1)
        told = f"{shape('tspan', numbers[n], font_weight=700)} {safe(tiles[n].title)}"
        rows.append(row(shape("text", told, x=x, y=y, font_size=12, fill=COLOURS["ink"])))
    if any(each.colours == HATCHED for each in tiles):
        rows.insert(0, row(_hatching()))
    return svg("treemap", (width, y + ENTRY_HEIGHT / 2 if held else height), summary, rows, role="group")


def places(sizes: Sequence[float], width: float, height: float) -> list[Place]:
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


def name_in(label: str, width: float, height: float, least: float = LETTERS[-1]) -> tuple[tuple[str, ...], float]:
    """A label broken to a tile with room for one more line, and the size of its letters: smaller in a small tile,
    down to `least`; nothing where the whole of it does not stand."""
    for letters in (size for size in LETTERS if size >= least):
        room = int(height / (letters * 1.2)) - 1
        found = lines_of(label, width, letters, max(room, 0))
        if found:
            return found, letters
    return (), least


def _tile(each: Tile) -> Iterator[str]:
    (x, y, width, height), (ground, ink) = each.place, each.colours
    opening = shape("a", "", href=each.address, aria_label=each.title).removesuffix("</a>") if each.address else ""
    yield f"{opening}<g>\n"
    yield "  " + row(shape("title", safe(each.title)))
    edge = {"stroke": COLOURS["sheet"], "stroke_width": 2}
    yield "  " + row(shape("rect", x=x, y=y, width=width, height=height, fill=ground, **edge))
    for n, line in enumerate(each.lines):
        bold = {"font_weight": 700} if n == len(each.lines) - 1 else {}
        height = round(y + 4 + each.letters + n * each.letters * 1.2, 1)
        yield "  " + row(text(line, x + 7, height, int(each.letters), fill=ink, **bold))
    yield f"  </g>{'</a>' if each.address else ''}\n"


def _hatching() -> str:
    ground = shape("rect", width=9, height=9, fill=COLOURS["sheet"])
    stroke = shape("path", d="M0 9 L9 0", stroke=COLOURS["hatch"])
    return shape(
        "defs", shape("pattern", ground + stroke, id="treemap-none", width=9, height=9, patternUnits="userSpaceOnUse")
    )


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
