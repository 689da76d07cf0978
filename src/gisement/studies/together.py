"""One figure over the rows of several of the same definition: their sums added, its rows theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gisement.engine.row_address import address_of
from gisement.terms import Figure, Perimeter, highest
from gisement.terms.arithmetic import added, share, total


def together(figures: Sequence[Figure], filters: Mapping[str, tuple[str, ...]]) -> Figure:
    """The figure of all the rows of these, which share none; `filters` spell where those rows are found again."""
    first, sums = figures[0], added(figure.sums for figure in figures)
    found = share(sums) if first.unit == "percent" else total(sums, first.weight_divisor)
    return replace(
        first, group={}, labels={}, value=found.value, low=found.low, high=found.high, coverage=found.coverage,
        sums=sums, level=highest([figure.level for figure in figures]),
        rows=address_of(first.indicator, Perimeter(filters), first.options, {}),
    )  # fmt: skip
