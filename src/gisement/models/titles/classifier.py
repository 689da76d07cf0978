"""Contract titles to CPV divisions, then to segments: a linear model that knows when it does not know.

For a vector x of a title, each class c has a score w_c x + b_c (linear support vectors, one class against the
others). That of a division is s_d plus half the best score of the segments seen in it, since the two say the same
thing at two grains; the segment is the one of the highest score among those seen in the chosen division.
The probability that a choice is right is 1 / (1 + exp(-(a + b m + c s + d l + e_c))), m being the distance to the
second score, s the first score, l the logarithm of the number of known terms, and e_c a term of the chosen class. It
is fitted on titles of buyers that the model had not seen (folds by buyer). Under the threshold, no answer.

Nothing is drawn but the order in which the solver goes through its examples, from a fixed seed: the same titles give
the same model. `storage` makes plain arrays and tables of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gisement.models.titles.accuracy import Accuracy, Unseen, accuracy
from gisement.models.titles.vectors import Vocabulary, vocabulary
from gisement.terms import Trouble

DIVISION_DIGITS = 2
LABEL_WEIGHT = 0.3
SEGMENT_SHARE = 0.5
COST = 0.2
FOLDS = 4
FEWEST_TITLES, FEWEST_BUYERS, FEWEST_CLASSES = 200, 8, 2
TARGET_ACCURACY, SEED = 0.8, 0
MOST_TITLES = 60_000
"""Learning takes a minute or two for 16,000 titles on one core: beyond this, a part is drawn."""
BATCH = 20_000


@dataclass(frozen=True)
class Examples:
    """Titles whose CPV code is known: what a model learns from."""

    titles: Sequence[str]
    buyers: Sequence[str]
    cpv_codes: Sequence[str]
    segments: Sequence[str]

    def part(self, places: Any) -> Examples:
        """The examples at these places, in that order."""
        columns = (self.titles, self.buyers, self.cpv_codes, self.segments)
        return Examples(*([values[place] for place in places] for values in columns))

    @property
    def divisions(self) -> list[str]:
        """The first two digits of each code."""
        return [code[:DIVISION_DIGITS] for code in self.cpv_codes]


NO_LABELS = Examples((), (), (), ())


@dataclass(frozen=True)
class Head:
    """One linear layer: a score per class, and how sure a choice is."""

    classes: tuple[str, ...]
    weights: Any
    intercepts: Any
    certainty: Any
    """a, b, c, d, then e of each class."""

    def scores(self, vectors: Any) -> Any:
        """One row per vector, one column per class."""
        return np.asarray(vectors @ self.weights.T) + self.intercepts

    def probability(self, scores: Any, chosen: Any, terms: Any) -> Any:
        """The probability that each chosen class is the right one."""
        return _probability(_signs(scores, chosen, terms), chosen, self.certainty)


@dataclass(frozen=True)
class Answer:
    """What a model says of each title; a class may be given under the threshold, with a low probability."""

    divisions: tuple[str, ...]
    division_probability: Any
    segments: tuple[str, ...]
    segment_probability: Any


@dataclass(frozen=True)
class TitleModel:
    """A trained model. `threshold` maps `division` and `segment` to the probability under which it does not answer."""

    vocabulary: Vocabulary
    division: Head
    segment: Head
    allowed: Any
    """Which segments were seen in which division (rows: divisions)."""
    threshold: Mapping[str, float]

    def answer(self, titles: Sequence[str]) -> Answer:
        """The division and segment of each title, with the probability that each is right."""
        parts = [self._answer(titles[start : start + BATCH]) for start in range(0, len(titles), BATCH)]
        return Answer(
            tuple(name for part in parts for name in part.divisions),
            np.concatenate([np.zeros(0), *(part.division_probability for part in parts)]),
            tuple(name for part in parts for name in part.segments),
            np.concatenate([np.zeros(0), *(part.segment_probability for part in parts)]),
        )

    def scores(self, titles: Sequence[str]) -> tuple[Any, Any, Any]:
        """Scores of divisions, of the segments seen in the best division (others: -inf), and numbers of known terms."""
        vectors = self.vocabulary.vectors(titles)
        segments = self.segment.scores(vectors)
        best = np.column_stack([segments[:, seen].max(axis=1) for seen in self.allowed])
        divisions = self.division.scores(vectors) + SEGMENT_SHARE * best
        inner = np.where(self.allowed[divisions.argmax(axis=1)], segments, -np.inf)
        return divisions, inner, np.diff(vectors.indptr)

    def _answer(self, titles: Sequence[str]) -> Answer:
        scores, inner, terms = self.scores(titles)
        division, segment = scores.argmax(axis=1), inner.argmax(axis=1)
        known = terms > 0
        return Answer(
            tuple(self.division.classes[place] for place in division),
            known * self.division.probability(scores, division, terms),
            tuple(self.segment.classes[place] for place in segment),
            known * self.segment.probability(inner, segment, terms),
        )


def train(examples: Examples, labels: Examples = NO_LABELS) -> TitleModel:
    """A model learnt from these examples, and from the labels of a nomenclature if the workspace has one.

    The thresholds are the lowest probabilities from which answers to unseen buyers are right as often as
    TARGET_ACCURACY says.
    """
    return learn(examples, labels)[0]


def learn(examples: Examples, labels: Examples = NO_LABELS) -> tuple[TitleModel, dict[str, Accuracy]]:
    """The same model, and for `division` and `segment` how well it answers buyers that it has not seen."""
    examples = _drawn(examples)
    _enough(examples)
    fitted = _fit(examples, labels)
    seen = _unseen_answers(examples, labels)
    threshold, heads, held_out = {}, {}, {}
    for name, head in (("division", fitted.division), ("segment", fitted.segment)):
        unseen = _numbered(seen[name], head.classes)
        certainty, threshold[name] = _calibrated(unseen, len(head.classes))
        heads[name] = Head(head.classes, head.weights, head.intercepts, certainty)
        held_out[name] = accuracy(unseen, _fitting(len(head.classes)))
    model = TitleModel(fitted.vocabulary, heads["division"], heads["segment"], fitted.allowed, threshold)
    return model, held_out


def _numbered(rows: Sequence[Row], classes: Sequence[str]) -> Unseen:
    """The answers as arrays, of the classes that the whole model has."""
    places = {given: place for place, given in enumerate(classes)}
    kept = [row for row in rows if row[0] in places]
    return Unseen(
        chosen=np.array([places[row[0]] for row in kept]),
        signs=np.array([row[1] for row in kept]),
        truth=np.array([row[2] for row in kept]),
        is_right=np.array([row[0] == row[2] for row in kept], dtype=bool),
        fold=np.array([row[3] for row in kept]),
    )


def _fitting(classes: int) -> Callable[[Unseen], tuple[Callable[[Unseen], Any], float]]:
    """How the certainty and the threshold of some answers are fitted, to judge others."""

    def fit(unseen: Unseen) -> tuple[Callable[[Unseen], Any], float]:
        certainty, threshold = _calibrated(unseen, classes)
        return (lambda others: _probability(others.signs, others.chosen, certainty)), threshold

    return fit


def _calibrated(unseen: Unseen, classes: int) -> tuple[Any, float]:
    certainty = _certainty(unseen.signs, unseen.chosen, unseen.is_right, classes)
    probability = _probability(unseen.signs, unseen.chosen, certainty)
    return certainty, threshold_for(probability, unseen.is_right, TARGET_ACCURACY)


def _probability(signs: Any, chosen: Any, certainty: Any) -> Any:
    """1 / (1 + exp(-(a + b m + c s + d l + e_c)))."""
    return 1 / (1 + np.exp(-(certainty[0] + signs @ certainty[1:4] + certainty[4:][chosen])))


def threshold_for(probability: Any, is_right: Any, target: float) -> float:
    """The lowest probability from which answers are right at least `target` of the time; above 1 if there is none."""
    order = np.argsort(-probability, kind="stable")
    right = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right >= target)
    return float(probability[order][enough[-1]]) if len(enough) else 1.01


def folds_by_buyer(buyers: Sequence[str], count: int, seed: int) -> Any:
    """The fold of each title: all those of a buyer are in one, and folds have about as many titles."""
    names, place, sizes = np.unique(np.asarray(buyers), return_inverse=True, return_counts=True)
    drawn = np.random.default_rng(seed).permutation(len(names))
    fold, filled = np.zeros(len(names), dtype=np.int64), np.zeros(count)
    for buyer in drawn[np.argsort(-sizes[drawn], kind="stable")]:
        fold[buyer] = filled.argmin()
        filled[fold[buyer]] += sizes[buyer]
    return fold[place]


def _drawn(examples: Examples) -> Examples:
    """At most `MOST_TITLES` examples, drawn without looking at them."""
    count = len(examples.titles)
    if count <= MOST_TITLES:
        return examples
    return examples.part(np.sort(np.random.default_rng(SEED).permutation(count)[:MOST_TITLES]))


def _enough(examples: Examples) -> None:
    counts = (len(examples.titles), len(set(examples.buyers)), len(set(examples.divisions)))
    if counts[0] < FEWEST_TITLES or counts[1] < FEWEST_BUYERS or counts[2] < FEWEST_CLASSES:
        raise Trouble(
            fr=f"Il faut au moins {FEWEST_TITLES} intitulés de {FEWEST_BUYERS} acheteurs et de deux divisions CPV "
            f"pour apprendre : l'espace de travail en a {counts[0]}, de {counts[1]} acheteurs. Ajoutez des contrats.",
            en=f"At least {FEWEST_TITLES} titles of {FEWEST_BUYERS} buyers and of two CPV divisions are needed to "
            f"learn: the workspace has {counts[0]}, of {counts[1]} buyers. Add contracts.",
        )


def _fit(examples: Examples, labels: Examples) -> TitleModel:
    """A model without certainty."""
    known = vocabulary(examples.titles, examples.buyers, labels.titles)
    vectors = known.vectors([*examples.titles, *labels.titles])
    worth = np.array([1.0] * len(examples.titles) + [LABEL_WEIGHT] * len(labels.titles))
    divisions, segments = ([*getattr(examples, name), *getattr(labels, name)] for name in ("divisions", "segments"))
    division, segment = (_head(vectors, classes, worth) for classes in (divisions, segments))
    allowed = np.zeros((len(division.classes), len(segment.classes)), dtype=bool)
    allowed[np.searchsorted(division.classes, divisions), np.searchsorted(segment.classes, segments)] = True
    return TitleModel(known, division, segment, allowed, {})


def _head(vectors: Any, classes: Sequence[str], worth: Any) -> Head:
    from sklearn.svm import LinearSVC

    fitted = LinearSVC(C=COST, tol=1e-3, random_state=SEED).fit(vectors, classes, sample_weight=worth)
    names = tuple(str(name) for name in fitted.classes_)
    weights, intercepts = fitted.coef_, fitted.intercept_
    if len(names) == 2:  # one hyperplane stands for both classes
        weights, intercepts = np.vstack([-weights, weights]), np.concatenate([-intercepts, intercepts])
    return Head(names, weights.astype(np.float32), intercepts, np.zeros(4 + len(names)))


Row = tuple[str, Any, str, int]


def _unseen_answers(examples: Examples, labels: Examples) -> dict[str, list[Row]]:
    """For each title, by a model that has not seen its buyer: the class, its signs, the published one, the fold."""
    fold = folds_by_buyer(examples.buyers, FOLDS, SEED)
    found: dict[str, list[Row]] = {"division": [], "segment": []}
    for number in range(FOLDS):
        model = _fit(examples.part(np.flatnonzero(fold != number)), labels)
        unseen = examples.part(np.flatnonzero(fold == number))
        scores, inner, terms = model.scores(unseen.titles)
        pairs = (("division", scores, unseen.divisions), ("segment", inner, unseen.segments))
        for name, table, truth in pairs:
            head = getattr(model, name)
            chosen = table.argmax(axis=1)
            signs = _signs(table, chosen, terms)
            for place, sign, right in zip(chosen, signs, truth, strict=True):
                found[name].append((head.classes[place], sign, right, number))
    return found


def _signs(scores: Any, chosen: Any, terms: Any) -> Any:
    """What certainty is read from: distance to the second score, first score, logarithm of the number of terms."""
    rows = np.arange(len(scores))
    first = scores[rows, chosen]
    others = scores.copy()
    others[rows, chosen] = -np.inf
    second = others.max(axis=1, initial=-np.inf)
    second = np.where(np.isfinite(second), second, -1.0)  # the only segment of its division: as far as a refusal
    return np.column_stack([first - second, first, np.log1p(terms)])


def _certainty(signs: Any, chosen: Any, is_right: Any, classes: int) -> Any:
    """The coefficients of the probability that a choice is right."""
    if is_right.all() or not is_right.any():
        return np.concatenate([[20.0 if is_right.all() else -20.0], np.zeros(3 + classes)])
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    spread = signs.std(axis=0) + 1e-9
    one_of = csr_matrix((np.ones(len(chosen)), (np.arange(len(chosen)), chosen)), shape=(len(chosen), classes))
    features = hstack([csr_matrix(signs / spread), one_of]).tocsr()
    fitted = LogisticRegression(C=1.0, max_iter=500).fit(features, is_right)
    weights = fitted.coef_[0]
    return np.concatenate([fitted.intercept_, weights[:3] / spread, weights[3:]])
