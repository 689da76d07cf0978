"""Addressable spend on a page: the whole in a sentence, then every need, the most that leaves first."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gisement.catalog import cooperation_texts
from gisement.engine.addressable import KINDS, OFFERED, by_kind
from gisement.publish import addressable as told
from gisement.publish import format
from gisement.publish.web.address import ANY, address
from gisement.publish.web.choices import Choice
from gisement.publish.web.grid import Cell, Grid, grid, number
from gisement.publish.web.page import Page


def addressable(page: Page) -> Response:
    """What leaves the department, by need; filtered by what it is."""
    words = cooperation_texts(page.language)
    told_here, found = words["addressable"], page.site.addressable()
    held = page.asked("kind", OFFERED)
    options = [(ANY, str(page.texts["figures"]["any"]), held not in KINDS)]
    options += [(kind, told_here["kinds"][kind], kind == held) for kind in KINDS]
    shown = [each for each in found if each.leaves_cents and held in (each.kind, ANY)]
    headings = [told_here[name] for name in ("segment", "leaves", "kind", "firms", "single", "largest")]
    return page.render(
        "addressable.html.j2",
        c=told_here,
        hub=words["hub"]["title"],
        whole=told.whole(found, page.language),
        sums=_sums(page, found),
        filters=[Choice("kind", told_here["kind"], tuple(options))],
        grid=grid(told_here["title"], headings, (_line(page, each) for each in shown)),
    )


def _sums(page: Page, found: Any) -> Grid:
    words = cooperation_texts(page.language)["addressable"]
    rows = [
        [
            Cell(words["kinds"][kind], address(f"{page.root}/addressable", [("kind", kind)])),
            number(format.euros(cents / 100, page.language)),
        ]
        for kind, cents in by_kind(list(found)).items()
    ]
    return grid(words["by_kind"], [words["kind"], words["leaves"]], rows)


def _line(page: Page, each: Any) -> list[Cell]:
    said = told.told(each, page.language)
    where = [("basis", "contract"), ("medical", "included"), ("segment", each.segment)]
    contest = each.competition
    return [
        Cell(said["segment"], f"{page.root}/strengths/{each.segment}"),
        number(said["leaves"], address(f"{page.root}/figures/local_share", where)),
        Cell(said["kind"]),
        number(said["firms"], note=said["sizes"]),
        number(said["single"], page.card(contest).page if contest else ""),
        number(said["largest"]),
    ]
