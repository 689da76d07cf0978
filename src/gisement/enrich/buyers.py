"""Where a buyer is, what kind it is, whether it belongs to the territory; what it did in each year.

Order of evidence: register, the SIREN of a commune, EPCI or department in the geography, the commune in the file, the
department in the file, the department that the SIREN of a local public body spells in its third and fourth digits
(21 86… is a commune of the Vienne). A buyer of unknown place is counted in the coverage.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step
from gisement.terms.expressions import exact

SPELLING_PREFIXES = ("17", "19", "21", "22", "24", "25", "26", "27", "28")


@step
def buyer(contract_record: Any, payer: Any, establishment: Any, legal_unit: Any, commune: Any, commune_code_today: Any,
          raw_department: Any, territory: Any) -> Any:  # fmt: skip
    """One row per buyer (SIRET, or what the file gave), with its place and the evidence for it (`buyer_place_rule`)."""
    b = _named(contract_record, payer)
    register = establishment.select(register_siret="siret", register_commune="commune_code_reported")
    b = b.left_join(register, [("buyer_id", "register_siret")])
    units = legal_unit.select(unit_siren="siren", unit_name="legal_unit_name")
    b = b.left_join(units, [("buyer_siren", "unit_siren")])
    b = b.mutate(buyer_name=ibis.coalesce(b.unit_name, b.buyer_name))
    by_siren = commune.filter(commune.siren.notnull()).select(siren_key="siren", siren_commune="commune_code")
    b = b.left_join(by_siren, [("buyer_siren", "siren_key")])
    b = b.left_join(_epci_departments(commune), [("buyer_siren", "epci_key")])
    b = b.mutate(commune_any=ibis.coalesce(b.register_commune, b.siren_commune, b.commune_reported))
    b = b.left_join(
        commune_code_today.select(any_code="any_code", buyer_commune_code="commune_code"),
        [("commune_any", "any_code")],
    )
    where = commune.select(found_commune="commune_code", found_department="department_code")
    b = b.left_join(where, [("buyer_commune_code", "found_commune")])
    b = b.left_join(raw_department.select(spelled_department="department_code"), [("spelled", "spelled_department")])
    department = ibis.coalesce(b.found_department, b.epci_department, b.department_reported, b.spelled_department)
    b = b.mutate(buyer_department_code=department)
    ledgers = payer.filter(payer.buyer_id.notnull()).select(ledger_of="buyer_id").distinct()
    b = b.left_join(ledgers, [("buyer_id", "ledger_of")])
    return _in_territory(b, commune, territory)


def _named(contract_record: Any, payer: Any) -> Any:
    r = contract_record.filter(contract_record.buyer_id.notnull())
    nothing = ibis.null("string")
    paying = payer.select(
        "buyer_id", "buyer_siren", buyer_name=nothing, buyer_commune_code_reported=nothing,
        buyer_department_code_reported=nothing,
    ).filter(lambda t: t.buyer_id.notnull())  # fmt: skip
    r = r.select(*paying.columns).union(paying)
    b = r.group_by("buyer_id").agg(
        buyer_siren=r.buyer_siren.min(),
        buyer_name=r.buyer_name.min(),
        commune_reported=r.buyer_commune_code_reported.min(),
        department_reported=r.buyer_department_code_reported.min(),
    )
    siren = ibis.coalesce(b.buyer_siren, b.buyer_id.substr(0, 9))
    spells = siren.substr(0, 2).isin(SPELLING_PREFIXES) & siren.re_search("^[0-9]{9}$")
    return b.mutate(
        buyer_siren=siren, buyer_kind=kind_of(siren),
        spelled=ibis.ifelse(spells, siren.substr(2, 2), ibis.null("string")),
    )  # fmt: skip


def kind_of(siren: Any) -> Any:
    """The kind of a public body, from the first digits of its SIREN (structure of the register's public numbers)."""
    return ibis.cases(
        (siren.startswith("21"), "commune"),
        (siren.startswith("22"), "department"),
        (siren.startswith("23"), "region"),
        (siren.startswith("20") | siren.startswith("24"), "epci"),
        (siren.startswith("25"), "syndicate"),
        (siren.startswith("26"), "hospital_or_social"),
        (siren.startswith("27") | siren.startswith("28"), "local_establishment"),
        (siren.startswith("19"), "education"),
        (siren.startswith("1"), "state"),
        else_="other",
    )


def _epci_departments(commune: Any) -> Any:
    """The department of each EPCI: of its most populous commune's (the first code where two are equal)."""
    c = commune.filter(commune.epci_code.notnull())
    by_department = c.group_by(["epci_code", "department_code"]).agg(inhabitants=c.population.sum())
    order = ibis.window(group_by="epci_code", order_by=[ibis.desc("inhabitants"), "department_code"])
    ranked = by_department.mutate(rank=ibis.row_number().over(order))
    return ranked.filter(ranked.rank == 0).select(epci_key="epci_code", epci_department="department_code")


def _in_territory(b: Any, commune: Any, territory: Any) -> Any:
    """`is_in_territory`: by its commune; an EPCI or a department's body, by whether their area is its own.

    An EPCI of two departments belongs to that of its most populous commune.
    """
    inside = territory.select(inside_commune="commune_code").distinct()
    b = b.left_join(inside, [("buyer_commune_code", "inside_commune")])
    level = territory.agg(level=territory.territory_level.max())
    areas = commune.semi_join(territory, "commune_code")
    epcis = areas.select(own_epci="epci_code").distinct()
    departments = areas.select(own_department="department_code").distinct()
    b = b.cross_join(level).left_join(epcis, [("buyer_siren", "own_epci")])
    b = b.left_join(departments, [("buyer_department_code", "own_department")])
    is_wide = b.level.isin(("department", "region"))
    is_inside = ibis.cases(
        (b.buyer_commune_code.notnull(), b.inside_commune.notnull()),
        (b.own_epci.notnull() & ~is_wide, b.level == "epci"),
        (b.buyer_department_code.isnull(), ibis.null("boolean")),
        (is_wide, b.own_department.notnull()),
        (b.own_department.isnull(), False),
        else_=ibis.null("boolean"),
    )
    # nobody gives its ledger but a partner: without any other evidence of its place, it belongs here
    is_inside = ibis.ifelse(is_inside.isnull() & b.ledger_of.notnull(), True, is_inside)
    rule = ibis.cases(
        (b.register_commune.notnull(), "register"),
        (b.siren_commune.notnull(), "siren_of_commune"),
        (b.epci_department.notnull(), "siren_of_epci"),
        (b.commune_reported.notnull(), "commune_in_file"),
        (b.department_reported.notnull(), "department_in_file"),
        (b.spelled_department.notnull(), "department_in_siren"),
        (b.ledger_of.notnull(), "ledger_given"),
        else_="unknown",
    )
    return b.select(
        "buyer_id", "buyer_siren", "buyer_name", "buyer_kind", "buyer_commune_code", "buyer_department_code",
        buyer_place_rule=rule, is_in_territory=is_inside,
    )  # fmt: skip


@step
def buyer_year(contract: Any, purchase: Any) -> Any:
    """One row per buyer (legal unit) and year: contracts counted once each, by state; cents by basis, null if unknown.

    Concessions, and subsequent contracts whose framework is listed, are not counted.
    """
    c = contract.filter(~contract.is_concession & ~contract.is_subsequent_of_listed & contract.year.notnull())
    c = c.mutate(buyer_key=ibis.coalesce(c.buyer_siren, c.buyer_id)).filter(lambda t: t.buyer_key.notnull())
    counted = {}
    for axis in ("social", "environmental"):
        for state in ("yes", "none"):
            counted[f"{axis}_{state}_count"] = (c[f"{axis}_state"] == state).cast("int64").sum()
    years = c.group_by(buyer_id=c.buyer_key, year=c.year).agg(
        buyer_siren=c.buyer_siren.min(),
        buyer_name=c.buyer_name.min(),
        buyer_commune_code=c.buyer_commune_code.min(),
        buyer_department_code=c.buyer_department_code.min(),
        is_buyer_in_territory=(c.is_buyer_in_territory.cast("int8").max() == 1),
        contracts_count=c.count(),
        **counted,
    )
    spent = _spent(purchase)
    years = years.left_join(spent, [("buyer_id", "spent_by"), ("year", "spent_in")])
    whole = {name: exact(years[name]) for name in counted}
    return years.mutate(**whole).select(
        "buyer_id", "year", "buyer_siren", "buyer_name", "buyer_commune_code", "buyer_department_code",
        "is_buyer_in_territory", "contracts_count", *counted, "contract_cents", "payment_cents",
    )  # fmt: skip


def _spent(purchase: Any) -> Any:
    """Cents of each buyer and year, on each basis: contracts and payments are two views of one spending."""
    p = purchase.filter(purchase.year.notnull() & ~purchase.is_concession & ~purchase.is_subsequent_of_known)
    p = p.mutate(buyer_key=ibis.coalesce(p.buyer_siren, p.buyer_id))
    sums = p.group_by(spent_by=p.buyer_key, spent_in=p.year).agg(
        contract_cents=p.amount_cents.sum(where=p.basis == "contract"),
        payment_cents=p.amount_cents.sum(where=p.basis == "payment"),
    )
    return sums.mutate(
        contract_cents=exact(sums.contract_cents),
        payment_cents=exact(sums.payment_cents),
    )
