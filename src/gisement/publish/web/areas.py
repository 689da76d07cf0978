"""Contours drawn as areas, shaded by an amount, with lines to where the money leaves for: no tile, no other host.

Contours are those that a workspace holds (`gisement fetch contours`); without them `map` draws a schematic layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import cos, radians
from typing import TYPE_CHECKING

from gisement.publish import format
from gisement.publish.web.address import Pairs, address
from gisement.publish.web.drawings import Drawing
from gisement.publish.web.lines import Line, Lines
from gisement.publish.web.map import KEY, TOLD, Classes, Told, key_of, said, shade_of, table_of

if TYPE_CHECKING:
    from gisement.publish.web.page import Page

DEPARTMENTS, GROUPINGS, COMMUNES = "departments", "epcis", "communes"
LEVELS: Mapping[str, str] = {DEPARTMENTS: "department", GROUPINGS: "epci", COMMUNES: "commune"}
"""The names of drawings, and the level of the areas of each."""
SUMMARIES: Mapping[str, str] = {DEPARTMENTS: "areas", GROUPINGS: "areas_epcis", COMMUNES: "areas_communes"}
WIDTH, MOST_FLOWS, WIDEST, NAMED = 600, 12, 14.0, 3
FRAME = (-5_500, 41_000, 10_000, 51_500)
"""West, south, east and north of the mainland and Corsica, in thousandths of a degree: the rest is in the table."""
BEND = 0.12
"""How far a line leaves the straight way, as a part of its length."""
EVERY_AREA = 40_000
Point = tuple[float, float]
Rings = tuple[tuple[Point, ...], ...]
_DEPARTMENTS = "SELECT contour_code, contour_rings FROM contour WHERE contour_level = 'department' ORDER BY ALL"
_FINER = """
WITH near AS (
    SELECT {finer}_code AS code, bool_and(coalesce({level}_code = $code, false)) AS is_home FROM commune
    GROUP BY 1 HAVING bool_or(list_contains($inside, department_code))
)
SELECT contour_code, contour_rings, is_home FROM contour JOIN near ON contour_code = code
WHERE contour_level = $finer AND contour_rings <> '' ORDER BY ALL
"""


@dataclass(frozen=True)
class Contour:
    """The rings of an area, and whether it is of the territory."""

    rings: Rings
    is_home: bool


@dataclass(frozen=True)
class Area:
    """A commune or department: its outline as SVG writes it, name with amount, shade, whether it is ours, address."""

    path: str
    title: str
    shade: str
    is_home: bool
    address: str


@dataclass(frozen=True)
class Flow:
    """A line from the territory to a department: its way as SVG writes it, its width, name with amount."""

    path: str
    width: float
    title: str


@dataclass(frozen=True)
class Map:
    """Areas and lines in a drawing of `width` × `height`."""

    width: int
    height: int
    areas: tuple[Area, ...]
    flows: tuple[Flow, ...]


@dataclass(frozen=True)
class Plane:
    """Degrees as points of a drawing: the meridians drawn together as they are at the middle of the map."""

    west: float
    north: float
    scale: float
    narrowing: float

    def at(self, point: Point) -> Point:
        """Where a place stands, to a tenth of a point."""
        x, y = point
        return round((x - self.west) * self.narrowing * self.scale, 1), round((self.north - y) * self.scale, 1)


@dataclass(frozen=True)
class Seen:
    """Areas that are seen together: their contours, what is told of them, and the shades that it takes."""

    level: str
    held: Mapping[str, Contour]
    told: Told
    table: Lines
    classes: Classes

    def of(self, page: Page, code: str) -> tuple[str, str, str]:
        """What an area is said to be, its shade, and the address of its figure."""
        line = self.lines.get(code)
        name = page.site.label(self.level, code, page.language)
        written = line.main.shown.value if line else page.texts["chart"][self.told.nothing]
        shade, _ = shade_of(line.amount if line else None, self.classes)
        return f"{name} ({code}){format.colon(page.language)}{written}", shade, line.main.page if line else ""

    @cached_property
    def lines(self) -> Mapping[str, Line]:
        """The line of each area in the table."""
        return {str(line.value or ""): line for line in self.table.lines}


def seen(page: Page, name: str, show: str, where: Pairs) -> Seen | None:
    """The departments, EPCIs or communes of suppliers and what the map tells of them; None without their contours."""
    level, kept = LEVELS[name], [pair for pair in where if pair[0] != KEY]
    wanted = dict(where).get(KEY, "") if name != DEPARTMENTS else ""
    held, told = _contours(page, level, wanted), TOLD[show]
    if not held:
        return None
    table = table_of(page, show, level, kept, EVERY_AREA, wanted if name == COMMUNES else "")
    return Seen(level, held, told, table, told.finer if name == COMMUNES else told.classes)


def contour_drawing(page: Page, name: str, show: str, where: Pairs) -> Drawing | None:
    """What the map tells of departments, EPCIs or communes of suppliers; None without contours of them."""
    found = seen(page, name, show, where)
    if found is None:
        return None
    plane, height = _plane(contour.rings for contour in found.held.values())
    areas = tuple(_area(page, found, code, plane) for code in found.held)
    flows = _flows(found.held, plane, found.table) if name == DEPARTMENTS else ()
    return Drawing(
        "areas", Map(WIDTH, height, areas, flows), _summary(page, name, found.told, flows, KEY in dict(where)),
        address(f"{page.root}/charts/map/{name}.svg", where, show=said(show)), name, found.table,
        legend=key_of(page, found.told, found.classes),
        contours=address(f"{page.root}/map/{name}.geojson", where, show=said(show)),
    )  # fmt: skip


def _contours(page: Page, level: str, wanted: str) -> dict[str, Contour]:
    """What the map shows: mainland departments, or what is finer in ours (of today: what merged is left out).

    That of another department where it is wanted.
    """
    places, territory = page.site.places[page.language], page.site.observatory.territory
    inside = [wanted] if wanted else list(places.inside)
    if level == "department":
        found = {row["contour_code"]: read_rings(row["contour_rings"]) for row in page.site.served.rows(_DEPARTMENTS)}
        return {code: Contour(rings, code in inside) for code, rings in found.items() if _is_framed(rings)}
    asked = {"code": territory.code, "finer": level, "inside": inside}
    rows = page.site.served.rows(_FINER.format(level=territory.level, finer=level), asked)
    return {row["contour_code"]: Contour(read_rings(row["contour_rings"]), row["is_home"]) for row in rows}


@lru_cache(maxsize=4096)
def read_rings(told: str) -> Rings:
    """The corners of each ring of a contour."""
    rings = [ring.split(" ") for ring in told.split(";") if ring]
    return tuple(tuple((float(x), float(y)) for x, y in (corner.split(",") for corner in ring)) for ring in rings)


def _is_framed(rings: Rings) -> bool:
    west, south, east, north = FRAME
    return bool(rings) and all(west <= x <= east and south <= y <= north for x, y in rings[0])


def _plane(contours: Iterable[Rings]) -> tuple[Plane, int]:
    """The plane on which these contours take the whole width, and the height that they then take."""
    corners = [corner for rings in contours for ring in rings for corner in ring]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    narrowing = cos(radians((south + north) / 2000))
    scale = WIDTH / ((east - west) * narrowing)
    return Plane(west, north, scale, narrowing), round((north - south) * scale) + 1


def _area(page: Page, found: Seen, code: str, plane: Plane) -> Area:
    title, shade, page_of = found.of(page, code)
    contour = found.held[code]
    return Area("".join(_outline(ring, plane) for ring in contour.rings), title, shade, contour.is_home, page_of)


def _outline(ring: Sequence[Point], plane: Plane) -> str:
    """A ring without the corners that fall on one point of the drawing; neighbours keep the same ones."""
    points: list[Point] = []
    for corner in ring:
        x, y = plane.at(corner)
        point = round(x * 2) / 2, round(y * 2) / 2
        if not points or points[-1] != point:
            points.append(point)
    return f"M{' '.join(f'{x:g},{y:g}' for x, y in points)}Z" if len(points) > 1 else ""


def _flows(held: Mapping[str, Contour], plane: Plane, table: Lines) -> tuple[Flow, ...]:
    """Lines from the territory to the departments outside that receive most."""
    centres = {code: plane.at(_middle(contour.rings[0])) for code, contour in held.items()}
    ours = [centre for code, centre in centres.items() if held[code].is_home]
    far = [line for line in table.lines if str(line.value) in held and not held[str(line.value)].is_home]
    far = [line for line in far if (line.amount or 0) > 0][:MOST_FLOWS]
    if not ours or not far:
        return ()
    start = _middle(ours)
    largest = max(line.amount or 0 for line in far)
    return tuple(
        Flow(
            _curve(start, centres[str(line.value)]),
            round(max(WIDEST * (line.amount or 0) / largest, 1.0), 1),
            f"{line.label} {line.main.shown.value}",
        )
        for line in far
    )


def _curve(start: Point, end: Point) -> str:
    (x1, y1), (x2, y2) = start, end
    bent = (x1 + x2) / 2 - BEND * (y2 - y1), (y1 + y2) / 2 + BEND * (x2 - x1)
    return f"M{x1:.1f},{y1:.1f}Q{bent[0]:.1f},{bent[1]:.1f} {x2:.1f},{y2:.1f}"


def _middle(points: Sequence[Point]) -> Point:
    """The mean of corners: near enough to the middle for a line to end there."""
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _summary(page: Page, name: str, told: Told, flows: Sequence[Flow], is_closer: bool) -> str:
    words, key = page.texts["chart"], SUMMARIES[name]
    whole = str(words["areas_of_department" if is_closer and name == COMMUNES else key]).format(what=words[told.what])
    first = format.listed([flow.title for flow in flows[:NAMED]], page.language)
    return f"{whole} {words['areas_flows'].format(first=first)}" if flows else whole
