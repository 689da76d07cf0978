"""Origins of the matter of what is bought, as data: `matter_origins.csv`."""

from __future__ import annotations

from functools import cache

from gisement.catalog.tables import read_csv


@cache
def matter_origins() -> dict[str, dict[str, str]]:
    """Every origin by its code, with its names, whether it is reuse or recycling, and the words that lead to it."""
    return {row["origin"]: row for row in read_csv("matter_origins.csv")}


def origin_of(words: str) -> str:
    """The origin that words in small letters without accents lead to; empty where none does."""
    for origin, row in matter_origins().items():
        if any(word in words for word in row["words"].split("|")):
            return origin
    return ""


def agec_family(words: str) -> str:
    """The family of the law on circular economy that words lead to; empty where none of its rates was read."""
    for row in read_csv("agec_families.csv"):
        if any(word in words for word in row["words"].split("|")):
            return row["family"]
    return ""
