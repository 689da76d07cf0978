"""`report canteen` and `report producer`: a sheet each. That of a producer exists only after an award.

Both are for whom they are about: they hold needs, volumes and prices that are not public.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import report_texts
from gisement.publish import format
from gisement.publish.reports.chapters import table
from gisement.publish.reports.document import PERSONAL, Block, Bullets, Cover, Heading, Paragraph, Report, WordTable
from gisement.publish.reports.food import RATES
from gisement.publish.reports.laying import quoting
from gisement.publish.reports.quality import annexes
from gisement.publish.reports.reading import Reading
from gisement.publish.words import food_chain as food_board
from gisement.studies.food.boards import rows_of
from gisement.terms import Trouble

Row = Mapping[str, Any]


def canteen_sheet(reading: Reading, workspace: Any, name: str) -> Report:
    """What a canteen needs, product by product, what of it is bound elsewhere; its EGalim rates if it bought.

    Raises Trouble where no need is known under that name.
    """
    rows = _of(rows_of(workspace, "food_need"), "food_buyer", name)
    if not rows:
        raise _unknown(name, rows_of(workspace, "food_need"), "food_buyer_name")
    words = report_texts()["sheets"]
    shown = rows[0]["food_buyer_name"]
    rates = _rates(reading, rows[0]["food_buyer"])
    blocks: list[Block] = [*rates, Heading(1, words["needs"], is_apart=False)]
    blocks.append(WordTable("needs", words["needs_title"], tuple(words["needs_columns"]), tuple(_needs(rows))))
    blocks.append(Bullets(tuple(quoting(text) for text in words["canteen_limits"])))
    return _report(
        reading, "canteen", words["canteen"].format(name=shown), shown, (*blocks, *(annexes(reading) if rates else ()))
    )


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
    words, shown = report_texts()["sheets"], rows[0]["food_producer_name"]
    blocks: list[Block] = [
        Paragraph(quoting(words["producer_lead"]), "lead"),
        WordTable("awards", words["awards_title"], tuple(words["awards_columns"]), tuple(map(_award, rows))),
        WordTable("given", words["given_title"], tuple(words["given_columns"]), tuple(map(_given, rows))),
        Bullets(tuple(quoting(text) for text in words["producer_limits"])),
    ]
    return _report(reading, "producer", words["producer"].format(name=shown), shown, tuple(blocks))


def _of(rows: Sequence[Row], column: str, name: str) -> list[Row]:
    wanted = name.casefold().strip()
    return [row for row in rows if wanted in (row[column].casefold(), (row[f"{column}_name"] or "").casefold())]


def _unknown(name: str, rows: Sequence[Row], column: str) -> Trouble:
    known = ", ".join(sorted({str(row[column]) for row in rows})[:8])
    return Trouble(
        fr=f"Aucun besoin n'est connu sous le nom « {name} » : choisir parmi {known or 'aucune cantine'}.",
        en=f"No need is known under the name '{name}': choose among {known or 'no canteen'}.",
    )


def _rates(reading: Reading, buyer: str) -> list[Block]:
    """The EGalim figures of the last year of purchases of that buyer; nothing where it told none."""
    words = report_texts()["sheets"]
    years = [f for f in reading.by("food_spend", "year", buyer=buyer) if f.group["year"] is not None]
    if not buyer.isdigit() or not years:
        return []
    last = str(max(int(str(figure.group["year"])) for figure in years))
    line = reading.line(RATES[0], last, buyer=buyer, year=last)
    figures = tuple(reading.figure(name, buyer=buyer, year=last) for name in RATES)
    return [Heading(1, words["rates"], is_apart=False),
            table(reading, "food", "rates", (type(line)(last, figures),), drawn=None)]  # fmt: skip


def _needs(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        held[row["food_product_name"]].append(row)
    words = report_texts()["sheets"]["origins"]
    found: list[tuple[str, ...]] = []
    for product, own in sorted(held.items(), key=lambda item: -sum(row["need_kg"] for row in item[1])):
        tied = [row for row in own if row["is_tied"]]
        ends = [row["tied_until_date"] for row in tied if row["tied_until_date"] is not None]
        channels = sorted({row["channel"] for row in tied if row["channel"]})
        found.append((
            product, format.weight(sum(row["need_kg"] for row in own if not row["is_tied"])),
            format.weight(sum(row["need_kg"] for row in tied)),
            ", ".join([*channels, *([format.day(max(ends))] if ends else [])]),
            ", ".join(sorted({words[row["need_origin"]] for row in own})),
        ))  # fmt: skip
    return found


def _award(row: Row) -> tuple[str, ...]:
    cell = {name: food_board.cell(name, row, "fr") for name in ("quality_class", "secured_kg", "price_eur_per_kg")}
    prices = sorted({price for price in (row["price_eur_per_kg"], row["paid_eur_per_kg"]) if price is not None})
    asked = [format.number(price, 2) for price in prices]
    price = report_texts()["sheets"]["to"].format(low=asked[0], high=asked[-1]) if len(asked) > 1 else "".join(asked)
    return (
        row["food_product_name"], cell["quality_class"], cell["secured_kg"], row["first_day"] or "",
        row["last_day"] or "", price,
    )  # fmt: skip


def _given(row: Row) -> tuple[str, ...]:
    names = ("food_product_name", "due_kg", "delivered_kg", "paid_eur_per_kg", "follow_state")
    return tuple(food_board.cell(name, row, "fr") for name in names)


def _report(reading: Reading, name: str, title: str, subtitle: str, blocks: tuple[Block, ...]) -> Report:
    cover = Cover(title, reading.places.territory, None, None, None, None)
    return reading.report(name, cover, blocks, territory=subtitle, status=PERSONAL, contents=False)
