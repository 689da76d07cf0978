"""Where suppliers are, as a map of amounts or shares: contours where the workspace holds some, else tiles.

No tile server, no other host: contours are those of `gisement fetch contours`; a schematic layout of our own stands in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from math import cos, radians
from typing import TYPE_CHECKING, Any, NamedTuple

from gisement.catalog.tables import read_csv
from gisement.publish import format
from gisement.publish.palette import COLOURS, SHADES
from gisement.publish.web.address import Pairs, address
from gisement.publish.web.drawings.shapes import Pair, linked, row, safe, shade_from, shape, svg
from gisement.publish.web.lines import Drawing, Line, Lines, lines_by

if TYPE_CHECKING:
    from gisement.publish.web.page import Page

SIDE, GAP = 46, 4
OFFER = "food_known_offer"
KEY = "department"
"""The filter that shows one department from nearer, whichever it is."""
DEPARTMENTS, GROUPINGS, COMMUNES = "departments", "epcis", "communes"
LEVELS: Mapping[str, str] = {DEPARTMENTS: "department", GROUPINGS: "epci", COMMUNES: "commune"}
"""The names of drawings, and the level of the areas of each."""
SUMMARIES: Mapping[str, str] = {DEPARTMENTS: "areas", GROUPINGS: "areas_epcis", COMMUNES: "areas_communes"}
WIDTH, MOST_FLOWS, WIDEST, NAMED = 600, 12, 14.0, 3
FRAME = (-5_500, 41_000, 10_000, 51_500)
"""West, south, east and north of the mainland and Corsica, in thousandths of a degree: the rest is in the table."""
PER_DEGREE = 1000
BEND = 0.12
"""How far a line leaves the straight way, as a part of its length."""
EVERY_AREA = 40_000
Steps = tuple[float, ...]
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
class Told:
    """What a map tells of each area: an indicator, its unit, from what value each shade begins, and the keys of texts.

    `finer` are the shades of communes; `what` is what is measured, `nothing` what an area without any is said to be.
    """

    indicator: str
    unit: str
    steps: Steps
    finer: Steps
    what: str
    nothing: str = "nothing"


TOLD: Mapping[str, Told] = {
    "amount": Told("total_spend", "euros", (1e5, 1e6, 1e7, 1e8), (1e4, 1e5, 1e6, 1e7), "what_amount"),
    "share": Told("area_share", "percent", (0.001, 0.01, 0.05, 0.2), (0.001, 0.01, 0.05, 0.2), "what_share"),
}
"""What the map of suppliers may tell, by the word of the address (`show=share`), the usual one first."""
USUAL = "amount"
KNOWN_OFFER = Told(OFFER, "kg", (1e3, 1e4, 1e5, 1e6), (), "", "no_offer")


class Contour(NamedTuple):
    """The rings of an area, and whether it is of the territory."""

    rings: Rings
    is_home: bool


class Plane(NamedTuple):
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
class Areas:
    """Areas that are seen together: what is told of each of them, from a table, and the shades that it takes."""

    page: Page
    level: str
    told: Told
    table: Lines
    steps: Steps

    @cached_property
    def lines(self) -> Mapping[str, Line]:
        """The line of each area in the table."""
        return {str(line.value or ""): line for line in self.table.lines}

    def of(self, code: str) -> tuple[str, Pair, str]:
        """What an area is said to be, its colours, and the address of its figure."""
        line, page = self.lines.get(code), self.page
        name = page.site.label(self.level, code, page.language)
        written = line.main.shown.value if line else page.texts["chart"][self.told.nothing]
        title = f"{name} ({code}){format.colon(page.language)}{written}"
        return title, shade_from(line.amount if line else None, self.steps), line.main.page if line else ""

    @property
    def legend(self) -> tuple[Pair, ...]:
        """The shades, and the value from which each begins."""
        written = [format.amount(least, self.told.unit, self.page.language) for least in self.steps]
        steps = [f"< {written[0]}", *(f"≥ {amount}" for amount in written)]
        nothing = COLOURS["unknown"], self.page.texts["chart"][self.told.nothing]
        return *zip(SHADES, steps, strict=True), nothing


def shown_on(page: Page) -> str:
    """What the address asks the map to tell; Trouble if it is nothing that a map tells."""
    asked = page.asked("show", USUAL)
    if asked not in TOLD:
        raise page.absent()
    return asked


def said(show: str) -> str:
    """The same as an address says it: nothing for the usual one."""
    return "" if show == USUAL else show


def table_of(page: Page, show: str, by: str, where: Pairs, at_most: int, inside: str = "") -> Lines:
    """The areas of suppliers, medical goods aside: the amount of each, or its share of the whole beside its amount.

    With `inside`, only those of a department: of an amount, a filter; a share is still one of the whole.
    """
    kept: Pairs = [("medical", "excluded"), *[pair for pair in where if pair[0] != "medical"]]
    name = TOLD[show].indicator
    if show == "share":
        return lines_by(
            page, name, by, kept, at_most=at_most,
            leave_out=lambda figure: bool(inside) and not str(figure.group[by]).startswith(inside),
        )  # fmt: skip
    return lines_by(page, name, by, [*kept, (KEY, inside)] if inside else kept, beside="", at_most=at_most)


def map_drawing(page: Page, show: str, where: Pairs) -> Drawing:
    """The departments of suppliers, medical goods aside, as tiles."""
    told, words = TOLD[show], page.texts["chart"]
    file = address(f"{page.root}/charts/map/{told.indicator}.svg", where, show=said(show))
    table = table_of(page, show, "department", where, 200)
    return _tiled(Areas(page, "department", told, table, told.steps), words["map"].format(what=words[told.what]), file)


def offer_drawing(page: Page) -> Drawing:
    """The known offer of food by department of the producers; what few producers are behind is not shown."""
    areas = Areas(
        page, "department", KNOWN_OFFER, lines_by(page, OFFER, "department", [], beside="", at_most=200),
        KNOWN_OFFER.steps,
    )  # fmt: skip
    return _tiled(areas, page.texts["chart"]["offer_map"], f"{page.root}/charts/map/{OFFER}.svg")


def _tiled(areas: Areas, summary: str, file: str) -> Drawing:
    """Departments as tiles, each roughly where it is."""
    size = (SIDE + GAP) * 12, (SIDE + GAP) * 13
    rows = (_tile(areas, code, *place) for code, place in layout().items())
    drawn = svg("map", size, summary, rows, role="group")
    return Drawing("map", drawn, summary, file, "departments", areas.table, legend=areas.legend)


@cache
def layout() -> dict[str, tuple[int, int]]:
    """The row and column of each department."""
    rows = read_csv("geography/department_tiles.csv")
    return {row["department_code"]: (int(row["row"]), int(row["column"])) for row in rows}


def _tile(areas: Areas, code: str, down: int, across: int) -> str:
    title, (ground, ink), leads_to = areas.of(code)
    x, y = across * (SIDE + GAP) + 2, down * (SIDE + GAP) + 2
    is_home = code in areas.page.site.places[areas.page.language].inside
    edge = {"stroke": COLOURS["deep"], "stroke_width": 4} if is_home else {}
    middle = {"x": x + SIDE / 2, "y": y + SIDE / 2 + 5, "text_anchor": "middle", "font_size": 15}
    inside = (
        shape("title", safe(title)),
        shape("rect", x=x, y=y, width=SIDE, height=SIDE, rx=4, fill=ground, **edge),
        shape("text", code, **middle, fill=ink),
    )
    return linked(leads_to, title, "".join("  " + row(each) for each in inside))


def contour_drawing(page: Page, name: str, show: str, where: Pairs) -> Drawing | None:
    """What the map tells of departments, EPCIs or communes of suppliers; None without contours of them."""
    found = seen(page, name, show, where)
    if found is None:
        return None
    held, areas = found
    plane, height = _plane(contour.rings for contour in held.values())
    flows = list(_flows(held, plane, areas.table)) if name == DEPARTMENTS else []
    summary = _summary(areas, name, [title for title, _ in flows], KEY in dict(where))
    outlines = {code: "".join(_outline(ring, plane) for ring in contour.rings) for code, contour in held.items()}
    home = {"fill": "none", "stroke": COLOURS["deep"], "stroke_width": "1.6", "pointer_events": "none"}
    rows = [
        *(_area(areas, code, outline) for code, outline in outlines.items()),
        *(row(shape("path", d=outlines[code], **home)) for code, contour in held.items() if contour.is_home),
        *(way for _, way in flows),
    ]
    return Drawing(
        "areas", svg("map", (WIDTH, height), summary, rows, role="group"), summary,
        address(f"{page.root}/charts/map/{name}.svg", where, show=said(show)), name, areas.table, legend=areas.legend,
        contours=address(f"{page.root}/map/{name}.geojson", where, show=said(show)),
    )  # fmt: skip


def seen(page: Page, name: str, show: str, where: Pairs) -> tuple[Mapping[str, Contour], Areas] | None:
    """The contours of departments, EPCIs or communes, and what the map tells of them; None without contours."""
    level, kept, told = LEVELS[name], [pair for pair in where if pair[0] != KEY], TOLD[show]
    wanted = dict(where).get(KEY, "") if name != DEPARTMENTS else ""
    held, is_fine = _contours(page, level, wanted), name == COMMUNES
    if not held:
        return None
    table = table_of(page, show, level, kept, EVERY_AREA, wanted if is_fine else "")
    return held, Areas(page, level, told, table, told.finer if is_fine else told.steps)


def features(held: Mapping[str, Contour], areas: Areas) -> dict[str, Any]:
    """A GeoJSON collection of one feature per area, for a reader who zooms: in degrees, with what the drawing tells."""
    return {"type": "FeatureCollection", "features": [_feature(areas, code, held[code]) for code in held]}


def _feature(areas: Areas, code: str, contour: Contour) -> dict[str, Any]:
    title, (shade, _), leads_to = areas.of(code)
    told = {"code": code, "title": title, "shade": shade, "address": leads_to, "is_home": contour.is_home}
    polygons = [
        [[(x / PER_DEGREE, y / PER_DEGREE) for x, y in ring] for ring in polygon]
        for polygon in polygons_of(contour.rings)
    ]
    return {"type": "Feature", "properties": told, "geometry": {"type": "MultiPolygon", "coordinates": polygons}}


def polygons_of(rings: Rings) -> list[list[Sequence[Point]]]:
    """Rings as polygons: an outer one, then its holes. A ring inside an odd number of others is a hole."""
    inside = [[n for n, other in enumerate(rings) if other is not ring and _holds(other, ring[0])] for ring in rings]
    found: dict[int, list[Sequence[Point]]] = {n: [rings[n]] for n, around in enumerate(inside) if not len(around) % 2}
    for n, around in enumerate(inside):
        owner = next((each for each in reversed(around) if each in found), None)
        if len(around) % 2 and owner is not None:
            found[owner].append(rings[n])
    return list(found.values())


def _holds(ring: Sequence[Point], point: Point) -> bool:
    """Whether a point is inside a ring: a line from it to the east crosses the ring an odd number of times."""
    x, y = point
    crossed = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed


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


def _area(areas: Areas, code: str, outline: str) -> str:
    title, (shade, _), leads_to = areas.of(code)
    edge = {"stroke": COLOURS["sheet"], "stroke_width": ".8"}
    path = shape("path", d=outline, fill=shade, fill_rule="evenodd", **edge)
    return linked(leads_to, title, shape("title", safe(title)) + path) + "\n"


def _outline(ring: Sequence[Point], plane: Plane) -> str:
    """A ring without the corners that fall on one point of the drawing; neighbours keep the same ones."""
    points: list[Point] = []
    for corner in ring:
        x, y = plane.at(corner)
        point = round(x * 2) / 2, round(y * 2) / 2
        if not points or points[-1] != point:
            points.append(point)
    return f"M{' '.join(f'{x:g},{y:g}' for x, y in points)}Z" if len(points) > 1 else ""


def _flows(held: Mapping[str, Contour], plane: Plane, table: Lines) -> Iterator[tuple[str, str]]:
    """Lines from the territory to the departments outside that receive most: name with amount, and the line."""
    centres = {code: plane.at(_middle(contour.rings[0])) for code, contour in held.items()}
    ours = [centre for code, centre in centres.items() if held[code].is_home]
    found = [(line, str(line.value), line.amount or 0) for line in table.lines]
    far = [each for each in found if each[1] in held and not held[each[1]].is_home and each[2] > 0][:MOST_FLOWS]
    for line, code, amount in far if ours else ():
        width = round(max(WIDEST * amount / max(each[2] for each in far), 1.0), 1)
        way = {"d": _curve(_middle(ours), centres[code]), "fill": "none", "stroke": COLOURS["deep"]}
        ends = {"stroke_width": width, "stroke_linecap": "round", "pointer_events": "none"}
        yield f"{line.label} {line.main.shown.value}", row(shape("path", **way, stroke_opacity=".55", **ends))


def _curve(start: Point, end: Point) -> str:
    (x1, y1), (x2, y2) = start, end
    bent = (x1 + x2) / 2 - BEND * (y2 - y1), (y1 + y2) / 2 + BEND * (x2 - x1)
    return f"M{x1:.1f},{y1:.1f}Q{bent[0]:.1f},{bent[1]:.1f} {x2:.1f},{y2:.1f}"


def _middle(points: Sequence[Point]) -> Point:
    """The mean of corners: near enough to the middle for a line to end there."""
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _summary(areas: Areas, name: str, flows: Sequence[str], is_closer: bool) -> str:
    words, page = areas.page.texts["chart"], areas.page
    key = "areas_of_department" if is_closer and name == COMMUNES else SUMMARIES[name]
    whole = str(words[key]).format(what=words[areas.told.what])
    first = format.listed(flows[:NAMED], page.language)
    return f"{whole} {words['areas_flows'].format(first=first)}" if flows else whole
