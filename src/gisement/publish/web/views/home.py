"""The first page: the share as a sentence, its years and rings, where the rest goes, what is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gisement.catalog.few import is_few
from gisement.pipeline import shown_at
from gisement.publish import format
from gisement.publish.caution import cautions
from gisement.publish.web.address import Pairs
from gisement.publish.web.drawings.drawn import rings_drawing, trend_drawing
from gisement.publish.web.drawings.shares import coins
from gisement.publish.web.lines import lines_by
from gisement.publish.web.page import Page
from gisement.publish.web.published import published
from gisement.studies.unplaced import unplaced_contracts
from gisement.terms import Figure

SHOWN = 8


def home(page: Page) -> Response:
    """The headline and what stands around it."""
    money = _money(page)
    figure = page.site.figure("local_share", *money)
    told, language = page.texts["home"], page.language
    ends = {name: format.of_hundred(getattr(figure, name), language) for name in ("value", "low", "high")}
    few = is_few(figure)
    headline = _headline(told, figure)
    if few:
        ends["value"], known = format.counted_of(figure, language)
        headline = headline.replace("{known}", known)
    place = page.site.places[language].of_department
    inside = page.site.places[language].inside
    elsewhere = lines_by(
        page, "total_spend", "department", [("medical", "excluded")], beside="", at_most=SHOWN,
        leave_out=lambda each: each.group["department"] in inside,
    )  # fmt: skip
    needs_of = _mostly_shown(page, money)
    needs = lines_by(page, "local_share", "family", needs_of, at_most=SHOWN, leave_out=format.is_outside)
    rings_of = _all_shown(page, money)
    rings = rings_drawing(page, rings_of)
    return page.render(
        "home.html.j2",
        headline=headline.split("{value}"),
        ends=ends,
        place=place,
        between=_between(told, figure, ends, language),
        cautions=cautions(figure, unplaced_contracts(page.site.observatory), language),
        card=page.card(figure),
        coins=() if few else coins(figure.low, figure.high),
        coins_title=page.texts["chart"]["coins"].format(**ends),
        amounts=page.texts["site"]["published_sums"] if money else page.amounts,
        elsewhere_note=told["of_contracts"] if money else "",
        brief=[
            page.card_of(name, *(money if page.site.publishes(name, money) else ())) for name in shown_at("buyer")[1:]
        ],
        trend=trend_drawing(page, "local_share", money),
        rings=rings,
        rings_note=page.texts["home"]["rings_of_contracts"] if rings_of != money else "",
        elsewhere=elsewhere,
        needs=needs,
        needs_note=told["needs_of_contracts"] if needs_of != money else "",
        published=published(page, "local_share", [], "year"),
        known=[page.card_of(name) for name in shown_at("known")],
        title=told["title"].format(territory=page.site.places[language].territory),
    )


def _headline(told: Any, figure: Figure) -> str:
    """The sentence of the share: it says whether it is of what was paid, or of published contracts."""
    if figure.value is None:
        return str(told["headline_unknown"])
    if is_few(figure):
        return str(told["headline_few"])
    return str(told["headline_paid" if figure.basis == "payment" else "headline"])


def _between(told: Any, figure: Figure, ends: Mapping[str, str], language: str) -> str:
    """How far the share may go, in a sentence; of one that is not given, why."""
    if is_few(figure):
        return f"{format.value(figure, language)}, {format.bounds(figure, language)}"
    return str(told["exact"]) if figure.low == figure.high else str(told["between"]).format(**ends)


def _money(page: Page) -> Pairs:
    """What makes the headline one of money paid, where everyone may see it: the published sums of payments.

    Empty where there is none, or where the headline itself would tell too much: contracts then stand in, and say so.
    """
    paid = [("basis", "payment")]
    if not page.site.has_public_payments:
        return []
    return paid if page.site.figure("local_share", *paid).value is not None else []


def _mostly_shown(page: Page, money: Pairs) -> Pairs:
    """The same if most families are shown; else nothing: contracts, since lines without a number say nothing."""
    figures = page.site.measure("local_share", tuple(money), "family") if money else []
    shown = sum(figure.value is not None for figure in figures)
    return money if 2 * shown >= len(figures) else []


def _all_shown(page: Page, money: Pairs) -> Pairs:
    """The same if the share is shown in every ring; else nothing: contracts."""
    rings = page.site.places[page.language].rings
    figures = [page.site.figure("local_share", *money, ("ring", ring)) for ring in rings] if money else []
    return money if all(figure.value is not None for figure in figures) else []
