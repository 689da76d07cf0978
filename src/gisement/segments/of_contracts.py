"""The segment of every contract lot: exactly one, by its CPV code or by what else is known of it."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.segments.decision import DECIDED, decided
from gisement.segments.labels import plain
from gisement.terms import step, step_idle_without


@step
def contract_open(
    contract_state: Any, cpv_segment: Any, contract_supplier: Any, supplier: Any, naf_segment: Any, contract_record: Any
) -> Any:
    """One row per contract lot that its CPV code does not classify, with what else may.

    That is the segment of its holders' main activity, where all those that name one name the same; and its title
    where they do not.
    """
    c = contract_state.select("contract_key", "record_hash", "cpv_code").anti_join(cpv_segment, "cpv_code")
    held = contract_supplier.select("contract_key", "supplier_id").semi_join(c, "contract_key")
    held = held.inner_join(supplier.select("supplier_id", "naf_code"), "supplier_id")
    held = held.inner_join(naf_segment.rename(named="segment"), "naf_code")
    agreed = held.group_by("contract_key").agg(least=held.named.min(), most=held.named.max())
    agreed = agreed.filter(agreed.least == agreed.most)
    c = c.left_join(agreed.select(agreed_on="contract_key", naf_segment="least"), [("contract_key", "agreed_on")])
    c = c.left_join(contract_record.select("title", titled="record_hash"), [("record_hash", "titled")])
    title = ibis.ifelse(c.naf_segment.isnull(), plain(c.title), ibis.null("string"))
    return c.select("contract_key", "naf_segment", plain_label=title)


@step_idle_without("contract_open")
def contract_segment(contract_open: Any, segment_definition: Any, word_segment: Any, title_segment: Any) -> Any:
    """One row per contract lot that its CPV code does not classify, with its one segment (or `unclassified`)."""
    title = title_segment.drop("cpv_division")
    found = decided(contract_open, segment_definition, words=word_segment, title=title)
    return found.select("contract_key", *DECIDED)
