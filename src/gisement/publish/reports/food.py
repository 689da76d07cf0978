"""`report food`: EGalim by buyer, what is needed and missing, lots by counts of possible bidders, declared rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import parameter, report_texts, texts
from gisement.catalog.texts import food_texts
from gisement.publish.format import weight
from gisement.publish.reports.chapters import table
from gisement.publish.reports.document import (
    Block,
    Bullets,
    Cover,
    Heading,
    Line,
    Paragraph,
    Report,
    Sentence,
    WordTable,
)
from gisement.publish.reports.laying import quoting
from gisement.publish.reports.quality import annexes
from gisement.publish.reports.reading import Reading, year_range
from gisement.publish.words import food_chain as food_board
from gisement.studies.food.boards import BOARDS

RATES = ("egalim_share", "organic_share", "meat_fish_egalim_share", "food_spend")
VOLUMES = ("food_need", "food_gap", "food_reachable_share")
"""What is told of each product."""
AIMS, REGION = ("egalim", "organic"), "canteen_region"
MOST = 40
Row = dict[str, Any]


def food(reading: Reading) -> Report:
    """The report of the food chain: figures of what was bought, then the boards of what is needed. No producer."""
    words = report_texts()["food"]
    years = reading.lines("food_spend", "year")
    subtitle = f"{reading.places.territory}, {year_range(years)}" if years else reading.places.territory
    return reading.report(
        "food",
        Cover(words["title"], subtitle, _headline(reading, years), None, None, None),
        blocks=(
            *_rates(reading, years),
            *_declared(reading),
            *_gaps(reading),
            *_lots(reading),
            *_limits(),
            *annexes(reading),
        ),
        contents=False,
    )


def _headline(reading: Reading, years: Sequence[Line]) -> Sentence | None:
    """The share of durable and quality products of the last year, all canteens together."""
    if not years:
        return None
    year = years[-1].label
    figures = {name: reading.figure(f"{name}_share", year=year) for name in ("egalim", "organic")}
    return quoting(report_texts()["food"]["headline"], {"year": year}, **figures)


def _rates(reading: Reading, years: Sequence[Line]) -> list[Block]:
    words = report_texts()["food"]
    told: list[Block] = [Heading(1, words["rates"], is_apart=False), Paragraph(quoting(words["law"], _aims()))]
    if not years:
        return [*told, Paragraph(quoting(words["no_rates"]), "warning")]
    year = years[-1].label
    held = {name: {f.group["buyer"]: f for f in reading.by(name, "buyer", year=year)} for name in RATES}
    lines = tuple(
        Line(reading.name("buyer", figure), tuple(held[name].get(buyer) for name in RATES))
        for buyer, figure in held[RATES[0]].items()
    )
    return [*told, Heading(2, words["by_buyer"].format(year=year)), table(reading, "food", "rates", lines, drawn=None)]


def _aims() -> dict[str, str]:
    """The aims of the law, in percent."""
    return {
        "quality": str(parameter("egalim_quality_target_pct")),
        "organic": str(parameter("egalim_organic_target_pct")),
        "meat_fish": str(parameter("egalim_meat_fish_target_pct")),
        "meat_fish_state": str(parameter("egalim_meat_fish_state_target_pct")),
    }


def _rows(reading: Reading, board: str) -> list[Row]:
    return list(reading.served.rows(f'SELECT * FROM "{BOARDS[board]}" ORDER BY ALL'))


def _gaps(reading: Reading) -> list[Block]:
    """What is needed and missing of each product, then at each stage; which months, in words."""
    words, boards = report_texts()["food"], food_texts("fr")["boards"]
    rows = _rows(reading, "gaps")
    told: list[Block] = [Heading(1, words["gaps"], is_apart=False), Paragraph(quoting(boards["about"]["gaps"]))]
    if not rows:
        return [*told, Paragraph(quoting(boards["empty"]["gaps"]), "warning")]
    held: dict[str, list[Row]] = {}
    for row in rows:
        if row["supply_step"] in food_board.MADE:
            held.setdefault(row["food_product"], []).append(row)
    growth = quoting(words["assumption"], {"percent": str(parameter("food_three_year_growth_pct"))})
    whole = Line(words["whole"], tuple(reading.figure(name) for name in VOLUMES))
    return [
        *told, table(reading, "food", "gaps", (whole, *_products(reading, held)), drawn=None),
        Paragraph(growth, "small"),
        table(reading, "food", "stages", _stages(reading), drawn=None),
    ]  # fmt: skip


def _products(reading: Reading, held: Mapping[str, Sequence[Row]]) -> tuple[Line, ...]:
    """The products of the largest needs: need, gap, what is within reach."""
    of = {name: {f.group["food_product"]: f for f in reading.by(name, "food_product")} for name in VOLUMES}
    order = sorted(held, key=lambda product: -sum(row["need_kg"] for row in held[product]))
    return tuple(
        Line(_named(held[product]), tuple(of[name].get(product) for name in VOLUMES)) for product in order[:MOST]
    )


def _named(rows: Sequence[Row]) -> str:
    """A product, and the months in which it is missing."""
    short = [row for row in rows if (row["gap_kg"] or 0) > 0]
    worst = _worst(short, len(rows))
    return f"{rows[0]['food_product_name']} ({worst})" if worst else str(rows[0]["food_product_name"])


def _stages(reading: Reading) -> tuple[Line, ...]:
    names = texts("fr")["options"]["supply_stage"]["values"]
    return tuple(reading.line("food_gap", str(name), supply_stage=stage) for stage, name in names.items())


def _declared(reading: Reading) -> list[Block]:
    """How many canteens reach the aims, by their own declarations: department by department of the last campaign."""
    words = report_texts()["food"]
    last = next(reading.served.rows("SELECT max(year) AS year FROM food_declaration"), {}).get("year")
    if last is None:
        return []
    of = [
        {f.group[REGION]: f for f in reading.by("canteens_reaching_share", REGION, aim=aim, year=str(last))}
        for aim in AIMS
    ]
    lines = tuple(Line(reading.name(REGION, f), tuple(held.get(code) for held in of)) for code, f in of[0].items())
    everyone = Line(words["everyone"], tuple(
        reading.figure("canteens_reaching_share", aim=aim, year=str(last)) for aim in AIMS))  # fmt: skip
    return [
        Heading(2, words["declared"].format(year=last)), Paragraph(quoting(words["declared_about"])),
        table(reading, "food", "declared", (*lines, everyone), drawn=None),
    ]  # fmt: skip


def _worst(short: Sequence[Row], of: int) -> str:
    """In how many months something is missing, and in which the most."""
    if not short:
        return ""
    worst = max(short, key=lambda row: row["gap_kg"])
    month = food_texts("fr")["months"][int(worst["food_month"][-2:]) - 1]
    return str(report_texts()["food"]["worst"]).format(count=len(short), of=of, month=month)


def _lots(reading: Reading) -> list[Block]:
    words, boards = report_texts()["food"], food_texts("fr")["boards"]
    rows = [row for row in _rows(reading, "lots") if row["planned_lots_count"]]
    none = [row["food_product_name"] for row in _rows(reading, "lots") if not row["planned_lots_count"]]
    told: list[Block] = [Heading(1, words["lots"], is_apart=False), Paragraph(quoting(boards["about"]["lots"]))]
    if rows:
        lines = tuple(_lot(row) for row in sorted(rows, key=lambda row: -row["need_kg"]))
        told.append(WordTable("lots", words["lots_title"], tuple(words["lots_columns"]), lines))
    if none:
        told.append(Paragraph(quoting(words["without"], {"products": ", ".join(none)})))
    return told


def _month(month: str | None) -> str:
    """`2027-01` as `janvier 2027`."""
    return f"{food_texts('fr')['months'][int(month[-2:]) - 1]} {month[:4]}" if month else ""


def _lot(row: Row) -> tuple[str, ...]:
    cell = {
        name: food_board.cell(name, row, "fr") for name in ("planned_lots_count", "bidders_count", "award_procedure")
    }
    size = weight(row["lot_kg"]) if row["lot_kg"] is not None else str(food_texts("fr")["boards"]["kept_back"])
    return (
        row["food_product_name"], cell["planned_lots_count"], size, cell["bidders_count"], _month(row["first_month"]),
        _month(row["last_month"]), cell["award_procedure"],
    )  # fmt: skip


def _limits() -> list[Block]:
    words = report_texts()["food"]
    return [
        Heading(1, words["limits_heading"], is_apart=False),
        Bullets(tuple(quoting(text) for text in words["limits"])),
    ]
