"""How well a model of titles answers buyers that it has not seen: what its card says.

Each title is answered by a model that has not seen its buyer. Certainty and threshold are then fitted on the answers
of half of the buyers and judged on those of the other half, in turn, so that no answer is judged by a threshold that it
helped to set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

COVERAGE = 0.8
FEWEST_OF_A_CLASS = 20
Fit = Callable[["Unseen"], tuple[Callable[["Unseen"], Any], float]]


@dataclass(frozen=True)
class Unseen:
    """Answers to titles of unseen buyers: the chosen class, its signs, the published class, whether they agree."""

    chosen: Any
    signs: Any
    truth: Any
    is_right: Any
    fold: Any

    def part(self, kept: Any) -> Unseen:
        """The answers at these places, or where this mask is true."""
        return Unseen(self.chosen[kept], self.signs[kept], self.truth[kept], self.is_right[kept], self.fold[kept])


@dataclass(frozen=True)
class ClassAccuracy:
    """Titles published in a class, the part of them answered, and the part of those answers that agree."""

    name: str
    titles: int
    answered_share: float
    accuracy: float | None


@dataclass(frozen=True)
class Accuracy:
    """Agreement with the published CPV, as fractions: over all, over the surest 80 %, and over what is answered."""

    titles: int
    over_all: float
    at_coverage: float
    answered_share: float
    when_answered: float | None
    classes: tuple[ClassAccuracy, ...]


def accuracy(unseen: Unseen, fit: Fit) -> Accuracy:
    """The accuracy of these answers, each judged by a certainty and a threshold fitted on other buyers."""
    probability, answered = np.zeros(len(unseen.truth)), np.zeros(len(unseen.truth), dtype=bool)
    for half in (0, 1):
        judged = unseen.fold % 2 == half
        certainty, threshold = fit(unseen.part(~judged))
        probability[judged] = certainty(unseen.part(judged))
        answered[judged] = probability[judged] >= threshold
    right = unseen.is_right
    surest = np.argsort(-probability, kind="stable")[: max(1, int(len(right) * COVERAGE))]
    return Accuracy(
        titles=len(right),
        over_all=float(right.mean()),
        at_coverage=float(right[surest].mean()),
        answered_share=float(answered.mean()),
        when_answered=_mean(right[answered]),
        classes=tuple(_of_class(str(name), unseen, answered) for name in _frequent(unseen.truth)),
    )


def _frequent(truth: Any) -> Sequence[Any]:
    """The classes with enough titles to say something of, the most frequent first."""
    names, counts = np.unique(truth, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return [names[place] for place in order if counts[place] >= FEWEST_OF_A_CLASS]


def _of_class(name: str, unseen: Unseen, answered: Any) -> ClassAccuracy:
    within = unseen.truth == name
    share = float(answered[within].mean())
    return ClassAccuracy(name, int(within.sum()), share, _mean(unseen.is_right[within & answered]))


def _mean(values: Any) -> float | None:
    return float(values.mean()) if len(values) else None
