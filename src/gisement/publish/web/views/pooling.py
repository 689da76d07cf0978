"""What partners do together: the way in, and the windows of common purchase."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gisement.catalog import cooperation_texts, texts
from gisement.pipeline import perimeter_of
from gisement.publish import format
from gisement.publish.web.address import ANY, address
from gisement.publish.web.choices import Choice, among, by_label
from gisement.publish.web.grid import Cell, figured, grid, number, renewal_rows
from gisement.publish.web.page import Page
from gisement.publish.words import pooling
from gisement.publish.words.renewals import segment_name
from gisement.studies.pooling import kept
from gisement.studies.pooling_gain import ASSUMED, SCENARIOS

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
    words, every = told["pooling"], page.site.windows(scenario(page))
    pairs = [(key, value) for key, value in page.query if key in ("segment", "buyer") and value not in ("", ANY)]
    found = kept(every, perimeter_of([f"{key}={value}" for key, value in pairs]))
    names = {part.buyer: part.name for each in every for part in each.parts}
    needs = {each.segment: segment_name(each.segment, page.language) for each in every}
    headings = [words[name] for name in ("segment", "buyers", "ends", "amount", "gain", "lots")]
    return page.render(
        "pooling.html.j2",
        c=words,
        hub=told["hub"]["title"],
        filters=[
            *(
                among(page, name, by_label(values), dict(pairs).get(name))
                for name, values in (("segment", needs), ("buyer", names))
            ),
            _gains(page, words["assumption"]),
        ],
        grid=grid(words["title"], headings, (_line(page, each) for each in found)),
    )


def window(page: Page) -> Response:
    """One window: why, when, who brings what, its contracts, the risk and the assumed gain."""
    key = str(page.request.path_params["key"])
    found = next((each for each in page.site.windows(scenario(page)) if each.identifier == key), None)
    if found is None:
        raise page.absent()
    words = cooperation_texts(page.language)["pooling"]
    said = pooling.told(found, page.language)
    return page.render(
        "window.html.j2",
        c=words,
        title=said["segment"],
        kind=f"{format.capital(said['kind'])}{format.colon(page.language)}{said['ends']}",
        reasons=pooling.reasons(found, page.language),
        parts=_parts(page, found),
        figures=_figures(page, found),
        contracts=renewal_rows(page, list(found.contracts)),
        whom=f"{page.root}/strengths/{found.segment}",
    )


def scenario(page: Page) -> str:
    """The assumption on gains that the address asks for; the usual one where it says nothing that exists."""
    asked = page.asked("gain", ASSUMED)
    return asked if asked in SCENARIOS else ASSUMED


def _gains(page: Page, title: str) -> Choice:
    words = texts(page.language)["options"]["gain"]["values"]
    return Choice("gain", title, tuple((name, str(words[name]), name == scenario(page)) for name in SCENARIOS))


def _line(page: Page, each: Any) -> list[Cell]:
    said = pooling.told(each, page.language)
    kept = "" if scenario(page) == ASSUMED else scenario(page)
    return [
        Cell(said["segment"], address(f"{page.root}/pooling/{each.identifier}", gain=kept), said["kind"]),
        Cell(said["buyers"], note=said["contracts"]),
        Cell(said["ends"]),
        figured(page.card(each.volume), said["amount"]),
        _gain(page, each),
        number(said["lots"]),
    ]


def _gain(page: Page, each: Any) -> Cell:
    """The assumed gain: its interval first, since its middle means little."""
    said = pooling.told(each, page.language)["gain"]
    if each.gain is None:
        return number(said)
    return figured(page.card(each.gain), said, cooperation_texts(page.language)["pooling"]["scenario"])


def _figures(page: Page, found: Any) -> Any:
    """The figures of a window as a table: what each is, its value, its bounds."""
    words = cooperation_texts(page.language)["pooling"]
    told = [
        (words["amount"], found.volume, pooling.amount(found.volume, page.language)),
        (words["joined"], found.joined, pooling.amount(found.joined, page.language)),
        *([] if found.gain is None else [(words["gain"], found.gain, pooling.gain(found.gain, page.language))]),
        ("", found.small, ""),
        ("", found.local, ""),
        *([] if found.lot is None else [(words["lot_size"], found.lot, "")]),
    ]
    rows = []
    for title, figure, text in told:
        card = page.card(figure)
        note = words["scenario"] if figure.interval == "scenario" else ""
        rows.append([Cell(title or card.shown.title), figured(card, text, note)])
    return grid(words["figures"], [words[name] for name in ("figures_of", "figures_value")], rows)


def _parts(page: Page, found: Any) -> Any:
    words, language = cooperation_texts(page.language)["pooling"], page.language
    rows = [
        [
            Cell(part.name),
            number(format.counted(part.contracts_count, words["contract"], words["contracts"], language)),
            figured(page.card(part.volume), pooling.amount(part.volume, language)),
            number(
                words["no_lot"] if part.lots_count is None
                else format.counted(part.lots_count, words["lot"], words["lots_word"], language)
            ),
        ]
        for part in found.parts
    ]  # fmt: skip
    headings = [words[name] for name in ("buyers", "contracts_heading", "amount", "suggested")]
    return grid(words["per_buyer"], headings, rows)
