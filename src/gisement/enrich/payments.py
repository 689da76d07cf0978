"""Payment lines, and who they pay: each line once, whichever export holds it, with the supplier behind its name.

Of a name without identifier: the place that the ledger writes, and the firm of the register that both lead to.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog import parameter
from gisement.enrich.register import MASKED, NATURAL_PERSON
from gisement.terms import Level, step_idle_without
from gisement.terms.expressions import day, payee_key, present

SAINTS = (("st", "saint"), ("ste", "sainte"))
IDENTIFIED = ("siret", "siren", "foreign")
BY_HAND = "payee_supplier"
"""The table that a correction names to say which firm stands behind a name."""
BY_HAND_RULE = "by_hand"
LEVELS = {"reported": Level.OBSERVED, "computed": Level.DERIVED, "guessed": Level.MODELLED}


@step_idle_without("payee")
def payee_commune(payee: Any, commune: Any, raw_department: Any) -> Any:
    """One row per payee whose postcode or commune says where it is: department, and commune where one alone matches.

    A commune is matched by its name within the department of the postcode (`ST BENOIT`, 86280 is Saint-Benoît).
    """
    p = payee.mutate(spelled=_department(payee.supplier_postcode), place=commune_name_key(payee.supplier_commune_name))
    p = p.inner_join(raw_department.select("department_code"), [("spelled", "department_code")])
    c = commune.mutate(place=commune_name_key(commune.commune_name))
    alone = c.group_by(["department_code", "place"]).agg(communes=c.count(), commune_code=c.commune_code.min())
    alone = alone.filter(alone.communes == 1).select("commune_code", in_department="department_code", named="place")
    p = p.left_join(alone, [("spelled", "in_department"), ("place", "named")])
    return p.select("payee_key", "commune_code", department_code="spelled")


def _department(postcode: Any) -> Any:
    """The department of a postcode: two digits, three overseas, Corsica by its third."""
    digits = ibis.ifelse(postcode.re_search(r"^[0-9]{5}\z"), postcode, ibis.null("string"))
    return ibis.cases(
        (digits.substr(0, 3).isin(("200", "201")), "2A"),
        (digits.startswith("20"), "2B"),
        (digits.startswith("97") | digits.startswith("98"), digits.substr(0, 3)),
        else_=digits.substr(0, 2),
    )


def commune_name_key(name: Any) -> Any:
    """A commune's name for comparison: no accent, hyphen or CEDEX, `ST` spelled out."""
    plain = name.lower().translate("àâäéèêëîïôöùûüÿç-'’.", "aaaeeeeiioouuuyc    ")
    # a word is told by the blanks around it: engines write what a pattern found (`\1`, `$1`) in two ways
    plain = " " + plain.re_replace(r" *cedex.*\z", "").re_replace(r"^[0-9]{5} +", "")
    for short, long in SAINTS:
        plain = plain.replace(f" {short} ", f" {long} ")
    return plain.re_replace(r" +", "").replace("œ", "oe")


@step_idle_without("payee")
def named_establishment(payee: Any, payee_commune: Any, raw_establishment: Any, raw_legal_unit: Any) -> Any:
    """One row per establishment and name it is known by, in the communes and postcodes of payees without identifier.

    Masked firms and natural persons are left out: they are never found by their name.
    """
    asked = payee.filter(~ibis.coalesce(payee.supplier_id_kind.isin(IDENTIFIED), False) & payee.supplier_name.notnull())
    communes = payee_commune.semi_join(asked, "payee_key").select(in_commune="commune_code").distinct()
    postcodes = asked.select(in_postcode="supplier_postcode").distinct()
    e = raw_establishment.left_join(communes, [("commune_code", "in_commune")])
    e = e.left_join(postcodes, [("postcode", "in_postcode")])
    e = e.filter(e.in_commune.notnull() | e.in_postcode.notnull())
    e = e.filter(~ibis.coalesce(e.disclosure_status.isin(MASKED), False))
    u = raw_legal_unit.semi_join(e, "siren")
    is_hidden = ibis.coalesce(u.legal_category.startswith(NATURAL_PERSON) | u.disclosure_status.isin(MASKED), False)
    e = e.anti_join(u.filter(is_hidden), "siren")
    units = u.group_by(unit_siren=u.siren).agg(denomination=u.denomination.min())
    e = e.left_join(units, [("siren", "unit_siren")])
    names = ibis.union(*(_known_by(e, column) for column in ("denomination", "usual_name", "sign_name")))
    return names.filter(names.firm_name.notnull()).group_by(["siret", "firm_name"]).agg(
        siren=names.siren.min(),
        commune_code=names.commune_code.min(),
        postcode=names.postcode.min(),
        naf_code=names.naf_code.min(),
        is_head_office=names.is_head_office.max(),
        is_closed=names.is_closed.max(),
    )  # fmt: skip


def _known_by(e: Any, column: str) -> Any:
    return e.select(
        "siret", "siren", "commune_code", "postcode", "naf_code", firm_name=e[column].nullif(""),
        is_head_office=ibis.coalesce(e.is_head_office.lower().isin(("true", "1", "oui")), False),
        is_closed=ibis.coalesce(e.state == "F", False),
    )  # fmt: skip


def _told_by_hand(payee: Any, correction: Any) -> Any:
    """The SIRET that a person found for a name of a ledger, where the correction starts from that very name."""
    c = correction.filter(correction.is_latest & (correction["table"] == BY_HAND))
    c = c.filter((c["column"] == "supplier_id") & c.new_value.re_search(r"^[0-9]{14}\z"))
    written = payee.select("supplier_name", named="payee_key")
    c = c.inner_join(written, [("key", "named"), ("old_value", "supplier_name")])
    return c.select(
        siret="new_value", siren=c.new_value.substr(0, 9), supplier_link_rule=ibis.literal(BY_HAND_RULE),
        supplier_link_score=ibis.literal(1.0), linked="key",
    )  # fmt: skip


@step_idle_without("payee")
def payee_supplier(payee: Any, payee_commune: Any, payee_link: Any, correction: Any) -> Any:
    """One row per payee: the supplier it is, and the rule that says so.

    Order of evidence: a correction by hand (table `payee_supplier`, column `supplier_id`, from the name that the ledger
    writes to a SIRET); the identifier of the ledger; else the one firm of the register that its name and commune lead
    to (`supplier_link_rule`, accepted links only); else the text itself.
    """
    accepted = payee_link.filter(payee_link.link_status == "accepted")
    accepted = accepted.select("siret", "siren", "supplier_link_rule", "supplier_link_score", linked="payee_key")
    told = _told_by_hand(payee, correction)
    p = payee.left_join(accepted.anti_join(told, "linked").union(told), [("payee_key", "linked")]).left_join(
        payee_commune.rename(placed="payee_key"), [("payee_key", "placed")]
    )
    linked = ibis.coalesce(p.siret, p.siren)
    kind = ibis.cases((p.siret.notnull(), "siret"), (p.siren.notnull(), "siren"))
    return p.select(
        "payee_key", "supplier_name", "supplier_id_kind_reported", "supplier_id_rule", "supplier_link_rule",
        "supplier_link_score", supplier_id=ibis.coalesce(linked, p.supplier_id),
        supplier_id_kind=ibis.coalesce(kind, p.supplier_id_kind),
        supplier_siren=ibis.coalesce(p.siren, p.supplier_siren),
        supplier_commune_code_reported=p.commune_code, supplier_department_code_reported=p.department_code,
    )  # fmt: skip


@step_idle_without("raw_payment")
def payment(raw_payment: Any, repeated_line: Any, payee_supplier: Any, payer: Any) -> Any:
    """One row per payment line. Equal lines of one file are so many payments; those of another file are the same ones.

    `amount_cents` is before tax, and null with an `amount_reason` where the ledger cannot tell; the year is the
    budget's, else that of the payment, else of the invoice (`year_rule`).
    """
    p = _each_once(raw_payment, repeated_line)
    p = p.mutate(payee_of=payee_key(p))
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
