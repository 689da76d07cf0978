"""The questions of the project: each indicator is shown under the one that its definition names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gisement.pipeline import shown_at

FIRST: Final = 4
"""How many figures of a question are shown large; the others stand in a table under them."""


@dataclass(frozen=True)
class Question:
    """A question: its name in addresses, the keys of its texts, and the page that answers at length."""

    name: str
    title: str
    lead: str
    page: str

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators that answer, those to begin with first."""
        return shown_at(f"figures/{self.name}")


QUESTIONS: tuple[Question, ...] = (
    Question("money", "group_money", "group_money_lead", "map"),
    Question("buying", "group_buying", "group_buying_lead", "buyers"),
    Question("sellers", "group_sellers", "group_sellers_lead", "suppliers"),
    Question("clauses", "group_clauses", "group_clauses_lead", "clauses"),
    Question("economy", "group_economy", "group_economy_lead", "impact"),
    Question("food", "group_food", "group_food_lead", "food"),
    Question("together", "group_together", "group_together_lead", "pooling"),
    Question("data", "group_data", "group_data_lead", "quality"),
)
"""In the order of the page of figures; each indicator stands under one of them."""
