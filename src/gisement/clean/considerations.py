"""Social and environmental considerations of contracts: what every record of a contract declares, kind by kind.

An execution clause binds the performance, an award criterion weighs on the choice, a reserved contract restricts who
may bid: three kinds that are never added up. Considerations cannot be amended (official scheme of 2022), so records of
one contract that disagree contradict each other: the state is then unknown.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step

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


@step
def consideration(contract_record: Any, record_decision: Any) -> Any:
    """One row per contract lot: the state of each kind of consideration, over all the records that tell of it.

    `yes`, `none` (declared), `unknown` (no value, or a contradiction) or `not_collected` (no record had the field).
    """
    r = contract_record.inner_join(record_decision.select("record_hash", "contract_key"), "record_hash")
    told = {}
    for axis in AXES:
        state = r[f"{axis}_state"]
        told[f"{axis}_asked"] = (state != "not_collected").cast("int8").max()
        clashes = (state == "unknown") & r[f"{axis}_kinds"].notnull()
        told[f"{axis}_clashes"] = clashes.cast("int8").max()
    for name, (axis, kind) in DECLARED.items():
        held = _held(r, axis, kind)
        told |= {f"{name}_most": held.max(), f"{name}_least": held.min()}
    c = r.group_by("contract_key").agg(**told)
    c = c.mutate(**{f"{name}_state": _state(c, name, axis) for name, (axis, _) in DECLARED.items()})
    c = c.mutate(**{f"{axis}_state": _of_axis(c, axis) for axis in AXES})
    c = c.mutate(**{f"{axis}_conflict": _conflict(c, axis) for axis in AXES})
    return c.select("contract_key", *(f"{axis}_state" for axis in AXES), *(f"{name}_state" for name in DECLARED),
                    *(f"{axis}_conflict" for axis in AXES))  # fmt: skip


def _held(r: Any, axis: str, kind: str) -> Any:
    """1 where the record declares the kind, 0 where it declares others or none, null where it does not say."""
    state, kinds = r[f"{axis}_state"], ibis.coalesce(r[f"{axis}_kinds"], "")
    is_told = (state == "yes") | (state == "none")
    return ibis.ifelse(is_told, kinds.contains(kind).cast("int8"), ibis.null("int8"))


def _state(c: Any, name: str, axis: str) -> Any:
    most, least = c[f"{name}_most"], c[f"{name}_least"]
    return ibis.cases(
        (c[f"{axis}_asked"] == 0, "not_collected"),
        (c[f"{axis}_clashes"] == 1, "unknown"),
        (most > least, "unknown"),
        (most == 1, "yes"),
        (most == 0, "none"),
        else_="unknown",
    )


def _of_axis(c: Any, axis: str) -> Any:
    """At least one kind of the axis: yes if one is certain, none if all are declared absent."""
    states = [c[f"{name}_state"] for name, (of, _) in DECLARED.items() if of == axis]
    any_yes, all_none = states[0] == "yes", states[0] == "none"
    for state in states[1:]:
        any_yes, all_none = any_yes | (state == "yes"), all_none & (state == "none")
    return ibis.cases((c[f"{axis}_asked"] == 0, "not_collected"), (any_yes, "yes"), (all_none, "none"), else_="unknown")


def _conflict(c: Any, axis: str) -> Any:
    """Why a state is unknown though something is declared: within one record, or between two."""
    pairs = [(c[f"{n}_most"], c[f"{n}_least"]) for n, (of, _) in DECLARED.items() if of == axis]
    differs = pairs[0][0] > pairs[0][1]
    for most, least in pairs[1:]:
        differs = differs | (most > least)
    return ibis.cases((c[f"{axis}_clashes"] == 1, "within_record"), (differs, "between_records"))


@step
def clause(consideration: Any) -> Any:
    """One row per contract lot, axis and kind of consideration: its state, on which evidence, and why it is unknown.

    Evidence has a rank (1 is the strongest): the declared field of the essential data is 1.
    """
    parts = [_rows(consideration, name, axis, kind) for name, (axis, kind) in DECLARED.items()]
    return ibis.union(*parts)


def _rows(c: Any, name: str, axis: str, kind: str) -> Any:
    state, nothing = c[f"{name}_state"], ibis.null("string")
    is_asked = state != "not_collected"
    conflict = ibis.coalesce(c[f"{axis}_conflict"], "no_value")
    return c.select(
        "contract_key",
        axis=ibis.literal(axis),
        clause_kind=ibis.literal(CLAUSE_KINDS[kind]),
        clause_state=state,
        evidence=ibis.ifelse(is_asked, ibis.literal("decp"), nothing),
        evidence_rank=ibis.ifelse(is_asked, ibis.literal(1, "int64"), ibis.null("int64")),
        unknown_reason=ibis.ifelse(state == "unknown", conflict, nothing),
    )
