"""Who holds a contract: the holders named by each record and by each amendment, identified."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.acts import published_acts
from gisement.clean.contracts import department, distinct_records
from gisement.clean.identifiers import identify
from gisement.clean.values import present
from gisement.terms import step


@step
def holder(raw_decp: Any, repeated_record: Any, nested_act: Any) -> Any:
    """One row per set of holders and holder; `holder_set` is a record, or an act of a record (`act_key`).

    The identifier is a SIRET, a SIREN given in its place, or a foreign one. Where none can be read, a digest of the
    text or name published stands for the holder: nobody disappears, and no name becomes a key.
    """
    alone, several = (
        distinct_records(raw, repeated_record.view()).select(holder_set="record_hash", holders="titulaires")
        for raw in (raw_decp, raw_decp.view())
    )
    several = _of_records(several.filter(several.holders.length() > 1)).union(_of_acts(raw_decp.view(), nested_act))
    held = _alone(alone.filter(alone.holders.length() == 1)).union(_together(several))
    # nobody named is dropped here at last: engines would push a filter of rows down through all the reading of texts
    return held.filter(held.supplier_id_reported.notnull() | held.supplier_name.notnull())


@step
def further_holder(holder: Any, nested_act: Any, record_decision: Any, amendment: Any) -> Any:
    """The rows of `holder` that tell of contracts which several records or an amendment tell of: few.

    Who holds any other contract is in `contract_supplier`, as its record says it.
    """
    again = record_decision.filter(record_decision.decision != "contract").select("contract_key")
    named_again = amendment.filter(amendment.holders_count > 0).select("contract_key")
    records = record_decision.view().semi_join(again.union(named_again), "contract_key")
    acts = nested_act.filter(nested_act.holders_count > 0)
    sets = records.select(told_set="record_hash").union(acts.select(told_set="act_key"))
    return holder.semi_join(sets, [("holder_set", "told_set")]).select(*HOLDER)


HOLDER = (
    "holder_set", "supplier_id", "supplier_id_kind", "supplier_id_rule", "supplier_id_kind_reported", "supplier_siren",
    "supplier_id_reported", "supplier_name", "supplier_commune_code_reported", "supplier_department_code_reported",
)  # fmt: skip


def _alone(records: Any) -> Any:
    """The holders of records that name one, as most do: there is nothing to put together, nor in order."""
    only = records.select("holder_set", named=records.holders[0])
    one = ibis.literal(1, "int64")
    return _identified(_fields(only, *LOCATED)).mutate(holder_number=one, holders_count=one)


def _of_records(records: Any) -> Any:
    """What records say of each of their holders."""
    return _fields(records.select("holder_set", named=records.holders.unnest()), *LOCATED)


def _of_acts(raw_decp: Any, nested_act: Any) -> Any:
    """What acts say of holders, of records that hold an act that names any: few, so that no other is opened again."""
    naming = nested_act.filter(nested_act.holders_count > 0)
    acts = published_acts(raw_decp.semi_join(naming, "record_hash"))
    acts = acts.filter(acts.act["titulaires"].length() > 0)
    each = acts.select(holder_set=acts.act_key, named=acts.act["titulaires"].unnest())
    return _fields(each).mutate(**{field: ibis.null("string") for field in LOCATED})


LOCATED = ("commune_code", "departement_code")
"""What records alone say of a holder, acts not."""


def _fields(each: Any, *more: str) -> Any:
    told = ("id", "typeIdentifiant", "denominationSociale", *more)
    return each.select("holder_set", **{field: each.named[field] for field in told})


def _identified(named: Any) -> Any:
    """Who each holder is, in the columns `HOLDER`, from what is published of it."""
    told = named.select(
        "holder_set",
        supplier_id_reported=_told(named.id),
        supplier_id_kind_reported=named.typeIdentifiant,
        supplier_name=_told(_bare(named.denominationSociale)),
        supplier_commune_code_reported=_told(named.commune_code),
        supplier_department_code_reported=department(named.departement_code),
    )
    named = identify(told, "supplier_id_reported", "supplier_id_kind_reported")
    said = ibis.coalesce(named.supplier_id_reported, named.supplier_name)
    digest = ibis.ifelse(
        said.re_search(r"^[0-9]+\z"), said, ibis.literal("unread-") + said.hexdigest("md5").substr(0, 16)
    )
    return named.mutate(
        supplier_id=ibis.coalesce(named.identifier, digest),
        supplier_id_kind=named.identifier_kind,
        supplier_id_rule=named.identifier_rule,
        supplier_siren=named.siren,
    ).select(*HOLDER)


def _together(each: Any) -> Any:
    """Holders of sets that name several, each once, in the order of identifiers."""
    named = _identified(each)
    held = named.group_by(["holder_set", "supplier_id"]).agg(
        supplier_id_kind=named.supplier_id_kind.min(),
        supplier_id_rule=named.supplier_id_rule.max(),
        supplier_id_kind_reported=named.supplier_id_kind_reported.max(),
        **{column: named[column].min() for column in HOLDER[5:]},
    )
    of_set = ibis.window(group_by="holder_set")
    in_order = ibis.window(group_by="holder_set", order_by="supplier_id")
    return held.mutate(
        holder_number=(ibis.row_number().over(in_order) + 1).cast("int64"),
        holders_count=held.supplier_id.count().over(of_set),
    )


def _told(text: Any) -> Any:
    """`present`, of columns that are empty in most files, or numbers in most rows: those are not looked at closely."""
    is_number = text.left(1).between("0", "9") & text.right(1).between("0", "9")
    return ibis.cases((text.isnull(), ibis.null("string")), (is_number, text), else_=present(text))


def _bare(name: Any) -> Any:
    """A name without the brackets that some tables leave around it (`['ENGIE']`)."""
    return name.re_replace(r"^\[['\"]|['\"]\]\z", "")
