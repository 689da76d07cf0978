"""Needs: families and segments of purchases, as areas and as a table; and where suppliers are."""

from __future__ import annotations

from starlette.responses import Response

from gisement.catalog.segments import families
from gisement.publish.web.areas import COMMUNES, DEPARTMENTS, KEY, contour_drawing
from gisement.publish.web.drawings import Drawing, treemap_drawing, trend_drawing
from gisement.publish.web.lines import lines_by
from gisement.publish.web.map import layout, map_drawing
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
        cards=[page.card_of(each, *where) for each in ("local_share", "total_spend", "contracts", "sme_share")],
        wide=treemap_drawing(page, "segment", where),
        tall=treemap_drawing(page, "segment", where, tall=True),
        published=published(page, "total_spend", where, "buyer"),
        trend=trend_drawing(page, "local_share", where),
        buyers=lines_by(page, "local_share", "buyer", where),
        suppliers=lines_by(page, "total_spend", "supplier", where, at_most=15),
    )


def where_from(page: Page) -> Response:
    """The departments and communes of suppliers: by their contours if the workspace holds some, as tiles if not.

    Of one department alone where the address names it.
    """
    wanted = page.asked(KEY)
    if wanted:
        return _closer(page, wanted)
    drawn = contour_drawing(page, DEPARTMENTS, [])
    drawing = drawn or map_drawing(page, [])
    return page.render(
        "map.html.j2",
        drawing=drawing,
        departments=_departments(drawing),
        is_schematic=drawn is None,
        near=contour_drawing(page, COMMUNES, []),
        communes=lines_by(page, "total_spend", "commune", [("medical", "excluded")], beside="", at_most=30),
    )


def _closer(page: Page, department: str) -> Response:
    """One department: its communes, drawn where their contours are held, and the amount of each."""
    if department not in layout():
        raise page.absent()
    where = [(KEY, department)]
    return page.render(
        "map_closer.html.j2",
        name=page.site.label("department", department, page.language),
        card=page.card_of("total_spend", *where, ("medical", "excluded")),
        near=contour_drawing(page, COMMUNES, where),
        communes=lines_by(page, "total_spend", "commune", [*where, ("medical", "excluded")], beside="", at_most=60),
    )


def _departments(drawing: Drawing) -> list[tuple[str, str]]:
    """The departments of the map that have a supplier, by name."""
    lines = drawing.table.lines if drawing.table else ()
    return sorted((line.label, str(line.value)) for line in lines if line.value in layout())
