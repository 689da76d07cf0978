"""The simulator of levers: wishes in the address, today and then, what is feasible, saved scenarios side by side."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gisement.catalog import cooperation_texts
from gisement.catalog.segments import segments
from gisement.publish import format
from gisement.publish.web.address import address, pairs_of
from gisement.publish.web.grid import Cell, Grid, figured, grid, number
from gisement.publish.web.page import Page
from gisement.publish.words import pooling
from gisement.publish.words import simulator as told
from gisement.publish.words.renewals import segment_name
from gisement.studies.simulator import EVERY, KEPT, lever_of
from gisement.terms import Verdict

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
        crossed=_crossed(page, own) if levers else None,
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
            Cell(told.title_of(each, page.language), page.card(each.today).page),
            figured(page.card(each.today)),
            number(format.value(each.then, page.language), note=format.span(each.then, page.language)),
            number(told.effect(each, page.language)),
            number(told.reach(each, page.language) or words["same"]),
        ]
        for each in own.outcomes
    ]
    return grid(words["outcomes"], [words[name] for name in ("indicator", "today", "then", "effect", "reach")], rows)


def _parts(page: Page, own: Any) -> Grid:
    """The levers that aim at a share: what was asked leads to the rows that do not count today, of which some would."""
    words = cooperation_texts(page.language)["simulator"]
    rows = []
    for outcome in own.outcomes:
        for one in outcome.parts:
            said = told.part(one, outcome, page.language)
            note = words["capped"] if one.is_capped else ""
            rows.append([
                Cell(said["segment"], f"{page.root}/strengths/{one.lever.segment}", words["kinds"][outcome.kind]),
                number(said["points"]), number(said["asked"]),
                number(said["feasible"], _rest(page, outcome, one.lever.segment), words["rows_today"]),
                number(said["held"], note=note),
                number(said["effect"]),
            ])  # fmt: skip
    names = ("segment", "points", "asked", "feasible", "held", "effect")
    return grid(words["parts"], [words[name] for name in names], rows)


def _rest(page: Page, outcome: Any, segment: str) -> str:
    """The address of the rows of a segment that do not count today."""
    pairs = [*pairs_of(outcome.today), ("segment", segment)]
    return address(f"{page.root}/figures/{outcome.today.indicator}/rows", pairs, verdict=str(Verdict.REST))


def _crossed(page: Page, own: Any) -> Grid:
    """What levers do to the shares that they do not aim at, where they do anything."""
    words = cooperation_texts(page.language)["simulator"]
    rows = [
        [
            Cell(words["kinds"][one.kind], note=segment_name(one.segment, page.language)),
            Cell(told.title_of(outcome, page.language)),
            Cell(told.crossed(one, outcome, page.language)),
        ]
        for outcome in own.outcomes
        for one in outcome.crossed
        if one.how != KEPT
    ]
    return grid(words["crossed_table"], [words[name] for name in ("kind", "indicator", "effect")], rows)


def _impact(page: Page, own: Any) -> Grid:
    words = cooperation_texts(page.language)["simulator"]
    reach = {str(each.group["effect"]): each for each in own.impact_reach}
    rows = [
        [
            Cell(words["effects"][effect], f"{page.root}/methods/impact"),
            number(_range(page, each), note=words["drawn"]),
            number(format.amount(each.value, each.unit, page.language)),
            number(_range(page, reach[effect]) if effect in reach else ""),
        ]
        for effect, each in ((str(each.group["effect"]), each) for each in own.impact)
        if each.value is not None
    ]
    return grid(words["impact"], [words[name] for name in ("what", "interval", "middle", "reach")], rows)


def _range(page: Page, figure: Any) -> str:
    words = cooperation_texts(page.language)["simulator"]
    low, high = (format.amount(each, figure.unit, page.language) for each in (figure.low, figure.high))
    return str(words["range"].format(low=low, high=high))


def _pooling(page: Page, own: Any) -> Grid:
    """What levers of joint purchases pool, and what that is assumed to bring."""
    words = cooperation_texts(page.language)
    rows = [
        [
            Cell(
                segment_name(each.segment, page.language), address(f"{page.root}/pooling", [("segment", each.segment)])
            ),
            number(pooling.amount(each.volume, page.language), page.card(each.volume).rows),
            number(pooling.gain(each.gain, page.language), page.card(each.gain).page, words["pooling"]["scenario"]),
        ]
        for each in own.pooled
    ]
    headings = [words["simulator"]["segment"], words["pooling"]["amount"], words["pooling"]["gain"]]
    return grid(words["simulator"]["kinds"]["pooling"], headings, rows)


def _compared(page: Page, found: list[Any]) -> Grid:
    words = cooperation_texts(page.language)["simulator"]
    rows = []
    for n, first in enumerate(found[0].outcomes):
        cells = [Cell(told.title_of(first, page.language)), figured(page.card(first.today))]
        for outcome in (each.outcomes[n] for each in found):
            parts = (told.effect(outcome, page.language), told.reach(outcome, page.language))
            note = format.listed(filter(None, parts), page.language)
            cells.append(number(format.value(outcome.then, page.language), note=note))
        rows.append(cells)
    headings = [words["indicator"], words["today"], *(each.title or words["mine"] for each in found)]
    return grid(words["compared"], headings, rows)
