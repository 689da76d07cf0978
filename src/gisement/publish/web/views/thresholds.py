"""Needs beside the thresholds of the law: what to look at, for the partner whose ledger tells it; the law, for all."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.responses import Response

from gisement.catalog import cooperation_texts
from gisement.pipeline import perimeter_of
from gisement.publish import format
from gisement.publish.web.address import ANY, Pairs
from gisement.publish.web.choices import Choice, among, by_label
from gisement.publish.web.grid import Cell, Grid, figured, grid, number
from gisement.publish.web.page import Page
from gisement.publish.words.renewals import segment_name
from gisement.studies import thresholds as engine
from gisement.terms import Perimeter

PER_PAGE = 15
FILTERS = ("buyer", "segment", "year")


def thresholds(page: Page) -> Response:
    """What is paid under no known contract and reaches a threshold, all needs by threshold, and the thresholds."""
    words = cooperation_texts(page.language)["thresholds"]
    observatory = page.site.observatory
    every = engine.without_contract(observatory, Perimeter()) if page.site.served.partner else []
    pairs: Pairs = [(k, v) for k, v in page.query if k in FILTERS and v not in ("", ANY)]
    perimeter = perimeter_of([f"{key}={value}" for key, value in pairs])
    level = page.asked("level", ANY)
    levels = (level,) if level in engine.LEVELS else engine.LEVELS
    found = engine.without_contract(observatory, perimeter, levels) if every else []
    first, kept = (page.page_number - 1) * PER_PAGE, [*pairs, *([("level", level)] if level in engine.LEVELS else [])]
    return page.render(
        "thresholds.html.j2",
        c=words,
        hub=cooperation_texts(page.language)["hub"]["title"],
        filters=[*(_choice(page, name, every, dict(pairs)) for name in FILTERS), _levels(words, level, page)],
        rows=grid(
            words["found"],
            [words[name] for name in ("segment", "buyer", "year", "level", "unlinked", "paid", "contracts")],
            (_line(page, row, words) for row in found[first : first + PER_PAGE]),
        ),
        first=words["first"].format(count=PER_PAGE, total=page.number(len(found))) if len(found) > PER_PAGE else "",
        pages=page.pages(f"{page.root}/thresholds", kept, len(found) > first + PER_PAGE),
        counts=_counts(page, engine.by_level(observatory, perimeter), words),
        law=_law(page, words),
    )


def _line(page: Page, row: dict[str, Any], words: Any) -> list[Cell]:
    where: Pairs = [("basis", "payment"), ("buyer", row["buyer_siren"]), ("segment", row["segment"])]
    where.append(("year", str(row["year"])))
    return [
        Cell(segment_name(row["segment"], page.language), f"{page.root}/strengths/{row['segment']}"),
        Cell(row["buyer_name"] or row["buyer_siren"]),
        Cell(str(row["year"])),
        Cell(words["levels"][row["threshold_level"]]),
        figured(page.card_of("total_spend", *where, ("contract_link", ""))),
        figured(page.card_of("total_spend", *where)),
        number(page.number(row["contracts_count"])),
    ]


def _choice(page: Page, name: str, rows: list[dict[str, Any]], held: dict[str, str]) -> Choice:
    """A choice among the values of what there is to look at, by their names, « all » first."""
    labels = {
        "buyer": lambda row: (row["buyer_siren"], row["buyer_name"] or row["buyer_siren"]),
        "segment": lambda row: (row["segment"], segment_name(row["segment"], page.language)),
        "year": lambda row: (str(row["year"]), str(row["year"])),
    }
    return among(page, name, by_label(dict(map(labels[name], rows))), held.get(name))


def _levels(words: Any, held: str, page: Page) -> Choice:
    values = [(level, str(words["levels"][level])) for level in engine.LEVELS]
    return among(page, "level", values, held if held in engine.LEVELS else None, title=str(words["level"]))


def _counts(page: Page, levels: dict[str, dict[str, Any]], words: Any) -> Grid:
    rows = [
        [Cell(words["levels"][level]), *(number(page.number(row[name])) for name in ("needs", "to_look_at"))]
        for level, row in levels.items()
    ]
    return grid(words["by_level"], [words[name] for name in ("need_level", "count", "to_look_at")], rows)


def _law(page: Page, words: Any) -> Grid:
    rows = [
        [
            Cell(words["names"][name], note=words["articles"][name]),
            number(format.euros(values[0][1] / 100, page.language), note=_since(page, words, values[0][0])),
            Cell(format.listed((_told(page, words, day, cents) for day, cents in values[1:]), page.language)),
        ]
        for name, values in engine.in_the_law()
    ]
    return grid(words["law"], [words[name] for name in ("threshold", "amount", "before")], rows)


def _since(page: Page, words: Any, day: date) -> str:
    return str(words["from_day"].format(day=format.day(day, page.language)))


def _told(page: Page, words: Any, day: date, cents: int) -> str:
    return f"{format.euros(cents / 100, page.language)} {_since(page, words, day)}"
