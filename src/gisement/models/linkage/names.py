"""Names of firms made comparable: accents, legal forms, abbreviations, words that say nothing, letters that were lost.

A letter destroyed by a wrong encoding (U+FFFD, or a question mark inside a word) becomes the wildcard `LOST`, which
stands for any one letter. Words are kept in their order; comparisons that must not depend on it sort them.

Source: corruptions counted in published contract data (docs/linkage.md); legal forms, Insee, Catégories juridiques
(September 2022), level III.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gisement.catalog.tables import read_csv
from gisement.models.arrays import Flags, Integers

LOST = "\ufffd"
_SPACED = re.compile(r"\b(?:S A R L|S A S U|S A S|E U R L|S C O P|S N C|S C I|S A)\b")
_GARBLED = re.compile("Ã[\x80-\xff\u0152-\u2122]|Â[\xa0-\xff]|â€")


@cache
def spelled_out() -> Mapping[str, str]:
    """What each abbreviated word stands for."""
    return {row["word"]: row["means"] for row in read_csv("supplier_name_words.csv") if row["means"]}


@cache
def empty_words() -> frozenset[str]:
    """Words that two spellings of one name have or lack alike: legal forms, "société", articles."""
    return frozenset(row["word"] for row in read_csv("supplier_name_words.csv") if not row["means"])


@dataclass(frozen=True)
class Words:
    """The comparable words of some names, numbered by one dictionary: those of name i start at `starts[i]`."""

    starts: Integers
    words: Integers
    dictionary: pa.Array

    def joined(self, chosen: Integers) -> list[str]:
        """The comparable names of the chosen ones, words separated by a space."""
        counts = np.diff(self.starts)[chosen]
        offsets = np.concatenate([[0], np.cumsum(counts)])
        positions = np.repeat(self.starts[chosen] - offsets[:-1], counts) + np.arange(offsets[-1])
        texts = self.dictionary.take(pa.array(self.words[positions]))
        lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), texts)
        joined: list[str] = pc.binary_join(lists, " ").to_pylist()
        return joined


def ungarbled(name: str) -> str:
    """The name with UTF-8 that was read as cp1252 put right (`SOCIÃ‰TÃ‰`), where that can be undone."""
    if not _GARBLED.search(name):
        return name
    try:
        return name.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return name


def plain(names: pa.Array) -> pa.Array:
    """Capitals and digits separated by one space; dotted and spaced initials joined, lost letters kept as `LOST`."""
    is_ascii = pc.fill_null(pc.string_is_ascii(names), True)
    text = pc.utf8_upper(names)
    if not pc.all(is_ascii).as_py():
        text = pc.if_else(is_ascii, text, _without_accents(text))
    has_dots = pc.fill_null(pc.match_substring(text, "."), False)
    if pc.any(has_dots).as_py():
        text = pc.if_else(has_dots, pc.replace_substring_regex(text, r"\b([A-Z])\.", r"\1"), text)
    text = pc.replace_substring_regex(text, r"([A-Z])\?", f"\\1{LOST}")
    text = pc.utf8_trim(pc.replace_substring_regex(text, f"[^A-Z0-9{LOST}]+", " "), " ")
    has_initials = pc.fill_null(pc.match_substring_regex(text, r"\b[A-Z] [A-Z]\b"), False)
    if pc.any(has_initials).as_py():
        text = pc.if_else(has_initials, pc.replace_substring_regex(text, _SPACED.pattern, " "), text)
    return pc.utf8_trim(text, " ")


def comparable_words(*columns: pa.Array) -> list[Words]:
    """The comparable words of several columns of names, numbered together: same number, same word.

    A name made of empty words alone keeps them.
    """
    lists = [pc.split_pattern(pc.fill_null(plain(names), ""), " ") for names in columns]
    flat = pa.concat_arrays([pa.array(part.flatten(), pa.string()) for part in lists])
    encoded = flat.dictionary_encode()
    numbers = encoded.indices.to_numpy().astype(np.int64)
    renumbered, is_empty, dictionary = _spelled_out(encoded.dictionary)
    made, done = [], 0
    for part in lists:
        offsets = part.offsets.to_numpy().astype(np.int64) - part.offsets[0].as_py()
        own = numbers[done : done + int(offsets[-1])]
        done += int(offsets[-1])
        made.append(_kept(offsets, renumbered[own], is_empty[own], dictionary))
    return made


def _without_accents(text: pa.Array) -> pa.Array:
    text = pc.replace_substring(pc.replace_substring(text, "Œ", "OE"), "Æ", "AE")
    return pc.replace_substring_regex(pc.utf8_normalize(text, "NFKD"), r"\p{Mn}+", "")


def _spelled_out(words: pa.Array) -> tuple[Integers, Flags, pa.Array]:
    """For each word of a dictionary: the number of the word it stands for, and whether it says nothing."""
    texts: list[str] = words.to_pylist()
    numbers = {text: number for number, text in enumerate(texts)}
    renumbered = np.arange(len(texts))
    is_empty = np.zeros(len(texts), dtype=bool)
    for short in (*spelled_out(), *empty_words(), *(text for text in texts if LOST in text), ""):
        if short not in numbers:
            continue
        meant = spelled_out().get(short, short)
        is_empty[numbers[short]] = not short or short in empty_words() or _is_empty_with_lost_letters(short)
        renumbered[numbers[short]] = numbers.setdefault(meant, len(numbers))
    return renumbered, is_empty, pa.array(list(numbers), pa.string())


def _is_empty_with_lost_letters(word: str) -> bool:
    return LOST in word and any(matches(word, empty) for empty in empty_words() if len(empty) > 3)


def matches(corrupted: str, whole: str) -> bool:
    """Whether `whole` is `corrupted` with every lost letter found."""
    return len(corrupted) == len(whole) and all(c in (LOST, w) for c, w in zip(corrupted, whole, strict=True))


def _kept(offsets: Integers, words: Integers, is_empty: Flags, dictionary: pa.Array) -> Words:
    """The words that say something; all of a name's words where none does."""
    owner = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    telling = np.bincount(owner[~is_empty], minlength=len(offsets) - 1)
    kept = ~is_empty | (telling[owner] == 0)
    counts = np.bincount(owner[kept], minlength=len(offsets) - 1)
    return Words(np.concatenate([[0], np.cumsum(counts)]), words[kept], dictionary)


def digits(name: str) -> list[str]:
    """The numbers in a name: two firms whose numbers differ are two firms."""
    return sorted(re.findall(r"\d+", name))
