"""Who ledgers pay: the place that a ledger writes, and the firm of the register behind a name without identifier."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.enrich.register import MASKED, NATURAL_PERSON
from gisement.terms import step_idle_without

SAINTS = (("st", "saint"), ("ste", "sainte"))
IDENTIFIED = ("siret", "siren", "foreign")
BY_HAND = "payee_supplier"
"""The table that a correction names to say which firm stands behind a name."""
BY_HAND_RULE = "by_hand"


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
