"""How large an order is: average and median amount of an award (or of a payment line)."""

from __future__ import annotations

import ibis

from gisement.indicators.options import ALL_GOODS, is_needed, is_own_money
from gisement.terms import EUROS, Indicator, Spread


def _order_size(name: str, statistic: str, rank: int) -> Indicator:
    return Indicator(
        name=name,
        shown={"figures/buying": rank},
        unit=EUROS,
        table="purchase",
        weight="amount_cents",
        kind=Spread(statistic, ("purchase_key",)),
        options=(ALL_GOODS,),
        scope=lambda row, option: is_own_money(row) & is_needed(row, option),
        counts=lambda row, option: ibis.literal(True),
        needs=("amount_cents",),
        references=("Code de la commande publique, art. L2196-2 et R2196-1",),
    )


ORDER_SIZE = (_order_size("average_amount", "mean", 5), _order_size("median_amount", "median", 2))
