"""The publics of insertion clauses, as data: `insertion_publics.csv`."""

from __future__ import annotations

from functools import cache

from gisement.catalog.tables import read_csv

OTHER = "other"


@cache
def insertion_publics() -> dict[str, dict[str, str]]:
    """Every public by its code, with its names and the words that lead to it."""
    return {row["public"]: row for row in read_csv("insertion_publics.csv")}


def public_of(words: str) -> str:
    """The public that words in small letters without accents lead to: the first one found, else `other`."""
    for public, row in insertion_publics().items():
        if row["words"] and any(word in words for word in row["words"].split("|")):
            return public
    return OTHER
