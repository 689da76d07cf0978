"""Departments as tiles, each roughly where it is: a layout of our own, since contours do not ship."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from gisement.catalog.tables import read_csv
from gisement.publish import format
from gisement.publish.web.address import Pairs, address
from gisement.publish.web.charts import SHADES, UNKNOWN_SHADE
from gisement.publish.web.drawings import Drawing
from gisement.publish.web.lines import Line, Lines, lines_by

if TYPE_CHECKING:
    from gisement.publish.web.page import Page

SIDE, GAP = 46, 4
CLASSES = (1e5, 1e6, 1e7, 1e8)
WEIGHTS = (1e3, 1e4, 1e5, 1e6)
"""Kg from which each shade begins."""
OFFER = "food_known_offer"
DARK_FROM = 3
Classes = tuple[float, ...]


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


def map_drawing(page: Page, where: Pairs) -> Drawing:
    """The amount of contracts by department of the supplier, medical goods aside."""
    kept: Pairs = [("medical", "excluded"), *[pair for pair in where if pair[0] != "medical"]]
    table = lines_by(page, "total_spend", "department", kept, beside="", at_most=200)
    return _drawn(page, table, "map", address(f"{page.root}/charts/map/total_spend.svg", where), CLASSES, "euros")


def offer_drawing(page: Page) -> Drawing:
    """The known offer of food by department of the producers; what few producers are behind is not shown."""
    table = lines_by(page, OFFER, "department", [], beside="", at_most=200)
    return _drawn(page, table, "offer_map", f"{page.root}/charts/map/{OFFER}.svg", WEIGHTS, "kg")


def _drawn(page: Page, table: Lines, text: str, file: str, classes: Classes, unit: str) -> Drawing:
    lines = dict(zip((_code(line) for line in table.lines), table.lines, strict=True))
    tiles = tuple(_tile(page, code, place, lines.get(code), classes) for code, place in layout().items())
    size = (SIDE + GAP) * 12, (SIDE + GAP) * 13
    return Drawing(
        "map", (*size, SIDE, tiles), page.texts["chart"][text], file, "departments", table,
        legend=key_of(page, classes, unit),
    )  # fmt: skip


@cache
def layout() -> dict[str, tuple[int, int]]:
    """The row and column of each department."""
    rows = read_csv("geography/department_tiles.csv")
    return {row["department_code"]: (int(row["row"]), int(row["column"])) for row in rows}


def shade_of(amount: float | None, classes: Classes = CLASSES) -> tuple[str, bool]:
    """The colour of an amount, and whether it is dark."""
    if amount is None or amount <= 0:
        return UNKNOWN_SHADE, False
    step = sum(amount >= least for least in classes)
    return SHADES[step], step >= DARK_FROM


def _tile(page: Page, code: str, place: tuple[int, int], line: Line | None, classes: Classes) -> DepartmentTile:
    row, column = place
    places = page.site.places[page.language]
    name = places.name("department", code)
    amount = None if line is None else line.amount
    shade, is_dark = shade_of(amount, classes)
    written = line.main.shown.value if line else page.texts["chart"]["nothing" if classes == CLASSES else "no_offer"]
    title = f"{name} ({code}){format.colon(page.language)}{written}"
    return DepartmentTile(
        column * (SIDE + GAP) + 2, row * (SIDE + GAP) + 2, code, title,
        shade, is_dark, code in places.inside, line.main.page if line else "",
    )  # fmt: skip


def _code(line: Line) -> str:
    return str(line.value or "")


def key_of(page: Page, classes: Classes, unit: str) -> tuple[tuple[str, str], ...]:
    """The shades, and the amount from which each begins."""
    written = [format.amount(least, unit, page.language) for least in classes]
    steps = [f"< {written[0]}", *(f"≥ {amount}" for amount in written)]
    return (
        *zip(SHADES, steps, strict=True),
        (UNKNOWN_SHADE, page.texts["chart"]["nothing" if unit == "euros" else "no_offer"]),
    )
