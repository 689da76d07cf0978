"""The boards of the food chain over a built workspace: conversion, gaps, lots, follow-up, declared rates, an order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from gisement.catalog.parameters import parameter
from gisement.catalog.quality_labels import FISH, MEAT, NOTHING, ORGANIC, labels
from gisement.store import database
from gisement.store.workspace import Workspace
from gisement.terms import Trouble

Row = dict[str, Any]
BOARDS = {
    "need": "food_conversion", "gaps": "food_gap", "lots": "food_lot", "follow": "food_follow",
    "declared": "food_declaration",
    "converted": "food_text_need", "sourcing": "food_prior",
}  # fmt: skip
"""Each board, and the table that it shows."""
MEAT_FISH = (MEAT, FISH)


def board(workspace: Workspace, name: str) -> list[Row]:
    """The rows of the table of a board, in order. Raises Trouble where it is not built."""
    table = BOARDS[name]
    if not database.is_built(workspace, table):
        raise Trouble(
            fr=f"La table {table} n'est pas construite : lancer d'abord « gisement build ».",
            en=f"The table {table} is not built: first run 'gisement build'.",
        )
    return rows_of(workspace, table)


def rows_of(workspace: Workspace, table: str) -> list[Row]:
    """The rows of a table, in order."""
    columns = list(database.schema(table))
    listed = ", ".join(f'"{column}"' for column in columns)
    found = database.query(workspace, f'SELECT {listed} FROM "{table}" ORDER BY ALL', [table])
    return [dict(zip(columns, row, strict=True)) for row in found]


@dataclass(frozen=True)
class Declared:
    """Rates that the canteens of a group declare: how many, mean and median of each share, how many reach the aims."""

    group: str
    year: int
    canteens: int
    unreadable: int
    organic_mean: float | None
    organic_median: float | None
    egalim_mean: float | None
    egalim_median: float | None
    reaching_organic: int
    reaching_egalim: int


def declared(rows: Sequence[Mapping[str, Any]], by: str) -> list[Declared]:
    """Declared rates by `department`, `region`, `sector` or `country`, and year.

    A canteen counts as one whatever it spends: the files do not tell its euros. One of several sectors counts in each.
    """
    groups: dict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["year"] is not None:
            for group in _groups(row, by):
                groups[group, row["year"]].append(row)
    return [_declared(group, year, held) for (group, year), held in sorted(groups.items())]


def _groups(row: Mapping[str, Any], by: str) -> list[str]:
    if by == "country":
        return ["France"]
    if by == "sector":
        return [one.strip() for one in (row["canteen_sectors"] or "").split(",") if one.strip()]
    held = row[f"{by}_code"]
    return [held] if held else []


def _declared(group: str, year: int, rows: Sequence[Mapping[str, Any]]) -> Declared:
    shares = [(row["declared_organic_share"], row["declared_egalim_share"]) for row in rows]
    known = [(organic, egalim) for organic, egalim in shares if organic is not None and egalim is not None]
    organic, egalim = [pair[0] for pair in known], [pair[1] for pair in known]
    wanted = parameter("egalim_organic_target_pct") / 100, parameter("egalim_quality_target_pct") / 100
    return Declared(
        group, year, len(rows), len(rows) - len(known),
        fmean(organic) if known else None, median(organic) if known else None,
        fmean(egalim) if known else None, median(egalim) if known else None,
        sum(share >= wanted[0] for share in organic), sum(share >= wanted[1] for share in egalim),
    )  # fmt: skip


@dataclass(frozen=True)
class Rates:
    """Cents of a year by quality, those of which the quality is unclear apart, and of meat and fish; shares or None."""

    food_cents: int
    organic_cents: int
    egalim_cents: int
    unclear_cents: int
    meat_fish_cents: int
    meat_fish_egalim_cents: int

    def share(self, of: str) -> float | None:
        """The share `organic`, `egalim` or `meat_fish`; None where nothing of the kind was bought."""
        part, whole = {
            "organic": (self.organic_cents, self.food_cents), "egalim": (self.egalim_cents, self.food_cents),
            "meat_fish": (self.meat_fish_egalim_cents, self.meat_fish_cents),
        }[of]  # fmt: skip
        return part / whole if whole > 0 else None


@dataclass(frozen=True)
class Order:
    """What an order would do to a canteen's year: rates before and after, its cents, the budget and what is left."""

    canteen: str
    year: int
    before: Rates
    after: Rates
    order_cents: int
    budget_cents: int | None


def orders(lines: Sequence[Mapping[str, Any]], bought: Sequence[Row], rules: Sequence[Row]) -> list[Order]:
    """Each canteen and year of an order, from its lines, what was bought in the year, and the budgets of rules."""
    groups: dict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
    for line in lines:
        groups[line["siret"] or line["canteen_id"], int(line["purchase_date"][:4])].append(line)
    budgets = {row["food_buyer"]: round(100 * row["rule_value"]) for row in rules if row["food_rule"] == "budget_eur"}
    found = []
    for (canteen, year), held in sorted(groups.items()):
        past = [_of_purchase(row) for row in bought if row["buyer_id"] == canteen and row["year"] == year]
        new = [_of_line(line) for line in held]
        budget = budgets.get(canteen, budgets.get(None))
        found.append(Order(canteen, year, _rates(past), _rates(past + new), sum(one[0] for one in new), budget))
    return found


def _of_purchase(row: Row) -> tuple[int, str, str | None]:
    return row["amount_cents"], row["food_family"], row["food_quality"]


def _of_line(line: Mapping[str, Any]) -> tuple[int, str, str | None]:
    """Cents, family and quality of a line that is not bought yet, as they count on its day."""
    named = [name for name in (line["labels"] or "").split(",") if name]
    day, doubtful = line["purchase_date"], False
    for name, label in labels().items():
        if name not in named or (label.until is not None and day > label.until.isoformat()):
            continue
        if line["family"] in label.families:
            return line["amount_cents"], line["family"], label.group
        doubtful = True
    return line["amount_cents"], line["family"], None if doubtful else NOTHING


def _rates(held: Sequence[tuple[int, str, str | None]]) -> Rates:
    meat = [one for one in held if one[1] in MEAT_FISH]
    return Rates(
        sum(cents for cents, _, _ in held),
        sum(cents for cents, _, quality in held if quality == ORGANIC),
        sum(cents for cents, _, quality in held if quality not in (None, NOTHING)),
        sum(cents for cents, _, quality in held if quality is None),
        sum(cents for cents, _, _ in meat),
        sum(cents for cents, _, quality in meat if quality not in (None, NOTHING)),
    )
