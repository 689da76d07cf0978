"""Where suppliers are: amounts and shares by department, EPCI and commune, as maps and as tables."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from gisement.publish.web.address import Pairs, address
from gisement.publish.web.choices import sentence
from gisement.publish.web.drawings.maps import (
    COMMUNES,
    DEPARTMENTS,
    GROUPINGS,
    KEY,
    LEVELS,
    TOLD,
    contour_drawing,
    features,
    layout,
    map_drawing,
    said,
    seen,
    shown_on,
    table_of,
)  # fmt: skip
from gisement.publish.web.lines import Drawing
from gisement.publish.web.page import Page

SCALES = {"commune": COMMUNES, "epci": GROUPINGS}
"""What is shown from near, by the word of the address (`scale=epci`), the usual one first."""
Tab = tuple[str, str, bool]


def where_from(page: Page) -> Response:
    """The departments of suppliers, and their communes or EPCIs: by contours if the workspace holds some, else tiles.

    Of one department alone where the address names it.
    """
    show, scale, wanted = shown_on(page), page.asked("scale", next(iter(SCALES))), page.asked(KEY)
    if wanted:
        return _closer(page, show, wanted)
    if scale not in SCALES:
        raise page.absent()
    drawn = contour_drawing(page, DEPARTMENTS, show, [])
    drawing = drawn or map_drawing(page, show, [])
    return page.render(
        "map.html.j2",
        drawing=drawing,
        departments=_departments(page, drawing),
        is_schematic=drawn is None,
        near=contour_drawing(page, SCALES[scale], show, []),
        areas=table_of(page, show, scale, [], 15),
        scale=scale,
        show=said(show),
        shows=_shows(page, show, [("scale", scale)] if scale != next(iter(SCALES)) else []),
        scales=_scales(page, show, scale),
        **_headline(page, show, ""),
    )


def contours_file(page: Page) -> Response:
    """The areas of a map with what it tells of each, as GeoJSON."""
    name, wanted = str(page.request.path_params["name"]), page.asked(KEY)
    if name not in LEVELS or (wanted and wanted not in layout()):
        raise page.absent()
    found = seen(page, name, shown_on(page), [(KEY, wanted)] if wanted else [])
    if found is None:
        raise page.absent()
    return JSONResponse(features(*found), media_type="application/geo+json")


def _closer(page: Page, show: str, department: str) -> Response:
    """One department: its communes, drawn where their contours are held, with what the map tells of each."""
    if department not in layout():
        raise page.absent()
    return page.render(
        "map_closer.html.j2",
        name=page.site.label(KEY, department, page.language),
        near=contour_drawing(page, COMMUNES, show, [(KEY, department)]),
        areas=table_of(page, show, "commune", [], 60, department),
        shows=_shows(page, show, [(KEY, department)]),
        whole=address(f"{page.root}/map", show=said(show)),
        **_headline(page, show, department),
    )


def _headline(page: Page, show: str, department: str) -> dict[str, Any]:
    """The figure of the place that the page is about (the territory, or one department), and its sentence."""
    where: Pairs = []
    if show == "share":
        where = [("area", f"department:{department}")] if department else []
    else:
        where = [("medical", "excluded"), *([(KEY, department)] if department else [])]
    figure = page.site.figure(TOLD[show].indicator, *where)
    card = page.card(figure)
    return {"card": card, "sentence": sentence(page, figure, card, where)}


def _shows(page: Page, show: str, where: Pairs) -> list[Tab]:
    """What the map may tell: words, address, whether it is what is told."""
    words = page.texts["map"]
    told = {"amount": words["show_amount"], "share": words["show_share"]}
    return [(told[each], address(f"{page.root}/map", where, show=said(each)), each == show) for each in TOLD]


def _scales(page: Page, show: str, scale: str) -> list[Tab]:
    """How near the areas may be seen: words, address, whether it is what is seen."""
    words, usual = page.texts["map"], next(iter(SCALES))
    told = {"commune": words["communes"], "epci": words["epcis"]}
    return [
        (told[each], address(f"{page.root}/map", show=said(show), scale="" if each == usual else each), each == scale)
        for each in SCALES
    ]


def _departments(page: Page, drawing: Drawing) -> list[tuple[str, str]]:
    """The departments of the map that have a supplier, those of the territory first, then by name."""
    lines, inside = drawing.table.lines if drawing.table else (), page.site.places[page.language].inside
    known = [(line.label, str(line.value)) for line in lines if line.value in layout()]
    return sorted(known, key=lambda one: (one[1] not in inside, one[0]))
