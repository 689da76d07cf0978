"""Words of files that lead to a code, as data: fields of contracts, publics, origins of matter, criteria."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gisement.catalog.tables import read_csv, read_yaml

OTHER = "other"
"""The public, where no word says which."""


@cache
def decp_values() -> Mapping[str, frozenset[str]]:
    """The allowed words of each field, by its name (those of concessions after `concession_`)."""
    return {name: frozenset(words) for name, words in read_yaml("decp_values.yaml").items()}


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


@cache
def criterion_patterns() -> dict[str, str]:
    """The pattern of each class of criterion, over small letters without accents; the first that is found decides."""
    return {row["criterion_class"]: row["pattern"] for row in read_csv("lexicon/criteria.csv")}
