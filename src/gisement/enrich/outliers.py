"""Amounts that are unusual for their kind, and what they would be in another unit: proposals, never applied."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog import parameter
from gisement.terms import step


@step
def usual_amount(contract: Any) -> Any:
    """One row per kind of contract (CPV division × kind of buyer) with enough known amounts: quartiles in cents."""
    known = contract.filter(contract.amount_cents.notnull() & contract.cpv_division.notnull())
    known = known.mutate(log_amount=known.amount_cents.cast("float64").ln())
    kinds = known.group_by(["cpv_division", "buyer_kind"]).agg(
        contracts_count=known.count(),
        low=known.log_amount.quantile(0.25), middle=known.log_amount.quantile(0.5),
        high=known.log_amount.quantile(0.75),
    )  # fmt: skip
    kinds = kinds.filter((kinds.contracts_count >= parameter("outlier_min_contracts")) & kinds.buyer_kind.notnull())
    return kinds.select(
        "cpv_division", "buyer_kind", "contracts_count",
        usual_low_cents=_from_log(kinds.low), usual_middle_cents=_from_log(kinds.middle),
        usual_high_cents=_from_log(kinds.high),
    )  # fmt: skip


def _from_log(log_amount: Any) -> Any:
    """Whole cents: rounding makes the last digit of the logarithm, where engines differ, disappear."""
    return log_amount.exp().round().cast("int64")


@step
def unusual_amount(contract: Any, usual_amount: Any) -> Any:
    """One row per contract whose amount is unusual, with the reading in another unit that would be usual.

    `unusual_rule`: `amount_maybe_in_cents`, `amount_maybe_in_thousands`, else `amount_unusually_high` or `_low`. The
    amounts of its kind are unknown where the kind has too few contracts: only what nobody has to publish shows there.
    """
    c = contract.select("contract_key", "record_hash", "amount_cents", "cpv_division", "buyer_kind")
    c = c.left_join(usual_amount, ["cpv_division", "buyer_kind"])
    log, middle = c.amount_cents.cast("float64").ln(), c.usual_middle_cents.cast("float64").ln()
    spread = c.usual_high_cents.cast("float64").ln() - c.usual_low_cents.cast("float64").ln()
    c = c.mutate(distance_tenths=(log - middle) * 10, fence=spread * parameter("outlier_spread_tenths"))
    is_far = ((c.fence > 0) & (c.distance_tenths.abs() > c.fence)).fill_null(False)
    c = c.filter((c.amount_cents > parameter("amount_symbolic_cents")) & (is_far | _in_thousands(c)))
    is_high = (c.distance_tenths > 0).fill_null(False)
    hundredth, thousandfold = (c.amount_cents / 100).round().cast("int64"), c.amount_cents * 1000
    rule = ibis.cases(
        (is_high & _usual(hundredth, c), "amount_maybe_in_cents"),
        (_in_thousands(c) | (~is_high & _usual(thousandfold, c)), "amount_maybe_in_thousands"),
        (is_high, "amount_unusually_high"),
        else_="amount_unusually_low",
    )
    proposed = ibis.cases(
        (rule == "amount_maybe_in_cents", hundredth), (rule == "amount_maybe_in_thousands", thousandfold)
    )
    return c.select(
        "contract_key", "record_hash", "amount_cents", "usual_low_cents", "usual_middle_cents", "usual_high_cents",
        "contracts_count", unusual_rule=rule, proposed_cents=proposed,
    )  # fmt: skip


def _in_thousands(c: Any) -> Any:
    """Too small for anybody to publish it, and large enough to be published had it been entered in thousands."""
    is_tiny = c.amount_cents < parameter("amount_tiny_cents")
    return is_tiny & (c.amount_cents * 1000 >= parameter("publication_threshold_cents"))


def _usual(amount: Any, c: Any) -> Any:
    return ((amount >= c.usual_low_cents) & (amount <= c.usual_high_cents)).fill_null(False)
