"""Titles as sparse vectors: TF-IDF of words and of runs of letters, of the terms that at least two buyers use.

For a title d and a term t, tf(t, d) = 1 + ln(count), idf(t) = 1 + ln((1 + n) / (1 + df(t))); words and runs of letters
are normalised apart to length 1, so that both count alike. A term of one buyer only (its town, its numbering) says
nothing of another buyer's titles: it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gisement.models.title_text import letter_terms, lost_words, plain_words, word_terms

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
