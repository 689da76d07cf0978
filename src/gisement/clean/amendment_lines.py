"""Lines of flat tables that tell of an amendment (`modification_id` 1 and more): the contract that each amends.

It is one of its id, of its title and CPV (an untitled line, or contract, may be of any), first one of its holder. Where
there is none, the lines of the lowest number tell a contract as it is after that amendment: tables of current states
have no other. Lots of one title, CPV and id of which the holders change too cannot be told apart: the first is taken.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.values import cpv, digest, joined, skeleton


def is_amendment_line(r: Any) -> Any:
    """A line of a flat table that tells of an amendment, while another line tells of the initial state."""
    return ibis.coalesce(r.amendment_number, 0) > 0


def amendment_line_decisions(contract_record: Any, shared_record: Any, contracts: Any) -> Any:
    """One row per amendment line, as in `shared_decision`; `contracts`: that of each award (`unit_key`)."""
    lines = _lines(contract_record)
    of_award = _contract_of_state(lines, _told(shared_record, contracts))
    amending = lines.inner_join(of_award, "state_key")
    alone = _first_states(lines.anti_join(of_award, "state_key"))
    later, bases = alone.filter(~alone.is_base), alone.filter(alone.is_base).view()
    later = later.drop("award_key").inner_join(_contract_of_state(later, _told_by_bases(bases)), "state_key")
    amending = amending.select(*AMENDING).union(later.select(*AMENDING))
    return _joined(amending).union(_as_awards(bases))


AMENDING = ("record_hash", "copies", "amendment_number", "award_key")


def _lines(contract_record: Any) -> Any:
    """Amendment lines and what they are known by; those of one `state_key` tell one state, with a holder each."""
    r = contract_record.filter(is_amendment_line(contract_record))
    r = r.mutate(title_key=digest(skeleton(r.title.fill_null(""))), cpv_key=r.cpv_code.fill_null(""))
    of_contract = joined(r.group_key, r.title_key, r.cpv_key)
    state = joined(
        of_contract, r.amendment_number.cast("string"), r.notification_date_reported,
        r.amount_cents_reported.cast("string"),
    )  # fmt: skip
    return r.select(
        "record_hash", "copies", "amendment_number", "group_key", "title_key", "cpv_key", "first_holder",
        lot_key=digest(of_contract), state_key=digest(state), told_key=digest(joined(r.unit_key, r.title_key)),
    )  # fmt: skip


def _told(shared_record: Any, contracts: Any) -> Any:
    """Which contracts stand under each id, with their title, CPV and holders."""
    r = shared_record.inner_join(contracts, "unit_key")
    r = r.mutate(cpv_key=cpv(r.cpv_code_reported).fill_null(""), award_key=r.contract_key)
    columns = ("group_key", "title_key", "cpv_key", "award_key", "is_tabular")
    first = r.select(*columns, holder="first_holder")
    return first.union(r.select(*columns, holder="last_holder")).distinct()


def _told_by_bases(bases: Any) -> Any:
    return bases.select(
        "group_key", "title_key", "cpv_key", "award_key", is_tabular=ibis.literal(True), holder=bases.first_holder
    ).distinct()


def _contract_of_state(lines: Any, told: Any) -> Any:
    """The contract (`award_key`) of each state that lines tell: of its id, title and CPV, first one of its holders."""
    untitled = digest(ibis.literal(""))
    states = lines.select("state_key", "group_key", "title_key", "cpv_key", named="first_holder").distinct()
    told = told.rename(told_group="group_key", told_title="title_key", told_cpv="cpv_key")
    of_title = states.inner_join(told, [("group_key", "told_group"), ("title_key", "told_title")])
    # apart, for they are few: a join by id alone would compare every lot of an id with every other
    others = states.view().inner_join(told.view(), [("group_key", "told_group")])
    is_any = (others.title_key == untitled) != (others.told_title == untitled)
    columns = ("state_key", "cpv_key", "told_cpv", "named", "holder", "is_tabular", "award_key")
    named = of_title.select(*columns, is_titled=ibis.literal(1))
    found = named.union(others.filter(is_any).select(*columns, is_titled=ibis.literal(0)))
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
