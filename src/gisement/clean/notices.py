"""Notices: one row per lot, its award criteria with their class and weight, and the contract that a notice led to.

A notice is matched to a contract of the same buyer notified after it, by reference, title and CPV: each likeness has a
score, and only a single best notice above the threshold is kept.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog import parameter
from gisement.catalog.words import criterion_patterns
from gisement.clean.values import cpv, identifier_key, skeleton, whole
from gisement.terms import step_idle_without
from gisement.terms.expressions import day, present

AXES = ("environment", "social")
_ACCENTS = "àâäáãçéèêëíîïñóôöòõúùûü’"
_PLAIN = "aaaaaceeeeiiinooooouuuu'"
_UNMISTAKABLE = 12
"""Letters of a title, once bare, from which its likeness means anything."""


@step_idle_without("raw_notice")
def notice(raw_notice: Any) -> Any:
    """One row per lot of a notice: its dates, buyer, reference, title, CPV and what access to it is reserved to.

    A notice that several files hold is there once (the first by content).
    """
    n = raw_notice.filter(raw_notice.notice_id != "")
    once = n.group_by(["notice_id", "lot_id"]).agg(first_of=n.snapshot.min())
    n = n.inner_join(once.rename(kept_notice="notice_id", kept_lot="lot_id"),
                     [("notice_id", "kept_notice"), ("lot_id", "kept_lot"), ("snapshot", "first_of")])  # fmt: skip
    digits = n.buyer_id.re_replace(r"[^0-9]", "")
    siren = ibis.ifelse(digits.length().isin((9, 14)), digits.substr(0, 9), ibis.null("string"))
    reserved = n.reserved_participation
    return n.select(
        "notice_id", "lot_id", "notice_format", "notice_kind",
        publication_date=day(n.publication_date), buyer_id_reported=n.buyer_id, buyer_siren=siren,
        buyer_name=present(n.buyer_name), contract_reference=present(n.reference),
        previous_notice_id=n.previous_notice_id, previous_date=day(n.previous_date),
        title=present(n.title), lot_title=present(n.lot_title), cpv_code=cpv(n.cpv_code),
        procurement_method_details=n.procedure, lots_count=n.lots_count,
        is_reserved=ibis.cases((reserved == "no", False), (reserved.notnull(), True)),
        is_reserved_execution=ibis.cases(
            (n.reserved_execution == "yes", True), (n.reserved_execution == "no", False)
        ),
        has_variants_allowed=ibis.cases((n.variants == "yes", True), (n.variants == "no", False)),
        has_social_goal=n.goals.contains("soc-obj"), has_environmental_goal=n.goals.contains("env-imp"),
    ).distinct()  # fmt: skip


@step_idle_without("raw_notice_criterion")
def notice_criterion(raw_notice_criterion: Any) -> Any:
    """One row per award criterion of a lot: its class, its weight, what it bears on.

    The class is told by the kind of criterion where that is a price, then by the first pattern of the lexicon found in
    its words; `other` where none is, null where the notice only refers to its documents.
    """
    c = raw_notice_criterion
    once = c.group_by(["notice_id", "lot_id", "criterion_rank"]).agg(
        criterion_kind=c.criterion_kind.min(),
        criterion_label=c.criterion_label.min(),
        weight=c.weight.min(),
        weight_kind=c.weight_kind.min(),
    )
    percent = ibis.ifelse(once.weight_kind == "percent", whole(once.weight), ibis.null("int64"))
    flags = {f"has_{axis}_words": _found(once.criterion_label, axis) for axis in AXES}
    return once.select(
        "notice_id", "lot_id", "criterion_rank", "criterion_kind", "criterion_label",
        criterion_class=criterion_class(once.criterion_kind, once.criterion_label), **flags,
        weight_reported=once.weight, weight_kind=once.weight_kind,
        weight_pct=ibis.ifelse((percent >= 0) & (percent <= 100), percent, ibis.null("int64")),
    )  # fmt: skip


def criterion_class(kind: Any, label: Any) -> Any:
    """The class of a criterion, from its kind and its words: price, technical, delay, quality, environment, social."""
    branches = [(_found(label, name), name) for name in criterion_patterns()]
    is_told = label.notnull() & (kind != "documents")
    return ibis.cases(
        (kind == "price", "price"),
        (~is_told, ibis.null("string")),
        *branches,
        else_="other",
    )


def _found(label: Any, name: str) -> Any:
    return label.lower().translate(_ACCENTS, _PLAIN).re_search(criterion_patterns()[name])


@step_idle_without("notice")
def notice_contract(notice: Any, contract_state: Any, contract_record: Any) -> Any:
    """One row per contract that one notice stands out for: the notice, the score and the day of the consultation.

    That day is the notice's own for a call; for an award, the day of the call that it names.
    """
    pairs = _scored(_candidates(notice), _contracts(contract_state, contract_record))
    best = pairs.group_by(best_of=pairs.contract_key).agg(best_score=pairs.match_points.max())
    pairs = pairs.inner_join(best, [("contract_key", "best_of"), ("match_points", "best_score")])
    told = pairs.group_by("contract_key").agg(
        notice_id=pairs.notice_id.min(),
        last_notice=pairs.notice_id.max(),
        lot_id=pairs.lot_id.min(),
        last_lot=pairs.lot_id.max(),
        match_points=pairs.match_points.max(),
        consultation_date=pairs.consultation_date.min(),
    )
    told = told.filter((told.notice_id == told.last_notice) & (told.match_points >= parameter("notice_match_score")))
    # several lots of the notice are as good: the consultation is known, the lot is not
    told = told.mutate(lot_id=ibis.ifelse(told.lot_id == told.last_lot, told.lot_id, ibis.null("string")))
    return _announced(told, notice).select(
        "contract_key", "notice_id", "lot_id", "match_points", "consultation_date", "announced_lots_count",
        "has_variants_allowed", "is_first_of_notice",
    )  # fmt: skip


def _announced(told: Any, notice: Any) -> Any:
    """Matched contracts with what their notice says: how many lots, and whether variants are authorised.

    Of the lot where it is known; else what all of its lots agree on. One contract of each notice stands for it, so that
    consultations can be counted.
    """
    whole = notice.group_by(said_by="notice_id").agg(
        announced_lots_count=notice.lots_count.max(),
        one_allows=notice.has_variants_allowed.cast("int64").max(),
        all_allow=notice.has_variants_allowed.cast("int64").min(),
        are_all_told=notice.has_variants_allowed.isnull().sum() == 0,
    )
    by_lot = notice.select(of_notice="notice_id", of_lot="lot_id", lot_allows="has_variants_allowed")
    first = told.group_by(first_of="notice_id").agg(first_key=told.contract_key.min())
    t = told.left_join(whole, [("notice_id", "said_by")]).left_join(first, [("notice_id", "first_of")])
    t = t.left_join(by_lot, [("notice_id", "of_notice"), ("lot_id", "of_lot")])
    agreed = ibis.ifelse(t.are_all_told & (t.one_allows == t.all_allow), t.one_allows == 1, ibis.null("boolean"))
    return t.mutate(
        has_variants_allowed=ibis.ifelse(t.lot_id.notnull(), t.lot_allows, agreed),
        is_first_of_notice=t.contract_key == t.first_key,
    )


def _candidates(notice: Any) -> Any:
    n = notice.filter(notice.notice_kind.isin(("call", "award")) & notice.buyer_siren.notnull())
    since = ibis.ifelse(n.notice_kind == "call", n.publication_date, n.previous_date)
    return n.select(
        "notice_id", "lot_id", "notice_kind",
        notice_siren=n.buyer_siren, consultation_date=since, noticed=n.publication_date,
        notice_reference=identifier_key(n.contract_reference), notice_cpv=n.cpv_code,
        notice_title=skeleton(n.title), lot_words=skeleton(n.lot_title),
    )  # fmt: skip


def _contracts(contract_state: Any, contract_record: Any) -> Any:
    named = contract_record.select("contract_id", "title", told_by="record_hash")
    c = contract_state.select("contract_key", "record_hash", "buyer_siren", "cpv_code", "notification_date")
    c = c.inner_join(named, [("record_hash", "told_by")])
    c = c.filter(c.buyer_siren.notnull() & c.notification_date.notnull())
    return c.select(
        "contract_key", "buyer_siren", "notification_date", contract_cpv=c.cpv_code,
        contract_reference_key=identifier_key(c.contract_id), contract_title=skeleton(c.title),
    )  # fmt: skip


def _scored(n: Any, c: Any) -> Any:
    """Pairs of one buyer, in time, with the points of each likeness (parameters)."""
    p = n.inner_join(c, [("notice_siren", "buyer_siren")])
    day_of, longest = p.notification_date, ibis.interval(days=parameter("notice_longest_days"))
    start = ibis.coalesce(p.consultation_date, p.noticed)
    in_time = ((p.notice_kind == "award") | (start <= day_of)) & (day_of <= start + longest)
    p = p.filter(in_time)
    title, other = p.contract_title, p.notice_title
    is_long = (title.length() >= _UNMISTAKABLE) & (other.length() >= _UNMISTAKABLE)
    lot_is_long = p.lot_words.length() >= _UNMISTAKABLE
    same_title = is_long & ((title == other) | (lot_is_long & (title == p.lot_words)))
    holds = is_long & (title.contains(other) | other.contains(title) | (lot_is_long & title.contains(p.lot_words)))
    same_cpv, same_division = p.notice_cpv == p.contract_cpv, p.notice_cpv.substr(0, 2) == p.contract_cpv.substr(0, 2)
    same_reference = (p.notice_reference.length() >= 4) & (p.notice_reference == p.contract_reference_key)
    points = (
        ibis.ifelse(same_reference, parameter("notice_reference_points"), 0)
        + ibis.cases((same_title, parameter("notice_title_points")), (holds, parameter("notice_part_points")), else_=0)
        + ibis.cases((same_cpv, parameter("notice_cpv_points")), (same_division, parameter("notice_division_points")),
                     else_=0)
    )  # fmt: skip
    return p.mutate(match_points=points.cast("int64"))
