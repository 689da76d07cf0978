"""`report food`: EGalim by buyer, what is needed and missing, lots by counts of possible bidders, declared rates.

`report canteen` and `report producer`: a sheet each; that of a producer exists only after an award. Both are for whom
they are about: they hold needs, volumes and prices that are not public.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import parameter, texts
from gisement.catalog.texts import food_texts
from gisement.publish import format
from gisement.publish.reports.document import PERSONAL, Block, Cover, Line, Paragraph, Report, Sentence, quoting
from gisement.publish.reports.reading import Chapter, Reading, annexes, year_range
from gisement.publish.words.food.boards import MADE, cell
from gisement.studies.food.boards import BOARDS, rows_of
from gisement.terms import Trouble

RATES = ("egalim_share", "organic_share", "meat_fish_egalim_share", "food_spend")
VOLUMES = ("food_need", "food_gap", "food_reachable_share")
"""What is told of each product."""
AIMS, REGION = ("egalim", "organic"), "canteen_region"
MOST, MOST_NAMES = 40, 8
Row = Mapping[str, Any]


def food(reading: Reading) -> Report:
    """The report of the food chain: figures of what was bought, then the boards of what is needed. No producer."""
    chapter = _chapter(reading)
    years = reading.lines("food_spend", "year")
    subtitle = f"{reading.places.territory}, {year_range(years)}" if years else reading.places.territory
    blocks = (
        *_rates(reading, chapter, years),
        *_declared(reading, chapter),
        *_gaps(reading, chapter),
        *_lots(reading, chapter),
        *chapter.part("limits_heading", chapter.bullets("limits"), level=1),
        *annexes(reading),
    )
    cover = Cover(chapter.text("title"), subtitle, _headline(reading, chapter, years))
    return reading.report("food", cover, blocks, contents=False)


def _chapter(reading: Reading) -> Chapter:
    """The texts of the report, with the aims of the law in percent."""
    aims = ("quality", "organic", "meat_fish", "meat_fish_state")
    return reading.chapter("food", **{aim: str(parameter(f"egalim_{aim}_target_pct")) for aim in aims})


def _headline(reading: Reading, chapter: Chapter, years: Sequence[Line]) -> Sentence | None:
    """The share of durable and quality products of the last year, all canteens together."""
    if not years:
        return None
    year = years[-1].label
    figures = {name: reading.figure(f"{name}_share", year=year) for name in ("egalim", "organic")}
    return quoting(chapter.texts["headline"], {"year": year}, **figures)


def _rates(reading: Reading, chapter: Chapter, years: Sequence[Line]) -> list[Block]:
    told = chapter.part("rates", chapter.said("law"), level=1)
    if not years:
        return [*told, chapter.said("no_rates", "warning")]
    year = years[-1].label
    held = {name: {f.group["buyer"]: f for f in reading.by(name, "buyer", year=year)} for name in RATES}
    lines = [
        Line(reading.name("buyer", figure), tuple(held[name].get(buyer) for name in RATES))
        for buyer, figure in held[RATES[0]].items()
    ]
    of_year = reading.chapter("food", year=year)
    return [*told, *of_year.part("by_buyer", chapter.table("rates", lines, drawn=None))]


def _declared(reading: Reading, chapter: Chapter) -> list[Block]:
    """How many canteens reach the aims, by their own declarations: department by department of the last campaign."""
    last = next(reading.served.rows("SELECT max(year) AS year FROM food_declaration"), {}).get("year")
    if last is None:
        return []
    reaching = [{"aim": aim, "year": str(last)} for aim in AIMS]
    of = [{f.group[REGION]: f for f in reading.by("canteens_reaching_share", REGION, **each)} for each in reaching]
    lines = [Line(reading.name(REGION, f), tuple(held.get(code) for held in of)) for code, f in of[0].items()]
    everyone = tuple(reading.figure("canteens_reaching_share", **each) for each in reaching)
    table = chapter.table("declared", [*lines, Line(chapter.text("everyone"), everyone)], drawn=None)
    return reading.chapter("food", year=str(last)).part("declared", chapter.said("declared_about"), table)


def _gaps(reading: Reading, chapter: Chapter) -> list[Block]:
    """What is needed and missing of each product, then at each stage; which months, in words."""
    boards, rows = food_texts("fr")["boards"], _rows(reading, "gaps")
    told = chapter.part("gaps", Paragraph(quoting(boards["about"]["gaps"])), level=1)
    if not rows:
        return [*told, Paragraph(quoting(boards["empty"]["gaps"]), "warning")]
    whole = Line(chapter.text("whole"), tuple(reading.figure(name) for name in VOLUMES))
    growth = reading.chapter("food", percent=str(parameter("food_three_year_growth_pct")))
    stages = texts("fr")["options"]["supply_stage"]["values"]
    missing = [reading.line("food_gap", str(name), supply_stage=stage) for stage, name in stages.items()]
    return [
        *told, chapter.table("gaps", (whole, *_products(reading, chapter, rows)), drawn=None),
        growth.said("assumption", "small"), chapter.table("stages", missing, drawn=None),
    ]  # fmt: skip


def _products(reading: Reading, chapter: Chapter, rows: Sequence[Row]) -> list[Line]:
    """The products of the largest needs: need, gap, what is within reach."""
    held = _grouped([row for row in rows if row["supply_step"] in MADE], "food_product")
    of = {name: {f.group["food_product"]: f for f in reading.by(name, "food_product")} for name in VOLUMES}
    order = sorted(held, key=lambda product: -sum(row["need_kg"] for row in held[product]))
    return [
        Line(_named(chapter, held[product]), tuple(of[name].get(product) for name in VOLUMES))
        for product in order[:MOST]
    ]


def _named(chapter: Chapter, rows: Sequence[Row]) -> str:
    """A product; in how many months it is missing, and in which the most."""
    name, short = str(rows[0]["food_product_name"]), [row for row in rows if (row["gap_kg"] or 0) > 0]
    if not short:
        return name
    worst = max(short, key=lambda row: row["gap_kg"])["food_month"]
    month = food_texts("fr")["months"][int(worst[-2:]) - 1]
    return f"{name} ({chapter.texts['worst'].format(count=len(short), of=len(rows), month=month)})"


def _lots(reading: Reading, chapter: Chapter) -> list[Block]:
    rows = _rows(reading, "lots")
    planned = sorted((row for row in rows if row["planned_lots_count"]), key=lambda row: -row["need_kg"])
    none = ", ".join(row["food_product_name"] for row in rows if not row["planned_lots_count"])
    about = Paragraph(quoting(food_texts("fr")["boards"]["about"]["lots"]))
    table = [chapter.word_table("lots", map(_lot, planned))] if planned else []
    without = [reading.chapter("food", products=none).said("without")] if none else []
    return chapter.part("lots", about, *table, *without, level=1)


def _rows(reading: Reading, board: str) -> list[Row]:
    return list(reading.served.rows(f'SELECT * FROM "{BOARDS[board]}" ORDER BY ALL'))


def _grouped(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    held: dict[str, list[Row]] = {}
    for row in rows:
        held.setdefault(row[column], []).append(row)
    return held


def _lot(row: Row) -> tuple[str, ...]:
    size = format.weight(row["lot_kg"]) if row["lot_kg"] is not None else food_texts("fr")["boards"]["kept_back"]
    return (
        row["food_product_name"], cell("planned_lots_count", row, "fr"), size, cell("bidders_count", row, "fr"),
        _month(row["first_month"]), _month(row["last_month"]), cell("award_procedure", row, "fr"),
    )  # fmt: skip


def _month(month: str | None) -> str:
    """`2027-01` as `janvier 2027`."""
    return f"{food_texts('fr')['months'][int(month[-2:]) - 1]} {month[:4]}" if month else ""


# --- sheets -------------------------------------------------------------------------------------------------


def canteen_sheet(reading: Reading, workspace: Any, name: str) -> Report:
    """What a canteen needs, product by product, what of it is bound elsewhere; its EGalim rates if it bought.

    Raises Trouble where no need is known under that name.
    """
    needs = rows_of(workspace, "food_need")
    rows = _of(needs, "food_buyer", name)
    if not rows:
        known = ", ".join(sorted({str(row["food_buyer_name"]) for row in needs})[:MOST_NAMES])
        raise Trouble(
            fr=f"Aucun besoin n'est connu sous le nom « {name} » : choisir parmi {known or 'aucune cantine'}.",
            en=f"No need is known under the name '{name}': choose among {known or 'no canteen'}.",
        )
    chapter = reading.chapter("sheets")
    rates = _own_rates(reading, chapter, rows[0]["food_buyer"])
    needed = chapter.word_table("needs", _needs(rows, chapter.texts["origins"]))
    blocks = (*rates, *chapter.part("needs", needed, chapter.bullets("canteen_limits"), level=1))
    return _sheet(reading, "canteen", rows[0]["food_buyer_name"], (*blocks, *(annexes(reading) if rates else ())))


def producer_sheet(reading: Reading, workspace: Any, name: str) -> Report:
    """What a holder was awarded, over which days, at what price, what it delivered. Raises Trouble before any award."""
    rows = [row for row in _of(rows_of(workspace, "food_follow"), "food_producer", name) if row["secured_kg"] > 0]
    if not rows:
        raise Trouble(
            fr=f"Aucun marché attribué à « {name} » n'est connu : la fiche d'un producteur n'existe qu'après"
            " l'attribution (« gisement add food-award »).",
            en=f"No contract awarded to '{name}' is known: the sheet of a producer exists only after the award"
            " ('gisement add food-award').",
        )
    chapter = reading.chapter("sheets")
    blocks = (
        chapter.said("producer_lead", "lead"),
        chapter.word_table("awards", [_award(row, chapter.texts["to"]) for row in rows]),
        chapter.word_table("given", map(_given, rows)),
        chapter.bullets("producer_limits"),
    )
    return _sheet(reading, "producer", rows[0]["food_producer_name"], blocks)


def _sheet(reading: Reading, kind: str, name: str, blocks: tuple[Block, ...]) -> Report:
    cover = Cover(reading.chapter("sheets", name=name).text(kind), reading.places.territory)
    return reading.report(kind, cover, blocks, territory=name, status=PERSONAL, contents=False)


def _of(rows: Sequence[Row], column: str, name: str) -> list[Row]:
    wanted = name.casefold().strip()
    return [row for row in rows if wanted in (row[column].casefold(), (row[f"{column}_name"] or "").casefold())]


def _own_rates(reading: Reading, chapter: Chapter, buyer: str) -> list[Block]:
    """The EGalim figures of the last year of purchases of that buyer; nothing where it told none."""
    years = [f for f in reading.by("food_spend", "year", buyer=buyer) if f.group["year"] is not None]
    if not buyer.isdigit() or not years:
        return []
    last = str(max(int(str(figure.group["year"])) for figure in years))
    line = Line(last, tuple(reading.figure(name, buyer=buyer, year=last) for name in RATES))
    return chapter.part("rates", reading.chapter("food").table("rates", [line], drawn=None), level=1)


def _needs(rows: Sequence[Row], origins: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The needs of a canteen by product, the largest first: open, bound, by whom until when, where they come from."""
    found: list[tuple[str, ...]] = []
    held = _grouped(rows, "food_product_name")
    for product, own in sorted(held.items(), key=lambda item: -sum(row["need_kg"] for row in item[1])):
        tied = [row for row in own if row["is_tied"]]
        ends = [row["tied_until_date"] for row in tied if row["tied_until_date"] is not None]
        channels = sorted({row["channel"] for row in tied if row["channel"]})
        found.append((
            product, format.weight(sum(row["need_kg"] for row in own if not row["is_tied"])),
            format.weight(sum(row["need_kg"] for row in tied)),
            ", ".join([*channels, *([format.day(max(ends))] if ends else [])]),
            ", ".join(sorted({origins[row["need_origin"]] for row in own})),
        ))  # fmt: skip
    return found


def _award(row: Row, between: str) -> tuple[str, ...]:
    prices = sorted({price for price in (row["price_eur_per_kg"], row["paid_eur_per_kg"]) if price is not None})
    asked = [format.number(price, 2) for price in prices]
    price = between.format(low=asked[0], high=asked[-1]) if len(asked) > 1 else "".join(asked)
    told = (cell("quality_class", row, "fr"), cell("secured_kg", row, "fr"))
    return row["food_product_name"], *told, row["first_day"] or "", row["last_day"] or "", price


def _given(row: Row) -> tuple[str, ...]:
    names = ("food_product_name", "due_kg", "delivered_kg", "paid_eur_per_kg", "follow_state")
    return tuple(cell(name, row, "fr") for name in names)
