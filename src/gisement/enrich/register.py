"""The establishments and legal units that matter here: of suppliers and buyers, out of the whole register."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step, step_idle_without

MASKED = ("P", "N")
SIZES = ("PME", "ETI", "GE")
NAF = r"^[0-9]{2}\.[0-9]{2}[A-Z]$"
NATURAL_PERSON = "1"
NAMED = (
    "supplier_id", "supplier_id_kind", "supplier_siren", "supplier_id_kind_reported", "supplier_commune_code_reported",
    "supplier_department_code_reported", "supplier_name",
)  # fmt: skip


@step
def named_supplier(holder: Any, payee_supplier: Any) -> Any:
    """One row per supplier of a contract or ledger, and what files say of it."""
    paid = payee_supplier.filter(payee_supplier.supplier_id.notnull())
    named = holder.select(*NAMED).union(paid.select(*NAMED))
    return named.group_by("supplier_id").agg(
        supplier_id_kind=named.supplier_id_kind.min(),
        supplier_id_kind_reported=named.supplier_id_kind_reported.max(),
        supplier_siren=named.supplier_siren.min(),
        supplier_commune_code_reported=named.supplier_commune_code_reported.min(),
        supplier_department_code_reported=named.supplier_department_code_reported.min(),
        supplier_name=named.supplier_name.min(),
    )


@step
def named_firm(named_supplier: Any, named_buyer: Any, payer: Any) -> Any:
    """One row per identifier of a supplier or buyer, of contracts and of ledgers (`siret`: 14 digits, or 9)."""
    buyers = named_buyer.select(siret="buyer_id").union(payer.select(siret="buyer_id")).distinct()
    named = named_supplier.select(siret="supplier_id").union(buyers, distinct=True)
    return named.filter(named.siret.length() >= 9).mutate(siren=lambda t: t.siret.substr(0, 9))


@step_idle_without("raw_establishment")
def establishment(raw_establishment: Any, named_firm: Any) -> Any:
    """One row per establishment of the register that is a supplier or buyer, and per head office of its legal unit.

    A masked establishment (`disclosure_status` P or N) keeps its commune, never its names.
    """
    # looked for by number, as text only where found: of the register's millions of lines one in twenty is
    units = named_firm.select("siren").distinct().filter(lambda t: t.siren.re_search(r"^[0-9]{9}\z"))
    units = units.mutate(siren_number=units.siren.try_cast("int32"))
    found = raw_establishment.drop("siren").inner_join(units, "siren_number")
    # of its two parts: the SIRET of every line of the register is the longest column to read
    found = found.mutate(siret=found.siren + found.nic, is_head=found.is_head_office.lower().isin(("true", "1", "oui")))
    kept = found.filter(found.is_head | found.siret.isin(named_firm.siret))
    is_masked = ibis.coalesce(kept.disclosure_status.isin(MASKED), False)
    name = ibis.ifelse(is_masked, ibis.null("string"), ibis.coalesce(kept.usual_name, kept.sign_name))
    return (
        kept.mutate(name=name)
        .group_by("siret")
        .agg(
            siren=kept.siren.min(),
            is_head_office=ibis.coalesce(kept.is_head.max(), False),
            commune_code_reported=kept.commune_code.min(),
            naf_code=_naf(kept.naf_code, kept.naf_nomenclature).min(),
            headcount_band=kept.headcount_band.min(),
            is_closed=(kept.state == "F").max(),
            creation_date=_day(kept.creation_date).min(),
            disclosure_status=kept.disclosure_status.max(),
            establishment_name=lambda t: t.name.min(),
        )
    )


@step_idle_without("raw_legal_unit")
def legal_unit(raw_legal_unit: Any, named_firm: Any) -> Any:
    """One row per legal unit of a supplier or buyer; the name of a natural person or of a masked unit is null."""
    found = raw_legal_unit.semi_join(named_firm.select("siren").distinct(), "siren")
    is_hidden = found.legal_category.startswith(NATURAL_PERSON) | found.disclosure_status.isin(MASKED)
    name = ibis.ifelse(ibis.coalesce(is_hidden, False), ibis.null("string"), found.denomination)
    return (
        found.mutate(name=name)
        .group_by("siren")
        .agg(
            legal_unit_name=lambda t: t.name.min(),
            legal_category=found.legal_category.min(),
            size_class=found.enterprise_category.upper().nullif("").min(),
            is_social_economy=(found.is_social_economy.upper() == "O").max(),
            unit_naf_code=_naf(found.naf_code, found.naf_nomenclature).min(),
            unit_disclosure_status=found.disclosure_status.max(),
            head_office_nic=found.head_office_nic.max(),
            unit_creation_date=_day(found.creation_date).min(),
        )
    )


@step
def supplier(named_supplier: Any, establishment: Any, legal_unit: Any, correction: Any) -> Any:
    """One row per supplier of a contract or ledger (establishment, or what the file gave), with the register's facts.

    What a firm corrected of itself (activity, size) stands in their place, unless it is a natural person.

    The name of a natural person (legal category 1…) or of a masked firm is null, whatever a file says: it must not
    come back through another source.
    """
    h = named_supplier
    s = h.mutate(unit_siren=h.supplier_id.substr(0, 9)).left_join(establishment, h.supplier_id == establishment.siret)
    s = s.drop("siren", "siret").left_join(legal_unit, s.unit_siren == legal_unit.siren)
    is_person = ibis.coalesce(s.legal_category.startswith(NATURAL_PERSON), False)
    is_masked = ibis.coalesce(ibis.coalesce(s.unit_disclosure_status, s.disclosure_status).isin(MASKED), False)
    name = ibis.coalesce(s.legal_unit_name, s.establishment_name, s.supplier_name)
    s = s.mutate(
        is_person=is_person, naf_code=ibis.coalesce(s.naf_code, s.unit_naf_code),
        size_class=ibis.ifelse(s.size_class.isin(SIZES), s.size_class, ibis.null("string")),
    )  # fmt: skip
    s = _corrected(_corrected(s, correction, "naf_code"), correction, "size_class")
    return s.select(
        "supplier_id", "supplier_id_kind", "supplier_id_kind_reported", "supplier_siren",
        "supplier_commune_code_reported", "supplier_department_code_reported",
        supplier_name=ibis.ifelse(is_person | is_masked, ibis.null("string"), name),
        naf_code=s.naf_code, size_class=s.size_class,
        headcount_band=s.headcount_band, legal_category=s.legal_category, is_social_economy=s.is_social_economy,
        is_natural_person=is_person, is_masked=is_masked, is_closed=s.is_closed,
        creation_date=s.creation_date, is_in_register=s.is_head_office.notnull(),
    )  # fmt: skip


def _corrected(s: Any, correction: Any, column: str) -> Any:
    """A fact of suppliers with the corrections of it whose old value is the one held and whose new one can be read."""
    found = correction.filter(
        (correction.table == "supplier") & (correction.column == column) & correction.is_latest
    ).select(corrected_id="key", new_value="new_value", old_value="first_old_value")
    s = s.left_join(found, [("supplier_id", "corrected_id")])
    is_alike = ibis.coalesce(s.old_value == s[column], s.old_value.isnull() & s[column].isnull())
    is_read = s.new_value.isin(SIZES) if column == "size_class" else s.new_value.re_search(NAF)
    is_mended = (
        s.corrected_id.notnull() & ibis.coalesce(is_alike & is_read, False) & (s.is_person == ibis.literal(False))
    )
    s = s.mutate(**{column: ibis.ifelse(is_mended, s.new_value, s[column])})
    return s.drop("corrected_id", "new_value", "old_value")


def _day(text: Any) -> Any:
    """The day of `2005-01-01`, whatever follows; null for any other form (engines take more forms, each its own)."""
    day = ibis.ifelse(text.re_search("^[0-9]{4}-[0-9]{2}-[0-9]{2}"), text.substr(0, 10), ibis.null("string"))
    return day.try_cast("date")


def _naf(code: Any, nomenclature: Any) -> Any:
    """The NAF rev. 2 code with its dot; null where the register still holds one of an older nomenclature."""
    # as nearly every line spells it: a comparison, where the other spellings take a regular expression
    is_current = (nomenclature == "NAFRev2", True)
    is_current = ibis.cases(is_current, else_=ibis.coalesce(nomenclature.lower().re_search("rev ?2"), True))
    dotted = ibis.ifelse(code.contains("."), code, code.substr(0, 2) + "." + code.substr(2))
    return ibis.ifelse(is_current & dotted.re_search(NAF), dotted, ibis.null("string"))
