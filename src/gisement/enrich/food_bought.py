"""What buyers who plan from their purchases have bought: the texts of a year, by month, and their cents.

A buyer plans from its purchases only where a rule says so (`need_from_purchases`, whose value is the year to plan):
otherwise what it bought and what it declares to need would be counted twice. Its purchases of ma cantine are preferred
to the food lines of its ledger; the last year known is taken.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step

RULE = "need_from_purchases"


@step
def food_bought(food_purchase: Any, payment: Any, payment_segment: Any, food_rule: Any) -> Any:
    """One row per buyer, planned year, text and month: cents of the last year known; lines without month left out."""
    rules = food_rule.filter(food_rule.food_rule == RULE)
    wanted = rules.select(food_buyer="food_buyer", planned_year=rules.rule_value.round().cast("int64")).distinct()
    lines = _purchases(food_purchase).union(_ledger(payment, payment_segment))
    lines = lines.filter(lines.year.notnull(), lines.month.notnull(), lines.food_text.notnull())
    b = lines.inner_join(wanted, [(lines.buyer_id == wanted.food_buyer) | (lines.buyer_siren == wanted.food_buyer)])
    best = ibis.window(group_by=[b.food_buyer], order_by=[b.source_rank.asc(), b.year.desc()])
    b = b.mutate(place=ibis.dense_rank().over(best)).filter(lambda t: t.place == 0)
    found = b.group_by("food_buyer", "planned_year", "food_text", "month").agg(
        food_buyer_name=b.buyer_name.min(), amount_cents=b.amount_cents.sum().cast("decimal(38,0)").cast("int64")
    )
    return found.mutate(food_buyer_name=ibis.coalesce(found.food_buyer_name, found.food_buyer)).select(
        "food_buyer", "food_buyer_name", "planned_year", "food_text", "month", "amount_cents"
    )


def _purchases(food_purchase: Any) -> Any:
    return food_purchase.select(
        "buyer_id", "buyer_siren", "buyer_name", "year", "month", "amount_cents", food_text="food_description",
        source_rank=ibis.literal(0, "int64"),
    )  # fmt: skip


def _ledger(payment: Any, payment_segment: Any) -> Any:
    """The lines of ledgers whose need is food."""
    food = payment_segment.filter(payment_segment.family == "food").select(food_key="payment_key")
    p = payment.inner_join(food, [("payment_key", "food_key")])
    day = ibis.coalesce(p.invoice_date, p.payment_date)
    return p.select(
        "buyer_id", "buyer_siren", buyer_name=ibis.null("string"), year=p.year, month=day.month().cast("int64"),
        amount_cents=p.amount_cents, food_text=p.label, source_rank=ibis.literal(1, "int64"),
    )  # fmt: skip
