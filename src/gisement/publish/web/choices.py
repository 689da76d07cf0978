"""What a reader may choose: which purchases, and which definition; and a perimeter told in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from gisement.catalog import page_texts, tables, texts
from gisement.catalog.segments import families
from gisement.engine.area_shares import AREA
from gisement.engine.query import DIMENSIONS
from gisement.pipeline import indicator_named
from gisement.publish.format import listed
from gisement.publish.labels import option_word, told_filter, told_option
from gisement.publish.web.address import ANY, Pairs
from gisement.studies import modelled
from gisement.studies.strengths import partner_of
from gisement.terms import Indicator, Ring, existing_rings

if TYPE_CHECKING:
    from gisement.publish.web.page import Page
    from gisement.publish.web.site import Site

FILTERS = ("year", "family", "product_family", "food_family", "food_product", "canteen_region", "buyer", "size_class")
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
class Choice:
    """A choice of a form: its name and title, its values (value, label, whether it is the chosen one)."""

    name: str
    title: str
    values: tuple[tuple[str, str, bool], ...]


def breakdowns(page: Page, indicator: Indicator, pairs: Pairs) -> list[str]:
    """The dimensions that a figure can be broken down by, on pages: those of its rows, as far as they are published."""
    names = _dimensions(indicator.name)
    if page.site.publishes_all(indicator.name, pairs):
        return list(names)
    return [name for name in names if page.site.publishes(indicator.name, pairs, name)]


@lru_cache(maxsize=256)
def _dimensions(name: str) -> tuple[str, ...]:
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


def beside(indicator: Indicator) -> str:
    """The amount that stands next to a figure in its breakdowns; empty for a volume, which is an amount itself."""
    return "" if indicator.table in PERIMETERS else amount_of(indicator)


def filters(page: Page, indicator: Indicator, pairs: Pairs) -> list[Choice]:
    """The filters of a form, as far as the figure that they choose is published: for each, the values that occur."""
    return [
        _filter(page, name, indicator, pairs)
        for name in FILTERS
        if name in _dimensions(indicator.name) and page.site.publishes(indicator.name, [*pairs, (name, "1")])
    ]


def option(page: Page, name: str, indicator: Indicator, pairs: Pairs) -> Choice:
    """One option of a definition, with the value that is in force."""
    held = dict(pairs).get(name)
    others = [pair for pair in pairs if pair[0] != name]
    if not page.site.publishes_all(indicator.name, others):
        return _option(page.site, page.language, name, indicator.name, held, tuple(others))
    found: Choice = page.site.kept(_option, page.language, name, indicator.name, held)
    return found


def _option(
    site: Site, language: str, name: str, of: str, held: str | None, others: tuple[tuple[str, str], ...] = ()
) -> Choice:
    """The choice of an option, the same on every page of an indicator where it has the same value."""
    indicator = indicator_named(of)
    declared = next(option for option in indicator.options if option.name == name)
    held = declared.default if held is None else held
    rings = {ring.name.lower() for ring in existing_rings(site.observatory.territory) if ring != Ring.WORLD}
    allowed = [
        value
        for value in declared.values
        if (name != "ring" or value in rings) and site.publishes(of, [*others, (name, value)])
    ]
    if declared.areas:
        allowed = list(dict.fromkeys([*allowed, *_areas(site, of), held]))
    title = str(texts(language)["options"][name]["title"])
    return Choice(name, title, tuple((v, option_word(name, v, language), v == held) for v in allowed))


def _areas(site: Site, name: str) -> list[str]:
    """The departments where some supplier is, as areas to choose from."""
    found = site.measure(name, (("basis", "contract"),), "department")
    return [f"department:{figure.group['department']}" for figure in found]


def told(page: Page, indicator: Indicator, pairs: Pairs) -> str:
    """The perimeter in words: what was filtered, then which definition."""
    options = {option.name for option in indicator.options}
    parts = [
        told_filter(key, page.site.label(key, value, page.language), page.language)
        for key, value in pairs
        if key not in options and (key, value) != ("buyers", "territory")  # the usual ones need no word
    ]
    parts += [told_option(key, value, page.language) for key, value in pairs if key in options and key != AREA]
    whole = str(page.texts["figures"][PERIMETERS.get(indicator.table, "perimeter")])
    return whole if not parts else f"{whole} ({listed(parts, page.language)})"


def partner_asked(page: Page) -> str:
    """The buyer that the address asks for, by its legal unit: nothing else than a known one ever reaches a query."""
    asked = page.asked("buyer")
    if asked in ("", ANY):
        return ""
    if partner_of(asked) not in page.site.partners:
        raise page.absent()
    return partner_of(asked)


def partner_choice(page: Page, buyer: str) -> Choice:
    """The choice of a buyer among the partners, in the order of names."""
    known = sorted((name, key) for key, name in page.site.partners.items())
    options = [(ANY, str(page.texts["figures"]["any"]), not buyer)]
    options += [(key, name, key == buyer) for name, key in known]
    return Choice("buyer", str(texts(page.language)["dimensions"]["buyer"]), tuple(options))


def _filter(page: Page, name: str, indicator: Indicator, pairs: Pairs) -> Choice:
    basis = tuple(pair for pair in pairs if pair[0] == "basis")
    found: Choice = page.site.kept(_offered, page.language, name, amount_of(indicator), basis, dict(pairs).get(name))
    return found


def _offered(
    site: Site, language: str, name: str, amount: str, basis: tuple[tuple[str, str], ...], held: str | None
) -> Choice:
    """The choice of a filter, the same on every page where it has the same value."""
    values = [(ANY, str(page_texts(language)["figures"]["any"]), held is None)]
    for value in _values(site, name, amount, basis):
        is_held = held is not None and held.removeprefix("=") == value
        values.append((value, site.label(name, value, language), is_held))
    if held is not None and not any(is_held for _, _, is_held in values):
        values.append((held, site.label(name, held, language), True))
    return Choice(name, str(texts(language)["dimensions"][name]), tuple(values))


def _values(site: Site, name: str, amount: str, basis: tuple[tuple[str, str], ...]) -> list[str]:
    """What a filter may be: the values that occur, the latest year first, what is not given last."""
    if name == "family":
        return list(families())
    found = {figure.group[name] for figure in site.measure(amount, basis, name)}
    known = sorted((str(value) for value in found if value is not None), reverse=name == "year")
    return [*known, *([""] if None in found else [])]
