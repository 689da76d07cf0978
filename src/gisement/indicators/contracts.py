"""How many contracts, how much competition for them, and how they are consulted for: variants, lots.

Essential data say neither whether variants are authorised nor in how many lots: matched notices do. A contract that no
notice is matched to is unknown, never "no".
"""

from __future__ import annotations

import ibis

from gisement.indicators.considerations import counted_once
from gisement.terms import CONTRACTS, LOTS, PERCENT, Indicator, Spread

CONTRACTS_COUNT = Indicator(
    name="contracts",
    shown={"figures/money": 3, "buyer": 3, "family": 3, "firm": 2},
    unit=CONTRACTS,
    table="contract",
    weight=None,
    kind="total",
    scope=lambda row, option: ibis.literal(True),
    counts=lambda row, option: ibis.literal(True),
    references=("Code de la commande publique, art. L2196-2 et R2196-1",),
)

SINGLE_OFFER_SHARE = Indicator(
    name="single_offer_share",
    shown={
        "figures/buying": 3,
        "buyer": 5,
        "firm": 3,
        "chain": 2,
        "clauses/consultation": 3,
        "diagnosis/suppliers": 4,
        "report/contest": 5,
    },
    unit=PERCENT,
    table="contract",
    weight=None,
    kind="share",
    scope=lambda row, option: ~row.is_concession,
    counts=lambda row, option: row.offers_count == 1,
    needs=("offers_count",),
    unknown_counts="offers_unknown",
    references=("Commission européenne, Single Market Scoreboard, indicateur « Single bidder »",),
)

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
