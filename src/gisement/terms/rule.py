"""A rule of law gives an outcome on each row of a table, with its reason: four answers, never merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What a rule says of a row."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    INDETERMINABLE = "indeterminable"


Decision = tuple[Any, Outcome, str]
"""A condition on a row, the outcome where it holds, and the word of the reason."""


@dataclass(frozen=True)
class Rule:
    """A rule: the decisions to go through in order, the first condition that holds deciding.

    A condition that is null does not hold. A rule without `table` cannot be observed with the sources at hand. One that
    `reads_payments` answers less where payments are not shown: on public pages.
    """

    name: str
    table: str = ""
    decide: Callable[[Any], Sequence[Decision]] | None = None
    why: str = ""
    reads_payments: bool = False
