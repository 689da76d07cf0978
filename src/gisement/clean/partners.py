"""What partners write themselves: objectives, sheets, works planned, hours of clauses, reused matter, corrections.

Hours of clauses are told as of the latest situation of their contract. A correction made by hand is a source like any
other, with author and date.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.values import identifier_key
from gisement.terms import step, step_idle_without
from gisement.terms.expressions import day, exact, present


@step
def target(raw_target: Any) -> Any:
    """One row per objective and year; where files repeat one, the highest value asked for is kept, and told once."""
    first = ibis.window(
        group_by=[raw_target.target_name, raw_target.target_year],
        order_by=[ibis.desc(raw_target.target_value), raw_target.indicator_name, raw_target.perimeter,
                  raw_target.direction, raw_target.partners, raw_target.target_title, raw_target.responsible_role,
                  raw_target.target_reference],
    )  # fmt: skip
    kept = raw_target.mutate(place=ibis.row_number().over(first))
    return kept.filter(kept.place == 0).select(
        "target_name", "target_year", "target_title", "indicator_name", "perimeter", "target_value", "direction",
        "partners", "responsible_role", "target_reference",
    )  # fmt: skip


@step
def sheet(raw_sheet: Any) -> Any:
    """One row per sheet: of those of one kind and title, the latest."""
    s = raw_sheet.mutate(sheet_date=day(raw_sheet.sheet_date), action_due_date=day(raw_sheet.action_due_date))
    latest = ibis.window(
        group_by=[s.sheet_kind, s.sheet_name],
        order_by=[
            ibis.desc(s.sheet_date),
            s.sheet_text,
            s.group_decision,
            s.responsible_role,
            s.buyer_id,
            s.sheet_state,
        ],
    )
    s = s.mutate(place=ibis.row_number().over(latest), buyer_siren=s.buyer_id.substr(0, 9))
    return s.filter(s.place == 0).select(
        "sheet_kind", "sheet_name", "sheet_title", "sheet_date", "segment", "indicator_name", "target_name",
        "is_public", "buyer_id", "buyer_siren", "contract_ids", "responsible_role", "documents", "group_name",
        "sheet_state", "action_due_date", "group_decision", "sheet_text",
    )  # fmt: skip


@step
def lever(raw_lever: Any) -> Any:
    """One row per scenario, kind of lever and segment; where files repeat one, the most points."""
    return raw_lever.group_by(["scenario_name", "lever_kind", "segment"]).agg(
        scenario_title=raw_lever.scenario_title.max(), lever_points=raw_lever.lever_points.max()
    )


@step
def works_operation(raw_works_operation: Any) -> Any:
    """One row per buyer (legal unit), operation and segment; where files repeat one, the latest month planned is
    kept.
    """
    r = raw_works_operation
    r = r.mutate(planned_call_date=day(r.planned_call_date), buyer_siren=r.buyer_id.substr(0, 9))
    latest = ibis.window(
        group_by=[r.buyer_siren, r.operation_title, r.segment],
        order_by=[ibis.desc(r.planned_call_date), ibis.desc(r.estimate_cents), r.expected_matter, r.is_public],
    )
    r = r.mutate(place=ibis.row_number().over(latest))
    return r.filter(r.place == 0).select(
        "buyer_siren", "operation_title", "segment", "planned_call_date", "estimate_cents", "expected_matter",
        "is_public",
    )  # fmt: skip


@step
def insertion_public(raw_insertion: Any) -> Any:
    """One row per contract of a file of hours and public, as of the latest situation of that contract.

    Where files repeat a line, or disagree on one day, the greatest hours are kept.
    """
    r = raw_insertion.mutate(
        buyer_siren=raw_insertion.buyer_id.substr(0, 9),
        contract_id_key=identifier_key(raw_insertion.contract_id),
        due_date=day(raw_insertion.due_date),
        situation_date=day(raw_insertion.situation_date),
    )
    r = r.filter(r.contract_id_key.notnull() & r.situation_date.notnull())
    last = r.group_by(of_buyer=r.buyer_siren, of_contract=r.contract_id_key).agg(latest=r.situation_date.max())
    r = r.inner_join(last, [("buyer_siren", "of_buyer"), ("contract_id_key", "of_contract")])
    r = r.filter(r.situation_date == r.latest)
    return r.group_by(["buyer_siren", "contract_id_key", "insertion_public"]).agg(
        contract_id=r.contract_id.min(),
        due_minutes=r.due_minutes.max(),
        done_minutes=r.done_minutes.max(),
        people_count=r.people_count.max(),
        due_date=r.due_date.max(),
        situation_date=r.situation_date.max(),
    )


@step
def insertion(insertion_public: Any, contract_state: Any, contract_record: Any, observation: Any) -> Any:
    """One row per contract of a file of hours: due, done, whether it is overdue, and the published contract it is.

    Overdue: hours are still due, and the last day has passed on the day of observation (of the situation, if no
    contract is published). Null where the hours due or the last day are not known.
    """
    p = insertion_public
    c = p.group_by(["buyer_siren", "contract_id_key"]).agg(
        contract_id=p.contract_id.min(),
        due_minutes=exact(p.due_minutes.sum()),
        done_minutes=exact(p.done_minutes.sum()),
        people_count=exact(p.people_count.sum()),
        publics_count=p.count(),
        due_date=p.due_date.max(),
        situation_date=p.situation_date.max(),
    )
    c = c.left_join(_published(contract_state, contract_record), ["buyer_siren", "contract_id_key"])
    c = c.cross_join(observation.agg(as_of_date=observation.as_of_date.max()))
    today = ibis.greatest(ibis.coalesce(c.as_of_date, c.situation_date), c.situation_date)
    left = ibis.greatest(c.due_minutes - ibis.coalesce(c.done_minutes, 0), 0)
    is_known = c.due_minutes.notnull() & c.done_minutes.notnull() & c.due_date.notnull()
    return c.select(
        "buyer_siren", "contract_id_key", "contract_id", "due_minutes", "done_minutes", "people_count",
        "publics_count", "due_date", "situation_date",
        left_minutes=ibis.ifelse(c.due_minutes.notnull() & c.done_minutes.notnull(), left, ibis.null("int64")),
        is_overdue=ibis.ifelse(is_known, (left > 0) & (c.due_date < today), ibis.null("boolean")),
        contract_key=ibis.ifelse(c.contracts_count == 1, c.only_key, ibis.null("string")),
        insertion_link=ibis.cases(
            (c.contracts_count == 1, "identifier"), (c.contracts_count > 1, "several_lots"), else_="not_published"
        ),
    )  # fmt: skip


def _published(contract_state: Any, contract_record: Any) -> Any:
    """One row per buyer and reference of published contracts: how many there are, and which one."""
    named = contract_record.select(told_by="record_hash", published_id="contract_id")
    c = contract_state.select("contract_key", "record_hash", "buyer_siren")
    c = c.inner_join(named, [("record_hash", "told_by")])
    c = c.mutate(contract_id_key=identifier_key(c.published_id))
    c = c.filter(c.buyer_siren.notnull() & c.contract_id_key.notnull())
    return c.group_by(["buyer_siren", "contract_id_key"]).agg(contracts_count=c.count(), only_key=c.contract_key.min())


@step
def circular_purchase(raw_circular: Any) -> Any:
    """One row per declaring buyer (legal unit), year, family, origin: lines add up, a line given twice is one.

    Null where a line of the group does not say: a sum of what is known would be too small.
    """
    r = raw_circular.mutate(declarant_siren=raw_circular.buyer_id.substr(0, 9))
    r = r.select(
        "declarant_siren", "year", "product_family", "matter_origin", "amount_cents", "quantity", "quantity_unit"
    )
    r = r.distinct()
    return r.group_by(["declarant_siren", "year", "product_family", "matter_origin"]).agg(
        amount_cents=exact(_whole(r, "amount_cents")),
        quantity=_of_one_unit(r),
        quantity_unit=r.quantity_unit.min(),
    )


def _whole(r: Any, name: str) -> Any:
    """The sum of a column; null where a row does not say."""
    return ibis.ifelse(r[name].isnull().sum() == 0, r[name].sum(), ibis.null("int64"))


def _of_one_unit(r: Any) -> Any:
    """The quantity of rows of one unit, summed to the thousandth (the same in any order); null where units differ."""
    is_one = (r.quantity_unit.nunique() == 1) & (r.quantity.isnull().sum() == 0)
    return ibis.ifelse(is_one, r.quantity.cast("decimal(18,3)").sum().cast("float64"), ibis.null("float64"))


@step_idle_without("raw_correction")
def correction(raw_correction: Any) -> Any:
    """One row per correction; of those of one cell the latest (`is_latest`) is the one that may be applied.

    It may start from what earlier ones made: `first_old_value` is the value from which such a chain began.
    """
    c = raw_correction.select(
        table=present(raw_correction.table), key=present(raw_correction.key), column=present(raw_correction.column),
        old_value=present(raw_correction.old_value), new_value=present(raw_correction.new_value),
        reason=present(raw_correction.reason), author=present(raw_correction.author),
        correction_date=day(raw_correction.date),
    ).distinct()  # fmt: skip
    latest = ibis.window(
        group_by=[c.table, c.key, c.column],
        order_by=[ibis.desc(c.correction_date), c.new_value, c.old_value, c.author, c.reason],
    )
    c = c.mutate(rank=ibis.row_number().over(latest)).filter(lambda t: t.key.notnull())
    return _with_chains(c).mutate(is_latest=lambda t: t["rank"] == 0).drop("rank")


def _with_chains(c: Any) -> Any:
    """Corrections of a cell follow each other where one starts from the value that the one before it made."""
    cell, oldest_first = ["table", "key", "column"], [ibis.desc("rank")]
    before = c.new_value.lag().over(ibis.window(group_by=cell, order_by=oldest_first))
    c = c.mutate(starts=~ibis.coalesce(before == c.old_value, False))
    so_far = ibis.window(group_by=cell, order_by=oldest_first, preceding=(None, 0))
    c = c.mutate(chain=c.starts.cast("int64").sum().over(so_far))
    start = ibis.ifelse(c.starts, c.old_value, ibis.null("string"))
    return c.mutate(first_old_value=start.max().over(ibis.window(group_by=[*cell, "chain"]))).drop("starts", "chain")
