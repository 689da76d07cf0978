"""Every indicator under the question that it answers, those to begin with first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FIRST: Final = 4
"""How many figures of a question are shown large; the others stand in a table under them."""


@dataclass(frozen=True)
class Question:
    """A question: its name in addresses, the keys of its texts, the page that answers at length, its indicators."""

    name: str
    title: str
    lead: str
    page: str
    indicators: tuple[str, ...]


QUESTIONS: tuple[Question, ...] = (
    Question(
        "money", "group_money", "group_money_lead", "map",
        ("local_share", "total_spend", "contracts", "area_share"),
    ),
    Question(
        "buying", "group_buying", "group_buying_lead", "buyers",
        ("first_buyer_share", "median_amount", "single_offer_share", "lots_per_consultation", "average_amount",
         "median_yearly_amount", "large_yearly_amount", "yearly_amount",
         "variants_allowed_count_share"),
    ),
    Question(
        "sellers", "group_sellers", "group_sellers_lead", "suppliers",
        ("sme_share", "suppliers_count", "new_supplier_share", "top_10_supplier_share", "sme_count_share",
         "new_supplier_spend_share", "top_5_supplier_share", "pareto_supplier_share", "supplier_concentration",
         "sme_advance_count_share", "subcontracting_count_share"),
    ),
    Question(
        "clauses", "group_clauses", "group_clauses_lead", "clauses",
        ("social_consideration_count_share", "environmental_consideration_count_share", "reserved_count_share",
         "inclusive_share", "social_consideration_share", "environmental_consideration_share",
         "both_considerations_count_share", "pnad_social_count_share", "pnad_environmental_count_share",
         "reserved_share", "siae_share", "adapted_share", "social_economy_share", "circular_share"),
    ),
    Question(
        "economy", "group_economy", "group_economy_lead", "impact",
        ("impact_per_hundred", "local_multiplier", "impact", "spend_emissions"),
    ),
    Question(
        "food", "group_food", "group_food_lead", "food",
        ("egalim_share", "organic_share", "food_need", "food_gap", "meat_fish_egalim_share", "food_spend",
         "food_known_offer", "food_reachable_share", "food_need_value", "food_lot_share", "canteens_reaching_share"),
    ),
    Question("together", "group_together", "group_together_lead", "pooling", ("pooling_gain",)),
    Question(
        "data", "group_data", "group_data_lead", "quality",
        ("supplier_place_known_share", "amount_known_share", "supplier_known_share", "cpv_known_share",
         "supplier_size_known_share", "date_known_share", "offers_known_share"),
    ),
)  # fmt: skip
"""The questions of the project, in the order of the page of figures; each indicator stands under one of them."""
