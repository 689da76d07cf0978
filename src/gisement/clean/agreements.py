"""What partners agreed on: objectives with their years, sheets of experience and of action, operations planned."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step
from gisement.terms.expressions import day


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
