"""Who can do what: strong points of partners by segment, and the figures of every partner in one segment."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from gisement.catalog import cooperation_texts, parameter, texts
from gisement.catalog.segments import segments
from gisement.pipeline import indicator_named
from gisement.publish.web.address import address
from gisement.publish.web.grid import suggestions
from gisement.publish.web.page import Card, Page
from gisement.publish.words import strengths as told
from gisement.studies.strengths import announced, partner_of, too_few

SHOWN = {
    "total_spend": "of_spend", "social_consideration_count_share": "of_social",
    "environmental_consideration_count_share": "of_environmental", "single_offer_share": "of_single",
    "sme_count_share": "of_sme", "local_share": "of_local", "supplier_concentration": "of_concentration",
}  # fmt: skip
"""Figures of each partner in a segment, in the order of columns, and the heading of each as a key of the texts."""


def strengths(page: Page) -> Response:
    """Every strength announced, by segment; and the choice of a segment."""
    chosen = page.asked("segment")
    if chosen in segments():
        return RedirectResponse(f"{page.root}/strengths/{chosen}", status_code=303)
    return page.render(
        "strengths.html.j2",
        lines=[_line(page, each) for each in announced(page.site.strengths())],
        few=_few(page),
        choices=_choices(page),
        about=texts(page.language)["strengths"]["about"],
    )


def segment(page: Page) -> Response:
    """One segment: whom to ask, and what each partner does there, in the order of names."""
    key = str(page.request.path_params["key"])
    if key not in segments():
        raise page.absent()
    lines = [each for each in page.site.strengths() if each.group == key]
    tables = {name: _by_partner(page, name, key) for name in SHOWN}
    partners = sorted({partner for cards in tables.values() for partner in cards}, key=lambda p: _name(page, p))
    words = texts(page.language)
    return page.render(
        "strength.html.j2",
        title=segments()[key][f"segment_{page.language}"],
        lines=[_line(page, each) for each in announced(lines)],
        headings=[page.texts["strengths"][heading] for heading in SHOWN.values()],
        rows=[
            (_name(page, each), _page_of(page, each), [tables[name].get(each) for name in SHOWN]) for each in partners
        ],
        about=words["strengths"]["about"],
        beside=cooperation_texts(page.language)["sheets"]["beside"],
        sheets=suggestions(page, page.site.served.sheets(segment=key)),
        renewals=address(f"{page.root}/renewals", [("segment", key)]),
    )


def _few(page: Page) -> str:
    """How many comparisons the contracts allow, and how many of them rest on too little to say anything."""
    every = page.site.strengths()
    few = len(too_few(every))
    cases, peers = (page.number(int(parameter(f"strength_min_{name}"))) for name in ("cases", "peers"))
    told = str(page.texts["strengths"]["few"])
    counts = {"count": page.number(len(every)), "few": page.number(few), "others": page.number(len(every) - few)}
    return told.format(**counts, cases=cases, peers=peers) if every else ""


def _by_partner(page: Page, name: str, key: str) -> dict[str, Card]:
    """The card of an indicator for each partner with contracts in the segment."""
    where = [("segment", key), *_basis(name)]
    found: dict[str, Card] = {}
    for figure in page.site.measure(name, tuple(where), "buyer"):
        buyer = figure.group["buyer"]
        if buyer is not None:
            found.setdefault(partner_of(str(buyer)), page.card(figure, page.site.name_of("buyer", str(buyer))))
    return found


def _line(page: Page, each: Any) -> dict[str, str]:
    said = told.told(each, page.language)
    where = [("segment", each.group), ("buyer", each.partner)]
    return {
        **said,
        "partner": _name(page, each.partner),
        "segment_page": f"{page.root}/strengths/{each.group}",
        "figure": address(f"{page.root}/figures/{each.measure}", [*where, *_basis(each.measure)]),
    }


def _choices(page: Page) -> list[tuple[str, str]]:
    key = f"segment_{page.language}"
    return sorted(((row[key], name) for name, row in segments().items()))


def _name(page: Page, partner: str) -> str:
    return page.site.partners.get(partner, partner)


def _page_of(page: Page, partner: str) -> str:
    return address(f"{page.root}/contracts", [("buyer", partner)])


def _basis(name: str) -> list[tuple[str, str]]:
    """What keeps a figure to contracts, where it could be of payments."""
    return [("basis", "contract")] if indicator_named(name).table == "purchase" else []
