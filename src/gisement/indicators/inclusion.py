"""How much goes to social inclusion, to adapted work, to the social and solidarity economy."""

from __future__ import annotations

from gisement.indicators.options import ALL_GOODS, is_needed, is_own_money
from gisement.terms import PERCENT, Indicator


def _share(name: str, column: str, reference: str) -> Indicator:
    return Indicator(
        name=name,
        unit=PERCENT,
        table="purchase",
        weight="amount_cents",
        kind="share",
        options=(ALL_GOODS,),
        scope=lambda row, option: is_own_money(row) & is_needed(row, option),
        counts=lambda row, option: row[column],
        needs=("amount_cents", column),
        unknown_counts="profile_unknown",
        references=(reference,),
    )


INCLUSION = (
    _share("siae_share", "is_siae", "Code du travail, art. L5132-4 ; code de la commande publique, art. L2113-13"),
    _share("adapted_share", "is_adapted", "Code de la commande publique, art. L2113-12"),
    _share("social_economy_share", "is_social_economy", "Loi n° 2014-856 du 31 juillet 2014, art. 1er"),
)
