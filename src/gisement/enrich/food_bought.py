"""What buyers who plan from their purchases have bought: the texts of a year, by month, and their cents.

A buyer plans from its purchases only where a rule says so (`need_from_purchases`, whose value is the year to plan):
otherwise what it bought and what it declares to need would be counted twice. Its purchases of ma cantine are preferred
to the food lines of its ledger; the last year known is taken.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog.segments import segments
from gisement.terms import step

RULE, FOOD = "need_from_purchases", "food"


@step
def food_bought(food_line: Any, raw_payment: Any, food_rule: Any) -> Any:
    """One row per buyer, planned year, text and month: cents of the last year known; lines without month left out."""
    rules = food_rule.filter(food_rule.food_rule == RULE)
    wanted = rules.select(food_buyer="food_buyer", planned_year=rules.rule_value.round().cast("int64")).distinct()
    lines = _purchases(food_line).union(_ledger(raw_payment))
    lines = lines.filter(lines.year.notnull(), lines.month.notnull(), lines.food_text.notnull())
    b = lines.inner_join(
        wanted, [(lines.bought_by == wanted.food_buyer) | (lines.bought_by.left(9) == wanted.food_buyer)]
    )
    best = ibis.window(group_by=[b.food_buyer], order_by=[b.source_rank.asc(), b.year.desc()])
    b = b.mutate(place=ibis.dense_rank().over(best)).filter(lambda t: t.place == 0)
    found = b.group_by("food_buyer", "planned_year", "food_text", "month").agg(
        amount_cents=b.amount_cents.sum().cast("decimal(38,0)").cast("int64")
    )
    return found.mutate(food_buyer_name=found.food_buyer).select(
        "food_buyer", "food_buyer_name", "planned_year", "food_text", "month", "amount_cents"
    )


def _purchases(food_line: Any) -> Any:
    """Purchases of ma cantine, by the SIRET of the canteen."""
    f = food_line
    return f.select(
        bought_by=f.canteen_reference, year=f.purchase_date.year().cast("int64"),
        month=f.purchase_date.month().cast("int64"), amount_cents=f.amount_cents, food_text=f.food_description,
        source_rank=ibis.literal(0, "int64"),
    )  # fmt: skip


def _ledger(raw_payment: Any) -> Any:
    """Lines of ledgers under an account of food, each once: as many as the export that holds most of them has."""
    r = raw_payment.filter(_is_food(raw_payment))
    within = r.group_by("record_hash", "snapshot").agg(
        copies=r.count(), bought_by=r.buyer_id.min(), cents=r.amount_ht_cents.min(), food_text=r.label.min(),
        day=ibis.coalesce(r.invoice_date, r.payment_date).min(),
    )  # fmt: skip
    once = within.group_by("record_hash").agg(
        copies=within.copies.max(), bought_by=within.bought_by.min(), cents=within.cents.min(),
        food_text=within.food_text.min(), day=within.day.min(),
    )  # fmt: skip
    day = once.day.left(10).try_cast("date")
    return once.select(
        "bought_by", year=day.year().cast("int64"), month=day.month().cast("int64"),
        amount_cents=(once.cents * once.copies).cast("int64"), food_text=once.food_text,
        source_rank=ibis.literal(1, "int64"),
    )  # fmt: skip


def _is_food(r: Any) -> Any:
    """Whether the account of a line is one of food in its chart."""
    found = ibis.literal(False)
    for row in segments().values():
        codes = (
            [*row["account_prefixes"].split(";"), *row["default_account_prefixes"].split(";")]
            if row["family_id"] == FOOD
            else []
        )
        for kind, _, account in (code.partition(":") for code in codes if code):
            found = found | ((r.account_kind == kind) & r.account.startswith(account))
    return ibis.coalesce(found, False)
