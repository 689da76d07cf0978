"""The segment of every payment line."""

from __future__ import annotations

from typing import Any

from gisement.segments.by_code import account_segment
from gisement.segments.decision import decided
from gisement.terms import step


@step
def payment_segment(payment: Any, segment_evidence: Any, segment_definition: Any) -> Any:
    """One row per payment line: its one segment, the rule that decided and its confidence."""
    lines = payment.select("payment_key", "account_code", "account_nomenclature")
    found = decided(lines, segment_definition, account=account_segment(lines, segment_evidence))
    return found.drop("account_code", "account_nomenclature")
