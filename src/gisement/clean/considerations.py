"""Social and environmental considerations of contracts: what every record of a contract declares, kind by kind.

An execution clause binds the performance, an award criterion weighs on the choice, a reserved contract restricts who
may bid: three kinds that are never added up. Considerations cannot be amended (official scheme of 2022), so records of
one contract that disagree contradict each other: the state is then unknown.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.identity import with_decision
from gisement.terms import step, step_idle_without

DECLARED = {
    "social_clause": ("social", "clause"),
    "social_criterion": ("social", "criterion"),
    "reserved": ("social", "reserved"),
    "environmental_clause": ("environmental", "clause"),
    "environmental_criterion": ("environmental", "criterion"),
}
"""Each kind that the declared fields can tell: its axis, and its word in `social_kinds` or `environmental_kinds`."""
AXES = ("social", "environmental")
CLAUSE_KINDS = {"clause": "execution_clause", "criterion": "award_criterion", "reserved": "reserved_contract"}


NOTICED = ("social_criterion", "reserved", "environmental_criterion")
"""The kinds that a notice may tell: its goals do not say by which kind they are pursued."""


@step_idle_without("notice_contract")
def notice_consideration(notice: Any, notice_criterion: Any, notice_contract: Any) -> Any:
    """One row per contract whose lot of a notice is known: what that notice says of reservation and criteria.

    A criterion whose words bear on the axis is there; words that do not say nothing, since sub-criteria are in the
    documents.
    """
    m = notice_contract.filter(notice_contract.lot_id.notnull()).select("contract_key", "notice_id", "lot_id")
    lots = notice.select("notice_id", "lot_id", "is_reserved")
    c = notice_criterion.group_by(["notice_id", "lot_id"]).agg(
        with_social=notice_criterion.has_social_words.cast("int8").max(),
        with_environment=notice_criterion.has_environment_words.cast("int8").max(),
    )
    m = m.inner_join(lots, ["notice_id", "lot_id"]).left_join(
        c.rename(of_notice="notice_id", of_lot="lot_id"), [("notice_id", "of_notice"), ("lot_id", "of_lot")]
    )
    yes, nothing = ibis.literal(True), ibis.null("boolean")
    return m.select(
        "contract_key", "notice_id", "lot_id",
        has_reserved_notice=m.is_reserved,
        has_social_criterion_notice=ibis.ifelse(m.with_social == 1, yes, nothing),
        has_environmental_criterion_notice=ibis.ifelse(m.with_environment == 1, yes, nothing),
    )  # fmt: skip


STATES = {
    "social_state": "social_any_state",
    "environmental_state": "environmental_any_state",
    **{f"{name}_state": f"{name}_state" for name in DECLARED},
}
"""The states of a contract, each with the column of `contract_record` that holds it where one record tells all."""


@step
def consideration(contract_record: Any, shared_decision: Any, notice_consideration: Any) -> Any:
    """One row per contract lot that several records, or a notice, may tell of: its states over all that they say.

    `yes`, `none` (declared), `unknown` (no value, or a contradiction) or `not_collected` (no record had the field). A
    notice tells what records leave open; where it says the contrary of them, the state is unknown. Any other contract
    has the states of its one record (`stated_alone`).
    """
    several = shared_decision.select("contract_key").union(notice_consideration.select("contract_key"))
    r = with_decision(contract_record, shared_decision.view()).semi_join(several, "contract_key")
    told: dict[str, Any] = {}
    for axis in AXES:
        told |= {f"{axis}_asked": _asked(r, axis).max(), f"{axis}_clashes": _clashes(r, axis).cast("int8").max()}
    for name, (axis, kind) in DECLARED.items():
        held = _held(r, axis, kind)
        told |= {f"{name}_most": held.max(), f"{name}_least": held.min()}
    c = r.group_by("contract_key").agg(**told)
    seen = notice_consideration.select(
        seen_for="contract_key", **{f"{name}_seen": notice_consideration[f"has_{name}_notice"] for name in NOTICED}
    )
    c = c.left_join(seen, [("contract_key", "seen_for")])
    c = c.mutate(**{f"{name}_seen": _seen(c, name) for name in DECLARED})
    c = c.mutate(**{f"{name}_state": _state(c, name, axis) for name, (axis, _) in DECLARED.items()})
    c = c.mutate(**{f"{axis}_state": _of_axis(c, axis) for axis in AXES})
    c = c.mutate(**{f"{axis}_conflict": _conflict(c, axis) for axis in AXES})
    c = c.mutate(**{f"{name}_evidence": _evidence(c, name, axis) for name, (axis, _) in DECLARED.items()})
    return c.select("contract_key", *(f"{axis}_state" for axis in AXES), *(f"{name}_state" for name in DECLARED),
                    *(f"{axis}_conflict" for axis in AXES), *(f"{name}_evidence" for name in NOTICED))  # fmt: skip


def stated_alone(records: Any, axis: str) -> Any:
    """`records` with the states that each tells of an axis where no other source does, in columns of `STATES`."""
    names = [name for name, (of, _) in DECLARED.items() if of == axis]
    told = {f"{axis}_asked": _asked(records, axis), f"{axis}_clashes": _clashes(records, axis).cast("int8")}
    for name in names:
        held = _held(records, *DECLARED[name])
        told |= {f"{name}_most": held, f"{name}_least": held, f"{name}_seen": ibis.null("int8")}
    c = records.mutate(**told)
    c = c.mutate(**{f"{name}_state": _state(c, name, axis) for name in names})
    return c.mutate(**{f"{axis}_any_state": _of_axis(c, axis)}).drop(*told)


def _asked(r: Any, axis: str) -> Any:
    return (r[f"{axis}_state"] != "not_collected").cast("int8")


def _clashes(r: Any, axis: str) -> Any:
    """Whether a record contradicts itself: it lists kinds, and denies them."""
    return (r[f"{axis}_state"] == "unknown") & r[f"{axis}_kinds"].notnull()


def _held(r: Any, axis: str, kind: str) -> Any:
    """1 where the record declares the kind, 0 where it declares others or none, null where it does not say."""
    state, kinds = r[f"{axis}_state"], ibis.coalesce(r[f"{axis}_kinds"], "")
    is_told = (state == "yes") | (state == "none")
    return ibis.ifelse(is_told, kinds.contains(kind).cast("int8"), ibis.null("int8"))


def _seen(c: Any, name: str) -> Any:
    return c[f"{name}_seen"].cast("int8") if name in NOTICED else ibis.null("int8")


def _state(c: Any, name: str, axis: str) -> Any:
    most, least, seen = c[f"{name}_most"], c[f"{name}_least"], c[f"{name}_seen"]
    told = ibis.coalesce(most, seen)
    return ibis.cases(
        (c[f"{axis}_clashes"] == 1, "unknown"),
        (most > least, "unknown"),
        (most != seen, "unknown"),
        (told == 1, "yes"),
        (told == 0, "none"),
        (c[f"{axis}_asked"] == 0, "not_collected"),
        else_="unknown",
    )


def _evidence(c: Any, name: str, axis: str) -> Any:
    """The strongest source that tells the state: the declared field, else the notice; null where nothing was asked."""
    return ibis.cases(
        (c[f"{name}_most"].notnull(), "decp"),
        (c[f"{name}_seen"].notnull(), "notice"),
        (c[f"{axis}_asked"] == 1, "decp"),
    )


def _of_axis(c: Any, axis: str) -> Any:
    """At least one kind of the axis: yes if one is certain, none if all are declared absent."""
    states = [c[f"{name}_state"] for name, (of, _) in DECLARED.items() if of == axis]
    any_yes, all_none = states[0] == "yes", states[0] == "none"
    for state in states[1:]:
        any_yes, all_none = any_yes | (state == "yes"), all_none & (state == "none")
    return ibis.cases((c[f"{axis}_asked"] == 0, "not_collected"), (any_yes, "yes"), (all_none, "none"), else_="unknown")


def _conflict(c: Any, axis: str) -> Any:
    """Why a state is unknown though something is declared: within one record, between two, or against the notice."""
    pairs = [(c[f"{n}_most"], c[f"{n}_least"]) for n, (of, _) in DECLARED.items() if of == axis]
    differs = pairs[0][0] > pairs[0][1]
    for most, least in pairs[1:]:
        differs = differs | (most > least)
    names = [name for name, (of, _) in DECLARED.items() if of == axis]
    denied = c[f"{names[0]}_most"] != c[f"{names[0]}_seen"]
    for name in names[1:]:
        denied = denied | (c[f"{name}_most"] != c[f"{name}_seen"])
    return ibis.cases(
        (c[f"{axis}_clashes"] == 1, "within_record"), (differs, "between_records"), (denied, "between_sources")
    )


@step
def clause(contract_state: Any, contract_record: Any, consideration: Any) -> Any:
    """One row per contract lot, axis and kind of consideration: its state, on which evidence, and why it is unknown.

    Evidence has a rank (1 is the strongest): the declared field of the essential data is 1, a notice 2.
    """
    c = _of_every_contract(contract_state, contract_record, consideration)
    parts = [_rows(c, name, axis, kind) for name, (axis, kind) in DECLARED.items()]
    return ibis.union(*parts)


def _of_every_contract(contract_state: Any, contract_record: Any, consideration: Any) -> Any:
    """What `consideration` tells of the contracts of several sources, and the record alone of the others."""
    r, nothing = contract_record, ibis.null("string")
    alone = {f"{name}_state": r[STATES[f"{name}_state"]] for name in DECLARED}
    alone |= {f"{axis}_conflict": ibis.ifelse(_clashes(r, axis), "within_record", nothing) for axis in AXES}
    # as of any kind that no notice tells
    for name in NOTICED:
        alone[f"{name}_evidence"] = ibis.ifelse(alone[f"{name}_state"] != "not_collected", "decp", nothing)
    c = contract_state.select("contract_key", told_by="record_hash")
    c = c.inner_join(r.select("record_hash", **{f"alone_{name}": of for name, of in alone.items()}),
                     [("told_by", "record_hash")])  # fmt: skip
    c = c.left_join(consideration.rename(stated_of="contract_key"), [("contract_key", "stated_of")])
    is_stated = c.stated_of.notnull()
    return c.select("contract_key", **{name: ibis.ifelse(is_stated, c[name], c[f"alone_{name}"]) for name in alone})


def _rows(c: Any, name: str, axis: str, kind: str) -> Any:
    state, nothing = c[f"{name}_state"], ibis.null("string")
    evidence = c[f"{name}_evidence"] if name in NOTICED else ibis.ifelse(state != "not_collected", "decp", nothing)
    conflict = ibis.coalesce(c[f"{axis}_conflict"], "no_value")
    return c.select(
        "contract_key",
        axis=ibis.literal(axis),
        clause_kind=ibis.literal(CLAUSE_KINDS[kind]),
        clause_state=state,
        evidence=evidence,
        evidence_rank=ibis.cases((evidence == "decp", 1), (evidence == "notice", 2)).cast("int64"),
        unknown_reason=ibis.ifelse(state == "unknown", conflict, nothing),
    )
