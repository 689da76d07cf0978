"""Buyers and suppliers: the list of each, and one page per organisation."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gisement.catalog import texts
from gisement.pipeline import shown_at
from gisement.publish import format
from gisement.publish.web.drawings.drawn import trend_drawing
from gisement.publish.web.lines import lines_by
from gisement.publish.web.page import Page
from gisement.publish.web.published import published

PER_PAGE = 50


def buyers(page: Page) -> Response:
    """Every buyer of the territory, the largest first, with its amount and its local share."""
    return page.render(
        "buyers.html.j2",
        part=page.texts["figures"]["part_is"].format(place=page.site.places[page.language].of_department),
        lines=lines_by(page, "local_share", "buyer", [], at_most=200),
        published=published(page, "local_share", [], "buyer"),
    )


def buyer(page: Page) -> Response:
    """One buyer: its figures beside the territory's, its years, needs, suppliers, and what is known of it."""
    identifier = str(page.request.path_params["key"])
    found = page.site.served.buyer(identifier)
    if found is None:
        raise page.absent()
    where = [("buyer", f"={identifier}")]
    words = texts(page.language)
    commune = found["buyer_commune_code"]
    return page.render(
        "buyer.html.j2",
        title=found["buyer_name"] or identifier,
        facts=_kept(
            (page.texts["buyers"]["identifier"], identifier),
            (page.texts["buyers"]["place"], page.site.label("commune", commune, page.language) if commune else ""),
            (page.texts["buyers"]["located"], words["buyer_place_rules"][found["buyer_place_rule"] or "unknown"]),
        ),
        pairs=[(page.card_of(name, *where), page.card_of(name)) for name in shown_at("buyer")],
        published=published(page, "total_spend", where, "family"),
        trend=trend_drawing(page, "local_share", where),
        needs=lines_by(page, "local_share", "family", where),
        suppliers=lines_by(page, "total_spend", "supplier", where, at_most=15),
        known=[page.card_of(name, *where) for name in shown_at("known")],
        contracts=f"{page.root}/contracts?buyer=%3D{identifier}",
    )


def suppliers(page: Page) -> Response:
    """Suppliers that hold every word asked for, the largest first."""
    text = page.asked("q").strip()[:200]
    offset = (page.page_number - 1) * PER_PAGE
    found = page.site.served.found(text, kind="supplier", limit=PER_PAGE + 1, offset=offset)
    shown = found[:PER_PAGE]
    figures = [page.card_of("total_spend", ("supplier", row["key"])) for row in shown]
    return page.render(
        "suppliers.html.j2",
        text=text,
        rows=[
            (row["name"], f"{page.root}/suppliers/{row['key']}", card) for row, card in zip(shown, figures, strict=True)
        ],
        pages=page.pages(f"{page.root}/suppliers", [], len(found) > PER_PAGE, q=text),
    )


def supplier(page: Page) -> Response:
    """One supplier: what the register says, where it is, who awards contracts to it."""
    identifier = str(page.request.path_params["key"])
    found = page.site.served.supplier(identifier)
    if found is None:
        raise page.absent()
    where = [("supplier", identifier)]
    words = page.texts["suppliers"]
    hidden = found["is_masked"] or not found["supplier_name"]
    return page.render(
        "supplier.html.j2",
        title=found["supplier_name"] or identifier,
        masked=words["masked"] if found["is_masked"] and hidden else "",
        facts=_facts(page, found) + _places(page, identifier),
        cards=[page.card_of("total_spend", *where)],
        buyers=lines_by(page, "total_spend", "buyer", where),
        years=lines_by(page, "total_spend", "year", where),
        rows=f"{page.root}/figures/total_spend/rows?supplier={identifier}",
        correction=f"{page.root}/firms/correction.csv?supplier={identifier}",
    )


def _facts(page: Page, found: dict[str, Any]) -> list[tuple[str, str]]:
    words, language = page.texts["suppliers"], page.language
    sizes = texts(language)["values"]["size_class"]
    is_social = found["is_social_economy"]
    return _kept(
        (words["identifier"], found["supplier_id"]),
        (words["register"], words["in_register"] if found["is_in_register"] else words["not_in_register"]),
        (words["size"], sizes.get(found["size_class"], format.not_known(language))),
        (words["sector"], found["naf_code"] or format.not_known(language)),
        (words["legal"], found["legal_category"] or ""),
        (words["social_economy"], "" if is_social is None else words["yes" if is_social else "no"]),
        (words["created"], format.day(found["creation_date"], language) if found["creation_date"] else ""),
        (words["closed"], words["yes"] if found["is_closed"] else ""),
    )


def _places(page: Page, identifier: str) -> list[tuple[str, str]]:
    words, rules = page.texts["suppliers"], texts(page.language)["place_rules"]
    found = []
    for place in page.site.served.places(identifier):
        name = place["commune_name"] or page.site.label("department", place["department_code"], page.language)
        km = place["distance_km"]
        far = [] if km is None else [words["distance"].format(km=format.number(km, language=page.language))]
        told = ", ".join([name, *far]) if place["place_rule"] != "unknown" else rules["unknown"]
        found.append((words[place["place_basis"]], f"{told} ({rules[place['place_rule']]})" if name in told else told))
    return found


def _kept(*facts: tuple[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in facts if value]
