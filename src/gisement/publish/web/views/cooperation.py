"""What partners do together: the way in, and the windows of common purchase."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gisement.catalog import cooperation_texts, texts
from gisement.engine.pooling import kept
from gisement.pipeline import perimeter_of
from gisement.publish import format, pooling
from gisement.publish.renewals import segment_name
from gisement.publish.web.address import ANY
from gisement.publish.web.choices import Choice
from gisement.publish.web.grid import Cell, grid, number
from gisement.publish.web.page import Page
from gisement.publish.web.views.renewals import shown

CALLED = {"experience": "sheets"}
"""Pages whose texts have another name than their address."""


def hub(page: Page) -> Response:
    """What there is to do together, each with the question that it answers."""
    told = cooperation_texts(page.language)
    entries = [
        (_title(page, name), f"{page.root}/{name}", question) for name, question in told["hub"]["entries"].items()
    ]
    return page.render("cooperate.html.j2", c=told, entries=entries)


def _title(page: Page, name: str) -> str:
    told = cooperation_texts(page.language)
    held = told.get(CALLED.get(name, name)) or page.texts[name]
    return str(held["title"])


def windows(page: Page) -> Response:
    """Every window, the earliest first, filtered by need and buyer."""
    told = cooperation_texts(page.language)
    words, every = told["pooling"], page.site.windows()
    pairs = [(key, value) for key, value in page.query if key in ("segment", "buyer") and value not in ("", ANY)]
    found = kept(every, perimeter_of([f"{key}={value}" for key, value in pairs]))
    names = {part.buyer: part.name for each in every for part in each.parts}
    needs = {each.segment: segment_name(each.segment, page.language) for each in every}
    headings = [words[name] for name in ("segment", "buyers", "ends", "amount", "gain", "lots")]
    return page.render(
        "pooling.html.j2",
        c=words,
        hub=told["hub"]["title"],
        filters=[choice(page, name, values, dict(pairs)) for name, values in (("segment", needs), ("buyer", names))],
        grid=grid(words["title"], headings, (_line(page, each) for each in found)),
    )


def window(page: Page) -> Response:
    """One window: why, when, who brings what, its contracts, the risk and the assumed gain."""
    key = str(page.request.path_params["key"])
    found = next((each for each in page.site.windows() if each.identifier == key), None)
    if found is None:
        raise page.absent()
    words = cooperation_texts(page.language)["pooling"]
    said = pooling.told(found, page.language)
    return page.render(
        "window.html.j2",
        c=words,
        title=said["segment"],
        kind=f"{said['kind'].capitalize()}{format.colon(page.language)}{said['ends']}",
        reasons=pooling.reasons(found, page.language),
        parts=_parts(page, found),
        contracts=shown(page, list(found.contracts)),
        whom=f"{page.root}/strengths/{found.segment}",
    )


def choice(page: Page, name: str, values: dict[str, str], held: dict[str, str]) -> Choice:
    """A choice among these values, by their names, « all » first."""
    options = [(ANY, str(page.texts["figures"]["any"]), name not in held)]
    options += [(value, label, held.get(name) == value) for value, label in sorted(values.items(), key=lambda v: v[1])]
    return Choice(name, str(texts(page.language)["dimensions"][name]), tuple(options))


def _line(page: Page, each: Any) -> list[Cell]:
    said = pooling.told(each, page.language)
    return [
        Cell(said["segment"], f"{page.root}/pooling/{each.identifier}", said["kind"]),
        Cell(said["buyers"], note=said["contracts"]),
        Cell(said["ends"]),
        number(said["amount"]),
        number(said["gain"]),
        number(said["lots"]),
    ]


def _parts(page: Page, found: Any) -> Any:
    words, language = cooperation_texts(page.language)["pooling"], page.language
    rows = [
        [
            Cell(part.name),
            number(format.counted(part.contracts_count, words["contract"], words["contracts"], language)),
            number(format.euros(None if part.cents is None else part.cents / 100, language)),
            number(
                words["no_lot"] if part.lots_count is None
                else format.counted(part.lots_count, words["lot"], words["lots_word"], language)
            ),
        ]
        for part in found.parts
    ]  # fmt: skip
    headings = [words[name] for name in ("buyers", "contracts_heading", "amount", "suggested")]
    return grid(words["per_buyer"], headings, rows)
