"""What each buyer paid for a need in a year, under a known contract and under none, beside the thresholds of the law.

A segment stands for the homogeneous need of the law, which only the buyer can define; a year, for the length of the
need.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from gisement.catalog.parameters import every_value_of_parameter
from gisement.catalog.segments import OUT_OF_SCOPE
from gisement.enrich.buyers import kind_of
from gisement.terms import step
from gisement.terms.expressions import exact

WORKS = ("building_works", "civil_works")
OF_THE_STATE = ("state", "education")
"""Kinds of bodies to which the lower European threshold applies; schools of local authorities are among them."""
UNDER, DISPENSATION, PUBLICITY, FORMAL = "under", "dispensation", "publicity", "formal"


@step
def spend_without_contract(purchase: Any, contract: Any) -> Any:
    """One row per buyer (legal unit), segment and year of payments: what was paid, and of it under no known contract.

    What partners pay each other is left out. Contracts under the threshold of publication are often not published: no
    known contract is not no contract. `need_level` is the highest threshold, as on 1 January, that all that was paid
    reaches, `threshold_level` the one that what no contract is known for reaches.
    """
    is_told = purchase.buyer_siren.notnull() & purchase.segment.notnull() & purchase.year.notnull()
    is_told = is_told & (purchase.segment != OUT_OF_SCOPE)
    p = purchase.filter((purchase.basis == "payment") & (purchase.is_between_partners == ibis.literal(False)) & is_told)
    p = p.mutate(unlinked=ibis.ifelse(p.contract_link_rule.isnull(), p.amount_cents, 0))
    sums = p.group_by(["buyer_siren", "segment", "year"]).agg(
        buyer_name=p.buyer_name.min(), is_buyer_in_territory=p.is_buyer_in_territory.max(), family=p.family.min(),
        payments_count=p.count(), paid_cents=exact(p.amount_cents.sum()), unlinked_cents=exact(p.unlinked.sum()),
    )  # fmt: skip
    s = _with_contracts(sums, contract)
    s = s.mutate(contracts_count=ibis.coalesce(s.contracts_count, 0), **_thresholds(s))
    return s.mutate(
        need_level=_level(s, s.paid_cents), threshold_level=_level(s, s.unlinked_cents)
    ).select(*WITHOUT_CONTRACT)  # fmt: skip


WITHOUT_CONTRACT = (
    "buyer_siren", "segment", "year", "family", "buyer_name", "is_buyer_in_territory", "payments_count", "paid_cents",
    "unlinked_cents", "contracts_count", "dispensation_cents", "publicity_cents", "formal_cents", "need_level",
    "threshold_level",
)  # fmt: skip


def _with_contracts(sums: Any, contract: Any) -> Any:
    """The same with the number of known contracts of the buyer and segment that ran in the year."""
    held = contract.filter(contract.notification_date.notnull() & contract.segment.notnull())
    month = held.notification_date.year().cast("int64") * 12 + held.notification_date.month().cast("int64") - 1
    last_month = month + ibis.coalesce(held.duration_months, 1) - 1
    last_year = ((last_month - last_month % 12) / 12).cast("int64")
    held = held.select(held_by="buyer_siren", held_segment="segment", from_year="year", to_year=last_year)
    pairs = sums.inner_join(held, [("buyer_siren", "held_by"), ("segment", "held_segment")])
    pairs = pairs.filter((pairs.from_year <= pairs.year) & (pairs.to_year >= pairs.year))
    counts = pairs.group_by(["buyer_siren", "segment", "year"]).agg(contracts_count=pairs.count())
    counts = counts.rename(of_buyer="buyer_siren", of_segment="segment", of_year="year")
    return sums.left_join(counts, [("buyer_siren", "of_buyer"), ("segment", "of_segment"), ("year", "of_year")])


def _thresholds(s: Any) -> dict[str, Any]:
    """The three thresholds that apply to a buyer, a segment and a year; null before the first value that is known."""
    is_works, is_of_state = s.family.isin(WORKS), kind_of(s.buyer_siren).isin(OF_THE_STATE)
    dispensation = ibis.ifelse(
        is_works,
        _in_force(every_value_of_parameter("dispensation_works_cents"), s.year),
        _in_force(every_value_of_parameter("dispensation_supplies_cents"), s.year),
    )
    formal = ibis.cases(
        (is_works, _in_force(every_value_of_parameter("eu_threshold_works_cents"), s.year)),
        (is_of_state, _in_force(every_value_of_parameter("eu_threshold_state_cents"), s.year)),
        else_=_in_force(every_value_of_parameter("eu_threshold_other_cents"), s.year),
    )
    publicity = _in_force(every_value_of_parameter("publicity_threshold_cents"), s.year)
    found = {"dispensation_cents": dispensation, "publicity_cents": publicity, "formal_cents": formal}
    return {name: value.cast("int64") for name, value in found.items()}


def _level(s: Any, cents: Any) -> Any:
    """The highest threshold that a sum reaches; one that is not known is not reached.

    Under the dispensation no publicity is due either, be it above the threshold of publicity (works).
    """
    is_dispensed = ibis.coalesce(cents < s.dispensation_cents, False)
    return ibis.cases(
        (ibis.coalesce(cents >= s.formal_cents, False), FORMAL),
        (is_dispensed, UNDER),
        (ibis.coalesce(cents >= s.publicity_cents, False), PUBLICITY),
        (ibis.coalesce(cents >= s.dispensation_cents, False), DISPENSATION),
        else_=UNDER,
    )


def _in_force(told: dict[str, Any], year: Any) -> Any:
    """A threshold as it was on 1 January of a year; null before the first value that is known."""
    values = told["values"]
    since = sorted(values, reverse=True)
    return ibis.cases(*((year >= _first_year(day), values[day]) for day in since), else_=ibis.null("int64"))


def _first_year(since: date) -> int:
    return since.year if (since.month, since.day) == (1, 1) else since.year + 1
