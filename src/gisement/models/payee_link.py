"""The step that links the names of ledgers to the register."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from gisement.models.supplier_linkage import link
from gisement.terms import local_step

NAMES = {
    "row_key": "payee_key", "score": "supplier_link_score", "rule": "supplier_link_rule", "status": "link_status",
}  # fmt: skip
IDENTIFIED = ("siret", "siren", "foreign")


@local_step(
    row_limit=6_000_000,
    reason="compares names letter by letter (edit distance within a commune), which no engine has",
    idle_without="payee",
)
def payee_link(payee: pa.Table, payee_commune: pa.Table, named_establishment: pa.Table) -> pa.Table:
    """One row per payee without identifier and candidate: accepted, doubtful (up to three) or none.

    Source: see `models/supplier_linkage.py` and docs/linkage.md.
    """
    asked = payee.filter(
        pc.and_(
            pc.invert(pc.fill_null(pc.is_in(payee["supplier_id_kind"], pa.array(IDENTIFIED)), False)),
            pc.is_valid(payee["supplier_name"]),
        )
    )
    places = payee_commune.rename_columns({"payee_key": "placed"})
    names = asked.select(["payee_key", "supplier_name", "supplier_postcode"]).join(places, "payee_key", "placed")
    names = names.rename_columns({"payee_key": "row_key", "supplier_postcode": "postcode"}).sort_by("row_key")
    names = names.append_column("naf_prefixes", pa.nulls(len(names), pa.list_(pa.string())))
    nowhere = pa.nulls(len(named_establishment), pa.string())
    register = named_establishment.rename_columns({"firm_name": "name"}).append_column("department_code", nowhere)
    return link(names, register).rename_columns(NAMES)
