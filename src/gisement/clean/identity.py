"""Which records tell of the same contract: duplicates, lots, versions and joint awards, each decision with its rule.

Under one buyer and (normalised) id, in order:
1. same date, amount, CPV, title and holders → one award published several times (`duplicate`); in a flat table, whose
   lines hold one holder each, the lines of one award that differ by the holder → `joint`;
2. same buyer, date, amount, title and holders under two spellings of an id → `duplicate` too; under one id, in a record
   and in a table, so are awards without known amount, day or holder, of one CPV, where nothing differs;
3. same title and CPV on different dates → `version`s of one contract, the latest giving its state (between lines
   of tables alone, same duration and number of offers too); a version of one spelling of an award is one of the other;
4. anything else under one id → lots, all kept; those of one day, amount and holders are pointed out as alike.
What sources do not tell apart stays so: a current amount under the day of the award, without act or number, is a lot;
so is, beside a titled record, the untitled line of a table. Lines of amendments: see `amendment_lines`.
Only records that share an id or an award with another one are looked at closely; the others are contracts at once.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.amendment_lines import amendment_line_decisions, is_amendment_line
from gisement.clean.values import cpv, loose_identifier_key, skeleton
from gisement.terms import step
from gisement.terms.expressions import digest, joined

SHORTEST_PREFIX = 10


@step
def shared_record(contract_record: Any) -> Any:
    """One row per award that shares an id, or a day and an amount, with another record, and what is compared.

    Titles are compared here alone: awards that agree on all else but the title (`title_key`) get a `unit_key` each.
    """
    # with the lines of amendments: the award that they amend has to be found, even if no other has its id
    repeated = _repeated(contract_record, ["group_key"])
    shared = _awards(contract_record).semi_join(repeated, "group_key").select("record_hash")
    shared = shared.union(_of_same_award(contract_record.view()))
    r = _awards(contract_record.view()).semi_join(shared, "record_hash")
    r = r.mutate(
        title_skeleton=skeleton(r.title.fill_null("")), is_tabular=r.source_format == "tabular", richness=_filled(r)
    )
    r = r.mutate(title_key=digest(r.title_skeleton))
    titles = r.group_by("unit_key").agg(titles_count=r.title_key.nunique())
    mixed = titles.filter(titles.titles_count > 1).select(mixed_key="unit_key")
    r = r.left_join(mixed, [("unit_key", "mixed_key")])
    with_title = digest(joined(r.unit_key, r.title_key))
    return r.mutate(unit_key=ibis.ifelse(r.mixed_key.isnull(), r.unit_key, with_title)).select(*SHARED_RECORD)


SHARED_RECORD = (
    "record_hash", "unit_key", "group_key", "buyer_key", "id_key", "title_key", "title_skeleton", "is_tabular",
    "cpv_code_reported",
    "duration_months_reported", "offers_count", "notification_date", "amount_cents", "amount_cents_reported",
    "first_holder", "last_holder", "holders_count", "richness", "copies",
)  # fmt: skip


def _awards(contract_record: Any) -> Any:
    """The records that tell of an award."""
    return contract_record.filter(~is_amendment_line(contract_record))


def _filled(r: Any) -> Any:
    """How many of the columns that matter are given: the richer of two twins is kept."""
    columns = (
        r.buyer_name, r.cpv_code, r.procurement_method_details, r.duration_months, r.notification_date,
        r.publication_date, r.amount_cents, r.offers_count, r.first_holder, r.buyer_department_code_reported,
    )  # fmt: skip
    total = columns[0].notnull().cast("int64")
    for column in columns[1:]:
        total = total + column.notnull().cast("int64")
    known = (r.social_state.isin(("yes", "none"))).cast("int64")
    return total + known


def _of_same_award(contract_record: Any) -> Any:
    """The records whose buyer has another award of the same day and amount, whatever its id."""
    r = _awards(contract_record)
    r = r.filter(r.buyer_key.notnull() & r.notification_date.notnull() & r.amount_cents.notnull())
    r = r.select("record_hash", "buyer_key", "notification_date", "amount_cents")
    # numbers first, then the text for the few that are left: to group by a text is slow
    days = ["notification_date", "amount_cents"]
    alike = r.semi_join(_repeated(r, days), days)
    alike = alike.mutate(records_count=alike.count().over(ibis.window(group_by=[*days, "buyer_key"])))
    return alike.filter(alike.records_count > 1).select("record_hash")


def _repeated(r: Any, keys: list[str]) -> Any:
    """The values of these columns that several rows have."""
    counts = r.group_by(keys).agg(records_count=r.count())
    return counts.filter(counts.records_count > 1)


@step
def award_unit(shared_record: Any) -> Any:
    """One row per award told by shared records (those that agree on everything but, in a flat table, the holder)."""
    r = shared_record
    r = r.mutate(rank=(99 - r.richness).cast("string").lpad(2, "0") + r.record_hash)
    units = r.group_by("unit_key").agg(
        group_key=r.group_key.min(), buyer_key=r.buyer_key.min(), id_key=r.id_key.min(), title_key=r.title_key.min(),
        is_tabular=r.is_tabular.max(), cpv_code_reported=r.cpv_code_reported.min(),
        duration_months_reported=r.duration_months_reported.min(), offers_count=r.offers_count.min(),
        notification_date=r.notification_date.min(), amount_cents=r.amount_cents.min(),
        amount_cents_reported=r.amount_cents_reported.min(),
        first_holder=r.first_holder.min(), last_holder=r.last_holder.max(),
        told_holders=r.holders_count.max(), listed_holders=r.first_holder.nunique(),
        records_count=r.count(), best_rank=r.rank.min(),
    )  # fmt: skip
    holders = ibis.ifelse(units.is_tabular, units.listed_holders, units.told_holders)
    return units.mutate(holders_count=holders.cast("int64"), record_hash=units.best_rank.substr(2)).select(*AWARD_UNIT)


AWARD_UNIT = (
    "unit_key", "group_key", "buyer_key", "id_key", "title_key", "is_tabular", "cpv_code_reported",
    "duration_months_reported", "offers_count", "notification_date", "amount_cents", "amount_cents_reported",
    "first_holder", "last_holder", "holders_count", "records_count", "best_rank", "record_hash",
)  # fmt: skip


@step
def award_twin(award_unit: Any) -> Any:
    """One row per award that is another spelling of the id of a richer one: `unit_key` → `main_unit_key`.

    Day, amount and holders have to be known, but under one and the same id: there it is enough that nothing differs.
    """
    u = award_unit
    is_known = u.notification_date.notnull() & u.amount_cents.notnull() & (u.holders_count > 0)
    told = (u.notification_date.cast("string"), u.holders_count.cast("string"), u.first_holder, u.last_holder)
    other_id = joined(u.buyer_key, u.amount_cents.cast("string"), *told, u.title_key)
    # a symbolic amount is that of many contracts: it tells one alone under its own id, and for one CPV
    same_id = joined(
        u.group_key, u.amount_cents_reported.cast("string"), *told, u.title_key, u.cpv_code_reported.left(8)
    )
    known = u.select(
        "unit_key", "id_key", "best_rank", award_key=ibis.ifelse(is_known, other_id, same_id),
        loose_key=loose_identifier_key(u.id_key),
    )  # fmt: skip
    several = known.group_by("award_key").agg(units_count=known.count())
    twins = known.semi_join(several.filter(several.units_count > 1), "award_key")
    in_order = ibis.window(group_by="award_key", order_by=["loose_key", "id_key", "unit_key"])
    before = twins.loose_key.lag().over(in_order)
    same = (before == twins.loose_key) | ((before.length() >= SHORTEST_PREFIX) & twins.loose_key.startswith(before))
    twins = twins.mutate(is_other=(~ibis.coalesce(same, False)).cast("int64"))
    running = ibis.window(group_by="award_key", order_by=["loose_key", "id_key", "unit_key"], preceding=(None, 0))
    twins = twins.mutate(cluster=twins.is_other.sum().over(running))
    best = ibis.window(group_by=["award_key", "cluster"], order_by=["best_rank", "unit_key"])
    twins = twins.mutate(main_unit_key=twins.unit_key.first().over(best))
    return twins.filter(twins.main_unit_key != twins.unit_key).select("unit_key", "main_unit_key")


@step
def award_version(award_unit: Any, award_twin: Any) -> Any:
    """One row per award of an id that has several: the first version of its contract, its number, the lots.

    Two spellings of an award stand for one (the richer): what is a version of the other one is a version of it too.
    """
    u = _with_dates(_with_dates(_comparable(award_unit, award_twin), "wide_key", "is_wide"), "narrow_key", "is_narrow")
    version_key = ibis.cases((u.is_wide, u.wide_key), (u.is_narrow, u.narrow_key), else_=u.main_key)
    u = u.mutate(version_key=version_key, is_alike=_differs(u.main_key, "alike_key"))
    first = ibis.window(group_by="version_key", order_by=["notification_date", "main_key"])
    u = u.mutate(first_key=u.main_key.first().over(first), first_date=u.notification_date.first().over(first))
    earliest = ibis.window(group_by="main_key", order_by=["first_date", "first_key"])
    u = u.mutate(first_key=u.first_key.first().over(earliest))
    before = u.select(first_of="main_key", first_before="first_key").distinct()
    u = u.left_join(before, [("first_key", "first_of")]).mutate(contract_key=lambda t: t.first_before)
    own = ibis.ifelse(u.is_own == 1, u.contract_key, ibis.null("string"))
    lots = u.group_by("group_key").agg(lots_count=own.nunique())
    u = u.inner_join(lots.rename(lots_of="group_key"), [("group_key", "lots_of")])
    lots_count = ibis.ifelse(u.is_own == 1, u.lots_count, 1)
    once = u.group_by(["main_key", "contract_key"]).agg(
        notification_date=u.notification_date.min(), lots_count=lots_count.max(), is_alike=u.is_alike.max()
    )
    in_order = ibis.window(group_by="contract_key", order_by=["notification_date", "main_key"])
    number = ibis.row_number().over(in_order).cast("int64")
    return once.mutate(unit_key=once.main_key, version_number=number).select(*AWARD_VERSION)


AWARD_VERSION = ("unit_key", "contract_key", "version_number", "lots_count", "is_alike")


def _comparable(award_unit: Any, award_twin: Any) -> Any:
    """The awards of ids that have several, with what versions of a contract have in common; of two alike, one.

    `is_own` is 1 under the id of the richer one: lots are counted there.
    """
    u = award_unit.left_join(award_twin.rename(twin_of="unit_key"), [("unit_key", "twin_of")])
    u = u.mutate(main_key=ibis.coalesce(u.main_unit_key, u.unit_key)).view()
    # with its check digit or without, a CPV is the same; what cannot be read is compared as it is
    u = u.mutate(cpv_key=ibis.coalesce(cpv(u.cpv_code_reported), u.cpv_code_reported))
    several = u.group_by("group_key").agg(first_main=u.main_key.min(), last_main=u.main_key.max())
    u = u.semi_join(several.filter(several.first_main != several.last_main), "group_key")
    flat = joined(u.duration_months_reported, u.offers_count.cast("string"))
    # where a record tells of it too, title and CPV are enough, as between records
    in_tables = u.is_tabular.min().over(ibis.window(group_by=["group_key", "title_key", "cpv_key"]))
    terms = ibis.ifelse(in_tables, flat, ibis.literal(""))
    wide = joined(u.group_key, u.title_key, u.cpv_key, terms)
    holders = joined(u.holders_count.cast("string"), u.first_holder, u.last_holder)
    alike = joined(u.group_key, u.notification_date.cast("string"), u.amount_cents.cast("string"), holders)
    alike = ibis.ifelse(u.notification_date.notnull() & u.amount_cents.notnull(), alike, u.main_key)
    is_own = u.unit_key == u.main_key
    u = u.mutate(
        wide_key=wide, narrow_key=joined(wide, holders), is_own=is_own.cast("int8"),
        own_alike=ibis.ifelse(is_own, alike, ibis.null("string")),
    )  # fmt: skip
    once = u.group_by(["main_key", "group_key", "notification_date", "wide_key", "narrow_key"]).agg(
        is_own=u.is_own.max(), own_alike=u.own_alike.max()
    )
    return once.mutate(alike_key=ibis.coalesce(once.own_alike, once.main_key)).drop("own_alike")


def _differs(column: Any, key: str) -> Any:
    """Whether rows of one `key` have several values of a column."""
    group = ibis.window(group_by=key)
    return column.min().over(group) != column.max().over(group)


def _with_dates(u: Any, key: str, name: str) -> Any:
    """Mark the groups of several units whose dates are all known and all different: versions of one contract."""
    group = ibis.window(group_by=key)
    u = u.mutate(
        units_in_group=u.main_key.count().over(group),
        dates_in_group=u.notification_date.count().over(group),
        units_of_day=u.main_key.count().over(ibis.window(group_by=[key, "notification_date"])),
    )
    most_of_a_day = u.units_of_day.max().over(group)
    is_versions = (u.units_in_group > 1) & (u.dates_in_group == u.units_in_group) & (most_of_a_day == 1)
    return u.mutate(**{name: is_versions}).drop("units_in_group", "dates_in_group", "units_of_day")


@step
def shared_decision(contract_record: Any, shared_record: Any, award_unit: Any, award_twin: Any,
                    award_version: Any) -> Any:  # fmt: skip
    """One row per record that has to be compared, or tells of an amendment: its contract, and what it is to it.

    Any other record tells a contract alone, whose key is its `unit_key`.
    """
    decided = _decided(shared_record, award_unit, award_twin, award_version)
    contracts = _contracts(award_unit, award_twin, award_version)
    return decided.union(amendment_line_decisions(contract_record, shared_record.view(), award_unit.view(), contracts))


@step
def record_decision(contract_record: Any, shared_decision: Any) -> Any:
    """One row per distinct record: the contract it tells of, and what it is to it (see the rules above).

    Records of one `set_key` tell the same state of a contract, each with its holders.
    """
    alone = contract_record.anti_join(shared_decision, "record_hash")
    alone = alone.select(
        "record_hash", contract_key=alone.unit_key, set_key=alone.unit_key, copies=alone.copies,
        decision=ibis.literal("contract"), decision_rule=ibis.literal("single"), has_version=ibis.literal(False),
    )  # fmt: skip
    return alone.union(shared_decision.view())


def with_decision(records: Any, shared_decision: Any) -> Any:
    """`records` with the contract that each tells of (`contract_key`) and what it is to it (`decision`).

    Few are not alone: the hash table of this join is small, where that of `record_decision` has a row per record.
    """
    few = shared_decision.select("contract_key", "decision", decided="record_hash")
    r = records.left_join(few, [("record_hash", "decided")]).drop("decided")
    return r.mutate(contract_key=ibis.coalesce(r.contract_key, r.unit_key), decision=r.decision.fill_null("contract"))


def _decided(shared_record: Any, award_unit: Any, award_twin: Any, award_version: Any) -> Any:
    """The decision on each record that shares an id or an award."""
    units = award_unit.select(unit_of="unit_key", unit_record="record_hash", unit_holders="holders_count")
    a = shared_record.inner_join(units, [("unit_key", "unit_of")])
    a = a.left_join(award_twin.select(twin_of="unit_key", main_unit_key="main_unit_key"), [("unit_key", "twin_of")])
    a = a.mutate(main_key=ibis.coalesce(a.main_unit_key, a.unit_key), is_merged=a.main_unit_key.notnull())
    versions = award_version.select("contract_key", "version_number", "lots_count", "is_alike", version_of="unit_key")
    a = a.left_join(versions, [("main_key", "version_of")])
    holder_seen = ibis.row_number().over(ibis.window(group_by=["unit_key", "first_holder"], order_by="record_hash"))
    awards = a.select(
        "record_hash", "unit_key", "copies", "is_merged",
        contract_key=ibis.coalesce(a.contract_key, a.main_key),
        version_number=ibis.coalesce(a.version_number, 0),
        lots_count=ibis.coalesce(a.lots_count, 1),
        is_alike=ibis.coalesce(a.is_alike, False),
        is_best=a.record_hash == a.unit_record,
        is_joint=a.is_tabular & (a.unit_holders > 1) & (holder_seen == 0),
    )  # fmt: skip
    return awards.select(
        "record_hash", "contract_key", set_key=awards.unit_key, copies=awards.copies,
        decision=ibis.cases(
            (awards.is_merged, "duplicate"),
            (~awards.is_best, ibis.ifelse(awards.is_joint, "joint", "duplicate")),
            (awards.version_number > 0, "version"),
            else_="contract",
        ),
        decision_rule=ibis.cases(
            (awards.is_merged, "same_award_other_id_spelling"),
            (~awards.is_best, ibis.ifelse(awards.is_joint, "same_award_other_holder", "same_award_same_id")),
            (awards.version_number > 0, "same_title_later_date"),
            ((awards.lots_count > 1) & awards.is_alike, "lot_like_another"),
            (awards.lots_count > 1, "lot_under_shared_id"),
            else_="single",
        ),
        has_version=awards.version_number > 0,
    )  # fmt: skip


def _contracts(award_unit: Any, award_twin: Any, award_version: Any) -> Any:
    """The contract that each award tells of."""
    u = award_unit.select("unit_key")
    u = u.left_join(award_twin.rename(twin_of="unit_key"), [("unit_key", "twin_of")])
    u = u.mutate(main_key=ibis.coalesce(u.main_unit_key, u.unit_key))
    roots = award_version.select(version_of="unit_key", root_key="contract_key")
    u = u.left_join(roots, [("main_key", "version_of")])
    return u.select("unit_key", contract_key=ibis.coalesce(u.root_key, u.main_key))
