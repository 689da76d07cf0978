"""Where a hundred euros go, as a drawing of flows: from the purchase to rounds, from rounds to rings and abroad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.palette import COLOURS, SHADES
from gisement.publish.web.address import Pairs, address
from gisement.publish.web.charts import lines_of
from gisement.publish.web.drawings import Drawing
from gisement.terms import Figure

if TYPE_CHECKING:
    from gisement.publish.web.page import Page

NAME = "impact_per_hundred"
UNIT = "per_hundred"
ROUNDS = {"direct": "round_direct", "indirect": "round_indirect"}
"""The rounds that are shown, and how they are called in the texts."""
LEAKS = (("imports", "world"), ("taxes", "taxes"))
LEAK_WORDS = {"world": "to_world", "taxes": "to_taxes"}
LEAK_SHADES = {"world": COLOURS["abroad"], "taxes": COLOURS["unknown"]}
PURCHASE_SHADE, ROUND_SHADE = COLOURS["deep"], COLOURS["deep_mild"]
NODE, HEIGHT, GAP, TOP, LETTER = 14, 300, 14, 30, 13
WIDE, TALL = 760, 380
LEAST = 0.5
"""Fewer pixels than this are still drawn so thick."""


@dataclass(frozen=True)
class Node:
    """A block: where it stands, its shade, its words and where these begin."""

    x: float
    y: float
    height: float
    shade: str
    lines: tuple[str, ...]
    value: str
    text_x: float
    text_y: float


@dataclass(frozen=True)
class Flow:
    """A band between two blocks: the outline of its path, its shade, what it is in words."""

    path: str
    shade: str
    title: str


@dataclass(frozen=True)
class Flows:
    """The whole drawing."""

    width: int
    height: float
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]


@dataclass(frozen=True)
class Part:
    """What one round leaves in one place: the median, in euros of a hundred."""

    round: str
    place: str
    figure: Figure

    @property
    def size(self) -> float:
        """Its share of the height."""
        return max(self.figure.value or 0.0, 0.0)


def parts(page: Page, where: Pairs) -> list[Part]:
    """The value added of each ring by round, then what leaves by round; what is not known is left out."""
    found = _measured(page, where, "ring,round", "round")
    return [part for part in found if part.round in ROUNDS and part.figure.value is not None]


def ends(page: Page, where: Pairs) -> list[Part]:
    """The same with both rounds together: where money ends."""
    return [part for part in _measured(page, where, "ring", "") if part.figure.value is not None]


def _measured(page: Page, where: Pairs, by: str, leaks_by: str) -> list[Part]:
    kept = [pair for pair in where if pair[0] not in ("effect", "ring", "rounds")]
    found = [_part(figure, str(figure.group["ring"])) for figure in page.site.measure(NAME, tuple(kept), by)]
    for effect, place in LEAKS:
        asked = (*kept, ("effect", effect))
        found += [_part(figure, place) for figure in page.site.measure(NAME, asked, leaks_by)]
    return found


def _part(figure: Figure, place: str) -> Part:
    return Part(str(figure.group.get("round", "")), place, figure)


def flows_drawing(page: Page, where: Pairs, *, tall: bool = False) -> Drawing:
    """The medians as bands; intervals are in the tables beside it."""
    found = parts(page, where)
    years = {part.figure.table_year for part in found}
    summary = page.texts["impact"]["flows_summary"].format(year=", ".join(map(str, sorted(filter(None, years)))))
    return Drawing(
        "flows", _laid(page, where, found, TALL if tall else WIDE), summary,
        address(f"{page.root}/charts/flows/{NAME}.svg", where), "impact", None, is_tall=tall,
    )  # fmt: skip


def place_name(page: Page, place: str) -> str:
    """What a ring is called, and what leaves."""
    if place in LEAK_WORDS:
        return str(page.texts["impact"][LEAK_WORDS[place]])
    return page.site.label("ring", place, page.language)


def _laid(page: Page, where: Pairs, found: Sequence[Part], width: int) -> Flows:
    whole = sum(part.size for part in found) or 1.0
    scale = HEIGHT / whole
    label_width = 190 if width == WIDE else 166
    columns = (0.0, (width - label_width) * 0.42, width - label_width - NODE)
    places = dict.fromkeys(part.place for part in found)
    told = {each: lines_of(place_name(page, each), label_width - 22, LETTER, 4) or (each,) for each in places}
    middle = _stack({r: _of(found, round=r) for r in ROUNDS if _of(found, round=r) > 0}, scale, {})
    sizes = {each: _of(found, place=each) for each in places if _of(found, place=each) > 0}
    last = _stack(sizes, scale, {each: len(lines) for each, lines in told.items()})
    tall = max((y + h for each in (middle, last) for y, h in each.values()), default=HEIGHT)
    start = TOP + max((tall - TOP - HEIGHT) / 2, 0)
    shades = _shades([p for p in last if p not in LEAK_SHADES]) | LEAK_SHADES
    flows = _bands(page, found, (start, middle, last), columns, shades, scale)
    room = 150 if width == WIDE else 96
    words = page.texts["impact"]
    nodes = [Node(0, start, HEIGHT, PURCHASE_SHADE, lines_of(words["bought"], 130, LETTER, 3), "", 0, start - 10)]
    for name, (y, height) in middle.items():
        who = lines_of(words[ROUNDS[name]], room, LETTER, 5)
        nodes.append(Node(columns[1], y, height, ROUND_SHADE, who, "", columns[1] + NODE + 6, y + height / 2 - 8))
    values = {part.place: format.amount(part.figure.value, UNIT, page.language) for part in ends(page, where)}
    for name, (y, height) in last.items():
        text_y = y + min(height / 2, 16) - 2
        drawn = max(height, LEAST)
        nodes.append(Node(columns[2], y, drawn, shades[name], told[name], values[name], columns[2] + NODE + 7, text_y))
    return Flows(width, round(tall + 40), tuple(nodes), flows)


Blocks = dict[str, tuple[float, float]]


def _bands(
    page: Page, found: Sequence[Part], blocks: tuple[float, Blocks, Blocks], columns: tuple[float, float, float],
    shades: Mapping[str, str], scale: float,
) -> tuple[Flow, ...]:  # fmt: skip
    """From the purchase to rounds, from rounds to places; each block is filled from its top."""
    words, colon = texts(page.language)["values"]["round"], format.colon(page.language)
    start, middle, last = blocks
    at = {name: y for name, (y, _) in (middle | last).items()}
    bands = []
    for name, (y, height) in middle.items():
        bands.append(Flow(_band(NODE, start, columns[1], y, height), ROUND_SHADE, str(words[name])))
        start += height
    for part in found:
        if part.place in last and part.round in middle:
            height = part.size * scale
            value = format.amount(part.figure.value, UNIT, page.language)
            title = f"{words[part.round]}, {place_name(page, part.place)}{colon}{value}"
            path = _band(columns[1] + NODE, at[part.round], columns[2], at[part.place], height)
            bands.append(Flow(path, shades[part.place], title))
            at[part.round] += height
            at[part.place] += height
    return tuple(bands)


def _of(found: Sequence[Part], *, round: str = "", place: str = "") -> float:
    return sum(part.size for part in found if (not round or part.round == round) and (not place or part.place == place))


def _stack(sizes: Mapping[str, float], scale: float, lines: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """Blocks one under another: for each, where it begins and how tall it is; none closer than its words need."""
    found, y = {}, float(TOP)
    for name, size in sizes.items():
        height = size * scale
        found[name] = (round(y, 1), round(height, 1))
        y += max(height + GAP, 24 + 15 * lines.get(name, 2))
    return found


def _band(x0: float, y0: float, x1: float, y1: float, height: float) -> str:
    middle = (x0 + x1) / 2
    a, b = y0 + height, y1 + height
    return (
        f"M{x0:.1f} {y0:.1f} C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f} "
        f"V{b:.1f} C{middle:.1f} {b:.1f} {middle:.1f} {a:.1f} {x0:.1f} {a:.1f} Z"
    )


def _shades(places: Sequence[str]) -> dict[str, str]:
    """The nearest is the darkest."""
    return {place: SHADES[max(len(SHADES) - 1 - n, 0)] for n, place in enumerate(places)}
