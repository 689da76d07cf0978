"""What a reader may choose: which purchases, and which definition; and a perimeter told in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gisement.catalog import indicator_texts, page_texts, texts
from gisement.catalog.segments import families
from gisement.engine.area_shares import AREA
from gisement.engine.protected import NOT_SHOWN
from gisement.pipeline import indicator_named
from gisement.publish import format
from gisement.publish.format import listed
from gisement.publish.labels import option_word, told_filter, told_option
from gisement.publish.web.address import ANY, Pairs
from gisement.publish.web.lines import PERIMETERS, amount_of, dimensions
from gisement.publish.web.site import Site, kept
from gisement.studies.strengths import partner_of
from gisement.terms import Figure, Indicator, Ring, existing_rings

if TYPE_CHECKING:
    from gisement.publish.web.page import Card, Page

FILTERS = ("year", "family", "product_family", "food_family", "food_product", "canteen_region", "buyer", "size_class")


BOUNDS = re.compile(r"\s*;[^;]*\{low\}[^;]*\{high\}[^;]*$")
"""The end of a sentence that tells both bounds."""


@dataclass(frozen=True)
class Choice:
    """A choice of a form: its name and title, its values (value, label, whether it is the chosen one)."""

    name: str
    title: str
    values: tuple[tuple[str, str, bool], ...]


def filters(page: Page, indicator: Indicator, pairs: Pairs) -> list[Choice]:
    """The filters of a form, as far as the figure that they choose is published: for each, the values that occur."""
    return [
        _filter(page, name, indicator, pairs)
        for name in FILTERS
        if name in dimensions(indicator.name) and page.site.publishes(indicator.name, [*pairs, (name, "1")])
    ]


def option(page: Page, name: str, indicator: Indicator, pairs: Pairs) -> Choice:
    """One option of a definition, with the value that is in force."""
    held = dict(pairs).get(name)
    others = [pair for pair in pairs if pair[0] != name]
    if not page.site.publishes_all(indicator.name, others):
        return _option(page.site, page.language, name, indicator.name, held, tuple(others))
    return _option(page.site, page.language, name, indicator.name, held)


@kept(512)
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
    return among(page, "buyer", ((key, name) for name, key in known), buyer or None)


def among(page: Page, name: str, values: Iterable[tuple[str, str]], held: str | None, *, title: str = "") -> Choice:
    """A choice among values with their labels, « all » first and chosen where none is `held`."""
    options = [(ANY, str(page.texts["figures"]["any"]), held is None)]
    options += [(value, label, value == held) for value, label in values]
    return Choice(name, title or str(texts(page.language)["dimensions"][name]), tuple(options))


def by_label(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Values with their labels, in the order of these."""
    return sorted(values.items(), key=lambda pair: pair[1])


def _filter(page: Page, name: str, indicator: Indicator, pairs: Pairs) -> Choice:
    basis = tuple(pair for pair in pairs if pair[0] == "basis")
    return _offered(page.site, page.language, name, amount_of(indicator), basis, dict(pairs).get(name))


@kept(512)
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


def sentence(page: Page, figure: Figure, card: Card, pairs: Pairs) -> str:
    """What a figure says over a perimeter, in a sentence with its bounds."""
    if figure.secrecy == NOT_SHOWN:
        return str(page.texts["figures"]["secret"])
    perimeter = told(page, indicator_named(card.shown.name), pairs)
    if figure.value is None:
        kind = "nothing_counted" if format.is_outside(figure) else "not_known"
        return str(page.texts["figures"][kind]).format(perimeter=perimeter)
    if card.shown.share:
        few = {"value": card.shown.value, "bounds": card.shown.bounds, "perimeter": perimeter}
        return str(page.texts["figures"]["few"]).format(**few)
    pattern = str(indicator_texts(figure.indicator, page.language, figure.basis)["sentence"])
    if card.shown.low == card.shown.high:  # "from 104.5 t to 104.5 t" says less than "exact"
        pattern = BOUNDS.sub(f"{format.semicolon(page.language)}{card.shown.bounds}.", pattern)
    shown, ring = card.shown, _ring(page, figure)
    area = option_word(AREA, figure.options[AREA], page.language) if AREA in figure.options else ""
    return pattern.format(value=shown.value, perimeter=perimeter, ring=ring, area=area, low=shown.low, high=shown.high)


def _ring(page: Page, figure: Figure) -> str:
    """The ring of a figure, in words; of a model, whether the whole of it or what it adds to the one inside."""
    options = texts(page.language)["options"]
    ring = str(options["ring"]["values"].get(str(figure.options.get("ring", "")), ""))
    is_added = figure.options.get("ring_part") == "added"
    return f"{ring} ({options['ring_part']['values']['added']})" if is_added else ring
