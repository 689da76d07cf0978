"""How many contracts, and how much competition for them."""

from __future__ import annotations

import ibis

from gisement.terms import CONTRACTS, PERCENT, Indicator

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
