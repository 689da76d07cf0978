"""Payment lines: one row each, whichever export holds them; who pays, who is paid, when, how much before tax."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog import parameter
from gisement.clean.identifiers import identify
from gisement.clean.values import day, digest, joined, present
from gisement.terms import Level, step_idle_without

PAYEE = ("supplier_id", "supplier_id_kind", "supplier_name", "supplier_postcode", "supplier_commune")
LEVELS = {"reported": Level.OBSERVED, "computed": Level.DERIVED, "guessed": Level.MODELLED}


@step_idle_without("raw_payment")
def payee(raw_payment: Any) -> Any:
    """One row per way in which ledgers name a supplier: identifier, name, postcode and commune as written.

    The identifier is a SIRET, a SIREN given in its place, or a foreign one. Where none can be read, a digest of the
    text, or of the name and postcode, stands for the supplier; it is null where nothing names it (masked persons).
    """
    named = raw_payment.select(*PAYEE).distinct()
    named = named.mutate(
        payee_key=_payee_key(named),
        reported_id=present(named.supplier_id),
        reported_kind=named.supplier_id_kind,
        supplier_name=present(named.supplier_name),
        supplier_postcode=present(named.supplier_postcode),
        supplier_commune_name=present(named.supplier_commune),
    )
    named = identify(named.drop("supplier_id", "supplier_id_kind", "supplier_commune"), "reported_id", "reported_kind")
    number = ibis.ifelse(named.reported_id.re_search(r"^[0-9]+\z"), named.reported_id, ibis.null("string"))
    said = ibis.coalesce(named.reported_id, named.supplier_name + ibis.coalesce(named.supplier_postcode, ""))
    return named.select(
        "payee_key", "supplier_name", "supplier_postcode", "supplier_commune_name",
        supplier_id=ibis.coalesce(named.identifier, number, ibis.literal("unread-") + digest(said)),
        supplier_id_kind=named.identifier_kind, supplier_id_rule=named.identifier_rule, supplier_siren=named.siren,
        supplier_id_reported=named.reported_id, supplier_id_kind_reported=named.reported_kind,
    )  # fmt: skip


@step_idle_without("raw_payment")
def payer(raw_payment: Any) -> Any:
    """One row per buyer as ledgers write it: its SIRET and SIREN, or the text where no identifier can be read."""
    named = raw_payment.select(buyer_id_reported="buyer_id").distinct().filter(lambda t: t.buyer_id_reported.notnull())
    named = identify(named, "buyer_id_reported", None)
    named = named.mutate(buyer_id=ibis.coalesce(named.identifier, named.buyer_id_reported))
    return named.select(
        "buyer_id_reported", "buyer_id", buyer_siren=ibis.coalesce(named.siren, named.buyer_id.substr(0, 9)),
        buyer_id_kind=named.identifier_kind, buyer_id_rule=named.identifier_rule,
    )  # fmt: skip


@step_idle_without("raw_payment")
def repeated_line(raw_payment: Any) -> Any:
    """One row per content that stands on several lines, in all ledgers together."""
    counted = raw_payment.group_by("record_hash").agg(copies=raw_payment.count())
    return counted.filter(counted.copies > 1)


@step_idle_without("raw_payment")
def payment(raw_payment: Any, repeated_line: Any, payee_supplier: Any, payer: Any) -> Any:
    """One row per payment line. Equal lines of one file are so many payments; those of another file are the same ones.

    `amount_cents` is before tax, and null with an `amount_reason` where the ledger cannot tell; the year is the
    budget's, else that of the payment, else of the invoice (`year_rule`).
    """
    p = _each_once(raw_payment, repeated_line)
    p = p.mutate(payee_of=_payee_key(p))
    who = payee_supplier.select(paid_key="payee_key", paid_id="supplier_id", paid_siren="supplier_siren")
    p = p.left_join(who, [("payee_of", "paid_key")])
    known = payer.select("buyer_id", "buyer_siren", written="buyer_id_reported")
    p = p.rename(payer_written="buyer_id").left_join(known, [("payer_written", "written")])
    p = p.mutate(payment_day=day(p.payment_date), invoice_day=day(p.invoice_date), budget_year=_year(p.fiscal_year))
    year, year_rule = _first_year(p)
    return p.select(
        "payment_key", "record_hash", "buyer_id", "buyer_siren", "contracting_authority_id", "beneficiary_id", "budget",
        account_code=p.account, account_nomenclature=p.account_kind, function_code=p.function_code, line_id=p.line_id,
        payee_key=p.payee_of, supplier_id=p.paid_id, supplier_siren=p.paid_siren, label=present(p.label),
        segment_code_reported=present(p.segment_code), year=year, year_rule=year_rule, invoice_date=p.invoice_day,
        payment_date=p.payment_day, date_reported=p.date_reported, amount_cents=p.amount_ht_cents,
        amount_ttc_cents=p.amount_ttc_cents, amount_vat_cents=p.amount_vat_cents, vat_rule=p.vat_rule,
        amount_level=ibis.cases(*((p.amount_ht_rule == rule, str(level)) for rule, level in LEVELS.items())),
        amount_reason=_amount_reason(p), amount_reported=p.amount_reported,
        contract_id_reported=present(p.contract_id), is_credit_note=p.is_credit_note,
    )  # fmt: skip


def _payee_key(t: Any) -> Any:
    return digest(joined(*(t[column] for column in PAYEE)))


def _each_once(raw_payment: Any, repeated_line: Any) -> Any:
    """The n-th of equal lines of a file and the n-th of another file are one payment (exports that overlap)."""
    single = raw_payment.anti_join(repeated_line, "record_hash")
    single = single.mutate(payment_key=single.record_hash)
    again = raw_payment.semi_join(repeated_line, "record_hash")
    within = ibis.window(group_by=[again.snapshot, again.record_hash], order_by=again.position)
    again = again.mutate(occurrence=ibis.row_number().over(within))
    across = ibis.window(group_by=[again.record_hash, again.occurrence], order_by=[again.snapshot, again.position])
    again = again.mutate(rank=ibis.row_number().over(across))
    again = again.filter(again["rank"] == 0)
    numbered = again.record_hash + "-" + again.occurrence.cast("string")
    again = again.mutate(payment_key=ibis.ifelse(again.occurrence == 0, again.record_hash, numbered))
    return single.union(again.drop("occurrence", "rank"))


def _year(text: Any) -> Any:
    year = text.try_cast("int64")
    return ibis.ifelse(year.between(parameter("date_first_year"), 2099), year, ibis.null("int64"))


def _first_year(p: Any) -> tuple[Any, Any]:
    paid, invoiced = (found.year().cast("int64") for found in (p.payment_day, p.invoice_day))
    rule = ibis.cases(
        (p.budget_year.notnull(), "budget"), (paid.notnull(), "payment_date"), (invoiced.notnull(), "invoice_date")
    )
    return ibis.coalesce(p.budget_year, paid, invoiced), rule


def _amount_reason(p: Any) -> Any:
    return ibis.cases(
        (p.amount_ht_cents.notnull(), ibis.null("string")),
        (p.amount_ttc_cents.notnull(), "tax_included_only"),
        (p.amount_reported.notnull(), "unreadable"),
        else_="missing",
    )
