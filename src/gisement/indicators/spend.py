"""How much: trusted euros."""

from __future__ import annotations

import ibis

from gisement.indicators.options import ALL_GOODS, is_needed, is_own_money
from gisement.terms import EUROS, Indicator

TOTAL_SPEND = Indicator(
    name="total_spend",
    shown={"figures/money": 2, "buyer": 2, "family": 2, "firm": 1},
    unit=EUROS,
    table="purchase",
    weight="amount_cents",
    kind="total",
    options=(ALL_GOODS,),
    scope=lambda row, option: is_own_money(row) & is_needed(row, option),
    counts=lambda row, option: ibis.literal(True),
    needs=("amount_cents",),
    references=("Code de la commande publique, art. L2196-2 et arrêtés du 22 décembre 2022 (données essentielles)",),
)
