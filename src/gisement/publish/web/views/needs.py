"""Needs: families and segments of purchases, as areas and as a table."""

from __future__ import annotations

from starlette.responses import Response

from gisement.catalog.segments import families
from gisement.pipeline import shown_at
from gisement.publish.web.drawings.drawn import treemap_drawing, trend_drawing
from gisement.publish.web.lines import lines_by
from gisement.publish.web.page import Page
from gisement.publish.web.published import published


def needs(page: Page) -> Response:
    """The families."""
    return page.render(
        "needs.html.j2",
        part=page.texts["figures"]["part_is"].format(place=page.site.places[page.language].of_department),
        wide=treemap_drawing(page, "family", []),
        tall=treemap_drawing(page, "family", [], tall=True),
        published=published(page, "total_spend", [], "family"),
    )


def family(page: Page) -> Response:
    """The segments of one family, its buyers and suppliers."""
    name = str(page.request.path_params["key"])
    if name not in families():
        raise page.absent()
    where = [("family", name)]
    return page.render(
        "family.html.j2",
        title=families()[name][f"family_{page.language}"],
        cards=[page.card_of(each, *where) for each in shown_at("family")],
        wide=treemap_drawing(page, "segment", where),
        tall=treemap_drawing(page, "segment", where, tall=True),
        published=published(page, "total_spend", where, "buyer"),
        trend=trend_drawing(page, "local_share", where),
        buyers=lines_by(page, "local_share", "buyer", where),
        suppliers=lines_by(page, "total_spend", "supplier", where, at_most=15),
    )
