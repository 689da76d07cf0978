"""Amendments: from the nested acts of records, later versions and amendment lines to one ordered list per contract.

Acts are ordered by date (that of publication, failing it), number and content, so that ties always fall the same way;
an act may be dated on the day of notification, or before it. A field that an act does not mention keeps its value.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.contracts import plausible_duration, trusted_amount
from gisement.clean.identity import with_decision
from gisement.clean.values import day, joined, present, whole, with_cents
from gisement.terms import step


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
    acts = acts.mutate(amendment_key=content.hexdigest("md5"))
    once = acts.group_by(["contract_key", "amendment_key"]).agg(
        **{column: acts[column].min() for column in _ACT_COLUMNS},
    )
    once = once.mutate(order_date=ibis.coalesce(once.amendment_date, once.publication_date))
    in_order = ibis.window(group_by="contract_key", order_by=["order_date", "amendment_number", "amendment_key"])
    return once.select(
        "contract_key", "amendment_key", (ibis.row_number().over(in_order) + 1).cast("int64").name("amendment_rank"),
        *_ACT_COLUMNS,
    )  # fmt: skip


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
    ).select("contract_key", "holders_key", *_ACT_COLUMNS)


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
        amendment_source=ibis.literal(source), record_hash=r.record_hash, holder_set=ibis.null("string"),
        set_key=r.set_key, amendment_number=number.cast("int64"), amendment_date=r.notification_date,
        amendment_date_reported=r.notification_date_reported, publication_date=r.publication_date,
        amendment_title=ibis.null("string"), amount_reported=r.amount_reported, amount_cents=r.amount_cents,
        amount_reason=r.amount_reason, duration_months=r.duration_months, holders_count=r.holders_count,
    )  # fmt: skip
