"""Rows that are no purchase, as a table shows them: of the food chain, and of circular purchases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gisement.catalog import texts
from gisement.catalog.texts import food_texts
from gisement.publish import format
from gisement.publish.web.page import Page
from gisement.terms import KILOGRAMS

FOOD_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "food_balance": ("product", "stage", "part_of_need", "month", "quantity"),
    "food_origin": ("place", "producers", "stage", "year", "quantity"),
    "circular_purchase": ("product_family", "matter", "declarant", "year", "amount"),
    "food_declaration": ("sectors", "canteen", "place", "year", "declared"),
}
"""Headings of the rows of each table, as keys of the texts."""


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


def food_row(page: Page, row: Mapping[str, Any]) -> RowShown:
    """A part of a need, an offer, a declaration, or what a buyer counts of one origin of the matter."""
    marks = {"declaration_id": _declaration, "offer_g": _origin, "matter_origin": _circular}
    laid = next((held for mark, held in marks.items() if mark in row), _part)
    found = laid(page, row)
    return RowShown(buyer_page="", contract_page="", left="", **found)


def _part(page: Page, row: Mapping[str, Any]) -> dict[str, Any]:
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


def _declaration(page: Page, row: Mapping[str, Any]) -> dict[str, Any]:
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
