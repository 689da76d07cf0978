"""The first page: the share as a sentence, its years and rings, where the rest goes, what is known."""

from __future__ import annotations

from starlette.responses import Response

from gisement.publish import format
from gisement.publish.web.charts import coins
from gisement.publish.web.drawings import rings_drawing, trend_drawing
from gisement.publish.web.lines import lines_by
from gisement.publish.web.page import Page

BRIEF = ("total_spend", "contracts", "sme_share", "single_offer_share")
KNOWN = ("supplier_place_known_share", "amount_known_share", "cpv_known_share", "date_known_share")
SHOWN = 8


def home(page: Page) -> Response:
    """The headline and what stands around it."""
    figure = page.site.figure("local_share")
    told, language = page.texts["home"], page.language
    ends = {name: format.of_hundred(getattr(figure, name), language) for name in ("value", "low", "high")}
    is_exact = figure.low == figure.high
    headline = told["headline_unknown"] if figure.value is None else told["headline"]
    place = page.site.places[language].of_department
    inside = page.site.places[language].inside
    elsewhere = lines_by(
        page, "total_spend", "department", [("medical", "excluded")], beside="", at_most=SHOWN,
        leave_out=lambda each: each.group["department"] in inside,
    )  # fmt: skip
    return page.render(
        "home.html.j2",
        headline=headline.split("{value}"),
        ends=ends,
        place=place,
        between=told["exact"] if is_exact else told["between"].format(**ends),
        card=page.card(figure),
        coins=coins(figure.low, figure.high),
        coins_title=page.texts["chart"]["coins"].format(**ends),
        brief=[page.card_of(name) for name in BRIEF],
        trend=trend_drawing(page, "local_share", []),
        rings=rings_drawing(page, []),
        elsewhere=elsewhere,
        needs=lines_by(page, "local_share", "family", [], at_most=SHOWN, leave_out=format.is_outside),
        known=[page.card_of(name) for name in KNOWN],
        title=told["title"].format(territory=page.site.places[language].territory),
    )
