"""The simulator of levers: wishes in the address, today and then, what is feasible, saved scenarios side by side."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gisement.catalog import cooperation_texts
from gisement.catalog.segments import segments
from gisement.engine.simulator import EVERY, POOLING, lever_of
from gisement.publish import format
from gisement.publish import simulator as told
from gisement.publish.renewals import segment_name
from gisement.publish.web.address import address
from gisement.publish.web.grid import Cell, Grid, grid, number
from gisement.publish.web.page import Page

MOST = 20


def simulator(page: Page) -> Response:
    """The form, the levers chosen so far, their outcomes, and the saved scenarios to compare with."""
    words = cooperation_texts(page.language)
    said = words["simulator"]
    asked = [value for key, value in page.query if key == "lever"][:MOST]
    if page.asked("kind") and page.asked("points"):
        asked.append(f"{page.asked('kind')}:{page.asked('segment')}:{page.asked('points')}")
    levers = [lever_of(value) for value in asked]
    own = page.site.simulated(tuple(levers))
    saved = page.site.scenarios()
    return page.render(
        "simulator.html.j2",
        c=said,
        hub=words["hub"]["title"],
        kinds=[(kind, said["kinds"][kind]) for kind in EVERY],
        segments=sorted((segment_name(name, page.language), name) for name in segments()),
        held=asked,
        levers=[
            (_lever(page, lever), address(f"{page.root}/simulator", [("lever", v) for v in asked if v != value]))
            for lever, value in zip(levers, asked, strict=True)
        ],
        outcomes=_outcomes(page, own) if levers else None,
        parts=_parts(page, own) if levers else None,
        impact=_impact(page, own) if levers else None,
        impact_reason=own.impact_reason,
        pooling=_pooling(page, own),
        compared=_compared(page, [*([own] if levers else []), *saved]) if saved or levers else None,
        permanent=address(f"{page.root}/simulator", [("lever", value) for value in asked]),
    )


def _lever(page: Page, lever: Any) -> str:
    words = cooperation_texts(page.language)["simulator"]
    points = format.number(float(lever.points), 1, page.language)
    name = segment_name(lever.segment, page.language)
    return str(words["lever"].format(kind=words["kinds"][lever.kind], segment=name, points=points))


def _outcomes(page: Page, own: Any) -> Grid:
    words = cooperation_texts(page.language)["simulator"]
    rows = [
        [
            Cell(told.title_of("", each, page.language), page.card(each.today).page),
            number(format.value(each.today, page.language), note=format.span(each.today, page.language)),
            number(format.value(each.then, page.language), note=format.span(each.then, page.language)),
            number(told.effect(each, page.language)),
        ]
        for each in own.outcomes
    ]
    return grid(words["outcomes"], [words[name] for name in ("indicator", "today", "then", "effect")], rows)


def _parts(page: Page, own: Any) -> Grid:
    words = cooperation_texts(page.language)["simulator"]
    rows = []
    for outcome in own.outcomes:
        for one in outcome.parts:
            said = told.part(one, outcome, page.language)
            note = words["capped"] if one.is_capped else ""
            rows.append([
                Cell(said["segment"], f"{page.root}/strengths/{one.lever.segment}", words["kinds"][outcome.kind]),
                number(said["points"]), number(said["asked"]), number(said["feasible"]),
                number(said["held"], note=note),
                number(said["effect"]),
            ])  # fmt: skip
    names = ("segment", "points", "asked", "feasible", "held", "effect")
    return grid(words["parts"], [words[name] for name in names], rows)


def _impact(page: Page, own: Any) -> Grid:
    words = cooperation_texts(page.language)["simulator"]
    rows = [
        [
            Cell(words["effects"][str(each.group["effect"])]),
            number(words["range"].format(low=format.amount(each.low, each.unit, page.language),
                                         high=format.amount(each.high, each.unit, page.language))),
            number(format.amount(each.value, each.unit, page.language)),
        ]
        for each in own.impact
        if each.value is not None
    ]  # fmt: skip
    return grid(words["impact"], [words[name] for name in ("what", "interval", "middle")], rows)


def _pooling(page: Page, own: Any) -> str:
    if not any(lever.kind == POOLING for lever in own.levers):
        return ""
    words, language = cooperation_texts(page.language)["simulator"], page.language
    amounts = {
        name: format.euros(cents / 100, language)
        for name, cents in (("pooled", own.pooled_cents), ("low", own.gain_low_cents), ("high", own.gain_high_cents))
    }
    return str(words["pooling"].format(**amounts))


def _compared(page: Page, found: list[Any]) -> Grid:
    words = cooperation_texts(page.language)["simulator"]
    rows = []
    for n, first in enumerate(found[0].outcomes):
        cells = [Cell(told.title_of("", first, page.language)), number(format.value(first.today, page.language))]
        cells += [
            number(format.value(one.then, page.language), note=told.effect(one, page.language))
            for one in (each.outcomes[n] for each in found)
        ]
        rows.append(cells)
    headings = [words["indicator"], words["today"], *(each.title or words["mine"] for each in found)]
    return grid(words["compared"], headings, rows)
