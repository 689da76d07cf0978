"""The food chain: EGalim by buyer, what is needed and what is missing month by month, lots by counts of bidders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from gisement.catalog import texts
from gisement.catalog.texts import food_texts
from gisement.engine.food_board import Declared, declared
from gisement.publish import answers, food_board, format
from gisement.publish.food import weight
from gisement.publish.web.page import Page

RATES = ("egalim_share", "organic_share", "meat_fish_egalim_share", "food_spend")
"""Figures of each buyer, in the order of columns."""
ENOUGH, SHORT, NOTHING, HIDDEN, IDLE = "enough", "short", "nothing", "hidden", "idle"
STATES = {
    ENOUGH: "state_enough", SHORT: "state_short", NOTHING: "state_nothing", HIDDEN: "state_hidden", IDLE: "state_idle",
}  # fmt: skip
"""The text of each state of a month, in the order of the legend."""
NO_OFFER_UNDER = 0.01
"""Under this part of a need, an offer is as good as none."""
LOTS = ("lot_reason", "planned_lots_count", "lot_kg", "bidders_count", "months", "need_cents", "award_procedure")
FOLLOWED = ("food_product_name", "secured_kg", "due_kg", "delivered_kg", "price_eur_per_kg", "paid_eur_per_kg")
WORKSHOP = "workshop"
Row = dict[str, Any]


def food(page: Page) -> Response:
    """The page of the food chain."""
    gaps, lots = _rows(page, "food_gap"), _rows(page, "food_lot")
    months = sorted({row["food_month"] for row in gaps})
    year = next(page.site.served.rows("SELECT max(year) AS year FROM food_year"), {}).get("year")
    return page.render(
        "food.html.j2",
        facts=_facts(page, gaps, lots) if gaps else [],
        key=[(state, page.texts["food"][name]) for state, name in STATES.items()],
        months=[_month(month, page.language) for month in months],
        board=[_line(page, rows) for rows in _by_product(gaps)],
        lots=[_lot(page, row) for row in sorted(lots, key=_most_first)],
        year="" if year is None else str(year),
        headings=[texts(page.language)["indicators"][name]["title"] for name in RATES],
        buyers=[] if year is None else _buyers(page, str(year)),
        declared=_declared(page),
        follow=[_followed(page, row) for row in _rows(page, "food_follow")],
        about=food_texts(page.language)["boards"]["about"],
        words=food_texts(page.language)["boards"],
    )


def gaps_file(page: Page) -> Response:
    """The gap board as CSV."""
    headers = {"Content-Disposition": 'attachment; filename="food-gaps.csv"'}
    return Response(answers.to_csv(_rows(page, "food_gap")), media_type="text/csv", headers=headers)


def _rows(page: Page, table: str) -> list[Row]:
    return list(page.site.served.rows(f'SELECT * FROM "{table}" ORDER BY ALL'))


def _by_product(gaps: Sequence[Row]) -> list[list[Row]]:
    """The rows of each product, those of the largest need first, workshops last."""
    held: dict[tuple[str, str], list[Row]] = {}
    for row in gaps:
        held.setdefault((row["supply_step"], row["food_product"]), []).append(row)
    return sorted(held.values(), key=lambda rows: (rows[0]["supply_step"] == WORKSHOP, -_sum(rows, "need_kg")))


def _sum(rows: Sequence[Row], column: str) -> float:
    return float(sum(row[column] or 0.0 for row in rows))


def _facts(page: Page, gaps: Sequence[Row], lots: Sequence[Row]) -> list[tuple[str, str]]:
    words, own = page.texts["food"], [row for row in gaps if row["supply_step"] != WORKSHOP]
    allotted = [row for row in lots if row["planned_lots_count"]]
    values = {
        "fact_need": weight(_sum(own, "need_kg"), page.language),
        "fact_tied": weight(_sum(own, "tied_kg"), page.language),
        "fact_gap": weight(_sum(own, "gap_kg"), page.language),
        "fact_hidden": page.number(sum(row["gap_kg"] is None for row in own)),
        "fact_lots": page.number(len(allotted)),
        "fact_none": page.number(len(lots) - len(allotted)),
    }
    return [(words[name], value) for name, value in values.items()]


def _month(month: str, language: str) -> tuple[str, str]:
    """The short and the whole name of a month."""
    name = str(food_texts(language)["months"][int(month[-2:]) - 1])
    return name[:1].upper(), f"{name} {month[:4]}" if "-" in month else name


def _line(page: Page, rows: Sequence[Row]) -> Row:
    """A product (or workshop): its year, and the state of each month."""
    language, words = page.language, page.texts["food"]
    known = [row["gap_kg"] for row in rows if row["gap_kg"] is not None]
    hectares = [row["gap_ha"] for row in rows if row["gap_ha"] is not None]
    heads = [row["gap_heads"] for row in rows if row["gap_heads"] is not None]
    land = f"{format.number(sum(hectares), 1, language)}{format.SPACE}ha" if hectares and sum(hectares) > 0 else ""
    herd = (
        words["heads"].format(count=format.number(max(1, round(sum(heads))), language=language)) if sum(heads) else ""
    )
    step = food_texts(language)["boards"]["words"]["supply_step"][rows[0]["supply_step"]]
    hidden = len(rows) - len(known)
    return {
        "name": rows[0]["food_product_name"],
        "step": "" if rows[0]["supply_step"] == "field" else step,
        "need": weight(_sum(rows, "need_kg"), language),
        "gap": weight(sum(known), language) if known else str(food_texts(language)["boards"]["kept_back"]),
        "beyond": words["hidden_months"].format(count=page.number(hidden)) if hidden and known else "",
        "takes": land or herd,
        "months": [(state, words[STATES[state]], _short(row, state, page)) for row in rows for state in [_state(row)]],
    }


def _state(row: Row) -> str:
    if row["need_kg"] <= 0:
        return IDLE
    if row["gap_kg"] is None:
        return HIDDEN
    if row["offered_kg"] < NO_OFFER_UNDER * row["need_kg"]:
        return NOTHING
    return SHORT if row["gap_kg"] > 0 else ENOUGH


def _short(row: Row, state: str, page: Page) -> str:
    """What is missing, in tonnes, where it is known and not nothing."""
    if state not in (SHORT, NOTHING):
        return ""
    return format.number(row["gap_kg"] / 1000, 1 if row["gap_kg"] < 9950 else 0, page.language)


def _lot(page: Page, row: Row) -> Row:
    first, last = row["first_month"], row["last_month"]
    told = {**row, "months": None}
    shown = {name: food_board.cell(name, told, page.language) for name in LOTS if name != "months"}
    cents = row["need_cents"]
    shown["need_cents"] = "" if cents is None else f"{format.number(round(cents / 100), language=page.language)} €"
    if first is not None:
        names = [str(food_texts(page.language)["months"][int(month[-2:]) - 1]) for month in (first, last)]
        shown["months"] = (
            names[0] if first == last else page.texts["food"]["span"].format(first=names[0], last=names[1])
        )
    has_lots = bool(row["planned_lots_count"])
    return {
        "name": row["food_product_name"], "has_lots": has_lots, "months": "", **shown,
        "lots": _size(page, row, shown["planned_lots_count"])
        if has_lots and row["lot_kg"] is not None else shown["lot_reason"],
    }  # fmt: skip


def _most_first(row: Row) -> tuple[bool, float]:
    """What can be allotted first, the largest need first."""
    return not row["planned_lots_count"], -row["need_kg"]


def _size(page: Page, row: Row, count: str) -> str:
    return str(page.texts["food"]["lots_of"]).format(count=count, size=weight(row["lot_kg"], page.language))


def _buyers(page: Page, year: str) -> list[tuple[str, str, list[Any]]]:
    """Each buyer, its page, and its figures of the year."""
    figures = {name: page.site.measure(name, (("year", year),), "buyer") for name in RATES}
    held: dict[str, dict[str, Any]] = {}
    for name, found in figures.items():
        for figure in found:
            if figure.group["buyer"]:
                held.setdefault(str(figure.group["buyer"]), {})[name] = figure
    lines = []
    for buyer, own in held.items():
        label = page.site.name_of("buyer", buyer)
        cards = [page.card(own[name], label) if name in own else None for name in RATES]
        lines.append((label, f"{page.root}/buyers/{buyer}", cards))
    return sorted(lines, key=lambda line: line[0])


def _declared(page: Page) -> list[tuple[str, str, str, str, str]]:
    """Declared rates of the territory's departments, their regions and the country, in the last campaign read."""
    rows = _rows(page, "food_declaration")
    if not rows:
        return []
    last = max(row["year"] for row in rows if row["year"] is not None)
    places = {row["department_code"]: row["region_code"] for row in page.site.served.rows(_PLACES)}
    wanted = {"department": set(places), "region": set(places.values()), "country": {"France"}}
    found = []
    for by, groups in wanted.items():
        for one in declared([row for row in rows if row["year"] == last], by):
            if one.group in groups:
                found.append(_told(page, by, one))
    return found


_PLACES = """
SELECT DISTINCT c.department_code, c.region_code FROM commune c JOIN buyer b ON b.buyer_commune_code = c.commune_code
WHERE b.is_in_territory AND c.department_code IS NOT NULL
"""


def _told(page: Page, by: str, one: Declared) -> tuple[str, str, str, str, str]:
    name = one.group if by == "country" else page.site.label(by, one.group, page.language)
    medians = [format.percent(share, 1, page.language) for share in (one.egalim_median, one.organic_median)]
    return name, str(one.year), page.number(one.canteens), medians[0], medians[1]


def _followed(page: Page, row: Row) -> Row:
    cells = {name: food_board.cell(name, row, page.language) for name in (*FOLLOWED, "follow_state")}
    return {"holder": row["food_producer_name"], "late": row["follow_state"] != "on_track", **cells}
