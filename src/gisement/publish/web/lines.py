"""Breakdowns: one line per group of a dimension, the largest first, each with its figure and its amount."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from gisement.catalog import tables, texts
from gisement.engine.area_shares import LEVELS
from gisement.engine.query import DIMENSIONS
from gisement.engine.served import PERSON
from gisement.pipeline import indicator_named
from gisement.publish import format
from gisement.publish.web.address import Pairs, address, chosen
from gisement.publish.web.page import Card
from gisement.studies import modelled
from gisement.terms import Figure, Indicator

if TYPE_CHECKING:
    from gisement.publish.web.page import Page

LEADING = {"buyer": "buyers", "supplier": "suppliers", "family": "needs"}
"""Dimensions whose values have a page of their own."""
SHARES = ("percent", "per_hundred")
"""Units whose scale is the same everywhere: the whole."""
SPLITS = ("ring", "effect", "round")
BREAKDOWNS = (
    "year", "family", "food_family", "food_label", "segment", "buyer", "supplier", "department", "epci", "commune",
    "size_class", "food_product", "food_month", "need_part", "canteen_region", "canteen_department",
    "product_family", "matter_origin", "declarant",
)  # fmt: skip
SPENT = {"food_purchase": "food_spend", "food_balance": "food_need", "food_declaration": "canteens_reaching_share",
         "food_origin": "food_known_offer", "circular_purchase": "circular_share"}  # fmt: skip
"""The amount of the purchases of a table, where it is not that of all purchases."""
PERIMETERS = {
    "food_balance": "perimeter_food", "food_declaration": "perimeter_declared", "food_origin": "perimeter_offer",
    "circular_purchase": "perimeter_circular",
}  # fmt: skip
"""What is measured without a filter, as a key of the texts, where it is not the purchases of the territory."""
ALIKE = {"food_purchase": ("family", "segment")}
"""Dimensions that say little of the rows of a table."""


@dataclass(frozen=True)
class Line:
    """A group: its name, its figure, the amount of the same purchases, and its own page if it has one."""

    label: str
    main: Card
    beside: Card | None
    address: str = ""
    value: object = None
    amount: float | None = None


@dataclass(frozen=True)
class Lines:
    """Lines shown, and what to say of those that are not; `files` hold them all."""

    lines: tuple[Line, ...]
    heading: str
    second: str
    caption: str
    note: str
    files: tuple[tuple[str, str], ...]
    page: str
    first: str = ""
    scale: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """A drawing with what goes with it: its kind, SVG and summary, the address and name of its file, its table.

    `contours` is the address of its areas as GeoJSON, where a reader may zoom in them; what `is_empty` is not drawn.
    """

    kind: str
    svg: Markup
    summary: str
    file: str
    name: str
    table: Lines | None = None
    cards: tuple[Card, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    is_tall: bool = False
    contours: str = ""
    is_empty: bool = False


def lines_by(
    page: Page,
    name: str,
    by: str,
    where: Pairs,
    *,
    beside: str | None = None,
    at_most: int = 50,
    leave_out: Callable[[Figure], bool] = lambda figure: False,
) -> Lines:
    """The groups of `by`, the heaviest first (years in order); `beside` names the amount shown next to a share.

    Without a `beside`, it is the amount of the same kind of purchases; empty, there is none.

    `leave_out` says of a figure whether another part of the page shows it.
    """
    figures = [figure for figure in page.site.measure(name, tuple(where), by) if not leave_out(figure)]
    if beside is None:
        beside = "" if by in SPLITS else amount_beside(indicator_named(name))
    amounts = _amounts(page, beside if beside != name else "", by, _same_goods(name, where))
    ordered = _ordered(figures, amounts, by)
    kept = ordered if by == "year" else ordered[:at_most]
    labels = page.site.labels(by, kept, page.language)
    largest = _largest(kept) if kept and kept[0].unit not in SHARES else 1.0
    largest_amount = _largest([amounts[f.group[by]] for f in kept if f.group[by] in amounts])
    lines = tuple(
        _line(page, label, figure, amounts.get(figure.group[by]), by, (largest, largest_amount))
        for label, figure in zip(labels, kept, strict=True)
    )
    nowhere = _nowhere(by, [*figures, *amounts.values()])
    for line in lines if nowhere else ():
        _place_known(page, line)
    told = _told(page, name, by, where, lines, len(figures), beside if amounts else "")
    return replace(told, note=f"{told.note} {_not_placed(page, nowhere)}".strip()) if nowhere else told


def _nowhere(by: str, figures: Sequence[Figure]) -> Figure | None:
    """The amount without a known place, where places of suppliers are told apart and such an amount exists."""
    if by not in LEVELS:
        return None
    return next((f for f in figures if f.group[by] is None and f.unit == "euros" and f.value), None)


def _place_known(page: Page, line: Line) -> None:
    """Have the amounts of a place say that they are those of known places: another may be there, and is told apart."""
    for card in (line.main, line.beside):
        if (
            card
            and line.value is not None
            and card.shown.figure.unit == "euros"
            and card.shown.span != card.shown.value
        ):
            exact = card.shown.figure.low == card.shown.figure.high
            card.shown = replace(card.shown, said=page.texts["figures"]["place_known"]) if exact else card.shown


def _not_placed(page: Page, nowhere: Figure) -> str:
    return str(page.texts["figures"]["not_placed"]).format(amount=format.value(nowhere, page.language))


def _line(page: Page, label: str, figure: Figure, amount: Figure | None, by: str, scales: tuple[float, float]) -> Line:
    main = page.card(figure, label, largest=scales[0])
    beside = None if amount is None else page.card(amount, label, largest=scales[1])
    return Line(label, main, beside, _leading(page, by, figure), figure.group[by], figure.value)


def _told(page: Page, name: str, by: str, where: Pairs, lines: tuple[Line, ...], count: int, beside: str) -> Lines:
    words = page.texts["figures"]
    note = words["shown"].format(shown=page.number(len(lines)), count=page.number(count)) if count > len(lines) else ""
    whole = page.site.figure(name, *where)
    card = page.card(whole, by=by)
    title = card.shown.title
    dimension = _dimension(page, by)
    return Lines(
        lines=lines,
        heading=dimension,
        second=page.texts["figure"]["amount"] if beside else "",
        caption=f"{title}{format.colon(page.language)}{dimension.lower()}{format.dated(whole, page.language)}",
        note=note,
        files=card.files,
        page=address(f"{page.root}/figures/{name}", where, by=_breakdown(page, name, by, where)),
    )


def _breakdown(page: Page, name: str, by: str, where: Pairs) -> str:
    """The breakdown, if the page of the figure has it: a page may show one that none can choose there."""
    return by if by in breakdowns(page, indicator_named(name), list(where)) else ""


def _dimension(page: Page, by: str) -> str:
    return str(texts(page.language)["dimensions"][by])


def _same_goods(name: str, where: Pairs) -> Pairs:
    """The perimeter without the goods that shares of places leave out: beside each stands what it is a share of."""
    options = indicator_named(name).options
    if not any(option.areas for option in options) or "medical" in dict(where):
        return where
    return [*where, *((option.name, option.default) for option in options if option.name == "medical")]


def _amounts(page: Page, beside: str, by: str, where: Pairs) -> dict[object, Figure]:
    """The amounts of the same purchases, medical goods included unless the address says otherwise."""
    if not beside:
        return {}
    kept = chosen(indicator_named(beside), where)
    if not page.site.publishes(beside, kept, by):
        return {}
    return {figure.group[by]: figure for figure in page.site.measure(beside, tuple(kept), by)}


def _leading(page: Page, by: str, figure: Figure) -> str:
    value = figure.group[by]
    is_person = by == "supplier" and str(value).startswith(PERSON)
    if by == "buyer" and value not in page.site.served.names(by):
        return ""
    return f"{page.root}/{LEADING[by]}/{value}" if by in LEADING and value and not is_person else ""


def _ordered(figures: list[Figure], amounts: Mapping[object, Figure], by: str) -> list[Figure]:
    """Years in their order, what splits a result as the model gives it, anything else the heaviest first."""
    if by in SPLITS:
        return figures
    return sorted(figures, key=_year if by == "year" else lambda f: _weight(f, amounts, by))


def _year(figure: Figure) -> tuple[bool, str]:
    year = figure.group["year"]
    return (year is None, str(year))


def _weight(figure: Figure, amounts: Mapping[object, Figure], by: str) -> tuple[float, str]:
    value = figure.group[by]
    beside = amounts.get(value)
    weight = beside.value if beside else figure.value if figure.unit not in SHARES else None
    known = figure.sums.part + figure.sums.rest if weight is None else weight
    return (-float(known or 0), str(value))


def _largest(figures: Sequence[Figure]) -> float:
    """The end of the scale: simulated bounds are drawn whole, others may go beyond the largest value."""
    known = [figure for figure in figures if figure.value is not None]
    ends = [figure.high if figure.interval == "simulation" else figure.value for figure in known]
    return max((end for end in ends if end is not None), default=0.0)


def breakdowns(page: Page, indicator: Indicator, pairs: Pairs) -> list[str]:
    """The dimensions that a figure can be broken down by, on pages: those of its rows, as far as they are published."""
    names = dimensions(indicator.name)
    if page.site.publishes_all(indicator.name, pairs):
        return list(names)
    return [name for name in names if page.site.publishes(indicator.name, pairs, name)]


@lru_cache(maxsize=256)
def dimensions(name: str) -> tuple[str, ...]:
    """The dimensions that an indicator has on pages: those of its rows, then what splits the result of a model."""
    indicator = indicator_named(name)
    columns = tables()[indicator.table].schema
    left_out = ALIKE.get(indicator.table, ())
    held = [name for name in BREAKDOWNS if DIMENSIONS[name] in columns and name not in left_out]
    return (*held, *modelled.splits(indicator))


def amount_of(indicator: Indicator) -> str:
    """The indicator that says how much the purchases of another one come to."""
    return SPENT.get(indicator.table, "total_spend")


def first_breakdown(indicator: Indicator) -> str:
    """How a figure is broken down where nobody says: by year, or by product where that is what one asks first."""
    return "food_product" if "food_product" in tables()[indicator.table].schema else "year"


def amount_beside(indicator: Indicator) -> str:
    """The amount that stands next to a figure in its breakdowns; empty for a volume, which is an amount itself."""
    return "" if indicator.table in PERIMETERS else amount_of(indicator)
