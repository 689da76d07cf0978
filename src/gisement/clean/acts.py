"""Amendments: from the nested acts of records, later versions and amendment lines to one ordered list per contract.

Acts are ordered by date (that of publication, failing it), number and content, so that ties always fall the same way;
an act may be dated on the day of notification, or before it. A field that an act does not mention keeps its value.
An act that several sources tell of (nested in records, as a line of a table, as a later version) is one: that of the
same day, and of the same place among the acts of that day, where neither amount, duration nor number says otherwise.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.contracts import plausible_duration, trusted_amount
from gisement.clean.identity import with_decision
from gisement.clean.values import whole, with_cents
from gisement.terms import step
from gisement.terms.expressions import day, joined, present


def published_acts(raw_decp: Any) -> Any:
    """The amendments nested in readable records: `record_hash`, `act` (as published), `act_key` (its content in it).

    A record that was published several times tells each of its acts as often: whoever reads them groups them.
    """
    records = raw_decp.filter(raw_decp.unreadable_reason.isnull())
    acts = records.select("record_hash", act=records.modifications.unnest())
    acts = acts.filter(acts.act.notnull())
    holders = acts.act["titulaires"].map(lambda holder: holder["id"].fill_null("")).sort().join("+")
    content = joined(
        acts.record_hash, acts.act["id"], acts.act["dateNotificationModification"], acts.act["montant"],
        acts.act["dureeMois"], acts.act["datePublicationDonneesModification"], acts.act["objetModification"], holders,
    )  # fmt: skip
    return acts.mutate(act_key=content.hexdigest("md5"))


@step
def nested_act(raw_decp: Any) -> Any:
    """One row per amendment nested in a record: its number, dates, and what it changes (null: unchanged)."""
    acts = published_acts(raw_decp)
    acts = acts.mutate(amount_text=present(acts.act["montant"]))
    acts = with_cents(acts, "amount_text", "amount_cents_reported")
    amount, reason = trusted_amount(acts.amount_text, acts.amount_cents_reported)
    return acts.select(
        "record_hash", "act_key",
        amendment_number=whole(acts.act["id"]),
        amendment_date=day(acts.act["dateNotificationModification"]),
        amendment_date_reported=acts.act["dateNotificationModification"],
        publication_date=day(acts.act["datePublicationDonneesModification"]),
        amendment_title=present(acts.act["objetModification"]),
        amount_reported=acts.act["montant"],
        amount_cents=amount,
        amount_reason=reason,
        duration_months=plausible_duration(acts.act["dureeMois"]),
        holders_count=ibis.coalesce(acts.act["titulaires"].length(), 0).cast("int64"),
    ).distinct()  # fmt: skip


@step
def amendment(nested_act: Any, contract_record: Any, award_unit: Any, award_version: Any, shared_decision: Any) -> Any:
    """One row per amendment of a contract, in order (`amendment_rank` from 1).

    `holder_set` or `set_key` says whose holders it names.
    """
    acts = _nested(nested_act, contract_record, shared_decision)
    acts = acts.union(_versions(contract_record, award_unit, award_version))
    acts = acts.union(_lines(contract_record, shared_decision))
    content = joined(
        acts.contract_key, acts.amendment_number.cast("string"), acts.amendment_date.cast("string"),
        acts.amount_cents.cast("string"), acts.amount_reported, acts.duration_months.cast("string"),
        acts.holders_key, acts.amendment_title,
    )  # fmt: skip
    once = _once(acts.mutate(amendment_key=content.hexdigest("md5")))
    once = once.mutate(order_date=ibis.coalesce(once.amendment_date, once.publication_date))
    in_order = ibis.window(group_by="contract_key", order_by=["order_date", "amendment_number", "amendment_key"])
    return once.select(
        "contract_key", "amendment_key", (ibis.row_number().over(in_order) + 1).cast("int64").name("amendment_rank"),
        *_ACT_COLUMNS,
    )  # fmt: skip


def _once(acts: Any) -> Any:
    """Each act once, with what those who tell of it say together."""
    same = _same_acts(acts.view())
    acts = acts.left_join(same, [("contract_key", "same_of"), ("amendment_key", "told_key")])
    acts = acts.mutate(amendment_key=ibis.coalesce(acts.same_key, acts.amendment_key))
    given = {column: acts[column].min() for column in _ACT_COLUMNS}
    # of those who tell of an act, one may name holders and another not
    is_act, is_naming = acts.amendment_source == "act", acts.holders_count > 0
    told_by = ibis.ifelse(is_act, acts.record_hash, ibis.null("string")).min()
    naming = ibis.ifelse(is_naming, acts.holder_set, ibis.null("string")).min()
    given["record_hash"] = ibis.coalesce(told_by, given["record_hash"])
    given["holder_set"] = ibis.coalesce(naming, given["holder_set"])
    given["holders_count"] = acts.holders_count.max()
    once = acts.group_by(["contract_key", "amendment_key"]).agg(**given)
    reason = ibis.ifelse(once.amount_cents.isnull(), once.amount_reason, ibis.null("string"))
    return once.mutate(amount_reason=reason)


def _same_acts(acts: Any) -> Any:
    """Acts of contracts that several sources tell of, whose `told_key` has to give way to that of the same act."""
    tellers = acts.group_by(of_contract=acts.contract_key).agg(first=acts.teller.min(), last=acts.teller.max())
    tellers = tellers.filter(tellers.first != tellers.last)
    a = acts.semi_join(tellers, [("contract_key", "of_contract")]).filter(lambda t: t.amendment_date.notnull())
    # from the last act of the day, the only one that a table of current states has
    last_first = [ibis.desc("amendment_number"), ibis.desc("amendment_key")]
    of_teller = ibis.window(group_by=["contract_key", "amendment_date", "teller"], order_by=last_first)
    a = a.mutate(place=ibis.row_number().over(of_teller))
    told = a.group_by(["contract_key", "amendment_date", "amendment_key"]).agg(
        place=a.place.max(),
        amount=ibis.coalesce(a.amount_cents.cast("string"), present(a.amount_reported)).min(),
        duration_months=a.duration_months.min(),
        number=ibis.ifelse(a.amendment_source == "act", a.amendment_number, ibis.null("int64")).min(),
    )  # fmt: skip
    same = ibis.window(group_by=["contract_key", "amendment_date", "place"])
    differs = [
        ibis.coalesce(told[column].min().over(same) != told[column].max().over(same), False)
        for column in ("amount", "duration_months", "number")
    ]
    first = told.amendment_key.min().over(same)
    told = told.mutate(same_key=ibis.ifelse(ibis.or_(*differs), told.amendment_key, first))
    told = told.filter(told.same_key != told.amendment_key)
    return told.select("same_key", same_of="contract_key", told_key="amendment_key")


_ACT_COLUMNS = (
    "amendment_source", "record_hash", "holder_set", "set_key", "amendment_number", "amendment_date",
    "amendment_date_reported", "publication_date", "amendment_title", "amount_reported", "amount_cents",
    "amount_reason", "duration_months", "holders_count",
)  # fmt: skip


def _nested(nested_act: Any, contract_record: Any, shared_decision: Any) -> Any:
    a = nested_act.inner_join(contract_record.select("unit_key", told_by="record_hash"), [("record_hash", "told_by")])
    a = with_decision(a, shared_decision)
    return a.mutate(
        amendment_source=ibis.literal("act"),
        holder_set=a.act_key,
        set_key=ibis.null("string"),
        holders_key=a.holders_count.cast("string"),
        teller=a.record_hash,
    ).select("contract_key", "holders_key", "teller", *_ACT_COLUMNS)


def _versions(contract_record: Any, award_unit: Any, award_version: Any) -> Any:
    """Later versions of a contract, each told by its richest record."""
    later = award_version.filter(award_version.version_number > 0)
    units = award_unit.select("unit_key", "record_hash").inner_join(later, "unit_key")
    units = units.select("record_hash", "contract_key", "version_number", set_key="unit_key")
    r = contract_record.inner_join(units, "record_hash")
    return _state(r, "version", r.version_number)


def _lines(contract_record: Any, shared_decision: Any) -> Any:
    """Amendment lines of flat tables: the first line of each number tells it (the others name its other holders)."""
    lines = shared_decision.filter(shared_decision.decision == "amendment_line").select(
        "record_hash", "contract_key", "set_key"
    )
    r = contract_record.inner_join(lines, "record_hash")
    first = ibis.window(group_by=["contract_key", "amendment_number"], order_by="record_hash")
    r = r.mutate(line=ibis.row_number().over(first))
    r = r.filter(r.line == 0)
    return _state(r, "line", r.amendment_number)


def _state(r: Any, source: str, number: Any) -> Any:
    """The state of a contract that a record tells, as an act that sets it."""
    return r.select(
        "contract_key", holders_key=joined(r.holders_count.cast("string"), r.first_holder, r.last_holder),
        teller=ibis.literal(source), amendment_source=ibis.literal(source), record_hash=r.record_hash,
        holder_set=ibis.null("string"), set_key=r.set_key,
        amendment_number=number.cast("int64"), amendment_date=r.notification_date,
        amendment_date_reported=r.notification_date_reported, publication_date=r.publication_date,
        amendment_title=ibis.null("string"), amount_reported=r.amount_reported, amount_cents=r.amount_cents,
        amount_reason=r.amount_reason, duration_months=r.duration_months, holders_count=r.holders_count,
    )  # fmt: skip
