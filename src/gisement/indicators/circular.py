"""What is bought from reuse, from recycled or other matter: a share of what buyers count in their own files."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ibis

from gisement.terms import PERCENT, Indicator, Option

ORIGINS = {
    "reuse": ("reuse", "refurbished"), "recycled": ("recycled",), "biosourced": ("biosourced",),
    "certified_wood": ("certified_wood",),
}  # fmt: skip
"""What is measured, and the origins of the matter that count for it."""
MATTER = Option("matter", tuple(ORIGINS), "reuse")


def _counts(row: Any, option: SimpleNamespace) -> Any:
    """Whether the matter is of the asked kind; null where its origin is not known."""
    is_unknown = row.matter_origin == "unknown"
    return ibis.cases((is_unknown, ibis.null("boolean")), else_=row.matter_origin.isin(ORIGINS[option.matter]))


CIRCULAR_SHARE = Indicator(
    name="circular_share", shown={"figures/clauses": 14},
    unit=PERCENT, table="circular_purchase", weight="amount_cents", kind="share",
    options=(MATTER,), scope=lambda row, option: ibis.literal(True), counts=_counts,
    needs=("matter_origin", "amount_cents"), unknown_counts="matter_unknown",
    references=("Loi n° 2020-105 du 10 février 2020, art. 58", "Décret n° 2024-134 du 21 février 2024"),
)  # fmt: skip
