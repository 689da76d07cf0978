"""What stands behind the figures: methods, quality of the data, sources, the explainer, the search."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict
from datetime import date
from typing import Any

from starlette.responses import Response

from gisement.catalog import indicator_texts, parameter, texts
from gisement.catalog.file_kinds import kind_name
from gisement.catalog.parameters import parameters
from gisement.catalog.segments import families, segments
from gisement.pipeline import ALL, INDICATORS, indicator_named
from gisement.publish import format
from gisement.publish.api.description import ADDRESS, described_in
from gisement.publish.labels import explained
from gisement.publish.web.address import address
from gisement.publish.web.lines import lines_by
from gisement.publish.web.methods import method_html
from gisement.publish.web.page import Page
from gisement.publish.web.questions import QUESTIONS
from gisement.publish.web.search import plain
from gisement.publish.words.checks import values
from gisement.terms import Indicator, Perimeter, Spread, Verdict

FINDINGS_SHOWN = 100
FORMULAS = {
    "share": "formula_share", "total": "formula_total", "spread": "formula_spread", "model": "formula_model",
}  # fmt: skip
"""How figures of each kind are computed, as a key of the texts."""
ACCOUNT = ("records", "contracts", "joined", "duplicates", "unreadable")


def methods(page: Page) -> Response:
    """Every indicator, with its definition."""
    told = texts(page.language)["indicators"]
    return page.render("methods.html.j2", methods=[(i.name, told[i.name]) for i in ALL])


def method(page: Page) -> Response:
    """The page of one indicator, and its SQL."""
    indicator = indicator_named(str(page.request.path_params["name"]))
    sql, _ = page.site.observatory.rows_query(indicator, Perimeter(), Verdict.PART)
    return page.render(
        "method.html.j2",
        told=texts(page.language)["indicators"][indicator.name],
        body=method_html(indicator.name, page.root),
        summary=_in_short(page, indicator),
        card=page.card_of(indicator.name),
        sql=sql,
    )


def _in_short(page: Page, indicator: Indicator) -> list[tuple[str, list[str]]]:
    """What the catalog says of a method, under headings, where the page itself is in French only; else nothing."""
    words, told = page.texts["methods"], texts(page.language)["indicators"][indicator.name]
    if not page.texts["site"]["french_only"]:
        return []
    kind = "spread" if isinstance(indicator.kind, Spread) else indicator.kind
    options = [explained(option.name, page.language) for option in indicator.options]
    found = [
        ("unit", [told["unit_label"]]),
        ("formula", [words[FORMULAS[kind]]]),
        ("excludes", list(told["excludes"])),
        ("assumes", list(told["assumes"])),
        ("options", options),
        ("references", list(indicator.references)),
    ]
    return [(words[name], lines) for name, lines in found if lines]


def quality(page: Page) -> Response:
    """What is known by field, buyer and year; what was found in the files; what must hold."""
    words, checks = texts(page.language), page.site.checks
    known = [indicator.name for indicator in INDICATORS if indicator.name.endswith("_known_share")]
    return page.render(
        "quality.html.j2",
        known=[page.card_of(name) for name in known],
        buyers=lines_by(page, "supplier_place_known_share", "buyer", [], at_most=50),
        years=lines_by(page, "supplier_place_known_share", "year", []),
        findings=[
            (
                str(words["findings"].get(row["rule"], row["rule"])),
                str(words["actions"].get(row["action"], row["action"])),
                page.number(row["findings"]),
                f"{page.root}/quality/{row['rule']}",
            )
            for row in checks["findings"]
        ],
        account=[
            (
                row["snapshot"],
                *(page.number(row[name]) for name in ("records", "contracts", "joined", "duplicates", "unreadable")),
            )
            for row in checks["account"]
        ],
        expectations=_held(page),
    )


def _held(page: Page) -> list[tuple[str, str, list[str]]]:
    """What must hold, each thing once: its sentence, in how many cases it fails, the tables where it is looked at."""
    words, held = texts(page.language)["expectations"], defaultdict[str, list[Any]](list)
    for row in page.site.checks["expectations"]:
        held[row["expectation"]].append(row)
    failed = {name: sum(row["failed"] for row in rows) for name, rows in held.items()}
    return [
        (words[name], page.number(failed[name]) if failed[name] else "", [row["table"] for row in rows])
        for name, rows in held.items()
    ]


def finding(page: Page) -> Response:
    """The findings of one rule."""
    rule = str(page.request.path_params["rule"])
    known = {row["rule"] for row in page.site.checks["findings"]}
    if rule not in known:
        raise page.absent()
    actions = texts(page.language)["actions"]
    rows = page.site.served.findings(rule, FINDINGS_SHOWN, 0)
    total = sum(row["findings"] for row in page.site.checks["findings"] if row["rule"] == rule)
    note = page.texts["figures"]["shown"].format(shown=page.number(len(rows)), count=page.number(total))
    return page.render(
        "finding.html.j2",
        told=texts(page.language)["findings"].get(rule, rule),
        is_missing=rule.endswith("_missing"),
        rows=[
            (*values(row, page.language), actions.get(row["action"], row["action"]), row["contract_key"])
            for row in rows
        ],
        note=note if total > len(rows) else "",
    )


def sources(page: Page) -> Response:
    """The files read here, those withdrawn, and the cards of all known sources."""
    words, gone = page.texts["sources"], page.site.served.withdrawals
    origins = [*page.site.origins, *page.site.observatory.origins("contour")]
    return page.render(
        "sources.html.j2",
        files=[
            {**asdict(one), "file": one.file or _unnamed(page, count), "kind": kind_name(one.source, page.language)}
            for one, count in Counter(origins).items()
        ],
        files_lead=words["files_lead"].format(count=page.number(len(origins))),
        withdrawn=[
            {
                **one,
                "day": format.day(date.fromisoformat(one["day"]), page.language),
                "name": kind_name(one["kind"], page.language),
            }
            for one in gone
        ],
        cards=page.site.cards.get(page.language, ()),
    )


def _unnamed(page: Page, count: int) -> str:
    """What stands for the files of partners, which have no name here."""
    words = page.texts["sources"]
    return str(words["unnamed"] if count == 1 else words["unnamed_many"].format(count=page.number(count)))


def explainer(page: Page) -> Response:
    """What public procurement is, with the dated national reference beside the territory."""
    words, language = page.texts["explainer"], page.language
    told = parameters()["public_procurement_france_eur"]
    (since,) = told["values"]
    (threshold_since,) = parameters()["publication_threshold_eur"]["values"]
    return page.render(
        "explainer.html.j2",
        national=words["national_text"].format(
            amount=format.euros(parameter("public_procurement_france_eur"), language),
            date=format.day(since, language),
        ),
        national_source=words["national_source"].format(source=told["reference"]),
        published=words["published_text"].format(
            threshold=format.euros(parameter("publication_threshold_eur"), language),
            date=format.day(threshold_since, language),
        ),
        cards=[page.card_of(name) for name in ("total_spend", "contracts", "local_share")],
    )


def api(page: Page) -> Response:
    """The interface for programs: each address with what it answers and takes."""
    described = described_in(page.request.app.openapi(), page.language)["paths"]
    found = [
        (path, entry["get"]["summary"], [given["name"] for given in entry["get"].get("parameters", ())])
        for path, entry in described.items()
    ]
    description = address(ADDRESS, language=page.language if page.language != "fr" else "")
    return page.render("api.html.j2", addresses=found, description=description)


def search(page: Page) -> Response:
    """What holds every word asked for: needs, questions and figures, buyers, suppliers, contracts."""
    text = page.asked("q").strip()[:200]
    found = {
        kind: page.site.served.found(text, kind=kind) if text else [] for kind in ("buyer", "supplier", "contract")
    }
    groups = [
        (
            page.texts["search"][f"{kind}s"],
            [(row["name"], row["detail"], f"{page.root}/{kind}s/{row['key']}") for row in found[kind]],
        )
        for kind in ("buyer", "supplier", "contract")
    ]
    groups.insert(0, (page.texts["search"]["needs"], _needs(page, text)))
    groups.insert(1, (page.texts["search"]["figures"], _figures(page, text)))
    part = page.request.headers.get("hx-request")
    return page.render("search_part.html.j2" if part else "search.html.j2", text=text, groups=groups)


def _figures(page: Page, text: str) -> list[tuple[str, str, str]]:
    """Questions that the site answers, with the page that does, then figures, whose names hold every word."""
    words, told = plain(text).split(), page.texts["figures"]
    if not words:
        return []
    found = [
        (told[each.title], told[each.lead], f"{page.root}/{each.page}")
        for each in QUESTIONS
        if all(word in plain(f"{told[each.title]} {told[each.lead]}") for word in words)
    ]
    for each in QUESTIONS:
        names = {name: str(indicator_texts(name, page.language)["title"]) for name in each.indicators}
        found += [
            (title, told[each.title], f"{page.root}/figures/{name}")
            for name, title in names.items()
            if all(word in plain(title) for word in words)
        ]
    return found[:8]


def _needs(page: Page, text: str) -> list[tuple[str, str, str]]:
    words = plain(text).split()
    family_key, segment_key = f"family_{page.language}", f"segment_{page.language}"
    found = [
        (row[family_key], "", f"{page.root}/needs/{name}")
        for name, row in families().items()
        if words and all(word in plain(row[family_key]) for word in words)
    ]
    found += [
        (row[segment_key], families()[row["family_id"]][family_key], f"{page.root}/figures/local_share?segment={name}")
        for name, row in segments().items()
        if words and all(word in plain(row[segment_key]) for word in words)
    ]
    return found[:8]
