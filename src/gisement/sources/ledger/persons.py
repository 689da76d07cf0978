"""Natural persons in a ledger: their names, their numbers, and texts that speak of them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

from gisement.catalog.tables import read_csv

_CIVILITIES: Final = frozenset(("M", "MR", "MME", "MLLE", "MELLE", "MADAME", "MONSIEUR", "MADEMOISELLE"))
_OFFICES: Final = frozenset(("LE", "LA", "L", "LES"))
_PARTICLES: Final = frozenset(("DE", "DU", "D", "DES", "LE", "LA", "L", "VAN", "VON", "EL", "BEN"))
_LONGEST_NAME: Final = 4
_SOCIAL_SECURITY: Final = re.compile(r"[1-478]\d{2}(0[1-9]|1[0-2]|[2-9]\d)(\d{2}|2[AB])\d{6}(\d{2})?")

LABEL_PATTERN: Final = (
    r"(?i)(\b(mr|mme|mlle|monsieur|madame|mademoiselle)\b\.?\s+[a-zà-ÿ][a-zà-ÿ'-]+"
    r"|(^|[^\d\s]\s+)m\.\s*[a-zà-ÿ][a-zà-ÿ'-]+"
    r"|[\w.+-]+@[\w-]+\.[\w.]+"
    r"|\bfr\d{2}[ ]?([0-9a-z]{4}[ ]?){5}[0-9a-z]{3}\b"
    r"|\b0[1-9](\d{8}|( \d{2}){4}|(\.\d{2}){4})\b"
    r"|\b[12][ ]?\d{2}[ ]?(0[1-9]|1[0-2])[ ]?(\d{2}|2[ab])[ ]?\d{3}[ ]?\d{3}([ ]?\d{2})?\b)"
)
"""A text with a civility and a name, an e-mail address, a telephone, bank or social security number (RE2)."""


@lru_cache(maxsize=100_000)
def is_person(name: str, kept: frozenset[str] = frozenset()) -> bool:
    """Whether a supplier's name is that of a natural person: a civility, or a first name beside a family name.

    A word of bodies (`SARL`, `garage`) decides otherwise, and so does a name in `kept`.
    """
    if plain(name) in kept:
        return False
    words = plain(name).split()
    if not words or any(word in _bodies() or word.isdigit() for word in words):
        return False
    if words[0] in _CIVILITIES and len(words) > 1:
        return words[1] not in _OFFICES
    return _is_first_and_family_name(words)


def is_social_security(number: str) -> bool:
    """Whether an identifier has the form of a social security number (13 digits, or 15 with the key)."""
    digits = re.sub(r"[\s.]", "", number).upper()
    return _SOCIAL_SECURITY.fullmatch(digits) is not None


def plain(name: str) -> str:
    """A name in capitals, without accents, signs and spaces too many."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", bare).split())


def _is_first_and_family_name(words: list[str]) -> bool:
    while words and words[0] in _PARTICLES:
        words = words[1:]
    if not 2 <= len(words) <= _LONGEST_NAME:
        return False
    if words[0] in _first_names():
        return len(words[1]) > 1
    return words[-1] in _first_names() and words[-2] not in _PARTICLES


@cache
def _first_names() -> frozenset[str]:
    return _words("first_name")


@cache
def _bodies() -> frozenset[str]:
    return _words("body")


def _words(kind: str) -> frozenset[str]:
    return frozenset(row["word"] for row in read_csv("ledger/name_words.csv") if row["kind"] == kind)
