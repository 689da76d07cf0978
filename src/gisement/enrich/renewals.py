"""When each contract ends and what comes before; ceilings nearly used up.

Published data say nothing of options and of tacit renewals: an end is that of the duration, amendments included.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog import parameter
from gisement.terms import step

_LONG, _SHORT, _FEBRUARY = 31, 30, 28


@step
def renewal(
    contract: Any, contract_record: Any, amendment: Any, observation: Any, contract_payment: Any
) -> Any:  # fmt: skip
    """One row per contract lot: when it ends, the days by which to begin preparing the next one, and what is due now.

    The end is the day of notification plus the current duration in months (the day of the month kept, or the last one
    of a shorter month). `end_reason` says why an end is unknown; `renewal_stage` what the observation date asks for.
    """
    c = _known(contract, contract_record, amendment, contract_payment).cross_join(observation.select("as_of_date"))
    last_month = _month(c.notification_date) + c.duration_months
    c = c.mutate(end_month=last_month, day_of_month=c.notification_date.day().cast("int64"))
    c = c.mutate(end_date=_day_of(c.end_month, c.day_of_month))
    before = {
        "sourcing_date": parameter("renewal_sourcing_months"),
        "lots_date": parameter("renewal_lots_months"),
        "call_date": parameter("renewal_call_months"),
    }
    c = c.mutate(**{name: _day_of(c.end_month - months, c.day_of_month) for name, months in before.items()})
    last_day = _day_of(_month(c.as_of_date) + parameter("renewal_window_months"), c.as_of_date.day().cast("int64"))
    c = c.mutate(window_date=last_day, end_reason=_why_unknown(c))
    c = c.mutate(renewal_stage=_stage(c), left_months=_left(c), **_ceiling(c))
    return c.select(*RENEWAL)


RENEWAL = (
    "contract_key", "year", "buyer_id", "buyer_siren", "buyer_name", "buyer_commune_code", "buyer_department_code",
    "is_buyer_in_territory", "cpv_code", "segment", "family", "title", "contract_id", "notification_date",
    "duration_months", "amendments_count", "is_framework", "is_concession", "offers_count", "amount_cents",
    "annualised_cents", "end_date", "end_reason", "left_months", "renewal_stage", "sourcing_date", "lots_date",
    "call_date", "change_date", "payments_count", "paid_cents", "ceiling_used_pct", "is_ceiling_near",
)  # fmt: skip


def _known(contract: Any, contract_record: Any, amendment: Any, contract_payment: Any) -> Any:
    """Contracts with what was published of their duration, the last day anything was said, and what was paid."""
    said = contract_record.select("duration_months_reported", said_by="record_hash")
    c = contract.left_join(said, [("record_hash", "said_by")])
    acts = amendment.mutate(day=ibis.coalesce(amendment.publication_date, amendment.amendment_date))
    acts = acts.group_by(amended_key=acts.contract_key).agg(amended_date=acts.day.max())
    c = c.left_join(acts, [("contract_key", "amended_key")])
    paid = contract_payment.select("payments_count", "paid_cents", paid_key="contract_key")
    c = c.left_join(paid, [("contract_key", "paid_key")])
    told = ibis.coalesce(c.publication_date, c.notification_date)
    later = ibis.ifelse(ibis.coalesce(c.amended_date > told, told.isnull()), c.amended_date, told)
    return c.mutate(change_date=later)


def _month(day: Any) -> Any:
    """The number of the month of a day, 12 a year: whole numbers are alike on every engine."""
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1


def _day_of(month_number: Any, day: Any) -> Any:
    """The day of a month counted as by `_month`, or the last one of a month that is too short."""
    month = month_number % 12 + 1
    year = (month_number - month_number % 12) / 12
    year = year.cast("int64")
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    february = ibis.ifelse(is_leap, _FEBRUARY + 1, _FEBRUARY)
    longest = ibis.cases((month == 2, february), (month.isin((4, 6, 9, 11)), _SHORT), else_=_LONG)
    kept = ibis.ifelse(day > longest, longest, day)
    return ibis.date(year.cast("int32"), month.cast("int32"), kept.cast("int32"))


def _why_unknown(c: Any) -> Any:
    has_digits = ibis.coalesce(c.duration_months_reported.re_search("[1-9]"), False)
    return ibis.cases(
        (c.end_date.notnull(), ibis.null("string")),
        (c.notification_date.isnull(), "date_unknown"),
        (has_digits, "duration_implausible"),
        else_="duration_unknown",
    )


def _stage(c: Any) -> Any:
    """What the observation date asks for; a contract under a listed framework ends with it, not renewed alone."""
    return ibis.cases(
        (ibis.coalesce(c.is_subsequent_of_listed, False), "within_framework"),
        (c.end_date.isnull(), "unknown"),
        (c.end_date < c.as_of_date, "over"),
        (c.end_date > c.window_date, "later"),
        (c.as_of_date < c.sourcing_date, "ahead"),
        (c.as_of_date < c.lots_date, "sourcing"),
        (c.as_of_date < c.call_date, "lots"),
        else_="call",
    )


def _left(c: Any) -> Any:
    """Whole months from the observation date to the end; null once it is over."""
    is_short = (c.end_date.day() < c.as_of_date.day()).cast("int64")
    months = c.end_month - _month(c.as_of_date) - is_short
    return ibis.ifelse(c.end_date >= c.as_of_date, months, ibis.null("int64")).cast("int64")


def _ceiling(c: Any) -> dict[str, Any]:
    """How much of the ceiling of a framework payments tied to it have used, in whole percents: a least value."""
    has_ceiling = ibis.coalesce(c.is_framework, False) & (c.amount_cents > 0) & c.paid_cents.notnull()
    whole = ibis.ifelse(has_ceiling, c.amount_cents, ibis.null("int64"))
    hundredfold = c.paid_cents * 100
    used = ((hundredfold - hundredfold % whole) / whole).cast("int64")
    return {"ceiling_used_pct": used, "is_ceiling_near": used >= parameter("ceiling_alert_pct")}
