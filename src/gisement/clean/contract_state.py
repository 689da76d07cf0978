"""Contracts as they are now: the initial award, then every amendment in order; their holders' shares in exact cents."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog import parameter
from gisement.clean.identity import with_decision
from gisement.clean.values import identifier_key
from gisement.terms import step
from gisement.terms.expressions import day, equal_part, exact


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
def contract_state(contract_record: Any, award_version: Any, shared_decision: Any, amendment: Any, observation: Any,
                   correction: Any) -> Any:  # fmt: skip
    """One row per contract lot: what changes in its life, now (amendments, then corrections by hand, applied).

    A date before the first plausible year, or well after the observation date, is read and set aside.
    """
    # what few contracts have is read apart and joined once: a join carries every column of every contract
    c = _initial(contract_record, shared_decision)
    amended = _amended(amendment)
    for few in (
        _told_again(shared_decision.view()),
        award_version.select(version_of="unit_key", shared_lots="lots_count"),
        amended,
        _corrections(correction),
    ):
        c = c.left_join(few, [("contract_key", few.columns[0])])
    children = _of_frameworks(contract_record.view(), shared_decision.view(), amended)
    c = c.left_join(children, [("contract_key", "child_key")])
    c = c.cross_join(observation.select("as_of_date"))
    is_plausible = (c.notification_date_read.year() >= parameter("date_first_year")) & (
        c.notification_date_read <= c.as_of_date + ibis.interval(days=parameter("date_late_days"))
    )
    is_kept = is_plausible | c.as_of_date.isnull()
    c = c.mutate(
        amount_cents=ibis.coalesce(c.amended_amount, c.amount_cents_initial),
        duration_months=ibis.coalesce(c.amended_duration, c.duration_months_initial),
        records_count=c.copies + ibis.coalesce(c.told_again, 0),
        lots_count=ibis.coalesce(c.shared_lots, 1),
        amendments_count=ibis.coalesce(c.amended, 0).cast("int64"),
        is_subsequent_of_known=ibis.coalesce(c.is_priced == 1, False),
        is_subsequent_of_listed=c.child_key.notnull(),
        notification_date=ibis.ifelse(is_kept, c.notification_date_read, ibis.null("date")),
    )
    c = _corrected(c)
    reason = ibis.coalesce(c.amount_reason, "corrected_to_unknown")
    return c.mutate(
        amount_reason=ibis.ifelse(c.amount_cents.isnull(), reason, ibis.null("string")),
        annualised_cents=_annualised(c.amount_cents, c.duration_months),
    ).select(*CONTRACT_STATE)


CONTRACT_STATE = (
    "contract_key", "record_hash", "records_count", "lots_count", "buyer_id", "buyer_siren", "buyer_name",
    "contract_id", "framework_id", "cpv_code", "has_advance", "duration_months", "duration_months_initial",
    "notification_date", "notification_date_read", "amount_cents", "amount_cents_initial", "amount_cents_reported",
    "amount_reason", "annualised_cents", "amendments_count", "is_concession", "is_subsequent",
    "is_subsequent_of_known", "is_subsequent_of_listed",
)  # fmt: skip


def _annualised(amount: Any, months: Any) -> Any:
    """The amount for one year of a duration over a year, in whole cents, rounded down; under a year, the amount."""
    twelvefold = amount * 12
    whole = ibis.ifelse(months > 12, (twelvefold - twelvefold % months) / months, ibis.null("float64")).cast("int64")
    return ibis.coalesce(whole, amount)


def _initial(contract_record: Any, shared_decision: Any) -> Any:
    """The first state of each contract, told by the richest record of its first version."""
    r = _first(contract_record, shared_decision)
    return r.select(
        "contract_key", "record_hash", "buyer_id", "buyer_id_reported", "buyer_siren", "buyer_name", "contract_id",
        "framework_id", "cpv_code", "cpv_code_reported", "has_advance", "amount_cents_reported", "amount_reason",
        "is_subsequent", "copies",
        amount_cents_initial=r.amount_cents, duration_months_initial=r.duration_months,
        notification_date_read=r.notification_date,
        is_concession=r.record_kind == "contrat-concession",
    )  # fmt: skip


def _first(records: Any, shared_decision: Any) -> Any:
    """The records that tell a contract first, with its key."""
    return with_decision(records, shared_decision).filter(lambda t: t.decision == "contract")


def _told_again(shared_decision: Any) -> Any:
    """How many records, copies included, tell of a contract after the first."""
    others = shared_decision.filter(shared_decision.decision != "contract")
    return others.group_by(told_key=others.contract_key).agg(told_again=exact(others.copies.sum()))


def _amended(amendment: Any) -> Any:
    """One row per amended contract: how many amendments, the last amount and the last duration that they give."""
    a = amendment
    gives_amount, gives_duration = a.amount_cents.notnull(), a.duration_months.notnull()
    told = a.group_by(amended_key=a.contract_key).agg(
        amended=a.count(),
        amount_rank=ibis.ifelse(gives_amount, a.amendment_rank, ibis.null("int64")).max(),
        duration_rank=ibis.ifelse(gives_duration, a.amendment_rank, ibis.null("int64")).max(),
    )
    amounts = a.select(amount_of="contract_key", amount_at="amendment_rank", amended_amount="amount_cents")
    durations = a.select(duration_of="contract_key", duration_at="amendment_rank", amended_duration="duration_months")
    told = told.left_join(amounts, [("amended_key", "amount_of"), ("amount_rank", "amount_at")])
    told = told.left_join(durations, [("amended_key", "duration_of"), ("duration_rank", "duration_at")])
    return told.select("amended_key", "amended", "amended_amount", "amended_duration")


def _of_frameworks(contract_record: Any, shared_decision: Any, amended: Any) -> Any:
    """The contracts whose framework agreement is among those of their buyer; `is_priced`: its amount is known.

    Any record of a contract may name its framework, and any record of the framework have the id that is named.
    """
    r = contract_record.mutate(buyer=contract_record.buyer_key.fill_null(""))
    children = r.filter(r.framework_id.notnull()).mutate(parent_id=lambda t: identifier_key(t.framework_id))
    children = children.filter((children.parent_id != "") & (children.parent_id != children.id_key.fill_null("")))
    children = children.select("record_hash", "unit_key", "buyer", "parent_id")
    parents = r.view().filter(lambda t: ~ibis.coalesce(t.is_subsequent, False))
    parents = parents.select("record_hash", "unit_key", "buyer", "id_key", "amount_cents")
    # distinct as they are: said so that an engine looks for them, few or none, before it joins what follows
    parents = parents.semi_join(children, [("buyer", "buyer"), ("id_key", "parent_id")]).distinct()
    parents = with_decision(parents, shared_decision)
    parents = parents.left_join(amended, [("contract_key", "amended_key")])
    has_amount = parents.amended_amount.notnull() | parents.amount_cents.notnull()
    parents = parents.group_by(parent_buyer=parents.buyer, known_id=parents.id_key, parent_key=parents.contract_key)
    parents = parents.agg(is_priced=has_amount.cast("int8").max())
    children = with_decision(children, shared_decision.view())
    known = children.inner_join(parents, [("buyer", "parent_buyer"), ("parent_id", "known_id")])
    known = known.filter(known.contract_key != known.parent_key)
    return known.group_by(child_key=known.contract_key).agg(is_priced=known.is_priced.max())


def _corrections(correction: Any) -> Any:
    """One row per corrected contract: of each column that may be, whether it is, from which value and to which."""
    found = correction.filter((correction.table == "contract") & correction.is_latest)
    told = {}
    for column in CORRECTABLE:
        is_of = found.column == column
        told[f"{column}_mended"] = ibis.ifelse(is_of, 1, 0).max()
        for value in ("new_value", "first_old_value"):
            told[f"{column}_{value}"] = ibis.ifelse(is_of, found[value], ibis.null("string")).max()
    return found.group_by(corrected_key=found.key).agg(**told)


def _corrected(c: Any) -> Any:
    """The corrections made by hand, where the old value matches the current or the reported one."""
    mended = {}
    for column, kind in CORRECTABLE.items():
        old, new = c[f"{column}_first_old_value"], c[f"{column}_new_value"]
        current, reported = c[column].cast("string"), c[REPORTED.get(column, column)].cast("string")
        matches = (old == current) | (old == reported) | (old.isnull() & c[column].isnull())
        # a value that cannot be read would empty the cell; no value at all says that nobody knows
        given = _typed(new, kind)
        is_read = new.isnull() | given.notnull()
        is_mended = (c[f"{column}_mended"] == 1) & ibis.coalesce(matches, False) & is_read
        mended[column] = ibis.ifelse(is_mended, given, c[column])
    return c.mutate(**mended)


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
def contract_supplier(contract_state: Any, holder: Any, further_holder: Any, shared_decision: Any,
                      amendment: Any) -> Any:  # fmt: skip
    """One row per contract lot and holder with its cents; a contract without known holder has one row without supplier.

    The cents of a joint award are split equally, the remainder going to the first holder in the order of identifiers:
    they add up to the contract's, whichever holder comes first in the file.
    """
    acts = _naming_acts(amendment)
    settled = _told_again_of(shared_decision).union(acts.select("contract_key"))
    once = _told_once(contract_state, holder, settled)
    again = _told_several_times(contract_state.view(), further_holder, shared_decision.view(), acts, settled)
    rows = once.union(again)
    rows = rows.mutate(
        holder_number=ibis.coalesce(rows.holder_number, 1), holders_count=ibis.coalesce(rows.holders_count, 1)
    )
    return rows.select(
        "contract_key", "holder_number", "holders_count", *HOLDER_COLUMNS, "contract_cents",
        amount_cents=equal_part(rows.contract_cents, rows.holder_number, rows.holders_count),
        amount_level=ibis.ifelse(rows.holders_count > 1, "derived", "observed"),
    )  # fmt: skip


HOLDER_COLUMNS = (
    "supplier_id", "supplier_id_kind", "supplier_id_kind_reported", "supplier_id_rule", "supplier_siren",
    "supplier_id_reported", "supplier_name", "supplier_commune_code_reported", "supplier_department_code_reported",
)  # fmt: skip


def _told_once(contract_state: Any, holder: Any, settled: Any) -> Any:
    """Holders of the contracts that one record tells, as of most: those that it names, each once."""
    c = contract_state.anti_join(settled, "contract_key")
    c = c.select("contract_key", decided="record_hash", contract_cents="amount_cents")
    rows = c.left_join(_numbered(holder), [("decided", "holder_set")])
    return rows.select("contract_key", "contract_cents", *HOLDER_COLUMNS, "holder_number", "holders_count")


def _numbered(holder: Any) -> Any:
    """Holders with their order and number in their set: only those of joint awards have to be put in order."""
    one = ibis.literal(1, "int64")
    alone = holder.filter(holder.names_count == 1).mutate(holder_number=one, holders_count=one)
    joint = holder.view().filter(lambda t: t.names_count > 1)
    # in order by what tells them apart alone: a window carries every column that it is given
    narrow = joint.select(joint_set="holder_set", ranked_id="supplier_id")
    narrow = narrow.mutate(**_order(narrow, "joint_set", "ranked_id"))
    joint = joint.inner_join(narrow, [("holder_set", "joint_set"), ("supplier_id", "ranked_id")])
    columns = ("holder_set", *HOLDER_COLUMNS, "holder_number", "holders_count")
    return alone.select(*columns).union(joint.select(*columns))


def _order(named: Any, key: str, of: str = "supplier_id") -> dict[str, Any]:
    """The place of each holder among those of one key, in the order of identifiers, and their number."""
    in_order = ibis.window(group_by=key, order_by=of)
    return {
        "holder_number": (ibis.row_number().over(in_order) + 1).cast("int64"),
        "holders_count": named[of].count().over(ibis.window(group_by=key)),
    }


def _told_several_times(contract_state: Any, further_holder: Any, shared_decision: Any, acts: Any, settled: Any) -> Any:
    """Holders of the other contracts: those of the last amendment that names any, else those of all its records."""
    of_award = _award_records(shared_decision).semi_join(settled, "contract_key").anti_join(acts, "contract_key")
    of_award = of_award.select("contract_key", holder_set="record_hash")
    told = acts.filter(acts.set_key.notnull()).select("contract_key", "set_key")
    told = told.inner_join(shared_decision.view().select("set_key", "record_hash"), "set_key")
    nested = acts.filter(acts.holder_set.notnull()).select("contract_key", "holder_set")
    sets = of_award.union(nested).union(told.select("contract_key", holder_set="record_hash"))
    named = further_holder.inner_join(sets, "holder_set")
    named = named.group_by(held_key=named.contract_key, supplier_id=named.supplier_id).agg(
        **{column: named[column].min() for column in HOLDER_COLUMNS if column != "supplier_id"}
    )
    named = named.mutate(**_order(named, "held_key"))
    c = contract_state.semi_join(settled, "contract_key").select("contract_key", contract_cents="amount_cents")
    rows = c.left_join(named, [("contract_key", "held_key")])
    return rows.select("contract_key", "contract_cents", *HOLDER_COLUMNS, "holder_number", "holders_count")


def _naming_acts(amendment: Any) -> Any:
    """The last amendment of each contract that names holders."""
    naming = amendment.filter(amendment.holders_count > 0)
    last = naming.group_by("contract_key").agg(amendment_rank=naming.amendment_rank.max())
    return naming.inner_join(last, ["contract_key", "amendment_rank"]).select("contract_key", "holder_set", "set_key")


def _award_records(shared_decision: Any) -> Any:
    """Of records that are not alone, those that tell of an award: not of amendments, nor of later versions."""
    return shared_decision.filter((shared_decision.decision != "amendment_line") & ~shared_decision.has_version)


def _told_again_of(shared_decision: Any) -> Any:
    """The contracts of whose award other records tell than the first."""
    records = _award_records(shared_decision.view())
    return records.filter(records.decision != "contract").select("contract_key")
