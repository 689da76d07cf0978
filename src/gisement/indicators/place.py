"""How much stays: the share of purchases that goes to suppliers inside a ring around the territory."""

from __future__ import annotations

from gisement.indicators.options import JOINT, MEDICAL, PLACE, RING, is_needed, is_own_money, within
from gisement.terms import PERCENT, Indicator

LOCAL_SHARE = Indicator(
    name="local_share",
    unit=PERCENT,
    table="purchase",
    weight="amount_cents",
    kind="share",
    options=(PLACE, MEDICAL, RING, JOINT),
    scope=lambda row, option: is_own_money(row) & is_needed(row, option),
    counts=within,
    needs=("amount_cents", "segment", "establishment_nearest"),
    unknown_counts="place_unknown",
    references=("Poitiers Collectif, « La commande publique responsable », 31 mars 2022",),
)
