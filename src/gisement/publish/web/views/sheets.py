"""Sheets of experience and of action: to search, to read, each with what the data say of it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gisement.catalog import cooperation_texts
from gisement.publish import format
from gisement.publish.web.grid import Cell, grid, number
from gisement.publish.web.methods import rendered
from gisement.publish.web.page import Page
from gisement.publish.words.renewals import segment_name
from gisement.studies.sheets import cited, sheets

KINDS = ("experience", "action")


def experiences(page: Page) -> Response:
    """Every sheet that may be read, those of a kind apart, searched by words."""
    words = cooperation_texts(page.language)
    text = page.asked("text")
    found = sheets(page.site.observatory, text=text)
    tables = [
        (kind, words["sheets"]["kinds"][kind], _table(page, kind, [r for r in found if r["sheet_kind"] == kind]))
        for kind in KINDS
    ]
    return page.render(
        "experiences.html.j2", c=words["sheets"], hub=words["hub"]["title"], tables=tables, text=text,
        is_empty=not found,
    )  # fmt: skip


def experience(page: Page) -> Response:
    """One sheet, with the contracts that it cites and the figure that tells its result."""
    kind, _, name = str(page.request.path_params["key"]).partition("-")
    found = sheets(page.site.observatory, kind)
    row = next((each for each in found if each["sheet_name"] == name), None) if kind in KINDS else None
    if row is None:
        raise page.absent()
    words = cooperation_texts(page.language)["sheets"]
    contracts = cited(page.site.observatory, row)
    lines = [
        [
            Cell(each["title"] or each["contract_id"], f"{page.root}/contracts/{each['contract_key']}"),
            Cell(format.day(each["notification_date"], page.language)),
            number(format.cents(each["amount_cents"], page.language)),
        ]
        for each in contracts
    ]
    headings = [page.texts["rows"]["object"], page.texts["contract"]["notified"], page.texts["rows"]["amount"]]
    return page.render(
        "experience.html.j2", c=words, title=row["sheet_title"], kind=words["kinds"][kind], facts=_facts(page, row),
        body=rendered(row["sheet_text"]), contracts=grid(words["contracts"], headings, lines),
        results=_results(page, row), documents=(row["documents"] or "").split("\n") if row["documents"] else [],
        segment=f"{page.root}/strengths/{row['segment']}" if row["segment"] else "",
    )  # fmt: skip


def _table(page: Page, kind: str, rows: list[dict[str, Any]]) -> Any:
    words = cooperation_texts(page.language)["sheets"]
    is_action = kind == "action"
    lines = [
        [
            Cell(row["sheet_title"], f"{page.root}/experience/{kind}-{row['sheet_name']}", _who(page, row)),
            Cell(segment_name(row["segment"], page.language)),
            Cell(words["states"].get(row["sheet_state"] or "", "") if is_action else row["responsible_role"] or ""),
            Cell(format.day(row["action_due_date"] if is_action else row["sheet_date"], page.language)),
        ]
        for row in rows
    ]
    names = ("title_heading", "segment", "state" if is_action else "contact", "due" if is_action else "date")
    return grid(words["kinds"][kind], [words[name] for name in names], lines)


def _who(page: Page, row: dict[str, Any]) -> str:
    """The working group of an action, the buyer of an experience."""
    return str(row["group_name"] or page.site.partners.get(row["buyer_siren"] or "", row["buyer_siren"] or ""))


def _facts(page: Page, row: dict[str, Any]) -> list[tuple[str, str]]:
    words = cooperation_texts(page.language)["sheets"]
    told = (
        ("who", _who(page, row)), ("segment", segment_name(row["segment"], page.language)),
        ("contact", row["responsible_role"]), ("state", words["states"].get(row["sheet_state"] or "", "")),
        ("date", format.day(row["sheet_date"], page.language)),
        ("due", format.day(row["action_due_date"], page.language) if row["action_due_date"] else ""),
        ("decision", row["group_decision"]),
    )  # fmt: skip
    return [(words[name], str(value)) for name, value in told if value]


def _results(page: Page, row: dict[str, Any]) -> list[Any]:
    """The figure that the sheet names, for its buyer and segment, then for its buyer alone."""
    name = row["indicator_name"]
    if not name:
        return []
    buyer = [("buyer", row["buyer_siren"])] if row["buyer_siren"] else []
    segment = [("segment", row["segment"])] if row["segment"] else []
    wheres = [pairs for pairs in ([*buyer, *segment], buyer, segment) if pairs]
    found = dict.fromkeys(tuple(pairs) for pairs in wheres)
    return [
        (", ".join(page.site.label(k, v, page.language) for k, v in pairs), page.card_of(name, *pairs))
        for pairs in list(found)[:2]
    ]
