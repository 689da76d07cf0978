"""The questions of the project: each indicator is shown under the one that its definition names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gisement.pipeline import shown_at

FIRST: Final = 4
"""How many figures of a question are shown large; the others stand in a table under them."""


@dataclass(frozen=True)
class Question:
    """A question: its name in addresses and texts, and the page that answers at length."""

    name: str
    page: str

    @property
    def title(self) -> str:
        """The key of its title."""
        return f"group_{self.name}"

    @property
    def lead(self) -> str:
        """The key of what stands under its title."""
        return f"group_{self.name}_lead"

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators that answer, those to begin with first."""
        return shown_at(f"figures/{self.name}")


QUESTIONS: tuple[Question, ...] = (
    Question("money", "map"),
    Question("buying", "buyers"),
    Question("sellers", "suppliers"),
    Question("clauses", "clauses"),
    Question("economy", "impact"),
    Question("food", "food"),
    Question("together", "pooling"),
    Question("data", "quality"),
)
"""In the order of the page of figures; each indicator stands under one of them."""
