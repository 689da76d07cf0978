"""Contracts as they are now: the initial award, then every amendment in order; their holders' shares in exact cents."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog import parameter
from gisement.clean.values import day, identifier_key, joined
from gisement.terms import step


@step
def observation(contract_record: Any) -> Any:
    """One row: `as_of_date`, which stands for today in every step: the latest plausible day of publication.

    A record without publication date (flat tables often have none) is taken by its day of notification.
    """
    r = contract_record.mutate(
        seen_date=ibis.coalesce(contract_record.publication_date, contract_record.notification_date)
    )
    dated = r.filter(r.seen_date.notnull())
    days = dated.group_by("seen_date").agg(records_count=dated.count())
    later = days.records_count.sum().over(ibis.window(order_by=ibis.desc("seen_date"), preceding=(None, 0)))
    days = days.mutate(later=later, total=days.records_count.sum().over(ibis.window(group_by=ibis.literal(1))))
    plausible = days.filter(days.later * 1000 >= days.total * parameter("late_publication_per_mille"))
    return plausible.agg(as_of_date=plausible.seen_date.max(), dated_records_count=plausible.total.max())


@step
def contract_state(contract_record: Any, award_version: Any, record_decision: Any, amendment: Any, observation: Any,
                   correction: Any) -> Any:  # fmt: skip
    """One row per contract lot: what changes in its life, now (amendments, then corrections by hand, applied).

    A date before the first plausible year, or well after the observation date, is read and set aside.
    """
    c = _initial(contract_record, award_version, record_decision)
    c = c.left_join(_last_known(amendment, "amount_cents", "amended_amount"), [("contract_key", "amended_amount_of")])
    c = c.left_join(
        _last_known(amendment, "duration_months", "amended_duration"),
        [("contract_key", "amended_duration_of")],
    )
    counts = amendment.group_by("contract_key").agg(amended=amendment.count()).rename(counted_key="contract_key")
    c = _with_frameworks(c.left_join(counts, [("contract_key", "counted_key")]))
    c = c.cross_join(observation.select("as_of_date"))
    is_plausible = (c.notification_date_read.year() >= parameter("date_first_year")) & (
        c.notification_date_read <= c.as_of_date + ibis.interval(days=parameter("date_late_days"))
    )
    is_kept = is_plausible | c.as_of_date.isnull()
    c = c.mutate(
        amount_cents=ibis.coalesce(c.amended_amount, c.amount_cents_initial),
        duration_months=ibis.coalesce(c.amended_duration, c.duration_months_initial),
        amendments_count=ibis.coalesce(c.amended, 0).cast("int64"),
        notification_date=ibis.ifelse(is_kept, c.notification_date_read, ibis.null("date")),
    )
    c = _corrected(c, correction)
    reason = ibis.coalesce(c.amount_reason, "corrected_to_unknown")
    return c.mutate(
        amount_reason=ibis.ifelse(c.amount_cents.isnull(), reason, ibis.null("string")),
        annualised_cents=_per_year(c.amount_cents, c.duration_months),
    ).select(*CONTRACT_STATE)


CONTRACT_STATE = (
    "contract_key", "record_hash", "records_count", "lots_count", "buyer_id", "buyer_id_reported", "buyer_siren",
    "framework_id", "cpv_code", "cpv_code_reported", "duration_months", "duration_months_initial", "notification_date",
    "notification_date_read", "amount_cents", "amount_cents_initial", "amount_cents_reported", "amount_reason",
    "annualised_cents", "amendments_count", "is_concession", "is_subsequent", "is_subsequent_of_known",
    "is_subsequent_of_listed",
)  # fmt: skip


def _per_year(amount: Any, months: Any) -> Any:
    """The amount for one year of a duration over a year, in whole cents, rounded down; under a year, the amount."""
    yearly = amount * 12
    whole = ibis.ifelse(months > 12, (yearly - yearly % months) / months, ibis.null("float64")).cast("int64")
    return ibis.coalesce(whole, amount)


def _initial(contract_record: Any, award_version: Any, record_decision: Any) -> Any:
    """The first state of each contract, told by the richest record of its first version."""
    first = record_decision.filter(record_decision.decision == "contract")
    first = first.select("contract_key", "set_key", decided="record_hash")
    told = (
        record_decision.group_by("contract_key")
        .agg(told_by=record_decision.copies.sum())
        .rename(told_key="contract_key")
    )
    units = award_version.select(version_of="unit_key", shared_lots="lots_count")
    r = contract_record.inner_join(first, [("record_hash", "decided")])
    r = r.left_join(told, [("contract_key", "told_key")]).left_join(units, [("set_key", "version_of")])
    return r.select(
        "contract_key", "record_hash", "buyer_id", "buyer_id_reported", "buyer_siren", "contract_id", "framework_id",
        "cpv_code", "cpv_code_reported", "amount_cents_reported", "amount_reason", "is_subsequent",
        amount_cents_initial=r.amount_cents, duration_months_initial=r.duration_months,
        notification_date_read=r.notification_date,
        records_count=r.told_by.cast("decimal(38,0)").cast("int64"),
        lots_count=ibis.coalesce(r.shared_lots, 1),
        is_concession=r.record_kind == "contrat-concession",
    )  # fmt: skip


def _last_known(amendment: Any, column: str, name: str) -> Any:
    """The last value that an amendment gives to a column, per contract."""
    told = amendment.filter(amendment[column].notnull())
    last = told.group_by("contract_key").agg(amendment_rank=told.amendment_rank.max())
    kept = told.inner_join(last, ["contract_key", "amendment_rank"])
    return kept.select(**{f"{name}_of": kept.contract_key, name: kept[column]})


def _with_frameworks(c: Any) -> Any:
    """Mark the subsequent contracts whose framework agreement, of a known amount, is among those of the same buyer."""
    buyer = ibis.coalesce(c.buyer_siren, c.buyer_id, c.buyer_id_reported)
    c = c.mutate(own_key=joined(buyer, identifier_key(c.contract_id)))
    parent_id = identifier_key(c.framework_id)
    parent = ibis.ifelse(parent_id.length() > 0, joined(buyer, parent_id), ibis.null("string"))
    c = c.mutate(parent_key=parent)
    has_amount = c.amended_amount.notnull() | c.amount_cents_initial.notnull()
    firsts = c.mutate(has_amount=has_amount.cast("int8")).filter(~ibis.coalesce(c.is_subsequent, False))
    parents = firsts.group_by(known_key=firsts.own_key).agg(is_priced=firsts.has_amount.max())
    children = c.filter(c.parent_key.notnull() & (c.parent_key != c.own_key)).select("contract_key", "parent_key")
    known = children.inner_join(parents, children.parent_key == parents.known_key)
    c = c.left_join(known.select("is_priced", child_key=known.contract_key), [("contract_key", "child_key")])
    return c.mutate(
        is_subsequent_of_known=ibis.coalesce(c.is_priced == 1, False), is_subsequent_of_listed=c.child_key.notnull()
    ).drop("child_key", "is_priced", "own_key", "parent_key")


def _corrected(c: Any, correction: Any) -> Any:
    """The corrections made by hand, where the old value matches the current or the reported one."""
    for column, kind in CORRECTABLE.items():
        found = correction.filter(
            (correction.table == "contract") & (correction.column == column) & correction.is_latest
        )
        found = found.select(corrected_key=found.key, new_value=found.new_value, old_value=found.first_old_value)
        c = c.left_join(found, [("contract_key", "corrected_key")])
        current, reported = c[column].cast("string"), c[REPORTED.get(column, column)].cast("string")
        matches = (c.old_value == current) | (c.old_value == reported) | (c.old_value.isnull() & c[column].isnull())
        # a value that cannot be read would empty the cell; no value at all says that nobody knows
        given = _typed(c.new_value, kind)
        is_read = c.new_value.isnull() | given.notnull()
        is_mended = c.corrected_key.notnull() & ibis.coalesce(matches, False) & is_read
        c = c.mutate(**{column: ibis.ifelse(is_mended, given, c[column])})
        c = c.drop("corrected_key", "new_value", "old_value")
    return c


def _typed(text: Any, kind: str) -> Any:
    """The value that a correction spells; null if none (engines cast `12.7`, `2024` or `epoch` each its way)."""
    if kind == "date":
        return day(text)
    if kind == "string":
        return text
    return ibis.ifelse(text.re_search(r"^-?[0-9]{1,17}\z"), text, ibis.null("string")).try_cast(kind)


CORRECTABLE = {
    "amount_cents": "int64",
    "notification_date": "date",
    "duration_months": "int64",
    "cpv_code": "string",
    "buyer_id": "string",
}
REPORTED = {
    "amount_cents": "amount_cents_reported",
    "notification_date": "notification_date_read",
    "cpv_code": "cpv_code_reported",
    "buyer_id": "buyer_id_reported",
}


@step
def contract_supplier(contract_state: Any, holder: Any, record_decision: Any, amendment: Any) -> Any:
    """One row per contract lot and holder with its cents; a contract without known holder has one row without supplier.

    The cents of a joint award are split equally, the remainder going to the first holder in the order of identifiers:
    they add up to the contract's, whichever holder comes first in the file.
    """
    holders = _current_holders(holder, record_decision, amendment)
    c = contract_state.select("contract_key", contract_cents="amount_cents")
    rows = c.left_join(_ranked(holders), [("contract_key", "held_key")])
    number, count = ibis.coalesce(rows.rank, 1), ibis.coalesce(rows.held, 1)
    rows = rows.mutate(holder_number=number.cast("int64"), holders_count=count.cast("int64"))
    remainder = rows.contract_cents % rows.holders_count
    equal = ((rows.contract_cents - remainder) / rows.holders_count).cast("int64")
    return rows.select(
        "contract_key", "holder_number", "holders_count", *HOLDER_COLUMNS, "contract_cents",
        amount_cents=ibis.ifelse(rows.holder_number == 1, equal + remainder, equal),
        amount_level=ibis.ifelse(rows.holders_count > 1, "derived", "observed"),
    )  # fmt: skip


def _ranked(holders: Any) -> Any:
    """Holders with their number in the contract and how many it has (only those of joint awards need ranking)."""
    counts = holders.group_by("contract_key").agg(held=holders.count()).rename(held_key="contract_key")
    joint = holders.semi_join(counts.filter(counts.held > 1), holders.contract_key == counts.held_key)
    joint = joint.select(ranked_key="contract_key", ranked_id="supplier_id")
    order = ibis.window(group_by="ranked_key", order_by="ranked_id")
    ranks = joint.mutate(
        rank=ibis.row_number().over(order) + 1, held=joint.ranked_id.count().over(ibis.window(group_by="ranked_key"))
    )
    held = holders.left_join(ranks, [("contract_key", "ranked_key"), ("supplier_id", "ranked_id")])
    return held.select(*HOLDER_COLUMNS, "rank", "held", held_key="contract_key")


HOLDER_COLUMNS = (
    "supplier_id", "supplier_id_kind", "supplier_id_kind_reported", "supplier_id_rule", "supplier_siren",
    "supplier_id_reported", "supplier_name", "supplier_commune_code_reported", "supplier_department_code_reported",
)  # fmt: skip


def _current_holders(holder: Any, record_decision: Any, amendment: Any) -> Any:
    """Holders of each contract now: those of the last amendment that names any, else those of the award."""
    base = record_decision.filter((record_decision.decision != "amendment_line") & ~record_decision.has_version)
    base = base.select("contract_key", holder_set="record_hash")
    naming = amendment.filter(amendment.holders_count > 0)
    last = naming.group_by("contract_key").agg(amendment_rank=naming.amendment_rank.max())
    acts = naming.inner_join(last, ["contract_key", "amendment_rank"])
    told = acts.filter(acts.set_key.notnull()).select("contract_key", "set_key")
    told = told.inner_join(record_decision.select("set_key", "record_hash"), "set_key")
    told = told.select("contract_key", holder_set="record_hash")
    nested = acts.filter(acts.holder_set.notnull()).select("contract_key", "holder_set")
    sets = base.anti_join(acts, "contract_key").union(nested).union(told)
    sets_count = sets.group_by("contract_key").agg(sets_count=sets.count())
    several = sets_count.filter(sets_count.sets_count > 1)
    plain = holder.inner_join(sets.anti_join(several, "contract_key"), "holder_set")
    named = holder.inner_join(sets.semi_join(several, "contract_key"), "holder_set")
    once = named.group_by(["contract_key", "supplier_id"]).agg(
        **{column: named[column].min() for column in HOLDER_COLUMNS if column != "supplier_id"}
    )
    return plain.select("contract_key", *HOLDER_COLUMNS).union(once.select("contract_key", *HOLDER_COLUMNS))
