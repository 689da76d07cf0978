"""French titles to plain words: accents folded, destroyed letters restored, numbers and marks gone.

A title that went through a wrong encoding says `R\\ufffdfection`, `Ma\\x8ctrise` or `&#233;`. What is lost is restored
from the words of the other titles: of `r\\ufffdfection`, the most frequent word of that shape.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

LOST = "\ufffd"
# Letters and destroyed letters; digits, underscores and marks separate words.
_WORD = re.compile(r"[^\W\d_]+(?:\ufffd+[^\W\d_]*)*|\ufffd+[^\W\d_]+(?:\ufffd+[^\W\d_]*)*")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_CONTROL = re.compile(r"[\x80-\x9f]")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_SMALL = (
    "a ainsi afin au aux avec ce ces cette d dans de des dont du elle en entre est et il l la le les leur leurs n ne "
    "ou par pas plus pour qui que s sa sans se ses son sont sur un une"
)
_FORMAL = (
    "accord accords adaptee annee annees ao aoo avenant bon bons cadre cadres commande commandes concerne consultation "
    "contrat lot lots mapa marche marches ms n no numero objet present presente procedure relance relatif relatifs "
    "relative relatives subsequent subsequents tranche"
)
SMALL_WORDS = frozenset(_SMALL.split())
FORMAL_WORDS = frozenset(_FORMAL.split())
"""Words of procedure: they open titles and say nothing of what is bought."""


def repaired(title: str) -> str:
    """The title with its HTML entities and the letters of Windows read as control characters put right."""
    text = html.unescape(title) if "&" in title else title
    text = _CONTROL.sub(lambda found: bytes([ord(found[0])]).decode("cp1252", "replace"), text)
    return unicodedata.normalize("NFC", text)


def words_of(title: str) -> list[str]:
    """The words of a title in small letters, accents kept."""
    return [word.lower() for word in _WORD.findall(repaired(title).replace("’", "'"))]


def folded(word: str) -> str:
    """A word without accents and ligatures: `œuvrée` is `oeuvree`."""
    parts = unicodedata.normalize("NFKD", word.translate(_LIGATURES))
    return "".join(letter for letter in parts if letter.isalpha()).lower()


def lost_words(titles: Iterable[str]) -> dict[str, str]:
    """What each destroyed shape stands for: `r\\ufffdfection` for `refection`, the most frequent, then the first."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for title in titles:
        if LOST in title:
            continue
        for word in set(words_of(title)):
            if not word.isascii():
                seen[_FOREIGN.sub(LOST, word)][folded(word)] += 1
    return {shape: min(words, key=lambda word: (-words[word], word)) for shape, words in sorted(seen.items())}


def plain_words(title: str, lost: Mapping[str, str]) -> list[str]:
    """The words of a title, restored where letters were destroyed, without accents and small words."""
    words = (lost.get(word, word.replace(LOST, "")) if LOST in word else folded(word) for word in words_of(title))
    return [word for word in words if word and word not in SMALL_WORDS]


LEADING, SIZES = 3, range(3, 6)
"""How many first words count once more, and how many letters a run has."""


def word_terms(words: list[str]) -> list[str]:
    """Words, pairs of words, and once more the first words that are not of procedure, which name the nature."""
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    first = [word for word in words if word not in FORMAL_WORDS][:LEADING]
    return [*words, *pairs, *(f"^{word}" for word in first)]


def letter_terms(words: list[str]) -> list[str]:
    """Runs of letters within words, blanks at both ends: what `élagage` and `élagages` share."""
    terms = []
    for word in words:
        padded = f" {word} "
        for size in SIZES:
            if len(padded) <= size:
                terms.append(padded)
                break
            terms += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return terms
