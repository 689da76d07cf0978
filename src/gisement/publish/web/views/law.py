"""What the law asks, rule by rule and buyer by buyer: the four answers, never merged, and the rows of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gisement.catalog import texts
from gisement.catalog.law import legal_texts
from gisement.pipeline import RULES, rule_named
from gisement.publish import format
from gisement.publish.web.address import address
from gisement.publish.web.choices import partner_asked, partner_choice
from gisement.publish.web.page import Page
from gisement.publish.words import law as told
from gisement.studies import law as engine
from gisement.studies.strengths import partner_of
from gisement.terms import Outcome, Perimeter, Rule

PER_PAGE = 50
ORDER = (Outcome.MET, Outcome.NOT_MET, Outcome.INDETERMINABLE, Outcome.NOT_APPLICABLE)
FIRST_SHOWN = (Outcome.NOT_MET, Outcome.INDETERMINABLE, Outcome.MET, Outcome.NOT_APPLICABLE)
"""Which rows a rule shows where none are asked for: those that ask for something to be done."""


def law(page: Page) -> Response:
    """Every rule with its article and date, and how many rows have each outcome, of one buyer or of all."""
    buyer = partner_asked(page)
    return page.render(
        "law.html.j2",
        rules=[_line(page, rule, buyer) for rule in RULES],
        choice=partner_choice(page, buyer),
        outcomes=[str(texts(page.language)["law"]["outcomes"][outcome]) for outcome in ORDER],
        takeaway=_takeaway(page, buyer),
        about=texts(page.language)["law"]["about"],
    )


def _takeaway(page: Page, buyer: str) -> str:
    """How many rules some case does not meet, how many are met wherever they can be judged, and the rest."""
    sums = [_sums(page.site.outcomes(each.name, buyer)) for each in RULES]
    not_met = sum(1 for one in sums if one[Outcome.NOT_MET])
    met = sum(1 for one in sums if one[Outcome.MET] and not one[Outcome.NOT_MET])
    counts = {"count": len(sums), "not_met": not_met, "met": met, "silent": len(sums) - not_met - met}
    return str(page.texts["law"]["takeaway"]).format(**{name: page.number(each) for name, each in counts.items()})


def rule(page: Page) -> Response:
    """One rule: its text, its answers and their reasons, by buyer, and a page of the rows of one answer."""
    name = str(page.request.path_params["name"])
    if name not in legal_texts():
        raise page.absent()
    found, buyer, number = rule_named(name), partner_asked(page), page.page_number
    counts = page.site.outcomes(name, buyer)
    chosen = _outcome(page, counts)
    perimeter = Perimeter({"buyer": (buyer,)} if buyer else {})
    rows = list(engine.rows_of(page.site.observatory, found, perimeter, chosen, PER_PAGE + 1, (number - 1) * PER_PAGE))
    path, pairs = f"{page.root}/law/{name}", [("buyer", buyer)] if buyer else []
    words = texts(page.language)["law"]
    return page.render(
        "rule.html.j2",
        **_about(page, name),
        reasons=[(_said(page, one), page.number(one["rows"]), words["reasons"][one["reason"]]) for one in counts],
        outcomes=[str(words["outcomes"][outcome]) for outcome in ORDER],
        buyers=_by_buyer(page, found) if not buyer else [],
        buyer=page.site.partners.get(partner_of(buyer), buyer),
        whole=path,
        tabs=[
            (str(words["outcomes"][outcome]), page.number(count), address(path, [*pairs, ("outcome", str(outcome))]),
             outcome == chosen)
            for outcome, count in _sums(counts).items() if count
        ],
        rows=[_row(page, row) for row in rows[:PER_PAGE]],
        command=_command(page, found, chosen),
        unpaid=_unpaid(page, found),
        number=page.texts["rows"]["page"].format(page=page.number(number)),
        previous=address(path, [*pairs, ("outcome", str(chosen))], page=number - 1) if number > 1 else "",
        next=address(path, [*pairs, ("outcome", str(chosen))], page=number + 1) if len(rows) > PER_PAGE else "",
        about_law=words["about"],
    )  # fmt: skip


def _unpaid(page: Page, found: Rule) -> str:
    """That a rule is judged here without the payments, which partners do not publish; empty where it is not."""
    return str(page.texts["law"]["unpaid"]) if found.reads_payments and not page.site.served.partner else ""


def _command(page: Page, found: Rule, chosen: Outcome) -> str:
    """The command that lists the rows, and whether it reads more than this page does."""
    command = f"gisement law {found.name} --outcome {chosen} --format csv"
    return str(page.texts["law"]["command_paid" if _unpaid(page, found) else "command"]).format(command=command)


def _line(page: Page, found: Rule, buyer: str) -> dict[str, Any]:
    sums, path = _sums(page.site.outcomes(found.name, buyer)), f"{page.root}/law/{found.name}"
    pairs = [("buyer", buyer)] if buyer else []
    return {
        **_about(page, found.name),
        "page": address(path, pairs),
        "cells": [
            (page.number(count) if count else "", address(path, [*pairs, ("outcome", str(outcome))]),
             str(texts(page.language)["law"]["outcomes"][outcome]))
            for outcome, count in sums.items()
        ],
        "why": str(texts(page.language)["law"]["reasons"][found.why]) if not found.table else "",
        "unpaid": _unpaid(page, found),
    }  # fmt: skip


def _about(page: Page, name: str) -> dict[str, Any]:
    """The sentence, the article, the date, and whether the text is still to be checked."""
    legal = told.described(rule_named(name), (), page.language)
    since = texts(page.language)["law"]["since"].format(
        text=legal["text"], day=format.day(legal["since"], page.language)
    )
    return {"title": legal["title"], "since": since, "to_check": legal["to_check"]}


def _by_buyer(page: Page, found: Rule) -> list[dict[str, Any]]:
    """One line per buyer, in the order of names: how many rows have each outcome."""
    held: dict[str, dict[str, int]] = defaultdict(dict)
    for one in engine.outcomes_by_buyer(page.site.observatory, found, Perimeter()):
        held[str(one["buyer"])][one["outcome"]] = one["rows"]
    path = f"{page.root}/law/{found.name}"
    lines = [
        {
            "title": page.site.partners.get(partner_of(buyer), buyer),
            "page": address(path, [("buyer", buyer)]),
            "cells": [
                (page.number(counts[outcome]) if outcome in counts else "",
                 address(path, [("buyer", buyer), ("outcome", str(outcome))]),
                 str(texts(page.language)["law"]["outcomes"][outcome]))
                for outcome in ORDER
            ],
        }
        for buyer, counts in held.items()
    ]  # fmt: skip
    return sorted(lines, key=lambda line: str(line["title"]))


def _row(page: Page, row: Mapping[str, Any]) -> dict[str, str]:
    key, year, day = row.get("contract_key"), row.get("year"), row.get("notification_date")
    return {
        "title": str(row.get("title") or (page.texts["rows"]["no_title"] if key else year)),
        "page": f"{page.root}/contracts/{key}" if key else "",
        "buyer": str(row["buyer_name"] or row["buyer_id"] or page.texts["figures"]["missing"]),
        "date": format.day(day, page.language) if day else str(year or ""),
        "reason": str(texts(page.language)["law"]["reasons"][row["reason"]]),
    }


def _sums(counts: Sequence[Mapping[str, Any]]) -> dict[Outcome, int]:
    return {outcome: sum(one["rows"] for one in counts if one["outcome"] == outcome) for outcome in ORDER}


def _outcome(page: Page, counts: Sequence[Mapping[str, Any]]) -> Outcome:
    """The answer whose rows are asked for; else the first one that has any."""
    asked = page.asked("outcome")
    if asked in {str(outcome) for outcome in Outcome}:
        return Outcome(asked)
    sums = _sums(counts)
    return next((outcome for outcome in FIRST_SHOWN if sums[outcome]), Outcome.INDETERMINABLE)


def _said(page: Page, one: Mapping[str, Any]) -> str:
    return str(texts(page.language)["law"]["outcomes"][one["outcome"]])
