"""French titles to plain words, and words to sparse vectors: TF-IDF of the terms that at least two buyers use.

Accents are folded, numbers and marks gone. A title that went through a wrong encoding says `R\\ufffdfection`,
`Ma\\x8ctrise` or `&#233;`. What is lost is restored from the words of the other titles: of `r\\ufffdfection`, the most
frequent word of that shape.

For a title d and a term t, tf(t, d) = 1 + ln(count), idf(t) = 1 + ln((1 + n) / (1 + df(t))); words and runs of letters
are normalised apart to length 1, so that both count alike. A term of one buyer only (its town, its numbering) says
nothing of another buyer's titles: it is left out.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

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


# --- vectors ------------------------------------------------------------------------------------------------

LEAST_BUYERS = 2
KINDS: tuple[tuple[str, Callable[[list[str]], list[str]]], ...] = (("word", word_terms), ("letters", letter_terms))


@dataclass(frozen=True)
class Vocabulary:
    """The terms that count, with their inverse frequency, and what destroyed words stand for."""

    lost: dict[str, str]
    terms: dict[str, tuple[str, ...]]
    inverse_frequency: dict[str, Any]

    def vectors(self, titles: Sequence[str]) -> Any:
        """One sparse row per title; empty where no term is known."""
        from scipy.sparse import hstack

        words = [plain_words(title, self.lost) for title in titles]
        parts = [
            _weighted(_counts(words, make, self.terms[kind]), self.inverse_frequency[kind]) for kind, make in KINDS
        ]
        return hstack(parts).tocsr()


def vocabulary(titles: Sequence[str], buyers: Sequence[str], labels: Sequence[str] = ()) -> Vocabulary:
    """The vocabulary of titles and their buyers; each label of a nomenclature counts as one more buyer."""
    lost = lost_words(titles)
    words = [plain_words(title, lost) for title in (*titles, *labels)]
    own = np.unique(np.asarray(buyers), return_inverse=True)[1]
    users = np.concatenate([own, len(words) + np.arange(len(labels))])
    terms: dict[str, tuple[str, ...]] = {}
    inverse: dict[str, Any] = {}
    for kind, make in KINDS:
        every, counts = _fitted(words, make)
        kept = _buyers_of_each(counts, users) >= LEAST_BUYERS
        documents = np.asarray((counts[:, kept] > 0).sum(axis=0)).ravel()
        terms[kind] = tuple(np.array(every, dtype=object)[kept].tolist())
        inverse[kind] = 1 + np.log((1 + len(words)) / (1 + documents))
    return Vocabulary(lost, terms, inverse)


def _buyers_of_each(counts: Any, users: Any) -> Any:
    """How many buyers use each term."""
    entries = counts.tocoo()
    pairs = np.unique(users[entries.row] * np.int64(counts.shape[1]) + entries.col)
    return np.bincount(pairs % counts.shape[1], minlength=counts.shape[1])


def _fitted(words: Sequence[list[str]], make: Callable[[list[str]], list[str]]) -> tuple[list[str], Any]:
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=make, min_df=2)
    try:
        counts = counter.fit_transform(words)
    except ValueError:  # no term comes twice: an empty vocabulary, not an error
        from scipy.sparse import csr_matrix

        return [], csr_matrix((len(words), 0), dtype=np.int64)
    return list(counter.get_feature_names_out()), counts


def _counts(words: Sequence[list[str]], make: Callable[[list[str]], list[str]], terms: tuple[str, ...]) -> Any:
    if not terms:
        from scipy.sparse import csr_matrix

        return csr_matrix((len(words), 0))
    from sklearn.feature_extraction.text import CountVectorizer

    return CountVectorizer(analyzer=make, vocabulary={term: place for place, term in enumerate(terms)}).transform(words)


def _weighted(counts: Any, inverse: Any) -> Any:
    """TF-IDF rows of length 1."""
    from sklearn.preprocessing import normalize

    weighted = counts.astype(np.float64)
    weighted.data = (1 + np.log(weighted.data)) * inverse[weighted.indices]
    return normalize(weighted)
