"""The food chain: EGalim by buyer, what is needed and what is missing month by month, lots by counts of bidders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gisement.catalog import parameter, texts
from gisement.catalog.texts import food_texts
from gisement.pipeline import shown_at
from gisement.publish import answers, format
from gisement.publish.format import weight
from gisement.publish.web.address import address
from gisement.publish.web.drawings.maps import offer_drawing
from gisement.publish.web.page import Card, Page
from gisement.publish.words.food import boards as food_board

RATES = {
    "egalim_share": "of_egalim", "organic_share": "of_organic", "meat_fish_egalim_share": "of_meat",
    "food_spend": "of_spend",
}  # fmt: skip
"""Figures of each buyer, in the order of columns, and the heading of each as a key of the texts."""
ENOUGH, SHORT, NOTHING, HIDDEN, IDLE = "enough", "short", "nothing", "hidden", "idle"
STATES = {
    ENOUGH: "state_enough", SHORT: "state_short", NOTHING: "state_nothing", HIDDEN: "state_hidden", IDLE: "state_idle",
}  # fmt: skip
"""The text of each state of a month, in the order of the legend."""
STAGES: dict[str, tuple[str, ...]] = {
    "production": ("field", "storage"), "workshop": ("workshop",), "kitchen": ("kitchen",), "delivery": ("delivery",),
}  # fmt: skip
"""The steps that each part of the board shows."""
LEADS = {
    "production": "lead_production", "workshop": "lead_workshop", "kitchen": "lead_kitchen",
    "delivery": "lead_delivery",
}  # fmt: skip
"""What each part tells, as a key of the texts."""
HEADINGS = {"production": "of_product", "workshop": "of_workshop", "kitchen": "of_canteen", "delivery": "of_product"}
"""What a line of each part is, as a key of the texts."""
FIRST_ROWS = 8
"""Lines shown before one asks for all of them."""
NO_OFFER_UNDER = 0.01
"""Under this part of a need, an offer is as good as none."""
LOTS = ("lot_reason", "planned_lots_count", "lot_kg", "bidders_count", "award_procedure")
FOLLOWED = ("food_product_name", "secured_kg", "due_kg", "delivered_kg", "price_eur_per_kg", "paid_eur_per_kg")
Row = dict[str, Any]


def food(page: Page) -> Response:
    """The page of the food chain."""
    gaps, lots, stage = _rows(page, "food_gap"), _rows(page, "food_lot"), _stage(page)
    months = sorted({row["food_month"] for row in gaps})
    board, values = _board(page, gaps, stage, months), _by_name(page, "food_need_value")
    allotted = [_lot(page, row, values) for row in sorted(lots, key=_most_first)]
    year = next(page.site.served.rows("SELECT max(year) AS year FROM food_year"), {}).get("year")
    return page.render(
        "food.html.j2",
        facts=[page.card_of(name) for name in shown_at("food/volumes")] if gaps else [],
        key=[(state, page.texts["food"][name]) for state, name in STATES.items()],
        stages=_stages(page, gaps, stage),
        stage_lead=page.texts["food"][LEADS[stage]],
        assumption=_assumption(page) if stage == "production" else "",
        months=[_month(month, page.language) for month in months],
        heading=page.texts["food"][HEADINGS[stage]],
        has_land=stage == "production",
        board=board[:FIRST_ROWS],
        others=board[FIRST_ROWS:],
        offers=offer_drawing(page) if gaps else None,
        sourcing=[_sourcing(row, page.language) for row in _rows(page, "food_prior")] if gaps else [],
        lots=allotted[:FIRST_ROWS],
        other_lots=allotted[FIRST_ROWS:],
        year="" if year is None else str(year),
        headings=[page.texts["food"][heading] for heading in RATES.values()],
        buyers=[] if year is None else _buyers(page, str(year)),
        declared=_declared(page),
        follow=[_followed(page, row) for row in _rows(page, "food_follow")],
        about=food_texts(page.language)["boards"]["about"],
        words=food_texts(page.language)["boards"],
    )


def _stage(page: Page) -> str:
    asked = page.asked("stage", "production")
    return asked if asked in STAGES else "production"


def _stages(page: Page, gaps: Sequence[Row], stage: str) -> list[tuple[str, str, bool]]:
    """The parts of the board that have rows: name, address, whether it is shown."""
    held = {row["supply_step"] for row in gaps}
    names = texts(page.language)["options"]["supply_stage"]["values"]
    return [
        (
            str(names[one]),
            address(f"{page.root}/food", [], stage="" if one == "production" else one) + "#gaps",
            one == stage,
        )
        for one, steps in STAGES.items()
        if held & set(steps)
    ]


def _assumption(page: Page) -> str:
    """The growth that what is within reach in three years rests on."""
    percent = page.number(int(parameter("food_three_year_growth_pct")))
    return str(page.texts["food"]["assumption"]).format(percent=percent)


def _board(page: Page, gaps: Sequence[Row], stage: str, months: Sequence[str]) -> list[Row]:
    """The lines of a stage, with the figures of the need and of the gap of each."""
    rows = [row for row in gaps if row["supply_step"] in STAGES[stage]]
    where = () if stage == "production" else (("supply_stage", stage),)
    cards = [_by_name(page, name, where) for name in ("food_need", "food_gap")]
    return [_line(page, held, months, *cards) for held in _by_product(rows)]


def _by_name(page: Page, name: str, where: tuple[tuple[str, str], ...] = ()) -> dict[str, Card]:
    """The card of a figure for each product (workshop, canteen)."""
    found = page.site.measure(name, where, "food_product")
    return {str(figure.group["food_product"]): page.card(figure) for figure in found}


def gaps_file(page: Page) -> Response:
    """The gap board as a CSV to keep, in the language of the page."""
    return _file(page, "food_gap", "food-gaps.csv")


def lots_file(page: Page) -> Response:
    """The lots of the food plan as a CSV to keep, in the language of the page."""
    return _file(page, "food_lot", "food-lots.csv")


def _file(page: Page, table: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(answers.to_csv(_rows(page, table)), media_type="text/csv", headers=headers)


def _rows(page: Page, table: str) -> list[Row]:
    return list(page.site.served.rows(f'SELECT * FROM "{table}" ORDER BY ALL'))


def _by_product(gaps: Sequence[Row]) -> list[list[Row]]:
    """The rows of each product, those of the largest need first."""
    held: dict[str, list[Row]] = {}
    for row in gaps:
        held.setdefault(row["food_product"], []).append(row)
    return sorted(held.values(), key=lambda rows: -_sum(rows, "need_kg"))


def _sum(rows: Sequence[Row], column: str) -> float:
    return float(sum(row[column] or 0.0 for row in rows))


def _month(month: str, language: str) -> tuple[str, str]:
    """The short and the whole name of a month."""
    name = str(food_texts(language)["months"][int(month[-2:]) - 1])
    return name[:1].upper(), f"{name} {month[:4]}" if "-" in month else name


def _line(
    page: Page, rows: Sequence[Row], every: Sequence[str], needed: Mapping[str, Card], missing: Mapping[str, Card]
) -> Row:  # fmt: skip
    """A product (workshop, canteen): its figures of the year, and the state of each month."""
    product = rows[0]["food_product"]
    months = {row["food_month"]: row for row in rows}
    step = food_texts(page.language)["boards"]["words"]["supply_step"][rows[0]["supply_step"]]
    return {
        "name": rows[0]["food_product_name"],
        "step": step if rows[0]["supply_step"] == "storage" else "",
        "need": needed.get(product),
        "gap": missing.get(product),
        "takes": _takes(page, rows),
        "months": [_month_cell(page, months.get(month)) for month in every],
    }  # fmt: skip


def _month_cell(page: Page, row: Row | None) -> tuple[str, str, str]:
    """The state of a month, in a word for the style and in words, and what is missing."""
    state = IDLE if row is None else _state(row)
    return state, str(page.texts["food"][STATES[state]]), "" if row is None else _short(row, state, page)


def _takes(page: Page, rows: Sequence[Row]) -> str:
    """The land or the herd that the known gap would take."""
    hectares, heads = _sum(rows, "gap_ha"), _sum(rows, "gap_heads")
    if hectares > 0:
        return f"{format.number(hectares, 1, page.language)}{format.SPACE}ha"
    count = format.number(max(1, round(heads)), language=page.language)
    return str(page.texts["food"]["heads"].format(count=count)) if heads else ""


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


def _sourcing(row: Row, language: str) -> list[str]:
    """Who could be asked for a product: counts, as texts."""
    return [food_board.cell(name, row, language) for name in food_board.SHOWN["sourcing"]]


def _lot(page: Page, row: Row, values: Mapping[str, Card]) -> Row:
    first, last = row["first_month"], row["last_month"]
    shown = {name: food_board.cell(name, row, page.language) for name in LOTS}
    if first is not None:
        names = [str(food_texts(page.language)["months"][int(month[-2:]) - 1]) for month in (first, last)]
        shown["months"] = (
            names[0] if first == last else page.texts["food"]["span"].format(first=names[0], last=names[1])
        )
    has_lots = bool(row["planned_lots_count"])
    return {
        "name": row["food_product_name"], "has_lots": has_lots, "value": values.get(row["food_product"]),
        "months": "", "areas": row["lot_areas"] or "", **shown,
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


def _declared(page: Page) -> list[tuple[str, list[Card]]]:
    """How many canteens reach the two aims, by their declarations of the last campaign: here, in the region, in all."""
    last = next(page.site.served.rows("SELECT max(year) AS year FROM food_declaration"), {}).get("year")
    if last is None:
        return []
    year = ("year", str(last))
    lines: dict[str, dict[str, Card]] = {}
    for aim in AIMS:
        for key, codes in _here(page).items():
            for figure in page.site.measure("canteens_reaching_share", (("aim", aim), year), key):
                if figure.group[key] in codes:
                    name = figure.labels.get(key, str(figure.group[key]))
                    lines.setdefault(f"{name}, {last}", {})[aim] = page.card(figure)
        everyone = lines.setdefault(f"{page.texts['food']['everyone']}, {last}", {})
        everyone[aim] = page.card_of("canteens_reaching_share", ("aim", aim), year)
    return [(name, list(cards.values())) for name, cards in lines.items()]


def _here(page: Page) -> dict[str, set[str]]:
    """The departments and regions of the territory's buyers, under the keys of canteens."""
    places = list(page.site.served.rows(_PLACES))
    names = {"canteen_department": "department_code", "canteen_region": "region_code"}
    return {key: {row[column] for row in places} for key, column in names.items()}


_PLACES = """
SELECT DISTINCT c.department_code, c.region_code FROM commune c JOIN buyer b ON b.buyer_commune_code = c.commune_code
WHERE b.is_in_territory AND c.department_code IS NOT NULL AND c.region_code IS NOT NULL
"""
AIMS = ("egalim", "organic")


def _followed(page: Page, row: Row) -> Row:
    cells = {name: food_board.cell(name, row, page.language) for name in (*FOLLOWED, "follow_state")}
    return {"holder": row["food_producer_name"], "late": row["follow_state"] != "on_track", **cells}
