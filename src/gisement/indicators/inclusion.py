"""How much goes to social inclusion, to adapted work, to the social and solidarity economy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from gisement.indicators.options import ALL_GOODS, STRUCTURE, is_needed, is_own_money
from gisement.terms import PERCENT, Indicator

TAGS = {"siae": "is_siae", "adapted": "is_adapted", "social_economy": "is_social_economy"}
"""The tags of a supplier that may count, by the name of their option."""


def _share(name: str, column: str, reference: str, rank: int) -> Indicator:
    return Indicator(
        name=name,
        shown={
            "figures/clauses": 9 + rank,
            "clauses/inclusion": 1 + rank,
            "report/contest": 6 + rank,
            "report/inclusion": rank,
        },
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


def _is_inclusive(row: Any, option: SimpleNamespace) -> Any:
    """Whether the supplier has the chosen tag, or any of them: true if one is, null if none is and one is unknown."""
    if option.structure in TAGS:
        return row[TAGS[option.structure]]
    employs = row.is_siae | row.is_adapted
    return employs if option.structure == "employers" else employs | row.is_social_economy


INCLUSIVE_SHARE = Indicator(
    name="inclusive_share",
    shown={"figures/clauses": 4, "clauses/inclusion": 2, "report/contest": 7, "report/inclusion": 1},
    unit=PERCENT,
    table="purchase",
    weight="amount_cents",
    kind="share",
    options=(STRUCTURE, ALL_GOODS),
    scope=lambda row, option: is_own_money(row) & is_needed(row, option),
    counts=_is_inclusive,
    needs=("amount_cents", "is_siae", "is_adapted", "is_social_economy"),
    unknown_counts="profile_unknown",
    references=(
        "Code de la commande publique, art. L2111-3 (indicateurs du SPASER), L2113-12 et L2113-13",
        "Loi n° 2014-856 du 31 juillet 2014, art. 1er",
    ),
)

INCLUSION = (
    INCLUSIVE_SHARE,
    _share("siae_share", "is_siae", "Code du travail, art. L5132-4 ; code de la commande publique, art. L2113-13", 2),
    _share("adapted_share", "is_adapted", "Code de la commande publique, art. L2113-12", 3),
    _share("social_economy_share", "is_social_economy", "Loi n° 2014-856 du 31 juillet 2014, art. 1er", 4),
)
