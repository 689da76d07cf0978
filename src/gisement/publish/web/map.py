"""Departments as tiles, each roughly where it is: a layout of our own, since contours do not ship."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from gisement.catalog.tables import read_csv
from gisement.publish import format
from gisement.publish.palette import SHADES
from gisement.publish.web.address import Pairs, address
from gisement.publish.web.charts import UNKNOWN_SHADE
from gisement.publish.web.drawings import Drawing
from gisement.publish.web.lines import Line, Lines, lines_by
from gisement.terms import Figure

if TYPE_CHECKING:
    from gisement.publish.web.page import Page

SIDE, GAP = 46, 4
OFFER = "food_known_offer"
KEY = "department"
"""The filter that shows one department from nearer, whichever it is."""
DARK_FROM = 3
Classes = tuple[float, ...]


@dataclass(frozen=True)
class Told:
    """What a map tells of each area: an indicator, its unit, from what value each shade begins, and the keys of texts.

    `finer` are the shades of communes; `what` is what is measured, `nothing` what an area without any is said to be.
    """

    indicator: str
    unit: str
    classes: Classes
    finer: Classes
    what: str
    nothing: str = "nothing"


TOLD: Mapping[str, Told] = {
    "amount": Told("total_spend", "euros", (1e5, 1e6, 1e7, 1e8), (1e4, 1e5, 1e6, 1e7), "what_amount"),
    "share": Told("area_share", "percent", (0.001, 0.01, 0.05, 0.2), (0.001, 0.01, 0.05, 0.2), "what_share"),
}
"""What the map of suppliers may tell, by the word of the address (`show=share`), the usual one first."""
KNOWN_OFFER = Told(OFFER, "kg", (1e3, 1e4, 1e5, 1e6), (), "", "no_offer")


@dataclass(frozen=True)
class DepartmentTile:
    """A department: its place, code, shade, what it receives, whether the territory touches it, its address."""

    x: int
    y: int
    code: str
    title: str
    shade: str
    is_dark: bool
    is_home: bool
    address: str


def shown_on(page: Page) -> str:
    """What the address asks the map to tell; Trouble if it is nothing that a map tells."""
    asked = page.asked("show", next(iter(TOLD)))
    if asked not in TOLD:
        raise page.absent()
    return asked


def said(show: str) -> str:
    """The same as an address says it: nothing for the usual one."""
    return "" if show == next(iter(TOLD)) else show


def table_of(page: Page, show: str, by: str, where: Pairs, at_most: int, inside: str = "") -> Lines:
    """The areas of suppliers, medical goods aside: the amount of each, or its share of the whole beside its amount.

    With `inside`, only those of a department: of an amount, a filter; a share is still one of the whole.
    """
    kept: Pairs = [("medical", "excluded"), *[pair for pair in where if pair[0] != "medical"]]
    if show == "share":
        return lines_by(page, TOLD[show].indicator, by, kept, at_most=at_most, leave_out=_elsewhere(by, inside))
    kept = [*kept, (KEY, inside)] if inside else kept
    return lines_by(page, TOLD[show].indicator, by, kept, beside="", at_most=at_most)


def _elsewhere(by: str, department: str) -> Callable[[Figure], bool]:
    return lambda figure: bool(department) and not str(figure.group[by]).startswith(department)


def map_drawing(page: Page, show: str, where: Pairs) -> Drawing:
    """The departments of suppliers, medical goods aside."""
    told = TOLD[show]
    file = address(f"{page.root}/charts/map/{told.indicator}.svg", where, show=said(show))
    summary = page.texts["chart"]["map"].format(what=page.texts["chart"][told.what])
    return _drawn(page, table_of(page, show, "department", where, 200), summary, file, told)


def offer_drawing(page: Page) -> Drawing:
    """The known offer of food by department of the producers; what few producers are behind is not shown."""
    table = lines_by(page, OFFER, "department", [], beside="", at_most=200)
    return _drawn(
        page, table, page.texts["chart"]["offer_map"], f"{page.root}/charts/map/{OFFER}.svg", KNOWN_OFFER
    )  # fmt: skip


def _drawn(page: Page, table: Lines, summary: str, file: str, told: Told) -> Drawing:
    lines = dict(zip((_code(line) for line in table.lines), table.lines, strict=True))
    tiles = tuple(_tile(page, code, place, lines.get(code), told) for code, place in layout().items())
    size = (SIDE + GAP) * 12, (SIDE + GAP) * 13
    return Drawing(
        "map", (*size, SIDE, tiles), summary, file, "departments", table, legend=key_of(page, told, told.classes)
    )


@cache
def layout() -> dict[str, tuple[int, int]]:
    """The row and column of each department."""
    rows = read_csv("geography/department_tiles.csv")
    return {row["department_code"]: (int(row["row"]), int(row["column"])) for row in rows}


def shade_of(amount: float | None, classes: Classes) -> tuple[str, bool]:
    """The colour of an amount, and whether it is dark."""
    if amount is None or amount <= 0:
        return UNKNOWN_SHADE, False
    step = sum(amount >= least for least in classes)
    return SHADES[step], step >= DARK_FROM


def _tile(page: Page, code: str, place: tuple[int, int], line: Line | None, told: Told) -> DepartmentTile:
    row, column = place
    places = page.site.places[page.language]
    name = places.name("department", code)
    amount = None if line is None else line.amount
    shade, is_dark = shade_of(amount, told.classes)
    written = line.main.shown.value if line else page.texts["chart"][told.nothing]
    title = f"{name} ({code}){format.colon(page.language)}{written}"
    return DepartmentTile(
        column * (SIDE + GAP) + 2, row * (SIDE + GAP) + 2, code, title,
        shade, is_dark, code in places.inside, line.main.page if line else "",
    )  # fmt: skip


def _code(line: Line) -> str:
    return str(line.value or "")


def key_of(page: Page, told: Told, classes: Classes) -> tuple[tuple[str, str], ...]:
    """The shades, and the value from which each begins."""
    written = [format.amount(least, told.unit, page.language) for least in classes]
    steps = [f"< {written[0]}", *(f"≥ {amount}" for amount in written)]
    return (
        *zip(SHADES, steps, strict=True),
        (UNKNOWN_SHADE, page.texts["chart"][told.nothing]),
    )
