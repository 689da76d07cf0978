"""Who holds a contract: the holders named by each record and by each amendment, identified."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.acts import published_acts
from gisement.clean.contracts import department
from gisement.clean.identifiers import identify
from gisement.clean.identity import with_decision
from gisement.terms import step
from gisement.terms.expressions import digest, present


@step
def holder(raw_decp: Any, nested_act: Any) -> Any:
    """One row per set of holders and holder; `holder_set` is a record, or an act of a record (`act_key`).

    The identifier is a SIRET, a SIREN given in its place, or a foreign one. Where none can be read, a digest of the
    text or name published stands for the holder: nobody disappears, and no name becomes a key.
    """
    named = _of_records(raw_decp).union(_of_acts(raw_decp.view(), nested_act))
    named = named.select(
        "holder_set",
        holder_id_reported=_told(named.id),
        holder_id_kind_reported=named.kind,
        holder_name=_told(_bare(named.name)),
        commune_code=_told(named.commune_code),
        department_code=department(named.department_code),
        names_count=named.names_count,
    )
    named = identify(named, "holder_id_reported", "holder_id_kind_reported")
    said = ibis.coalesce(named.holder_id_reported, named.holder_name)
    unread = ibis.ifelse(said.re_search(r"^[0-9]+\z"), said, ibis.literal("unread-") + digest(said))
    named = named.mutate(supplier_id=ibis.coalesce(named.identifier, unread))
    held = named.group_by(["holder_set", "supplier_id"]).agg(
        supplier_id_kind=named.identifier_kind.min(),
        supplier_id_rule=named.identifier_rule.max(),
        supplier_id_kind_reported=named.holder_id_kind_reported.max(),
        supplier_siren=named.siren.min(),
        supplier_id_reported=named.holder_id_reported.min(),
        supplier_name=named.holder_name.min(),
        supplier_commune_code_reported=named.commune_code.min(),
        supplier_department_code_reported=named.department_code.min(),
        names_count=named.names_count.max(),
    )
    # nobody named is dropped here at last: engines would push a filter of rows down through all the reading of texts
    return held.filter(held.supplier_id_reported.notnull() | held.supplier_name.notnull())


@step
def further_holder(holder: Any, nested_act: Any, contract_record: Any, shared_decision: Any, amendment: Any) -> Any:
    """The rows of `holder` that tell of contracts which several records or an amendment tell of: few.

    Who holds any other contract is in `contract_supplier`, as its record says it.
    """
    again = shared_decision.filter(shared_decision.decision != "contract").select("contract_key")
    named_again = amendment.filter(amendment.holders_count > 0).select("contract_key")
    records = with_decision(contract_record.select("record_hash", "unit_key"), shared_decision.view())
    records = records.semi_join(again.union(named_again), "contract_key")
    acts = nested_act.filter(nested_act.holders_count > 0)
    sets = records.select(told_set="record_hash").union(acts.select(told_set="act_key"))
    return holder.semi_join(sets, [("holder_set", "told_set")]).select(*HOLDER)


HOLDER = (
    "holder_set", "supplier_id", "supplier_id_kind", "supplier_id_rule", "supplier_id_kind_reported", "supplier_siren",
    "supplier_id_reported", "supplier_name", "supplier_commune_code_reported", "supplier_department_code_reported",
)  # fmt: skip


def _of_records(raw_decp: Any) -> Any:
    """What each readable record says of its holders. Copies of a record say the same: grouping takes them as one."""
    records = raw_decp.filter(raw_decp.unreadable_reason.isnull())
    names_count = records.titulaires.length()
    each = records.select(holder_set=records.record_hash, names_count=names_count, named=records.titulaires.unnest())
    return each.select(
        "holder_set",
        "names_count",
        id=each.named["id"],
        kind=each.named["typeIdentifiant"],
        name=each.named["denominationSociale"],
        commune_code=each.named["commune_code"],
        department_code=each.named["departement_code"],
    )


def _of_acts(raw_decp: Any, nested_act: Any) -> Any:
    """What acts say of holders, of records that hold an act that names any: few, so that no other is opened again."""
    naming = nested_act.filter(nested_act.holders_count > 0)
    acts = published_acts(raw_decp.semi_join(naming, "record_hash"))
    acts = acts.filter(acts.act["titulaires"].length() > 0)
    holders = acts.act["titulaires"]
    each = acts.select(holder_set=acts.act_key, names_count=holders.length(), named=holders.unnest())
    nothing = ibis.null("string")
    return each.select(
        "holder_set",
        "names_count",
        id=each.named["id"],
        kind=each.named["typeIdentifiant"],
        name=each.named["denominationSociale"],
        commune_code=nothing,
        department_code=nothing,
    )


def _told(text: Any) -> Any:
    """`present`, of columns that are empty in most files, or numbers in most rows: those are not looked at closely."""
    is_number = text.left(1).between("0", "9") & text.right(1).between("0", "9")
    return ibis.cases((text.isnull(), ibis.null("string")), (is_number, text), else_=present(text))


def _bare(name: Any) -> Any:
    """A name without the brackets that some tables leave around it (`['ENGIE']`)."""
    return name.re_replace(r"^\[['\"]|['\"]\]\z", "")
