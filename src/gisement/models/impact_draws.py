"""What is not known of an impact, drawn: place, regional method and δ, coefficients, margins, jobs per euro.

Everything comes from one seed: the same seed, the same figures. Coefficients are not kept here (a thousand tables):
each batch of draws makes them again from its own stream.

Source: own design; cv of coefficients and jobs, ranges of δ and margins: `docs/methods/impact.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gisement.models.input_output import Matrix

Numbers = NDArray[np.int64]
PLACES: Final = ("declared", "near", "headcount")
"""Where a purchase is delivered from: A the declared establishment, B a nearer one, C all, by headcount."""
REGIONAL: Final = ("slq", "cilq", "flq")
LARGEST_DELTA: Final = 0.35
COEFFICIENT_CV: Final = 0.15
JOBS_CV: Final = 0.10
MARGIN_SPREAD: Final = 0.5
BATCH: Final = 50
FACTORS: Final = ("place", "region", "coefficients", "margin", "jobs")


@dataclass(frozen=True)
class Draws:
    """One entry per draw: place scenario and regional method (numbers), δ, factor on margins; streams of the rest."""

    place: Numbers
    method: Numbers
    delta: Matrix
    margin: Matrix
    coefficients: int
    jobs: int

    def __len__(self) -> int:
        """How many draws."""
        return len(self.delta)

    def mixed(self, other: Draws, factor: str) -> Draws:
        """These draws with one factor taken from others: what that factor alone changes."""
        fields = {"region": ("method", "delta")}.get(factor, (factor,))
        return replace(self, **{name: getattr(other, name) for name in fields})


def drawn(count: int, seed: int, *, place: str | None = None, method: str | None = None, delta: float | None = None,
          certain: bool = False) -> Draws:  # fmt: skip
    """`count` draws of a seed. A place, a method or a δ that is given is the same in all of them.

    With `certain`, coefficients, margins and jobs are those of the tables: only what is not given varies.
    """
    dice = np.random.default_rng([seed, 0])
    places, methods = dice.integers(0, len(PLACES), count), dice.integers(0, len(REGIONAL), count)
    deltas, margins = dice.uniform(0, LARGEST_DELTA, count), dice.uniform(1 - MARGIN_SPREAD, 1 + MARGIN_SPREAD, count)
    return Draws(
        place=places if place is None else np.full(count, PLACES.index(place), dtype=np.int64),
        method=methods if method is None else np.full(count, REGIONAL.index(method), dtype=np.int64),
        delta=deltas if delta is None else np.full(count, delta),
        margin=np.ones(count) if certain else margins,
        coefficients=0 if certain else seed,
        jobs=0 if certain else seed,
    )


def noise(stream: int, kind: int, batch: int, shape: tuple[int, ...], cv: float) -> Matrix:
    """Lognormal factors of mean 1 and coefficient of variation `cv`; all 1 for stream 0."""
    if stream == 0:
        return np.ones(shape)
    variance = np.log(1 + cv**2)
    dice = np.random.default_rng([stream, kind, batch])
    found: Matrix = np.exp(dice.standard_normal(shape) * np.sqrt(variance) - variance / 2)
    return found
