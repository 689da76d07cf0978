"""How to buy a segment for social inclusion: reserve a lot, cut smaller lots, write a clause; never whom to choose.

A reservation restricts who may bid: it keeps competition only if several inclusive firms can. A firm that one buyer
already feeds for most of what the territory buys of it gains little by more of the same: smaller lots reach others.
Without complete lists of inclusive firms, not knowing of any proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from gisement.catalog import parameter

RESERVE, LOT, CLAUSE, UNKNOWN = "reserve", "lot", "clause", "unknown"
ENOUGH, DEPENDENT, FEW, NONE_KNOWN, LISTS = "enough", "dependent", "few", "none_known", "lists_incomplete"


@dataclass(frozen=True)
class Supply:
    """Inclusive firms of a segment: how many, how many whose dependence can be told, how many of those depend."""

    firms: int
    told: int
    dependent: int
    is_complete: bool


@dataclass(frozen=True)
class Advice:
    """The lever to use first (RESERVE, LOT, CLAUSE or UNKNOWN), and the word of the reason."""

    lever: str
    reason: str


def advise(supply: Supply) -> Advice:
    """The lever for a segment, under the thresholds of the catalog (`reserve_firms_min`, `dependent_firms_max_pct`)."""
    if supply.firms == 0:
        return Advice(CLAUSE, NONE_KNOWN) if supply.is_complete else Advice(UNKNOWN, LISTS)
    if supply.firms < parameter("reserve_firms_min"):
        return Advice(LOT, FEW)
    if supply.told and supply.dependent * 100 > supply.told * parameter("dependent_firms_max_pct"):
        return Advice(LOT, DEPENDENT)
    return Advice(RESERVE, ENOUGH)
