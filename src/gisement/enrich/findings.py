"""Every problem found in a source and what was done about it: nothing is dropped or changed without a row here."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog import parameter
from gisement.terms import step

OF_LEDGERS = ("account_gap", "payee_supplier")
"""Tables that a correction may name and that `ledger_finding` answers for."""
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


def of_records(r: Any) -> list[Any]:
    """Findings about values of records, a table per rule: identifiers, amounts, dates, codes, considerations."""
    parts = [
        identifier_rows(r, "buyer_id_rule", "buyer_id", r.buyer_id_reported, r.buyer_id),
        *_amounts(r),
        *_dates(r),
        *_codes(r),
    ]
    for axis in ("social", "environmental"):
        kinds = f"{axis}_kinds"
        unknown = r.filter(r[f"{axis}_state"] == "unknown")
        unclear, clashing = unknown.filter(unknown[kinds].isnull()), unknown.filter(unknown[kinds].notnull())
        nothing = ibis.null("string")
        parts.append(
            rows(
                clashing,
                f"{axis}_consideration_contradicted",
                f"{axis}_state",
                clashing[kinds],
                clashing[f"{axis}_state"],
                "nulled",
            )
        )
        parts.append(
            rows(
                unclear,
                f"{axis}_consideration_unclear",
                f"{axis}_state",
                nothing,
                unclear[f"{axis}_state"],
                "nulled",
            )
        )
    copies = r.filter(r.copies > 1)
    parts.append(rows(copies, "same_record_published_again", "record_hash", copies.copies, ibis.literal(1), "merged"))
    return parts


def identifier_rows(t: Any, rule: str, column: str, reported: Any, kept: Any) -> Any:
    """Repairs and doubts about identifiers: the rule is the one that read it."""
    found = t.filter(t[rule].notnull())
    action = ibis.cases((found[rule].isin(UNREPAIRED), "kept"), (found[column].isnull(), "nulled"), else_="repaired")
    return rows(found, ibis.literal("identifier_") + found[rule], column, reported, kept, action)


def _amounts(r: Any) -> list[Any]:
    nulled = r.filter(r.amount_reason.isin(NULLED))
    missing = r.filter(r.amount_reason == "missing")
    large = r.filter(r.amount_cents >= parameter("amount_large_cents"))
    rewritten = r.filter(r.amount_cents_reported.notnull() & ~r.amount_reported.re_search(PLAIN_AMOUNT))
    rule = ibis.literal("amount_") + nulled.amount_reason
    return [
        rows(
            rewritten,
            "amount_rewritten",
            "amount_cents",
            rewritten.amount_reported,
            rewritten.amount_cents_reported,
            "repaired",
        ),
        rows(nulled, rule, "amount_cents", nulled.amount_reported, nulled.amount_cents, "nulled"),
        rows(missing, "amount_missing", "amount_cents", missing.amount_reported, missing.amount_cents, "kept"),
        rows(large, "amount_large", "amount_cents", large.amount_reported, large.amount_cents, "kept"),
    ]


def _dates(r: Any) -> list[Any]:
    found = []
    for column in ("notification_date", "publication_date"):
        reported = f"{column}_reported"
        missing = r.filter(r[reported].isnull())
        unread = r.filter(r[reported].notnull() & r[column].isnull())
        moved = r.filter(r[column].notnull() & (r[reported] != r[column].cast("string")))
        found += [
            rows(missing, f"{column}_missing", column, missing[reported], missing[column], "kept"),
            rows(unread, f"{column}_unreadable", column, unread[reported], unread[column], "nulled"),
            rows(moved, f"{column}_rewritten", column, moved[reported], moved[column], "repaired"),
        ]
    return found


def _codes(r: Any) -> list[Any]:
    missing = r.filter(r.cpv_code_reported.isnull())
    unread = r.filter(r.cpv_code_reported.notnull() & r.cpv_code.isnull())
    mended = r.filter(r.cpv_code.notnull() & (r.cpv_code_reported.substr(0, 8) != r.cpv_code))
    long = r.filter(r.duration_months_reported.notnull() & r.duration_months.isnull())
    return [
        rows(missing, "cpv_code_missing", "cpv_code", missing.cpv_code_reported, missing.cpv_code, "kept"),
        rows(unread, "cpv_code_invalid", "cpv_code", unread.cpv_code_reported, unread.cpv_code, "nulled"),
        rows(mended, "cpv_code_completed", "cpv_code", mended.cpv_code_reported, mended.cpv_code, "repaired"),
        rows(
            long,
            "duration_implausible",
            "duration_months",
            long.duration_months_reported,
            long.duration_months,
            "nulled",
        ),
    ]


@step
def finding(contract_record: Any, record_title: Any, raw_decp: Any, record_decision: Any, holder: Any, amendment: Any,
            contract_state: Any, contract_supplier: Any, consideration: Any, unusual_amount: Any, correction: Any,
            supplier: Any, ledger_finding: Any) -> Any:  # fmt: skip
    """One row per problem found in a source: rule, record, column, reported and kept value, and what was done."""
    repeatable = [
        _unreadable(raw_decp), _holders(holder, record_decision), *_acts(amendment),
        *_corrections(contract_state, supplier, correction),
    ]  # fmt: skip
    single = [
        *of_records(contract_record), *_decisions(record_decision), *_contracts(contract_state),
        *_conflicts(contract_state, consideration), _unusual(unusual_amount),
        _without_holder(contract_state, contract_supplier), _lost_letters(record_title),
    ]  # fmt: skip
    return ibis.union(*single, ledger_finding, ibis.union(*repeatable).distinct())


def _unreadable(raw_decp: Any) -> Any:
    lost = raw_decp.filter(raw_decp.unreadable_reason.notnull())
    return rows(lost, "record_unreadable", "record", lost.unreadable_reason, ibis.null("string"), "unreadable")


def _lost_letters(t: Any) -> Any:
    lost = t.filter(t.has_lost_letters)
    return rows(lost, "letters_lost_before_publication", "title", lost.title, lost.title, "kept")


def _decisions(d: Any) -> list[Any]:
    merged = d.filter(d.decision == "duplicate")
    added = d.filter(d.decision.isin(("joint", "version", "amendment_line")))
    lots = d.filter((d.decision == "contract") & (d.decision_rule != "single"))
    return [
        rows(merged, merged.decision_rule, "contract_key", merged.record_hash, merged.contract_key, "merged"),
        rows(added, added.decision_rule, "contract_key", added.record_hash, added.contract_key, "joined"),
        rows(lots, lots.decision_rule, "contract_key", lots.record_hash, lots.contract_key, "kept"),
    ]


def _holders(holder: Any, record_decision: Any) -> Any:
    of_records = holder.mutate(record_hash=holder.holder_set).semi_join(record_decision, "record_hash")
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


def _contracts(c: Any) -> list[Any]:
    wrong = c.filter(c.notification_date_read.notnull() & c.notification_date.isnull())
    orphan = c.filter(ibis.coalesce(c.is_subsequent, False) & ~c.is_subsequent_of_known)
    known = c.filter(c.is_subsequent_of_known)
    amended = c.filter((c.amendments_count > 0) & ~c.amount_cents.identical_to(c.amount_cents_initial))
    return [
        rows(
            wrong,
            "notification_date_implausible",
            "notification_date",
            wrong.notification_date_read,
            wrong.notification_date,
            "nulled",
        ),
        rows(
            orphan,
            "framework_of_subsequent_unknown",
            "framework_id",
            orphan.framework_id,
            orphan.framework_id,
            "kept",
        ),
        rows(
            known,
            "subsequent_of_known_framework",
            "framework_id",
            known.framework_id,
            known.framework_id,
            "joined",
        ),
        rows(
            amended,
            "amount_amended",
            "amount_cents",
            amended.amount_cents_initial,
            amended.amount_cents,
            "joined",
        ),
    ]


def _conflicts(contract_state: Any, consideration: Any) -> list[Any]:
    """Records of one contract that declare different considerations, though none can be amended; or its notice does."""
    told_by = contract_state.select("contract_key", "record_hash")
    found = []
    for axis in ("social", "environmental"):
        t = consideration.inner_join(told_by, "contract_key")
        conflict, nothing = t[f"{axis}_conflict"], ibis.null("string")
        differing, denied = t.filter(conflict == "between_records"), t.filter(conflict == "between_sources")
        found += [
            rows(
                differing,
                f"{axis}_consideration_differs",
                f"{axis}_state",
                nothing,
                differing[f"{axis}_state"],
                "nulled",
            ),
            rows(
                denied,
                f"{axis}_consideration_against_notice",
                f"{axis}_state",
                nothing,
                denied[f"{axis}_state"],
                "nulled",
            ),
        ]
    return found


def _unusual(u: Any) -> Any:
    return rows(
        u,
        u.unusual_rule,
        "amount_cents",
        u.amount_cents,
        ibis.coalesce(u.proposed_cents, u.amount_cents),
        "kept",
    )


def _corrections(c: Any, supplier: Any, correction: Any) -> list[Any]:
    """Corrections by hand: applied where the cell now holds the new value, else not."""
    asked = correction.filter(correction.is_latest & ~correction["table"].isin(OF_LEDGERS))
    found = asked.left_join(_corrigible(c, supplier), [("key", "cell_key"), ("column", "cell_column")])
    is_emptied = found.record_hash.notnull() & found.new_value.isnull() & found.cell.isnull()
    found = found.mutate(
        record_hash=ibis.coalesce(found.record_hash, ibis.ifelse(found["table"] == "supplier", "supplier", found.key)),
        is_applied=ibis.coalesce(found.cell == found.new_value, False) | is_emptied,
    )
    is_applied = found.is_applied
    rule = ibis.ifelse(is_applied, "correction_applied", "correction_not_applied")
    action = ibis.ifelse(is_applied, "repaired", "kept")
    return [
        found.select(
            rule=rule,
            record_hash=found.record_hash,
            column=found["column"],
            reported=found.old_value,
            kept=found.cell,
            action=action,
        )
    ]


def _corrigible(c: Any, supplier: Any) -> Any:
    """The cells that a correction by hand may name, as they stand now."""
    of_contracts = (
        c.select("record_hash", cell_key="contract_key", cell_column=ibis.literal(name), cell=c[name].cast("string"))
        for name in ("amount_cents", "notification_date", "duration_months", "cpv_code", "buyer_id")
    )
    # a firm's own facts; the number of a natural person may not stand in a finding
    firms = supplier.filter(supplier.is_natural_person == ibis.literal(False))
    of_firms = (
        firms.select(
            record_hash=ibis.literal("supplier"),
            cell_key="supplier_id",
            cell_column=ibis.literal(name),
            cell=firms[name],
        )
        for name in ("naf_code", "size_class")
    )
    return ibis.union(*of_contracts, *of_firms)
