"""Clauses, criteria, reserved contracts: how far, how fast, where, what is owed; and the peers of a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from gisement.catalog import texts
from gisement.catalog.law import clause_library
from gisement.catalog.parameters import national_series
from gisement.catalog.segments import segments
from gisement.pipeline import perimeter_of, shown_at
from gisement.publish import format
from gisement.publish.web.address import ANY, Pairs, address
from gisement.publish.web.choices import Choice, among, by_label
from gisement.publish.web.drawings.drawn import trend_drawing
from gisement.publish.web.lines import lines_by
from gisement.publish.web.page import Card, Page
from gisement.publish.words import clauses as hours_told
from gisement.publish.words import strengths as strengths_told
from gisement.publish.words.change import evidence, interval
from gisement.studies import peers
from gisement.studies.insertion_hours import Execution
from gisement.studies.strengths import announced, partner_of
from gisement.terms import Figure

MOST_EXAMPLES, MOST_LATE, MOST_NEEDS = 12, 30, 12
FILTERS = ("buyer", "family")
NATIONAL = ("pnad_social_count_share", "pnad_environmental_count_share")


@dataclass(frozen=True)
class Kind:
    """One kind of consideration: its indicators, in number and in euros, and the option that chooses it."""

    name: str
    count: str
    amount: str
    options: tuple[tuple[str, str], ...]
    state: str


_SOCIAL = ("social_consideration_count_share", "social_consideration_share")
_ENVIRONMENTAL = ("environmental_consideration_count_share", "environmental_consideration_share")
_CRITERION = (("consideration", "award_criterion"),)
KINDS = (
    Kind("social_clause", *_SOCIAL, (), "social_clause_state"),
    Kind("social_criterion", *_SOCIAL, _CRITERION, "social_criterion_state"),
    Kind("reserved", "reserved_count_share", "reserved_share", (), "reserved_state"),
    Kind("environmental_clause", *_ENVIRONMENTAL, (), "environmental_clause_state"),
    Kind("environmental_criterion", *_ENVIRONMENTAL, _CRITERION, "environmental_criterion_state"),
)
"""The kinds in the order in which pages show them: they bind, weigh or restrict, and are never added up."""


def clauses(page: Page) -> Response:
    """How far (latest year), how fast (since the first), by buyer and by need, reserved, inclusive, hours owed."""
    chosen = page.asked("segment")
    if chosen in segments():
        return RedirectResponse(f"{page.root}/clauses/{chosen}", status_code=303)
    where, known = _where(page), peers.years(page.site.observatory)
    kind = next((one for one in KINDS if one.name == page.asked("kind")), KINDS[0])
    of_kind = [*where, *kind.options]
    by = "segment" if any(key == "family" for key, _ in where) else "family"
    return page.render(
        "clauses.html.j2",
        filters=[_choice(page, name, where) for name in FILTERS],
        kept=[("kind", kind.name)],
        year=str(known[-1]) if known else "",
        first=str(known[0]) if known else "",
        kinds=[_kind(page, one, where, known) for one in KINDS],
        about=texts(page.language)["progress"]["about"],
        tabs=[
            (page.texts["clauses"][one.name], address(f"{page.root}/clauses", where, kind=one.name), one == kind)
            for one in KINDS
        ],
        trend=trend_drawing(page, kind.count, of_kind),
        buyers=lines_by(page, kind.count, "buyer", of_kind, beside=""),
        needs=lines_by(page, kind.count, by, of_kind, beside="", at_most=MOST_NEEDS, leave_out=format.is_outside),
        national=_national(page, where),
        inclusive=[page.card_of(name, *where) for name in shown_at("clauses/inclusion")],
        structures=lines_by(page, "total_spend", "inclusion", where, beside="", leave_out=_is_no_structure),
        consulted=[page.card_of(name, *where) for name in shown_at("clauses/consultation")],
        hours=_hours(page, where),
        segments=_segments(page),
    )


def segment(page: Page) -> Response:
    """The peers of one segment: what each does, who is proven to do more, in which contracts, with which wording."""
    key = str(page.request.path_params["key"])
    if key not in segments():
        raise page.absent()
    tables = [_by_partner(page, kind, key) for kind in KINDS]
    partners = sorted({partner for cards in tables for partner in cards}, key=lambda one: _name(page, one))
    measures = ("social_consideration_count_share", "environmental_consideration_count_share")
    strong = [line for line in announced(page.site.strengths()) if line.group == key and line.measure in measures]
    where = perimeter_of([f"segment={key}"])
    return page.render(
        "clauses_segment.html.j2",
        title=segments()[key][f"segment_{page.language}"],
        advice=hours_told.counsel_sentences(page.site.counsel(key), page.language),
        about_advice=texts(page.language)["advice"]["about"],
        renewals=address(f"{page.root}/renewals", [("segment", key)]),
        headings=[page.texts["clauses"][kind.name] for kind in KINDS],
        rows=[
            (_name(page, each), address(f"{page.root}/contracts", [("buyer", each), ("segment", key)]),
             [cards.get(each) for cards in tables])
            for each in partners
        ],
        strong=[
            {**strengths_told.told(line, page.language), "partner": _name(page, line.partner)} for line in strong
        ],
        strengths_page=f"{page.root}/strengths/{key}",
        examples=[_example(page, row) for row in peers.examples(page.site.observatory, where, MOST_EXAMPLES)],
        library=_library(page, segments()[key]["family_id"]),
    )  # fmt: skip


def _is_no_structure(figure: Figure) -> bool:
    """Whether a line of spending is of no inclusive structure, or of one whose status is not known."""
    return figure.group["inclusion"] in (None, "", "none")


def _kind(page: Page, kind: Kind, where: Pairs, known: list[int]) -> dict[str, Any]:
    """The share of the latest year, in number and in euros, and how it has moved since the first one.

    Taken from the measure by year, which the trend asks for too: one expression to compile instead of two.
    """
    pairs = [*where, *kind.options]
    label = str(page.texts["clauses"][kind.name])
    return {
        "label": label,
        "number": page.card(_of_year(page, kind.count, pairs, known), label),
        "euros": page.card(_of_year(page, kind.amount, pairs, known), label),
        "moves": _moves(page, kind, pairs, known),
    }


def _of_year(page: Page, name: str, pairs: Pairs, known: list[int]) -> Figure:
    """The figure of the latest year; measured apart where the year has no row, of all years where none is known."""
    found = page.site.measure(name, tuple(pairs), "year") if known else ()
    latest = next((figure for figure in found if figure.group["year"] == known[-1]), None)
    return latest or page.site.figure(name, *pairs, *([("year", str(known[-1]))] if known else []))


def _moves(page: Page, kind: Kind, pairs: Pairs, known: list[int]) -> list[dict[str, str]]:
    """The change in points in each reading, its interval, and what it is evidence of; empty where it is not known."""
    if len(known) < 2:
        return []
    words = texts(page.language)["progress"]
    return [
        {
            "reading": str(figure.group["reading"]),
            "points": format.change(figure, page.language),
            "interval": interval(figure, page.language),
            "verdict": str(words[evidence(figure)]),
            "state": evidence(figure),
            "compared": format.percent(figure.coverage, 0, page.language),
            "page": address(f"{page.root}/figures/{kind.count}", pairs, by="year"),
        }
        for figure in page.site.progress(kind.count, tuple(pairs), known[0], known[-1])
    ]


def _national(page: Page, where: Pairs) -> dict[str, Any]:
    """At least one consideration, by year, beside the national series of the same definition."""
    series = {name: national_series(name) or {} for name in NATIONAL}
    cards = {
        name: {str(figure.group["year"]): page.card(figure, str(figure.group["year"]))
               for figure in page.site.measure(name, tuple(where), "year")}
        for name in NATIONAL
    }  # fmt: skip
    shares = {name: series[name]["shares"] for name in NATIONAL}
    everyone = {int(year) for held in cards.values() for year in held if year.isdigit()}
    rows = [
        (str(year), [(cards[name].get(str(year)), _share(page, shares[name].get(year))) for name in NATIONAL])
        for year in sorted(everyone)
    ]
    words = texts(page.language)
    return {
        "headings": [words["indicators"][name]["title"] for name in NATIONAL],
        "rows": rows,
        "about": words["progress"]["about_country"].format(**series[NATIONAL[0]]),
    }


def _share(page: Page, fraction: float | None) -> str:
    return "" if fraction is None else format.percent(fraction, language=page.language)


def _hours(page: Page, where: Pairs) -> dict[str, Any]:
    """Hours due and done: measures in words, publics, contracts that are late (by name for their partner alone)."""
    buyer = dict(where).get("buyer", "")
    found: Execution = page.site.execution(buyer)
    if not found.contracts:
        return {}
    told = hours_told.execution_as_dict(found, page.language)
    late = [one for one in told["contracts"] if one["is_overdue"]]
    words = texts(page.language)["execution"]
    return {
        "measures": [(words[str(figure.group["measure"])], *hours_told.hours(figure, page.language),
                      words["of"].format(told=page.number(count), all=page.number(len(found.contracts))))
                     for figure, count in ((f, f.sums.counts.get(hours_told.TOLD, 0)) for f in found.figures)],
        "publics": [(one["name"], *hours_told.public_cells(one, page.language)) for one in told["publics"]],
        "late_count": words["late"].format(count=page.number(len(late))),
        "late": [_late(page, one) for one in late if page.site.served.shows_lines_of(one["buyer_siren"])][:MOST_LATE],
        "about": words["about"].format(
            unmatched=page.number(sum(one["contract_key"] is None for one in found.contracts)),
            silent=page.number(found.clauses_without_hours),
        ),
    }  # fmt: skip


def _late(page: Page, one: dict[str, Any]) -> dict[str, str]:
    return {
        "title": str(one["title"] or one["contract_id"]),
        "page": f"{page.root}/contracts/{one['contract_key']}" if one["contract_key"] else "",
        "buyer": str(one["buyer_name"] or one["buyer_siren"]),
        "day": format.day(one["due_date"], page.language),
        "left": format.number(one["left_minutes"] / 60, language=page.language),
    }


def _by_partner(page: Page, kind: Kind, key: str) -> dict[str, Card]:
    """The card of a kind for each partner with contracts in the segment."""
    found: dict[str, Card] = {}
    for figure in page.site.measure(kind.count, (("segment", key), *kind.options), "buyer"):
        buyer = figure.group["buyer"]
        if buyer is not None and not format.is_outside(figure):
            found.setdefault(partner_of(str(buyer)), page.card(figure, page.site.name_of("buyer", str(buyer))))
    return found


def _example(page: Page, row: dict[str, Any]) -> dict[str, str]:
    declared = [page.texts["clauses"][kind.name] for kind in KINDS if row[kind.state] == "yes"]
    return {
        "title": str(row["title"] or page.texts["rows"]["no_title"]),
        "page": f"{page.root}/contracts/{row['contract_key']}",
        "buyer": str(row["buyer_name"] or row["buyer_id"] or page.texts["figures"]["missing"]),
        "date": format.day(row["notification_date"], page.language),
        "declared": format.listed(declared, page.language),
    }


def _library(page: Page, family: str) -> list[dict[str, str]]:
    words = texts(page.language)["clauses"]
    return [
        {
            "kind": f"{words[entry['kind']]} ({words[entry['axis']]})",
            "text": str(entry["fr"]),
            "verification": words["verification"].format(verification=entry["verification"]),
            "weight": words["weight"].format(weight=entry["weight_pct"]) if entry["weight_pct"] else "",
            "basis": words["basis"].format(basis=entry["basis"]),
        }
        for entry in clause_library()
        if family in entry["families"]
    ]


def _where(page: Page) -> Pairs:
    return sorted({(key, value) for key, value in page.query if key in FILTERS and value not in ("", ANY)})


def _choice(page: Page, name: str, where: Pairs) -> Choice:
    held = dict(where).get(name)
    found = {figure.group[name] for figure in page.site.measure("contracts", (), name)}
    values = {str(value): page.site.label(name, value, page.language) for value in found if value is not None}
    if held is not None:
        values.setdefault(held, page.site.label(name, held, page.language))
    return among(page, name, by_label(values), held)


def _segments(page: Page) -> list[tuple[str, str]]:
    key = f"segment_{page.language}"
    return sorted((row[key], name) for name, row in segments().items())


def _name(page: Page, partner: str) -> str:
    return page.site.partners.get(partner, partner)
