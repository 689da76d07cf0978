"""After the award: what was secured with each holder, what was due, what came by the last month delivered, its price.

A contract is due evenly over its days, up to the end of the last month of any delivery; seasonal products come
unevenly, so that only a contract that is late or dear by a fifth is told as drifting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from gisement.models.food.tables import table_of
from gisement.terms import local_step

DRIFT = 0.2
LATE, DEAR, NO_DELIVERY, ON_TRACK, NOT_SECURED = "late", "dear", "no_delivery", "on_track", "not_secured"
WHAT = ("food_producer", "food_product", "quality_class")
Row = Mapping[str, Any]


@local_step(500_000, "days of contracts are counted one by one, in the driver")
def food_follow(raw_food_award: pa.Table, raw_food_delivery: pa.Table) -> pa.Table:
    """One row per holder, product and class: kg secured, due and delivered, prices, and what drifts."""
    awards, deliveries = (_by_what(table.to_pylist()) for table in (raw_food_award, raw_food_delivery))
    months = [row["food_month"] for rows in deliveries.values() for row in rows]
    until = _last_day(max(months)) if months else None
    rows = [_followed(what, awards.get(what, []), deliveries.get(what, []), until)
            for what in sorted({*awards, *deliveries})]  # fmt: skip
    return table_of("food_follow", rows)


def _by_what(rows: list[Row]) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[tuple(row[name] for name in WHAT)].append(row)
    return found


def _last_day(month: str) -> date:
    year, number = map(int, month.split("-"))
    return date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)


def _due(award: Row, until: date | None) -> float:
    first, last = (date.fromisoformat(award[name]) for name in ("first_day", "last_day"))
    passed = 0 if until is None else (min(until, last) - first).days + 1
    return float(award["quantity_kg"] * max(0, passed) / ((last - first).days + 1))


def _followed(what: tuple[str, ...], awards: list[Row], given: list[Row], until: date | None) -> dict[str, Any]:
    named = (awards or given)[0]
    secured, due = sum(row["quantity_kg"] for row in awards), sum(_due(row, until) for row in awards)
    came = sum(row["quantity_kg"] for row in given)
    priced = [row for row in awards if row["price_eur_per_kg"] is not None]
    kg = sum(row["quantity_kg"] for row in priced)
    price = sum(row["price_eur_per_kg"] * row["quantity_kg"] for row in priced) / kg if kg else None
    billed = [row for row in given if row["amount_cents"] is not None and row["quantity_kg"] > 0]
    billed_kg = sum(row["quantity_kg"] for row in billed)
    paid = sum(row["amount_cents"] for row in billed) / 100 / billed_kg if billed_kg else None
    return {
        **dict(zip(WHAT, what, strict=True)), "food_producer_name": named["food_producer_name"],
        "food_product_name": named["food_product_name"], "secured_kg": float(secured), "due_kg": due,
        "delivered_kg": float(came), "price_eur_per_kg": price, "paid_eur_per_kg": paid,
        "first_day": min((row["first_day"] for row in awards), default=None),
        "last_day": max((row["last_day"] for row in awards), default=None),
        "follow_state": _state(secured, due, came, price, paid),
    }  # fmt: skip


def _state(secured: float, due: float, came: float, price: float | None, paid: float | None) -> str:
    if not secured:
        return NOT_SECURED
    if due > 0 and not came:
        return NO_DELIVERY
    if came < (1 - DRIFT) * due:
        return LATE
    return DEAR if price and paid and paid > (1 + DRIFT) * price else ON_TRACK
