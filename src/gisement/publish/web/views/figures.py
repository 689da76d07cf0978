"""Figures: the list of all, and one page each, where filters, options and breakdown are chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from gisement.catalog import indicator_texts, texts
from gisement.engine.measure import TWO_BASES
from gisement.pipeline import indicator_named
from gisement.publish.palette import COLOURS
from gisement.publish.web import choices
from gisement.publish.web.address import ANY, Pairs, address, chosen, with_each
from gisement.publish.web.drawings.drawn import rings_drawing, treemap_drawing, trend_drawing
from gisement.publish.web.drawings.flows import flows_drawing
from gisement.publish.web.drawings.maps import LEVELS, OFFER, contour_drawing, map_drawing, offer_drawing, shown_on
from gisement.publish.web.lines import Drawing, breakdowns, first_breakdown, lines_by
from gisement.publish.web.page import Card, Page
from gisement.publish.web.published import published
from gisement.publish.web.questions import FIRST, QUESTIONS
from gisement.studies import modelled
from gisement.terms import Indicator, Trouble

BASES = {"contract": "base_contract", "payment": "base_payment"}
"""What each basis is called, as a key of the texts."""
NOTICE: Final = 28.0
"""The height of the line that stands under a drawing of invented data."""
_VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def figures(page: Page) -> Response:
    """Every indicator with its value over the whole territory, under the question that it answers."""
    words = page.texts["figures"]
    groups = [
        {
            "name": group.name,
            "title": words[group.title],
            "lead": words[group.lead],
            "page": f"{page.root}/{group.page}" if group.page else "",
            "first": [page.card_of(name) for name in group.indicators[:FIRST]],
            "others": [page.card_of(name) for name in group.indicators[FIRST:]],
        }
        for group in QUESTIONS
    ]
    return page.render(
        "figures.html.j2", groups=groups, questions=[(group["name"], group["title"]) for group in groups]
    )


def figure(page: Page) -> Response:
    """One indicator over the perimeter that the address spells."""
    indicator = indicator_named(str(page.request.path_params["name"]))
    pairs = chosen(indicator, page.query)
    by = _by(page, indicator, pairs)
    if any(value == ANY for _, value in page.query):
        # a form sends every field: the address that is kept holds only what was chosen
        return RedirectResponse(
            address(page.request.url.path, pairs, by="" if by == first_breakdown(indicator) else by),
            status_code=303,
        )
    is_part = bool(page.request.headers.get("hx-request"))
    return page.render("figure_part.html.j2" if is_part else "figure.html.j2", **_content(page, indicator, pairs, by))


def _content(page: Page, indicator: Indicator, pairs: Pairs, by: str) -> dict[str, Any]:
    figure = page.site.figure(indicator.name, *pairs)
    told = indicator_texts(indicator.name, page.language, figure.basis)
    card = page.card(figure, by=by)
    dimensions, options = breakdowns(page, indicator, pairs), {option.name for option in indicator.options}
    path, asked = f"{page.root}/figures/{indicator.name}", page.asked("release")
    choosable = [choices.option(page, each.name, indicator, pairs) for each in indicator.options]
    lines = lines_by(page, indicator.name, by, pairs)
    return {
        "indicator": indicator,
        "told": told,
        "card": card,
        "sentence": choices.sentence(page, figure, card, pairs),
        "filters": choices.filters(page, indicator, pairs),
        "options": choosable,
        "kept": [(key, value) for key, value in pairs if key not in choices.FILTERS and key not in options],
        "by": by,
        "first_by": first_breakdown(indicator),
        "tabs": [
            (name, texts(page.language)["dimensions"][name], at)
            for name, at in zip(dimensions, with_each(address(path, pairs), "by", dimensions), strict=True)
        ],
        "lines": lines,
        "published": published(page, indicator.name, pairs, by),
        "drawing": trend_drawing(page, indicator.name, pairs, lines) if by == "year" else None,
        "sensitivity": [] if modelled.is_modelled(indicator) else _sensitivity(page, indicator, pairs, choosable),
        "combinations": address(f"/api/sensitivity/{indicator.name}", pairs, format="csv"),
        "bases": _bases(page, indicator, pairs),
        "then": asked if asked not in ("", page.site.served.release) else "",
        "now": page.site.served.release,
    }


def _bases(page: Page, indicator: Indicator, pairs: Pairs) -> list[tuple[str, str, bool]]:
    """The same figure on contracts and on payments, where both can be shown: name, address, whether it is this one."""
    held = dict(pairs).get("basis", page.site.basis)
    others = [pair for pair in pairs if pair[0] != "basis"]
    if indicator.table != TWO_BASES or not page.site.has_payments or "payment" not in indicator.bases:
        return []
    path = f"{page.root}/figures/{indicator.name}"
    found = [
        (str(page.texts["figures"][BASES[basis]]), address(path, [*others, ("basis", basis)]), basis == held)
        for basis in indicator.bases
        if page.site.publishes(indicator.name, [*others, ("basis", basis)])
    ]
    return found if len(found) > 1 else []


def embed(page: Page) -> Response:
    """One figure alone, for a frame of another page."""
    indicator = indicator_named(str(page.request.path_params["name"]))
    pairs = chosen(indicator, page.query)
    figure = page.site.figure(indicator.name, *pairs)
    card = page.card(figure)
    return page.render("embed.html.j2", card=card, sentence=choices.sentence(page, figure, card, pairs))


def chart(page: Page) -> Response:
    """A drawing alone, as a file that holds all it needs."""
    kind, name = str(page.request.path_params["kind"]), str(page.request.path_params["name"])
    content = str(_drawing(page, kind, name).svg)
    notice = page.site.notice.get("notice", "")
    return Response(noted(content, notice) if notice else content, media_type="image/svg+xml")


def noted(drawing: str, notice: str) -> str:
    """The drawing with a notice under it, inside the picture: it goes where the page does not."""
    found = _VIEW.search(drawing)
    if found is None:
        return drawing
    width, height = float(found[1]), float(found[2])
    told = f'<text x="{width / 2:g}" y="{height + NOTICE / 2:g}" text-anchor="middle" font-family="sans-serif" '
    told += f'font-size="13" font-weight="700" fill="{COLOURS["soft"]}">{escape(notice)}</text></svg>'
    taller = drawing.replace(found[0], f'viewBox="0 0 {found[1]} {height + NOTICE:g}"', 1)
    return taller[: taller.rindex("</svg>")] + told


def _drawing(page: Page, kind: str, name: str) -> Drawing:
    if kind == "trend":
        return trend_drawing(page, name, chosen(indicator_named(name), page.query))
    pairs = chosen(indicator_named("local_share"), page.query)
    if kind == "treemap" and name in ("family", "segment"):
        return treemap_drawing(page, name, pairs)
    if kind == "flows" and name == "impact_per_hundred":
        return flows_drawing(page, chosen(indicator_named(name), page.query))
    if kind == "map" and name == OFFER:
        return offer_drawing(page)
    if kind == "map":
        return _map(page, name, pairs)
    if kind == "rings":
        return rings_drawing(page, pairs)
    raise page.absent()


def _map(page: Page, name: str, pairs: Pairs) -> Drawing:
    show = shown_on(page)
    drawn = contour_drawing(page, name, show, pairs) if name in LEVELS else map_drawing(page, show, pairs)
    if drawn is None:
        raise page.absent()
    return drawn


def _by(page: Page, indicator: Indicator, pairs: Pairs) -> str:
    allowed = breakdowns(page, indicator, pairs)
    asked = page.asked("by", first_breakdown(indicator))
    if asked in allowed:
        return asked
    raise Trouble(
        fr=f"« {asked} » ne détaille pas {indicator.name} : choisir parmi {', '.join(allowed)}.",
        en=f"'{asked}' does not break {indicator.name} down: choose among {', '.join(allowed)}.",
    )


def _sensitivity(
    page: Page, indicator: Indicator, pairs: Pairs, choosable: Sequence[choices.Choice]
) -> list[tuple[str, list[tuple[str, bool, Card]]]]:
    """For each option, the figure under each of its values; another area is another question."""
    found = []
    areas = {option.name for option in indicator.options if option.areas}
    for choice in [each for each in choosable if each.name not in areas]:
        others = [(key, value) for key, value in pairs if key != choice.name]
        cards = [
            # asked for without the defaults, the figure of the page is not measured again
            (label, is_chosen, page.card(page.site.figure(indicator.name, *chosen(indicator, asked)), label))
            for value, label, is_chosen in choice.values
            for asked in [[*others, (choice.name, value)]]
        ]
        found.append((choice.title, cards))
    return found
