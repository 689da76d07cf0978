"""The rows behind a figure, and one contract: its published record, what was found in it, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from gisement.catalog import cooperation_texts, texts
from gisement.catalog.segments import segments
from gisement.catalog.texts import food_texts
from gisement.engine.protected import NOT_SHOWN
from gisement.engine.public import REMAINDER
from gisement.engine.row_sheet import SORTS, RowPage
from gisement.engine.served import PERSON
from gisement.pipeline import indicator_named
from gisement.publish import format
from gisement.publish.web import choices
from gisement.publish.web.address import ANY, address, chosen, perimeter
from gisement.publish.web.grid import suggestions
from gisement.publish.web.page import Page, weighed
from gisement.publish.words.checks import values
from gisement.terms import KILOGRAMS, Figure, Indicator, Trouble, Verdict

PER_PAGE = 50
DESTINATIONS = ("inside", "outside", "place_unknown", "need_unknown", "medical")
"""What the local share says of a published sum."""
OWN = ("verdict", "sort", "q", "page")


FOOD_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "food_balance": ("product", "stage", "part_of_need", "month", "quantity"),
    "food_origin": ("place", "producers", "stage", "year", "quantity"),
    "circular_purchase": ("product_family", "matter", "declarant", "year", "amount"),
    "food_declaration": ("sectors", "canteen", "place", "year", "declared"),
}
"""Headings of the rows of each table, as keys of the texts."""
HEADINGS = ("object", "supplier", "buyer", "date", "amount")


@dataclass(frozen=True)
class RowShown:
    """A row as a table shows it."""

    date: str
    buyer: str
    buyer_page: str
    suppliers: tuple[tuple[str, str], ...]
    title: str
    contract_page: str
    amount: str
    left: str


def rows(page: Page) -> Response:
    """A page of the rows of one verdict; their sum over all pages is the figure's."""
    return _rows(page, indicator_named(str(page.request.path_params["name"])), page.texts["rows"]["title"])


def contracts(page: Page) -> Response:
    """All contracts: the rows of their number."""
    return _rows(page, indicator_named("contracts"), page.texts["rows"]["contracts"])


def _rows(page: Page, indicator: Indicator, title: str) -> Response:
    pairs = chosen(indicator, page.query)
    if any(value == ANY for _, value in page.query):
        own = {key: page.asked(key) for key in OWN}
        return RedirectResponse(address(page.request.url.path, pairs, **own), status_code=303)
    verdict, asked = _verdict(page), _asked(page)
    figure = page.site.figure(indicator.name, *pairs)
    found = page.site.served.row_page(indicator, perimeter(pairs), verdict, asked)
    card = page.card(figure)
    path = page.request.url.path
    state = {"sort": asked.sort, "q": asked.text}
    number = asked.offset // PER_PAGE + 1
    has_more = len(found) > PER_PAGE
    return page.render(
        "rows_part.html.j2" if page.request.headers.get("hx-request") else "rows.html.j2",
        title=title.format(title=card.shown.title),
        card=card,
        perimeter=choices.told(page, indicator, pairs),
        filters=choices.filters(page, indicator, pairs),
        kept=[(key, value) for key, value in pairs if key not in choices.FILTERS],
        verdicts=[
            (row, address(path, pairs, verdict=row.verdict, **state), row.verdict == str(verdict))
            for row in card.verdicts
        ],
        verdict=str(verdict),
        rows=[_food_row(page, row) for row in found[:PER_PAGE]]
        if indicator.table in FOOD_HEADINGS
        else _shown(page, indicator, found[:PER_PAGE]),
        is_hidden=figure.secrecy == NOT_SHOWN,
        headings=[page.texts["rows"][name] for name in FOOD_HEADINGS.get(indicator.table, HEADINGS)],
        adds_up=_adds_up(page, indicator, figure, verdict, asked.text),
        sorts=[(name, page.texts["rows"][name], name == asked.sort) for name in SORTS],
        text=asked.text,
        number=page.texts["rows"]["page"].format(page=format.number(number, language=page.language)),
        previous=address(path, pairs, verdict=str(verdict), page=number - 1, **state) if number > 1 else "",
        next=address(path, pairs, verdict=str(verdict), page=number + 1, **state) if has_more else "",
        files=[
            (kind, address(f"/api/rows/{indicator.name}", pairs, verdict=str(verdict), format=kind))
            for kind in ("csv", "json", "parquet")
        ],
        action=path,
    )


def contract(page: Page) -> Response:
    """One contract: what was published, what was read of it, what was found and done."""
    served = page.site.served
    found = served.contract(str(page.request.path_params["key"]))
    if found is None:
        raise page.absent()
    records = served.records(found["contract_key"])
    findings = served.findings_of([found["record_hash"], *(record["record_hash"] for record in records)])
    holders = served.holders([found["contract_key"]])
    return page.render(
        "contract.html.j2",
        title=found["title"] or page.texts["rows"]["no_title"],
        facts=_facts(page, found),
        notes=_notes(page, found, holders),
        buyer=(found["buyer_name"] or found["buyer_id"], f"{page.root}/buyers/{found['buyer_id']}"),
        holders=[(*_supplier(page, holder), format.cents(holder["amount_cents"], page.language)) for holder in holders],
        amendments=[_amendment(page, row) for row in served.amendments(found["contract_key"])],
        findings=[_finding(page, row) for row in findings],
        beside=cooperation_texts(page.language)["sheets"]["beside"],
        sheets=suggestions(page, page.site.served.sheets(segment=found["segment"] or "")),
        records=[(page.site.observatory.file_of(record["snapshot"]), _fields(record)) for record in records],
    )


def _verdict(page: Page) -> Verdict:
    asked = page.asked("verdict", "part")
    if asked not in set(Verdict):
        allowed = ", ".join(Verdict)
        raise Trouble(
            fr=f"« {asked} » n'est pas un verdict : choisir parmi {allowed}.",
            en=f"'{asked}' is not a verdict: choose among {allowed}.",
        )
    return Verdict(asked)


def _asked(page: Page) -> RowPage:
    sort, number = page.asked("sort", "newest"), page.asked("page", "1")
    if sort not in SORTS or not number.isascii() or not number.isdigit() or not 0 < int(number) < 10**7:
        raise Trouble(
            fr=f"Ordre ou page inconnus : les ordres sont {', '.join(SORTS)}, les pages vont de 1 à la dernière.",
            en=f"Unknown order or page: orders are {', '.join(SORTS)}, pages go from 1 to the last one.",
        )
    # one more than shown says whether there is a next page
    return RowPage(sort, PER_PAGE + 1, (int(number) - 1) * PER_PAGE, page.asked("q").strip()[:200])


def _adds_up(page: Page, indicator: Indicator, figure: Figure, verdict: Verdict, text: str) -> str:
    words = page.texts["rows"]
    if figure.secrecy == NOT_SHOWN:
        return str(page.texts["figures"]["secret"])
    if text:
        return str(words["filtered"]).format(text=text)
    sum_of_verdict = weighed(figure, getattr(figure.sums, verdict), page.language)
    return str(words["made_of" if indicator.kind == "model" else "adds_up"]).format(sum=sum_of_verdict)


def _shown(page: Page, indicator: Indicator, found: list[dict[str, Any]]) -> list[RowShown]:
    by_contract: dict[str, list[tuple[str, str]]] = {}
    if indicator.table == "contract":
        for holder in page.site.served.holder_names([row["contract_key"] for row in found]):
            by_contract.setdefault(holder["contract_key"], []).append(_supplier(page, holder))
    known = page.site.served.names("buyer")
    return [
        RowShown(
            date=_date(page, row),
            buyer=row["buyer_name"] or row["buyer_id"] or _no_buyer(page, row),
            buyer_page=f"{page.root}/buyers/{row['buyer_id']}" if row["buyer_id"] in known else "",
            suppliers=tuple(by_contract.get(row["contract_key"], ())) or (_supplier(page, row),),
            title=_title(page, row),
            contract_page=f"{page.root}/contracts/{row['contract_key']}" if row["contract_key"] else "",
            amount=format.cents(row["amount_cents"], page.language),
            left=_left(page, row),
        )
        for row in found
    ]


def _no_buyer(page: Page, row: dict[str, Any]) -> str:
    """What stands for a buyer that a row does not tell: a published sum leaves it out so that more can be shown."""
    return str(page.texts["rows"]["every_buyer"] if "destination" in row else page.texts["figures"]["missing"])


def _left(page: Page, row: dict[str, Any]) -> str:
    words, date = page.texts["contract"], format.day(page.site.as_of_date, page.language)
    if row.get("months_left") is None or row["contract_key"] is None:
        return ""
    return str(words["remaining" if row["months_left"] else "over"]).format(
        count=format.number(row["months_left"], language=page.language), date=date
    )


def _date(page: Page, row: dict[str, Any]) -> str:
    """The day of a row; of a published sum, its year."""
    if "destination" in row:
        return "" if row["year"] is None else str(row["year"])
    return format.day(row["notification_date"], page.language)


def _title(page: Page, row: dict[str, Any]) -> str:
    """The object of a row; of a published sum, what it is the sum of."""
    if row.get("purchase_key") == REMAINDER:
        return str(page.texts["rows"]["remainder"])
    if "destination" in row:
        told = [(name, row[name]) for name in ("family", "segment", "size_class") if row[name] is not None]
        words = page.texts["destinations"]
        where = [words[row["destination"]]] if row["destination"] in DESTINATIONS else []
        names = [*(page.site.label(name, value, page.language) for name, value in told), *where]
        return ", ".join(names) or str(page.texts["rows"]["whole"])
    return str(row["contract_title"] or _kind_of_food(page, row) or page.texts["rows"]["no_title"])


def _kind_of_food(page: Page, row: dict[str, Any]) -> str:
    """The family and label of a food purchase whose product is not told; nothing for another row."""
    names = [page.site.label(key, row[key], page.language) for key in ("food_family", "food_label") if row.get(key)]
    return ", ".join(names)


def _supplier(page: Page, row: dict[str, Any]) -> tuple[str, str]:
    """The name of a supplier and its page; neither for a natural person."""
    identifier, words = row.get("supplier_id"), page.texts["rows"]
    if "destination" in row:
        return str(words["several"]), ""
    if "food_family" in row:
        return row["supplier_name"] or str(words["untold_supplier"]), ""
    if identifier is None:
        return str(words["no_supplier"]), ""
    if str(identifier).startswith(PERSON):
        return str(words["person"]), ""
    return row["supplier_name"] or str(identifier), f"{page.root}/suppliers/{identifier}"


def _facts(page: Page, row: dict[str, Any]) -> list[tuple[str, str]]:
    words, language = page.texts["contract"], page.language
    states = texts(language)["states"]
    months = row["duration_months"]
    segment = segments().get(row["segment"] or "", {}).get(f"segment_{language}")
    facts = [
        (words["amount"], format.cents(row["amount_cents"], language)),
        (words["initial"], format.cents(row["amount_cents_initial"], language) if row["amendments_count"] else ""),
        (words["reported"], row["amount_reported"] if row["amount_reason"] else ""),
        (words["notified"], format.day(row["notification_date"], language)),
        (words["duration"], f"{months} {words['months']}" if months else format.not_known(language)),
        (words["ends"], f"{format.day(row['end_date'], language)} ({_left(page, row)})" if row["end_date"] else ""),
        (words["need"], segment or page.texts["figures"]["missing"]),
        (words["cpv"], row["cpv_code"] or format.not_known(language)),
        (words["procedure"], row["procurement_method_details"] or format.not_known(language)),
        (words["offers"], format.number(row["offers_count"], language=language)),
        (words["social"], states.get(row["social_state"], "")),
        (words["environment"], states.get(row["environmental_state"], "")),
        (words["kind"], row["contract_nature"] or ""),
        (words["identifier"], row["contract_id"] or ""),
    ]
    return [(name, str(value)) for name, value in facts if value]


def _notes(page: Page, row: dict[str, Any], holders: list[dict[str, Any]]) -> list[str]:
    words, reasons = page.texts["contract"], texts(page.language)["amount_reasons"]
    notes = []
    if row["amount_reason"]:
        notes.append(words["set_aside"].format(reason=reasons.get(row["amount_reason"], row["amount_reason"])))
    if row["is_concession"]:
        notes.append(words["concession"])
    elif row["is_framework"] and row["amount_cents"] is not None:
        notes.append(words["ceiling"])
    if len(holders) > 1:
        notes.append(words["joint"])
    return notes


def _amendment(page: Page, row: dict[str, Any]) -> tuple[str, str, str]:
    return (
        format.day(row["amendment_date"], page.language),
        row["amendment_title"] or page.texts["contract"]["amendment"],
        format.cents(row["amount_cents"], page.language) if row["amount_cents"] is not None else "",
    )


def _finding(page: Page, row: dict[str, Any]) -> tuple[str, str, str, str]:
    words, (reported, kept) = texts(page.language), values(row, page.language)
    return (
        str(words["findings"].get(row["rule"], row["rule"])),
        reported or "",
        kept or "",
        str(words["actions"].get(row["action"], row["action"])),
    )


def _fields(record: dict[str, Any]) -> list[tuple[str, str]]:
    """What the record says, field by field, under the names of the file."""
    own = {"decision", "decision_rule", "record_hash", "position", "snapshot", "has_lost_letters"}
    return [
        (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in record.items()
        if name not in own and value not in (None, [])
    ]


def _food_row(page: Page, row: Mapping[str, Any]) -> RowShown:
    """A part of a need, an offer, a declaration, or what a buyer counts of one origin of the matter."""
    marks = {"declaration_id": _declared, "offer_g": _origin, "matter_origin": _circular}
    laid = next((held for mark, held in marks.items() if mark in row), _need_part)
    found = laid(page, row)
    return RowShown(buyer_page="", contract_page="", left="", **found)


def _need_part(page: Page, row: Mapping[str, Any]) -> dict[str, Any]:
    words = texts(page.language)
    return {
        "title": row["food_product_name"],
        "suppliers": ((words["options"]["supply_stage"]["values"][row["supply_stage"]], ""),),
        "buyer": words["values"]["need_part"][row["need_part"]],
        "date": row["food_month"],
        "amount": format.weight(row["need_g"] / KILOGRAMS.divisor, page.language),
    }


def _origin(page: Page, row: Mapping[str, Any]) -> dict[str, Any]:
    grams, count = row["offer_g"], row["producers_count"]
    words = food_texts(page.language)["boards"]
    return {
        "title": page.site.label("department", row["supplier_department_code"], page.language),
        "suppliers": ((words["few"] if count is None else page.number(count), ""),),
        "buyer": words["words"]["supply_step"]["field"],
        "date": "" if row["year"] is None else str(row["year"]),
        "amount": words["kept_back"] if grams is None else format.weight(grams / KILOGRAMS.divisor, page.language),
    }


def _circular(page: Page, row: Mapping[str, Any]) -> dict[str, Any]:
    amount = row["amount_cents"]
    return {
        "title": row["product_family"],
        "suppliers": ((page.site.label("matter_origin", row["matter_origin"], page.language), ""),),
        "buyer": page.site.label("declarant", row["declarant_siren"], page.language),
        "date": str(row["year"]),
        "amount": page.texts["figures"]["missing"] if amount is None else format.cents(amount, page.language),
    }


def _declared(page: Page, row: Mapping[str, Any]) -> dict[str, Any]:
    shares = [
        format.percent(row[name], 1, page.language) for name in ("declared_egalim_share", "declared_organic_share")
    ]
    department = row["department_code"]
    return {
        "title": row["canteen_sectors"] or page.texts["figures"]["missing"],
        "suppliers": ((row["canteen_siret"] or page.texts["figures"]["missing"], ""),),
        "buyer": page.site.label("department", department, page.language),
        "date": "" if row["year"] is None else str(row["year"]),
        "amount": page.texts["food"]["declared_shares"].format(egalim=shares[0], organic=shares[1]),
    }
