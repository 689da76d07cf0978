"""Which contract a payment is made under: by the number that the ledger gives, else by who, when and what."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog import parameter
from gisement.enrich.purchases import placed
from gisement.terms import step_idle_without
from gisement.terms.expressions import exact

SCORES = {
    "contract_number_and_supplier": 1.0,
    "contract_number": 0.9,
    "supplier_date_and_segment": 0.7,
    "supplier_date_and_family": 0.5,
}
"""How far each rule is trusted: an assumption that orders them, no measure."""


@step_idle_without("payment")
def payment_contract(
    payment: Any, payment_segment: Any, contract_state: Any, buyer: Any, cpv_segment: Any, contract_segment: Any,
    contract_supplier: Any,
) -> Any:  # fmt: skip
    """One row per payment line of which one known contract, and one alone, answers the best rule that any answers.

    A number is compared without separators and leading zeros, within the legal unit of the buyer or of the contracting
    authority. Without it: the same buyer and supplier (legal units), a payment from the notification to six months
    after the end, and the same segment, else the same family. Two contracts that answer alike link nothing.
    """
    told = _told(payment, payment_segment)
    held = _held(placed(contract_state, buyer, cpv_segment, contract_segment), contract_supplier)
    found = _by_number(told, held).union(_by_supplier(told, held)).distinct()
    best = found.group_by("payment_key").agg(best_score=found.link_score.max())
    found = found.inner_join(best, "payment_key")
    found = found.filter(found.link_score == found.best_score)
    alone = found.group_by("payment_key").agg(
        contracts=found.contract_key.nunique(), contract_key=found.contract_key.min(),
        contract_link_rule=found.link_rule.min(), contract_link_score=found.link_score.max(),
    )  # fmt: skip
    return alone.filter(alone.contracts == 1).drop("contracts")


def _told(payment: Any, payment_segment: Any) -> Any:
    """What a payment says of its contract."""
    p = payment.left_join(
        payment_segment.select("segment", "family", classified="payment_key"), [("payment_key", "classified")]
    )
    authority = p.contracting_authority_id.re_replace("[^0-9]", "").substr(0, 9).nullif("")
    return p.select(
        "payment_key", "segment", "family", payer=ibis.coalesce(authority, p.buyer_siren), payee=p.supplier_siren,
        number=_number(p.contract_id_reported), day=ibis.coalesce(p.invoice_date, p.payment_date),
    )  # fmt: skip


def _held(contracts: Any, contract_supplier: Any) -> Any:
    """One row per contract and legal unit of a holder, with the days between which it may be paid."""
    named = contract_supplier.filter(contract_supplier.supplier_id.length() >= 9)
    holders = named.select("contract_key", holder=named.supplier_id.substr(0, 9)).distinct()
    c = contracts.filter(~contracts.is_concession & contracts.buyer_siren.notnull())
    months = ibis.coalesce(c.duration_months, parameter("contract_duration_unknown_months"))
    months = months + parameter("contract_late_payment_months")
    c = c.select(
        "contract_key", "notification_date", contract_payer="buyer_siren", contract_segment="segment",
        contract_family="family", contract_number=_number(c.contract_id),
        paid_until=_month_after(c.notification_date, months),
    )  # fmt: skip
    return c.left_join(holders.rename(held_key="contract_key"), [("contract_key", "held_key")])


def _number(text: Any) -> Any:
    bare = text.re_replace(r"[^A-Za-z0-9]", "").upper().re_replace(r"^0+", "")
    return ibis.ifelse(bare.length() >= 3, bare, ibis.null("string"))


def _month_after(day: Any, months: Any) -> Any:
    """The number (12 a year) of the month that comes so many months after a day: whole numbers are alike everywhere."""
    return day.year().cast("int64") * 12 + day.month().cast("int64") + months


def _by_number(told: Any, held: Any) -> Any:
    asked = told.filter(told.number.notnull())
    known = held.filter(held.contract_number.notnull())
    pairs = asked.inner_join(known, [("payer", "contract_payer"), ("number", "contract_number")])
    is_holder = ibis.coalesce(pairs.payee == pairs.holder, False)
    return _scored(pairs, ibis.ifelse(is_holder, "contract_number_and_supplier", "contract_number"))


def _by_supplier(told: Any, held: Any) -> Any:
    asked = told.filter(told.payee.notnull() & told.day.notnull() & told.number.isnull())
    pairs = asked.inner_join(held, [("payer", "contract_payer"), ("payee", "holder")])
    month = _month_after(pairs.day, 0)
    pairs = pairs.filter((pairs.day >= pairs.notification_date) & (month <= pairs.paid_until))
    rule = ibis.cases(
        (pairs.segment == pairs.contract_segment, "supplier_date_and_segment"),
        (pairs.family == pairs.contract_family, "supplier_date_and_family"),
    )
    return _scored(pairs, rule)


def _scored(pairs: Any, rule: Any) -> Any:
    pairs = pairs.mutate(link_rule=rule)
    score = ibis.cases(*((pairs.link_rule == name, value) for name, value in SCORES.items()))
    return pairs.filter(pairs.link_rule.notnull()).select("payment_key", "contract_key", "link_rule", link_score=score)


@step_idle_without("payment_contract")
def contract_payment(payment: Any, payment_contract: Any, contract: Any) -> Any:
    """One row per contract with a payment: its amount (a ceiling or an estimate) beside what was paid under it."""
    paid = payment_contract.inner_join(
        payment.select("amount_cents", "payment_date", paid="payment_key"), [("payment_key", "paid")]
    )
    sums = paid.group_by("contract_key").agg(
        payments_count=paid.count(), paid_cents=paid.amount_cents.sum(), last_payment_date=paid.payment_date.max()
    )
    known = contract.select("record_hash", ceiling_cents="amount_cents", known_key="contract_key")
    sums = sums.inner_join(known, [("contract_key", "known_key")])
    return sums.select(
        "contract_key", "record_hash", "payments_count", "last_payment_date", "ceiling_cents",
        paid_cents=exact(sums.paid_cents),
    )  # fmt: skip
