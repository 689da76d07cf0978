"""Where a hundred euros go, as a drawing of flows: from the purchase to rounds, from rounds to rings and abroad."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.palette import COLOURS, SHADES
from gisement.publish.web.address import Pairs, address
from gisement.publish.web.drawings.shapes import lines_of, row, safe, shape, svg, text
from gisement.publish.web.lines import Drawing
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
NODE, HEIGHT, GAP, TOP, LETTER = 14, 300, 14, 30, 13
WIDE, TALL = 760, 380
LEAST = 0.5
"""Fewer pixels than this are still drawn so thick."""
Blocks = dict[str, tuple[float, float]]
"""Where each block of a column begins, and how tall it is."""


class Part(NamedTuple):
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
    return [part for part in _measured(page, where, "ring,round", "round") if part.round in ROUNDS]


def ends(page: Page, where: Pairs) -> list[Part]:
    """The same with both rounds together: where money ends."""
    return _measured(page, where, "ring", "")


def _measured(page: Page, where: Pairs, by: str, leaks_by: str) -> list[Part]:
    kept = [pair for pair in where if pair[0] not in ("effect", "ring", "rounds")]
    found = [(figure, str(figure.group["ring"])) for figure in page.site.measure(NAME, kept, by)]
    for effect, place in LEAKS:
        found += [(each, place) for each in page.site.measure(NAME, (*kept, ("effect", effect)), leaks_by)]
    return [Part(str(f.group.get("round", "")), place, f) for f, place in found if f.value is not None]


def place_name(page: Page, place: str) -> str:
    """What a ring is called, and what leaves."""
    if place in LEAK_WORDS:
        return str(page.texts["impact"][LEAK_WORDS[place]])
    return page.site.label("ring", place, page.language)


def flows_drawing(page: Page, where: Pairs, *, tall: bool = False) -> Drawing:
    """The medians as bands; intervals are in the tables beside it."""
    found = parts(page, where)
    years = {part.figure.table_year for part in found}
    summary = page.texts["impact"]["flows_summary"].format(year=", ".join(map(str, sorted(filter(None, years)))))
    size, rows = _laid(page, where, found, TALL if tall else WIDE)
    file = address(f"{page.root}/charts/flows/{NAME}.svg", where)
    return Drawing("flows", svg("flows", size, summary, rows), summary, file, "impact", is_tall=tall)


def _laid(page: Page, where: Pairs, found: Sequence[Part], width: int) -> tuple[tuple[float, float], list[str]]:
    """The size of the drawing, its bands and its blocks with their words."""
    words, is_wide = page.texts["impact"], width == WIDE
    scale = HEIGHT / (sum(part.size for part in found) or 1.0)
    label_width = 190 if is_wide else 166
    columns = (0.0, (width - label_width) * 0.42, width - label_width - NODE)
    names = {part.place: place_name(page, part.place) for part in found}
    told = {place: lines_of(name, label_width - 22, LETTER, 4) or (place,) for place, name in names.items()}
    middle = _stack({name: _sum(found, "round", name) for name in ROUNDS}, scale, {})
    sizes = {place: _sum(found, "place", place) for place in told}
    last = _stack(sizes, scale, {place: len(lines) for place, lines in told.items()})
    tall = max((y + height for each in (middle, last) for y, height in each.values()), default=HEIGHT)
    start = TOP + max((tall - TOP - HEIGHT) / 2, 0)
    near = [place for place in last if place not in LEAK_SHADES]
    shades = {place: SHADES[max(len(SHADES) - 1 - n, 0)] for n, place in enumerate(near)} | LEAK_SHADES
    rows = [*_bands(page, found, (start, middle, last), columns, shades, scale)]
    rows += _block(0, start, HEIGHT, COLOURS["deep"], (0, start - 10), lines_of(words["bought"], 130, LETTER, 3))
    for name, (y, height) in middle.items():
        who = lines_of(words[ROUNDS[name]], 150 if is_wide else 96, LETTER, 5)
        rows += _block(columns[1], y, height, COLOURS["deep_mild"], (columns[1] + NODE + 6, y + height / 2 - 8), who)
    values = {part.place: format.amount(part.figure.value, UNIT, page.language) for part in ends(page, where)}
    for place, (y, height) in last.items():
        at = columns[2] + NODE + 7, y + min(height / 2, 16) - 2
        rows += _block(columns[2], y, max(height, LEAST), shades[place], at, told[place], values[place])
    return (width, round(tall + 40)), rows


def _block(
    x: float, y: float, height: float, colour: str, at: tuple[float, float], lines: Sequence[str], value: str = ""
) -> Iterator[str]:
    """A block with its value in bold above its words; the words are in bold where there is no value."""
    bold, ink = {"font_weight": 700}, COLOURS["ink"]
    yield row(shape("rect", x=x, y=y, width=NODE, height=height, fill=colour))
    yield (text(value, *at, 15, **bold, fill=ink) if value else "") + "\n"
    under = at[1] + (16 if value else 0)
    told = (text(line, at[0], under + n * 15, 13, **({} if value else bold), fill=ink) for n, line in enumerate(lines))
    yield "".join(told) + "\n"


def _bands(
    page: Page, found: Sequence[Part], blocks: tuple[float, Blocks, Blocks], columns: tuple[float, float, float],
    shades: Mapping[str, str], scale: float,
) -> Iterator[str]:  # fmt: skip
    """From the purchase to rounds, from rounds to places; each block is filled from its top."""
    words, colon = texts(page.language)["values"]["round"], format.colon(page.language)
    start, middle, last = blocks
    at = {name: y for name, (y, _) in (middle | last).items()}
    for name, (y, height) in middle.items():
        yield _band(NODE, start, columns[1], y, height, COLOURS["deep_mild"], str(words[name]))
        start += height
    for part in found:
        if part.place in last and part.round in middle:
            height = part.size * scale
            value = format.amount(part.figure.value, UNIT, page.language)
            title = f"{words[part.round]}, {place_name(page, part.place)}{colon}{value}"
            left, y = columns[1] + NODE, at[part.round]
            yield _band(left, y, columns[2], at[part.place], height, shades[part.place], title)
            at[part.round] += height
            at[part.place] += height


def _sum(found: Sequence[Part], name: str, value: str) -> float:
    return sum(part.size for part in found if getattr(part, name) == value)


def _stack(sizes: Mapping[str, float], scale: float, lines: Mapping[str, int]) -> Blocks:
    """Blocks one under another, of what is more than nothing; none closer than its words need."""
    found, y = {}, float(TOP)
    for name, size in sizes.items():
        if size > 0:
            height = size * scale
            found[name] = (round(y, 1), round(height, 1))
            y += max(height + GAP, 24 + 15 * lines.get(name, 2))
    return found


def _band(x0: float, y0: float, x1: float, y1: float, height: float, colour: str, title: str) -> str:
    middle = (x0 + x1) / 2
    a, b = y0 + height, y1 + height
    way = (
        f"M{x0:.1f} {y0:.1f} C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f} "
        f"V{b:.1f} C{middle:.1f} {b:.1f} {middle:.1f} {a:.1f} {x0:.1f} {a:.1f} Z"
    )
    return row(shape("path", shape("title", safe(title)), d=way, fill=colour, fill_opacity=".45"))
