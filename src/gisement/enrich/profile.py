"""Who a supplier is, beyond its place and size: legal kind, sector, age, social economy, inclusion.

A list of inclusion structures proves that a supplier is one; that a supplier is not one, only a complete list proves. A
list is taken as complete for a family where it names structures of each of its main kinds: EI, ACI, AI and ETTI for
social inclusion (SIAE), EA and ESAT for adapted work. Another establishment of the same firm proves nothing either way.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step

MAIN_KINDS = {"siae": ("EI", "ACI", "AI", "ETTI"), "adapted": ("EA", "ESAT")}
AGES = ((3, "under_3"), (10, "3_to_9"), (20, "10_to_19"))
SECTIONS = (
    ("03", "A"), ("09", "B"), ("33", "C"), ("35", "D"), ("39", "E"), ("43", "F"), ("47", "G"), ("53", "H"), ("56", "I"),
    ("63", "J"), ("66", "K"), ("68", "L"), ("75", "M"), ("82", "N"), ("84", "O"), ("85", "P"), ("88", "Q"), ("93", "R"),
    ("96", "S"), ("98", "T"), ("99", "U"),
)  # fmt: skip
"""Last division of each section of NAF rev. 2 (decree 2007-1888, annex)."""
NO_BODY = "none"
COLUMNS = ("legal_kind", "naf_section_code", "unit_creation_date", "is_social_economy", "is_siae", "is_adapted",
           "inclusion_kind", "central_purchasing_body", "group_siren")  # fmt: skip


@step
def supplier_profile(
    supplier: Any, legal_unit: Any, inclusion_structure: Any, central_purchasing: Any, raw_group: Any
) -> Any:
    """One row per supplier: what the register, the lists of inclusion and of groups say of it.

    `group_siren` is the head of its group where a file tells one (the smallest of several), else its own SIREN.
    """
    units = legal_unit.select(unit_siren="siren", unit_creation_date="unit_creation_date")
    p = supplier.select("supplier_id", "supplier_siren", "legal_category", "naf_code", "is_social_economy")
    p = p.left_join(units, [("supplier_siren", "unit_siren")])
    by_siret = inclusion_structure.group_by("siret").agg(
        told_kind=inclusion_structure.inclusion_kind.min(),
        told_siae=(inclusion_structure.inclusion_family == "siae").max(),
        told_adapted=(inclusion_structure.inclusion_family == "adapted").max(),
    )
    p = p.left_join(by_siret, [("supplier_id", "siret")])
    for family in MAIN_KINDS:
        p = _with_family(p, inclusion_structure, family)
    is_none = (p.is_siae == ibis.literal(False)) & (p.is_adapted == ibis.literal(False))
    p = p.mutate(
        legal_kind=_legal_kind(p.legal_category), naf_section_code=_section(p.naf_code.substr(0, 2)),
        inclusion_kind=ibis.coalesce(p.told_kind, ibis.ifelse(is_none, "none", ibis.null("string"))),
    )  # fmt: skip
    return _with_group(p, central_purchasing, raw_group).select("supplier_id", *COLUMNS)


def _with_group(p: Any, central_purchasing: Any, raw_group: Any) -> Any:
    bodies = central_purchasing.rename(body_id="supplier_id", body="central_purchasing_body")
    heads = raw_group.group_by(grouped="siren").agg(head_siren=raw_group.parent_siren.min())
    p = p.left_join(bodies, [("supplier_id", "body_id")]).left_join(heads, [("supplier_siren", "grouped")])
    return p.mutate(
        central_purchasing_body=ibis.coalesce(p.body, NO_BODY),
        group_siren=ibis.coalesce(p.head_siren, p.supplier_siren),
    )


def with_age(p: Any) -> Any:
    """Purchases with the age of their supplier on the day of the purchase, and the month of that day."""
    day, born = p.purchase_date, p.unit_creation_date
    before_birthday = day.month() * 100 + day.day() < born.month() * 100 + born.day()
    age = day.year() - born.year() - ibis.ifelse(before_birthday, 1, 0)
    # a firm younger than its purchase is a mistake of one of the two dates
    classes = ((age < 0, ibis.null("string")), *((age < limit, name) for limit, name in AGES))
    age_class = ibis.ifelse(age.notnull(), ibis.cases(*classes, else_="20_or_more"), ibis.null("string"))
    return p.mutate(age_class=age_class, month=day.month().cast("int64"))


def _with_family(p: Any, structure: Any, family: str) -> Any:
    """`is_<family>`: named in a list; not named, nor any establishment of the firm, in a complete one; else null."""
    of_family = structure.filter(structure.inclusion_family == family)
    main = of_family.filter(of_family.inclusion_kind.isin(MAIN_KINDS[family]))
    complete = main.agg(kinds_count=main.inclusion_kind.nunique())
    firms = of_family.select(listed_siren="siren").distinct()
    p = p.left_join(firms, [("supplier_siren", "listed_siren")]).cross_join(complete)
    is_absent = p.supplier_siren.notnull() & p.listed_siren.isnull() & (p.kinds_count == len(MAIN_KINDS[family]))
    is_told = ibis.coalesce(p[f"told_{family}"], False)
    answer = ibis.cases((is_told, True), (is_absent, False), else_=ibis.null("boolean"))
    return p.mutate(**{f"is_{family}": answer}).drop("listed_siren", "kinds_count")


def _legal_kind(category: Any) -> Any:
    """The kind of a legal category, from its first digit (Insee, legal categories, level I)."""
    return ibis.cases(
        (category.startswith("1"), "natural_person"),
        (category.startswith("5") | category.startswith("6"), "company"),
        (category.startswith("4") | category.startswith("7"), "public_body"),
        (category.startswith("9"), "association"),
        (category.notnull(), "other"),
        else_=ibis.null("string"),
    )


def _section(division: Any) -> Any:
    """The section of a division of NAF rev. 2; null where there is none."""
    is_code = ibis.coalesce(division.re_search("^[0-9]{2}$"), False)
    return ibis.ifelse(
        is_code, ibis.cases(*((division <= last, letter) for last, letter in SECTIONS)), ibis.null("string")
    )
