"""French words of award criteria, as data: `lexicon/criteria.csv`, patterns in the order in which they decide."""

from __future__ import annotations

from functools import cache

from gisement.catalog.tables import read_csv


@cache
def criterion_patterns() -> dict[str, str]:
    """The pattern of each class of criterion, over small letters without accents; the first that is found decides."""
    return {row["criterion_class"]: row["pattern"] for row in read_csv("lexicon/criteria.csv")}
