"""Who holds a contract: the holders named by each record and by each amendment, identified."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.acts import distinct_acts
from gisement.clean.contracts import department, distinct_records
from gisement.clean.identifiers import identify
from gisement.clean.values import present
from gisement.terms import step


@step
def holder(raw_decp: Any, repeated_record: Any) -> Any:
    """One row per set of holders and holder; `holder_set` is a record, or an act of a record (`act_key`).

    The identifier is a SIRET, a SIREN given in its place, or a foreign one. Where none can be read, a digest of the
    text or name published stands for the holder: nobody disappears, and no name becomes a key.
    """
    named = _of_records(raw_decp, repeated_record).union(_of_acts(raw_decp, repeated_record))
    # before identifying: Spark pushes a filter down through its stages, and repeats them at each
    named = named.filter(named.holder_id_reported.notnull() | named.holder_name.notnull())
    named = identify(named, "holder_id_reported", "holder_id_kind_reported")
    said = ibis.coalesce(named.holder_id_reported, named.holder_name)
    digest = ibis.ifelse(
        said.re_search(r"^[0-9]+\z"), said, ibis.literal("unread-") + said.hexdigest("md5").substr(0, 16)
    )
    named = named.mutate(supplier_id=ibis.coalesce(named.identifier, digest))
    return named.group_by(["holder_set", "supplier_id"]).agg(
        supplier_id_kind=named.identifier_kind.min(),
        supplier_id_rule=named.identifier_rule.max(),
        supplier_id_kind_reported=named.holder_id_kind_reported.max(),
        supplier_siren=named.siren.min(),
        supplier_id_reported=named.holder_id_reported.min(),
        supplier_name=named.holder_name.min(),
        supplier_commune_code_reported=named.commune_code.min(),
        supplier_department_code_reported=named.department_code.min(),
    )


def _of_records(raw_decp: Any, repeated_record: Any) -> Any:
    records = distinct_records(raw_decp, repeated_record)
    each = records.select(holder_set=records.record_hash, named=records.titulaires.unnest())
    return each.select(
        "holder_set",
        holder_id_reported=present(each.named["id"]),
        holder_id_kind_reported=each.named["typeIdentifiant"],
        holder_name=_name(each.named["denominationSociale"]),
        commune_code=present(each.named["commune_code"]),
        department_code=department(each.named["departement_code"]),
    )


def _of_acts(raw_decp: Any, repeated_record: Any) -> Any:
    acts = distinct_acts(raw_decp, repeated_record)
    each = acts.select(holder_set=acts.act_key, named=acts.act["titulaires"].unnest())
    nothing = ibis.null("string")
    return each.select(
        "holder_set",
        holder_id_reported=present(each.named["id"]),
        holder_id_kind_reported=each.named["typeIdentifiant"],
        holder_name=_name(each.named["denominationSociale"]),
        commune_code=nothing,
        department_code=nothing,
    )


def _name(text: Any) -> Any:
    """A name without the brackets that some tables leave around it (`['ENGIE']`)."""
    return present(text.re_replace(r"^\[['\"]|['\"]\]\z", ""))
