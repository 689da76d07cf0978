"""Addressable spend on a page: the whole in a sentence, then every need, the most that leaves first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from gisement.catalog import cooperation_texts
from gisement.publish.web.address import ANY, address
from gisement.publish.web.choices import among
from gisement.publish.web.grid import Cell, Grid, figured, grid, number, verdict_cell
from gisement.publish.web.page import Page
from gisement.publish.words import addressable as told
from gisement.studies.addressable import KINDS, OFFERED, by_kind
from gisement.terms import Verdict


def addressable(page: Page) -> Response:
    """What leaves the department, by need; filtered by what it is."""
    words = cooperation_texts(page.language)
    told_here, found = words["addressable"], page.site.addressable()
    held = page.asked("kind", OFFERED)
    kinds = [(kind, told_here["kinds"][kind]) for kind in KINDS]
    shown = [each for each in found if each.leaves_cents and held in (each.kind, ANY)]
    names = ("segment", "leaves", *(("kind",) if held not in KINDS else ()), "firms", "single", "largest")
    return page.render(
        "addressable.html.j2",
        c=told_here,
        hub=words["hub"]["title"],
        whole=told.whole(found, page.language),
        sums=_sums(page, found),
        filters=[among(page, "kind", kinds, held if held in KINDS else None, title=told_here["kind"])],
        grid=grid(
            told_here["title"], [told_here[name] for name in names], (_line(page, each, names) for each in shown)
        ),
    )


def _sums(page: Page, found: Any) -> Grid:
    words = cooperation_texts(page.language)["addressable"]
    rows = [
        [
            Cell(words["kinds"][kind], address(f"{page.root}/addressable", [("kind", kind)])),
            verdict_cell(page.card(figure), figure, Verdict.REST, page.language),
        ]
        for kind, figure in by_kind(found).items()
    ]
    return grid(words["by_kind"], [words["kind"], words["leaves"]], rows)


def _line(page: Page, each: Any, names: Sequence[str]) -> list[Cell]:
    """One need: the kind of what leaves is told where several are shown."""
    said = told.told(each, page.language)
    contest, largest = each.competition, each.largest
    cells = {
        "segment": Cell(said["segment"], f"{page.root}/strengths/{each.segment}"),
        "leaves": verdict_cell(page.card(each.local), each.local, Verdict.REST, page.language),
        "kind": Cell(said["kind"]),
        "firms": number(said["firms"], note=said["sizes"]),
        "single": figured(page.card(contest)) if contest else number(said["single"]),
        "largest": figured(page.card(largest)) if largest else number(said["largest"]),
    }
    return [cells[name] for name in names]
