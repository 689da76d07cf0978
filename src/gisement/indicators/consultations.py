"""How consultations are made, as matched notices tell it: whether variants are authorised, in how many lots.

Essential data say neither. A contract that no notice is matched to is unknown, never "no".
"""

from __future__ import annotations

import ibis

from gisement.indicators.considerations import counted_once
from gisement.terms import LOTS, PERCENT, Indicator, Spread

VARIANTS_ALLOWED_COUNT_SHARE = Indicator(
    name="variants_allowed_count_share",
    shown={"figures/buying": 9, "clauses/consultation": 4},
    unit=PERCENT,
    table="contract",
    weight=None,
    kind="share",
    scope=lambda row, option: counted_once(row),
    counts=lambda row, option: row.has_variants_allowed,
    unknown_counts="notice_unknown",
    needs=("has_variants_allowed",),
    references=("Code de la commande publique, art. R2151-8 à R2151-11 (variantes)", "eForms, BT-63 (variants)"),
)

LOTS_PER_CONSULTATION = Indicator(
    name="lots_per_consultation",
    shown={"figures/buying": 4, "clauses/consultation": 5},
    unit=LOTS,
    table="contract",
    weight="announced_lots_count",
    kind=Spread("mean", ("contract_key",)),
    scope=lambda row, option: counted_once(row) & row.is_first_of_notice,
    counts=lambda row, option: ibis.literal(True),
    unknown_scope="notice_unknown",
    needs=("announced_lots_count", "is_first_of_notice"),
    references=("Code de la commande publique, art. L2113-10 et R2113-1 à R2113-3 (allotissement)",),
)

CONSULTATIONS = (VARIANTS_ALLOWED_COUNT_SHARE, LOTS_PER_CONSULTATION)
