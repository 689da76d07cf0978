"""Boards of chains of works and equipment: needs ahead, what is offered here by counts, lots, clauses, results."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gisement.catalog import cooperation_texts
from gisement.catalog.law import clause_library
from gisement.catalog.segments import chains, segments
from gisement.pipeline import perimeter_of, shown_at
from gisement.publish import format
from gisement.publish.web.address import Pairs, address
from gisement.publish.web.grid import Cell, Grid, grid, number, renewal_rows, suggestions, verdict_cell
from gisement.publish.web.page import Page
from gisement.publish.web.views.firms import told_sizes
from gisement.publish.words import addressable as offer
from gisement.publish.words.renewals import segment_name
from gisement.studies import firms, works
from gisement.studies import renewals as calendar
from gisement.terms import Verdict

AT_MOST = 30


def boards(page: Page) -> Response:
    """The chains, each with what it is about."""
    words = cooperation_texts(page.language)
    entries = [
        (each[page.language], f"{page.root}/chains/{name}", each[f"{page.language}_about"])
        for name, each in chains().items()
    ]
    return page.render(
        "chains.html.j2",
        c=words["chains"],
        hub=words["hub"]["title"],
        entries=entries,
        programme=_programme(page, works.operations(page.site.observatory)),
    )


def board(page: Page) -> Response:
    """One chain: what comes back, who could offer it, in what lots, with which clauses, and what others tried."""
    name = str(page.request.path_params["key"])
    if name not in chains():
        raise page.absent()
    each, words = chains()[name], cooperation_texts(page.language)
    where: Pairs = [("segment", segment) for segment in each["segments"]]
    observatory, perimeter = page.site.observatory, perimeter_of([f"{key}={value}" for key, value in where])
    families = {segments()[segment]["family_id"] for segment in each["segments"]}
    clauses = [e for e in clause_library() if e["axis"] == "environmental" and families & set(e["families"])]
    return page.render(
        "chain.html.j2",
        c=words["chains"],
        title=each[page.language],
        about=each[f"{page.language}_about"],
        needs=renewal_rows(page, calendar.renewals(observatory, perimeter, limit=AT_MOST)),
        renewals=address(f"{page.root}/renewals", where),
        programme=_programme(page, works.operations(observatory, each["segments"])),
        windows=[
            (segment_name(window.segment, page.language), f"{page.root}/pooling/{window.identifier}")
            for window in page.site.windows()
            if window.segment in each["segments"]
        ],
        offers=_offers(page, each["segments"]),
        sizes=told_sizes(page, where, firms.joint_contracts(observatory, perimeter)),
        sizes_title=words["firms"]["sizes_title"],
        cards=[page.card_of(figure, *where) for figure in shown_at("chain")],
        clauses=[(entry["fr"], entry["basis"]) for entry in clauses],
        sheets=suggestions(page, [row for s in each["segments"] for row in page.site.served.sheets(segment=s)]),
        beside=words["sheets"]["beside"],
    )


def _programme(page: Page, rows: list[dict[str, Any]]) -> Grid:
    """Operations that buyers plan, as they tell them: an estimate is no contract."""
    words = cooperation_texts(page.language)["chains"]
    lines = (
        [
            Cell(row["operation_title"], note=row["expected_matter"] or ""),
            Cell(segment_name(row["segment"], page.language), f"{page.root}/strengths/{row['segment']}"),
            Cell(row["buyer_name"] or row["buyer_siren"]),
            Cell(format.month(row["planned_call_date"], page.language)),
            number(format.cents(row["estimate_cents"], page.language)),
        ]
        for row in rows
    )
    headings = [words[name] for name in ("operation", "need", "buyer", "call", "estimate")]
    return grid(words["programme_table"], headings, lines)


def _offers(page: Page, names: list[str]) -> Grid:
    words = cooperation_texts(page.language)["addressable"]
    found: dict[str, Any] = {each.segment: each for each in page.site.addressable()}
    rows = []
    for each in (found[name] for name in names if name in found):
        line = offer.told(each, page.language)
        firms_here = number(line["firms"], note=line["near"] if each.near_firms else "")
        leaves = verdict_cell(page.card(each.local), each.local, Verdict.REST, page.language)
        rows.append([Cell(line["segment"]), firms_here, Cell(line["kind"]), leaves])
    return grid(words["firms"], [words[name] for name in ("segment", "firms", "kind", "leaves")], rows)
