"""The segment of a CPV code: the longest prefix wins."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog.segments import rules
from gisement.terms import step

RULE = "cpv_prefix"


@step
def cpv_segment(contract_state: Any, segment_prefix: Any) -> Any:
    """One row per CPV code that occurs, with its segment, family and whether it is a medical good (strict and wide)."""
    codes = contract_state.filter(contract_state.cpv_code.notnull()).select("cpv_code").distinct()
    begun = ibis.union(*(codes.mutate(begins=codes.cpv_code.substr(0, length)) for length in range(2, 9)))
    found = begun.inner_join(segment_prefix, [("begins", "prefix")])
    order = ibis.window(group_by="cpv_code", order_by=[ibis.desc(found.begins.length()), found.begins])
    ranked = found.mutate(rank=ibis.row_number().over(order))
    return ranked.filter(ranked.rank == 0).select(
        "cpv_code", "segment", "family", "is_medical", "is_medical_wide", segment_rule=ibis.literal(RULE),
        segment_confidence=ibis.literal(float(rules()[RULE]["confidence"])),
    )  # fmt: skip
