"""Every problem found in a source and what was done about it: nothing is dropped or changed without a row here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import ibis

from gisement.catalog import parameter
from gisement.terms import step

OF_LEDGERS = ("account_gap", "payee_supplier")
"""Tables that a correction may name and that `ledger_finding` answers for."""
OF_CONTRACTS = ("amount_cents", "notification_date", "duration_months", "cpv_code", "buyer_id")
OF_FIRMS = ("naf_code", "size_class")
"""Columns that a correction of a contract, or of a supplier, may name."""
UNREPAIRED = ("missing", "bad_checksum", "wrong_length", "not_an_identifier", "scientific_notation")
PLAIN_AMOUNT = r"^-?[0-9]+(\.[0-9]+)?\z"
NULLED = ("absurd", "repeated_digits", "negative", "symbolic", "unreadable")


def rows(table: Any, rule: Any, column: str, reported: Any, kept: Any, action: Any) -> Any:
    """Findings of one rule in the shape of the table `finding`: one row per row of `table`.

    `reported` is what the source says of the `column`, `kept` what was made of it, both as text.
    """
    return table.select(
        rule=rule if not isinstance(rule, str) else ibis.literal(rule),
        record_hash=table.record_hash,
        column=ibis.literal(column),
        reported=reported.cast("string"),
        kept=kept.cast("string"),
        action=action if not isinstance(action, str) else ibis.literal(action),
    )


class Problem(NamedTuple):
    """One rule about the rows of a table: where it finds something, and what `rows` tells of it there."""

    is_there: Any
    rule: Any
    column: str
    reported: Any
    kept: Any
    action: Any


def found(table: Any, problems: Callable[[Any], list[Problem]]) -> Any:
    """Findings of several rules about one table, in the shape of `finding`: one row per row and problem that it has.

    The table is read once, for the rows that have any: a filter for each rule would be a scan for each.
    """
    t = table.filter(ibis.or_(*(problem.is_there for problem in problems(table))))
    numbers = (ibis.ifelse(problem.is_there, n, ibis.null("int64")) for n, problem in enumerate(problems(t)))
    t = t.mutate(problem=ibis.array(list(numbers)).filter(lambda number: number.notnull()).unnest())
    told = [tuple(_text(part) for part in parts) for _, *parts in problems(t)]
    rule, column, reported, kept, action = (
        ibis.cases(*((t.problem == n, part) for n, part in enumerate(parts))) for parts in zip(*told, strict=True)
    )
    return t.select(rule=rule, record_hash=t.record_hash, column=column, reported=reported, kept=kept, action=action)


def _text(part: Any) -> Any:
    return ibis.literal(part) if isinstance(part, str) else part.cast("string")


def of_records(r: Any) -> list[Problem]:
    """Problems with values of records: identifiers, amounts, dates, codes, considerations."""
    nothing = ibis.null("string")
    problems = [
        identifier_problem(r, "buyer_id_rule", "buyer_id", r.buyer_id_reported, r.buyer_id),
        *_amounts(r), *_dates(r), *_codes(r),
        Problem(r.copies > 1, "same_record_published_again", "record_hash", r.copies, ibis.literal(1), "merged"),
    ]  # fmt: skip
    for axis in ("social", "environmental"):
        name, kinds = f"{axis}_state", r[f"{axis}_kinds"]
        state = r[name]
        is_clash, is_unclear = ((state == "unknown") & told for told in (kinds.notnull(), kinds.isnull()))
        problems += [
            Problem(is_clash, f"{axis}_consideration_contradicted", name, kinds, state, "nulled"),
            Problem(is_unclear, f"{axis}_consideration_unclear", name, nothing, state, "nulled"),
        ]
    return problems


def identifier_rows(t: Any, rule: str, column: str, reported: Any, kept: Any) -> Any:
    """Repairs and doubts about identifiers: the rule is the one that read it."""
    is_there, *told = identifier_problem(t, rule, column, reported, kept)
    return rows(t.filter(is_there), *told)


def identifier_problem(t: Any, rule: str, column: str, reported: Any, kept: Any) -> Problem:
    """An identifier that was repaired, or is in doubt."""
    action = ibis.cases((t[rule].isin(UNREPAIRED), "kept"), (kept.isnull(), "nulled"), else_="repaired")
    return Problem(t[rule].notnull(), ibis.literal("identifier_") + t[rule], column, reported, kept, action)


def _amounts(r: Any) -> list[Problem]:
    reported, read, amount = r.amount_reported, r.amount_cents_reported, r.amount_cents
    is_rewritten = read.notnull() & ~reported.re_search(PLAIN_AMOUNT)
    is_nulled = r.amount_reason.isin(NULLED)
    return [
        Problem(is_rewritten, "amount_rewritten", "amount_cents", reported, read, "repaired"),
        Problem(is_nulled, ibis.literal("amount_") + r.amount_reason, "amount_cents", reported, amount, "nulled"),
        Problem(r.amount_reason == "missing", "amount_missing", "amount_cents", reported, amount, "kept"),
        Problem(amount >= parameter("amount_large_cents"), "amount_large", "amount_cents", reported, amount, "kept"),
    ]


def _dates(r: Any) -> list[Problem]:
    problems = []
    for column in ("notification_date", "publication_date"):
        reported, day = r[f"{column}_reported"], r[column]
        is_moved = day.notnull() & (reported != day.cast("string"))
        problems += [
            Problem(reported.isnull(), f"{column}_missing", column, reported, day, "kept"),
            Problem(reported.notnull() & day.isnull(), f"{column}_unreadable", column, reported, day, "nulled"),
            Problem(is_moved, f"{column}_rewritten", column, reported, day, "repaired"),
        ]
    return problems


def _codes(r: Any) -> list[Problem]:
    reported, code = r.cpv_code_reported, r.cpv_code
    months_reported, months = r.duration_months_reported, r.duration_months
    is_mended, is_long = code.notnull() & (reported.substr(0, 8) != code), months_reported.notnull() & months.isnull()
    return [
        Problem(reported.isnull(), "cpv_code_missing", "cpv_code", reported, code, "kept"),
        Problem(reported.notnull() & code.isnull(), "cpv_code_invalid", "cpv_code", reported, code, "nulled"),
        Problem(is_mended, "cpv_code_completed", "cpv_code", reported, code, "repaired"),
        Problem(is_long, "duration_implausible", "duration_months", months_reported, months, "nulled"),
    ]


@step
def source_finding(
    contract_record: Any, raw_decp: Any, shared_decision: Any, holder: Any, nested_act: Any, amendment: Any,
    contract_state: Any, contract_supplier: Any, consideration: Any, correction: Any, supplier: Any,
) -> Any:  # fmt: skip
    """The rows of `finding` about what sources of contracts say, and about corrections of it."""
    repeatable = [
        _unreadable(raw_decp), _holders(holder, nested_act), *_acts(amendment),
        _corrections(contract_state, supplier, correction),
    ]  # fmt: skip
    single = [
        found(contract_record, of_records), found(shared_decision, _decisions), found(contract_state, _contracts),
        found(_conflicts(contract_state, consideration), _of_conflicts),
        _without_holder(contract_state, contract_supplier), _lost_letters(contract_record),
    ]  # fmt: skip
    return ibis.union(*single, ibis.union(*repeatable).distinct())


@step
def finding(source_finding: Any, unusual_amount: Any, ledger_finding: Any) -> Any:
    """One row per problem found in a source: rule, record, column, reported and kept value, and what was done."""
    return ibis.union(source_finding, _unusual(unusual_amount), ledger_finding)


def _unreadable(raw_decp: Any) -> Any:
    lost = raw_decp.filter(raw_decp.unreadable_reason.notnull())
    return rows(lost, "record_unreadable", "record", lost.unreadable_reason, ibis.null("string"), "unreadable")


def _lost_letters(t: Any) -> Any:
    lost = t.filter(t.has_lost_letters)
    return rows(lost, "letters_lost_before_publication", "title", lost.title, lost.title, "kept")


def _decisions(d: Any) -> list[Problem]:
    """What was decided on records that are not alone: on any other, nothing was."""
    is_lot = (d.decision == "contract") & (d.decision_rule != "single")
    is_added = d.decision.isin(("joint", "version", "amendment_line"))
    told = (d.decision_rule, "contract_key", d.record_hash, d.contract_key)
    return [
        Problem(d.decision == "duplicate", *told, "merged"),
        Problem(is_added, *told, "joined"),
        Problem(is_lot, *told, "kept"),
    ]


def _holders(holder: Any, nested_act: Any) -> Any:
    of_records = holder.mutate(record_hash=holder.holder_set).anti_join(nested_act, [("record_hash", "act_key")])
    return identifier_rows(
        of_records, "supplier_id_rule", "supplier_id", of_records.supplier_id_reported, of_records.supplier_id
    )


def _without_holder(c: Any, contract_supplier: Any) -> Any:
    """Contracts of which no holder can be read (none given, or a non-value: NC): kept, place and size unknown."""
    nobody = contract_supplier.filter(contract_supplier.supplier_id.isnull()).select("contract_key")
    nothing = ibis.null("string")
    return rows(c.semi_join(nobody, "contract_key"), "supplier_missing", "supplier_id", nothing, nothing, "kept")


def _acts(a: Any) -> list[Any]:
    odd = a.filter((a.amendment_source == "act") & a.amount_reason.notnull() & (a.amount_reason != "missing"))
    undated = a.filter(a.amendment_date.isnull())
    rule = ibis.literal("amendment_amount_") + odd.amount_reason
    return [
        rows(odd, rule, "amount_cents", odd.amount_reported, odd.amount_cents, "nulled"),
        rows(
            undated,
            "amendment_date_unreadable",
            "amendment_date",
            undated.amendment_date_reported,
            undated.amendment_date,
            "kept",
        ),
    ]


def _contracts(c: Any) -> list[Problem]:
    read, day, framework = c.notification_date_read, c.notification_date, c.framework_id
    amount, initial = c.amount_cents, c.amount_cents_initial
    is_wrong, is_known = read.notnull() & day.isnull(), c.is_subsequent_of_known
    is_orphan = ibis.coalesce(c.is_subsequent, False) & ~is_known
    is_amended = (c.amendments_count > 0) & ~amount.identical_to(initial)
    return [
        Problem(is_wrong, "notification_date_implausible", "notification_date", read, day, "nulled"),
        Problem(is_orphan, "framework_of_subsequent_unknown", "framework_id", framework, framework, "kept"),
        Problem(is_known, "subsequent_of_known_framework", "framework_id", framework, framework, "joined"),
        Problem(is_amended, "amount_amended", "amount_cents", initial, amount, "joined"),
    ]


def _conflicts(contract_state: Any, consideration: Any) -> Any:
    """Records of one contract that declare different considerations, though none can be amended; or its notice does."""
    c = consideration.filter(consideration.social_conflict.notnull() | consideration.environmental_conflict.notnull())
    return c.inner_join(contract_state.select("contract_key", "record_hash"), "contract_key")


def _of_conflicts(c: Any) -> list[Problem]:
    problems = []
    for axis in ("social", "environmental"):
        name, conflict, nothing = f"{axis}_state", c[f"{axis}_conflict"], ibis.null("string")
        differ, denied = (conflict == kind for kind in ("between_records", "between_sources"))
        problems += [
            Problem(differ, f"{axis}_consideration_differs", name, nothing, c[name], "nulled"),
            Problem(denied, f"{axis}_consideration_against_notice", name, nothing, c[name], "nulled"),
        ]
    return problems


def _unusual(u: Any) -> Any:
    return rows(
        u,
        u.unusual_rule,
        "amount_cents",
        u.amount_cents,
        ibis.coalesce(u.proposed_cents, u.amount_cents),
        "kept",
    )


def _corrections(contract_state: Any, supplier: Any, correction: Any) -> Any:
    """Corrections by hand: applied where the cell now holds the new value, else not."""
    asked = correction.filter(correction.is_latest & ~correction["table"].isin(OF_LEDGERS))
    # a firm's own facts; the number of a natural person may not stand in a finding
    firms = supplier.filter(supplier.is_natural_person == ibis.literal(False))
    told = asked.left_join(_now(contract_state, OF_CONTRACTS, "contract_key", "record_hash"), [("key", "contract_key")])
    told = told.left_join(_now(firms, OF_FIRMS, "supplier_id"), [("key", "supplier_id")])
    column = told["column"]
    held_by = ibis.cases(
        (column.isin(OF_CONTRACTS), told.record_hash),
        (column.isin(OF_FIRMS) & told.supplier_id.notnull(), "supplier"),
    )
    cell = ibis.cases(*((column == name, told[f"{name}_now"]) for name in (*OF_CONTRACTS, *OF_FIRMS)))
    is_emptied = held_by.notnull() & told.new_value.isnull() & cell.isnull()
    is_applied = ibis.coalesce(cell == told.new_value, False) | is_emptied
    return told.select(
        rule=ibis.ifelse(is_applied, "correction_applied", "correction_not_applied"),
        record_hash=ibis.coalesce(held_by, ibis.ifelse(told["table"] == "supplier", "supplier", told.key)),
        column=column, reported=told.old_value, kept=cell, action=ibis.ifelse(is_applied, "repaired", "kept"),
    )  # fmt: skip


def _now(table: Any, names: tuple[str, ...], *kept: str) -> Any:
    """The cells that a correction may name, as they stand now, as text."""
    return table.select(*kept, **{f"{name}_now": table[name].cast("string") for name in names})
