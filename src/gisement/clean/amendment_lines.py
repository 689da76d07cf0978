"""Lines of flat tables that tell of an amendment (`modification_id` 1 and more): the contract that each amends.

It is one of its id, of its title and CPV (an untitled line, or contract, may be of any), first one of its holder; where
title or CPV was changed, the only one of its id, if holder and words agree. Where there is none, the lines of the
lowest number tell a contract as it is after that amendment: tables of current states have no other. Lots of one title,
CPV and id of which the holders change too cannot be told apart: the first is taken.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.values import cpv, skeleton
from gisement.terms.expressions import digest, joined


def is_amendment_line(r: Any) -> Any:
    """A line of a flat table that tells of an amendment, while another line tells of the initial state."""
    return ibis.coalesce(r.amendment_number, 0) > 0


def amendment_line_decisions(contract_record: Any, shared_record: Any, award_unit: Any, contracts: Any) -> Any:
    """One row per amendment line, as in `shared_decision`; `contracts`: that of each award (`unit_key`)."""
    lines = _lines(contract_record)
    lines = lines.left_join(_alone(award_unit, contracts), [(each, f"told_{each}") for each in OF_LOT])
    plain = lines.filter(lines.award_key.notnull()).select(*AMENDING)
    # few: several lots have what the line has, or none has
    others = _states(lines.filter(lines.award_key.isnull()))
    told = _told(shared_record.semi_join(others, "group_key"), contracts.view())
    of_award = _contract_of_state(others, told)
    of_award = of_award.union(_only_contract(others.anti_join(of_award, "state_key"), told.view()))
    amending = others.inner_join(of_award, "state_key").select(*AMENDING)
    first = _first_states(others.anti_join(of_award, "state_key"))
    later, bases = first.filter(~first.is_base), first.filter(first.is_base).view()
    later = later.drop("award_key").inner_join(_contract_of_state(later, _told_by_bases(bases)), "state_key")
    return _joined(plain.union(amending).union(later.select(*AMENDING))).union(_as_awards(bases))


AMENDING = ("record_hash", "copies", "amendment_number", "award_key")
OF_LOT = ("group_key", "title_key", "cpv_key")


def _lines(contract_record: Any) -> Any:
    """Amendment lines and what they are known by."""
    r = contract_record.filter(is_amendment_line(contract_record))
    return r.select(
        "record_hash", "unit_key", "copies", "amendment_number", "group_key", "notification_date_reported",
        "amount_cents_reported", "first_holder",
        title_skeleton=skeleton(r.title.fill_null("")), cpv_key=r.cpv_code.fill_null(""),
    ).mutate(title_key=lambda t: digest(t.title_skeleton))  # fmt: skip


def _alone(award_unit: Any, contracts: Any) -> Any:
    """The contract of an id, a title and a CPV, where it is one alone."""
    u = award_unit.inner_join(contracts, "unit_key").mutate(cpv_key=cpv(award_unit.cpv_code_reported).fill_null(""))
    told = u.group_by(**{f"told_{each}": u[each] for each in OF_LOT})
    told = told.agg(award_key=u.contract_key.min(), last_key=u.contract_key.max())
    return told.filter(told.award_key == told.last_key).drop("last_key")


def _states(lines: Any) -> Any:
    """Lines with keys of their lot and of what they tell: those of one `state_key` tell one state, a holder each."""
    of_lot = joined(lines.group_key, lines.title_key, lines.cpv_key)
    state = joined(
        of_lot, lines.amendment_number.cast("string"), lines.notification_date_reported,
        lines.amount_cents_reported.cast("string"),
    )  # fmt: skip
    told = digest(joined(lines.unit_key, lines.title_key))
    return lines.select(
        *AMENDING[:3], *OF_LOT, "title_skeleton", "first_holder", lot_key=of_lot, state_key=digest(state), told_key=told
    )


def _told(shared_record: Any, contracts: Any) -> Any:
    """Which contracts stand under each id, with their title, CPV and holders."""
    r = shared_record.inner_join(contracts, "unit_key")
    r = r.mutate(cpv_key=cpv(r.cpv_code_reported).fill_null(""), award_key=r.contract_key)
    columns = (*OF_LOT, "title_skeleton", "award_key", "is_tabular")
    first = r.select(*columns, holder="first_holder")
    return first.union(r.select(*columns, holder="last_holder")).distinct()


def _told_by_bases(bases: Any) -> Any:
    return bases.select(*OF_LOT, "award_key", is_tabular=ibis.literal(True), holder=bases.first_holder).distinct()


def _contract_of_state(lines: Any, told: Any) -> Any:
    """The contract (`award_key`) of each state that lines tell: of its id, title and CPV, first one of its holders."""
    untitled = digest(ibis.literal(""))
    states = lines.select("state_key", "group_key", "title_key", "cpv_key", named="first_holder").distinct()
    told = told.rename(told_group="group_key", told_title="title_key", told_cpv="cpv_key")
    of_title = states.inner_join(told, [("group_key", "told_group"), ("title_key", "told_title")])
    # apart, for they are few: by id alone every lot would be compared with every other
    states, told = states.view(), told.view()
    is_state, is_told = states.title_key == untitled, told.told_title == untitled
    of_any = [
        states.filter(is_state).inner_join(told.filter(~is_told), [("group_key", "told_group")]),
        states.filter(~is_state).view().inner_join(told.filter(is_told).view(), [("group_key", "told_group")]),
    ]
    columns = ("state_key", "cpv_key", "told_cpv", "named", "holder", "is_tabular", "award_key")
    found = of_title.select(*columns, is_titled=ibis.literal(1))
    found = found.union(*(others.select(*columns, is_titled=ibis.literal(0)) for others in of_any))
    found = found.filter((found.cpv_key == found.told_cpv) | (found.cpv_key == "") | (found.told_cpv == ""))
    possible = found.group_by(["state_key", "award_key"]).agg(
        is_titled=found.is_titled.max(), is_tabular=found.is_tabular.cast("int8").max(),
        holders_met=ibis.coalesce(found.named == found.holder, False).cast("int8").max(),
    )  # fmt: skip
    best = ibis.window(
        group_by="state_key",
        order_by=[ibis.desc(possible[of]) for of in ("is_titled", "holders_met", "is_tabular")] + [possible.award_key],
    )
    possible = possible.mutate(place=ibis.row_number().over(best))
    return possible.filter(possible.place == 0).select("state_key", "award_key")


def _only_contract(lines: Any, told: Any) -> Any:
    """The contract of states whose title or CPV was changed (« Avenant n° 1 – … », a title cut short): the only one of
    the id, of one holder and of the same title, or of one that holds the other and the same division of the CPV."""
    only = told.group_by(only_of="group_key").agg(award_key=told.award_key.min(), last_key=told.award_key.max())
    only = only.filter(only.award_key == only.last_key).select("only_of")
    told = told.inner_join(only, [("group_key", "only_of")])
    states = lines.select("state_key", "group_key", "first_holder", said="title_skeleton", said_cpv="cpv_key")
    found = states.inner_join(told.drop("only_of"), [("group_key", "group_key"), ("first_holder", "holder")])
    is_part = found.said.contains(found.title_skeleton) | found.title_skeleton.contains(found.said)
    is_alike = is_part & (found.said_cpv.left(2) == found.cpv_key.left(2))
    return found.filter((found.said == found.title_skeleton) | is_alike).select("state_key", "award_key").distinct()


def _first_states(lines: Any) -> Any:
    """Lines whose id has no award of theirs: those of the lowest number (`is_base`) stand for one (`award_key`).

    The contract has the key of its id where it is the only one.
    """
    of_lot, of_id = ibis.window(group_by="lot_key"), ibis.window(group_by="group_key")
    lines = lines.mutate(is_base=lines.amendment_number == lines.amendment_number.min().over(of_lot))
    base = ibis.ifelse(lines.is_base, lines.told_key, ibis.null("string"))
    is_one = base.min().over(of_id) == base.max().over(of_id)
    return lines.mutate(award_key=ibis.ifelse(is_one, lines.group_key, base))


def _joined(lines: Any) -> Any:
    return lines.select(
        "record_hash", contract_key=lines.award_key,
        set_key=digest(joined(lines.award_key, lines.amendment_number.cast("string"))), copies=lines.copies,
        decision=ibis.literal("amendment_line"), decision_rule=ibis.literal("amendment_line_of_table"),
        has_version=ibis.literal(False),
    )  # fmt: skip


def _as_awards(bases: Any) -> Any:
    """Lines that tell a contract: the first of them, its other holders, the same again."""
    in_order = ibis.window(group_by="award_key", order_by="record_hash")
    of_holder = ibis.window(group_by=["award_key", "first_holder"], order_by="record_hash")
    bases = bases.mutate(line=ibis.row_number().over(in_order), line_of_holder=ibis.row_number().over(of_holder))
    is_first, is_joint = bases.line == 0, bases.line_of_holder == 0
    return bases.select(
        "record_hash", contract_key=bases.award_key, set_key=bases.award_key, copies=bases.copies,
        decision=ibis.cases((is_first, "contract"), (is_joint, "joint"), else_="duplicate"),
        decision_rule=ibis.cases(
            (is_first, "amendment_without_initial_state"),
            (is_joint, "same_award_other_holder"),
            else_="same_award_same_id",
        ),
        has_version=ibis.literal(False),
    )  # fmt: skip
