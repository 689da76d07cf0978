"""What each buyer did in each year: contracts by what they declare, and the money, each basis apart."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step


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
    whole = {name: years[name].cast("decimal(38,0)").cast("int64") for name in counted}
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
        contract_cents=sums.contract_cents.cast("decimal(38,0)").cast("int64"),
        payment_cents=sums.payment_cents.cast("decimal(38,0)").cast("int64"),
    )
