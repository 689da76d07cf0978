"""The releases of the data: which figures moved from one to the next, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gisement.catalog import texts
from gisement.catalog.file_kinds import kind_name
from gisement.publish import format
from gisement.publish.web.page import Page
from gisement.studies.releases import Move, Release, Told


def releases(page: Page) -> Response:
    """Every release that was published from here, the latest first."""
    return page.render("releases.html.j2", releases=[_told(page, each) for each in page.site.releases()])


def _told(page: Page, release: Release) -> dict[str, Any]:
    words, day = page.texts["releases"], release.as_of_date
    moves = [_move(page, move) for move in release.moves]
    seen = [move for move in moves if move[2] != move[3]]
    why = [
        *_files(page, release.added, "added", "added_many"),
        *_files(page, release.withdrawn, "withdrawn", "withdrawn_many"),
        *([words["code"]] if release.is_other_code else []),
    ]
    return {
        "name": release.name,
        "as_of": words["as_of"].format(day=format.day(day, page.language)) if day else words["undated"],
        "is_now": release.name == page.site.served.release,
        "why": words["first"] if release.is_first else "; ".join(why) or words["none"],
        "moves": seen,
        "tiny": words["tiny"].format(count=page.number(len(moves) - len(seen))) if len(moves) > len(seen) else "",
    }


def _files(page: Page, counts: Mapping[str, int], one: str, many: str) -> list[str]:
    words = page.texts["releases"]
    return [
        words[one if count == 1 else many].format(count=page.number(count), kind=kind_name(kind, page.language))
        for kind, count in sorted(counts.items())
    ]


def _move(page: Page, move: Move) -> tuple[str, str, str, str]:
    """The figure, its address, and what was said of it before and after."""
    title = str(texts(page.language)["indicators"][move.indicator]["title"])
    return title, f"{page.root}/figures/{move.indicator}", _said(page, move.before), _said(page, move.after)


def _said(page: Page, told: Told | None) -> str:
    words = page.texts["releases"]
    if told is None:
        return str(words["absent"])
    value, low, high = (
        format.amount(told[name], told["unit"], page.language) if told[name] is not None else None
        for name in ("value", "low", "high")
    )
    if value is None:
        return format.not_known(page.language)
    if told["low"] == told["high"]:
        return value
    return str(words["between"]).format(value=value, low=low or words["open"], high=high or words["open"])
