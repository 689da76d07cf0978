"""Strong points of partners: a share above that of the peers, told only where chance does not explain it.

Three things must hold. An exact test, given the peers' counts of the same years, with every test of the matrix counted
(family-wise error). An estimate that draws few cases towards the peers (empirical Bayes), whose interval stays above
their share. Enough cases, and enough peers. The rule finds strengths; it orders nobody.

Source: R. A. Fisher, The Design of Experiments (1935), the exact test, here over strata (M. Zelen, Biometrika 58,
1971); S. Holm, « A simple sequentially rejective multiple test procedure », Scand. J. Statist. 6 (1979), 65-70;
J. C. Kleinman, « Proportions with extraneous variance », J. Am. Statist. Assoc. 68 (1973), 46-54 (moments of the
beta-binomial); B. Efron and C. Morris, « Data analysis using Stein's estimator », J. Am. Statist. Assoc. 70 (1975),
311-319.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from scipy.special import betaincinv, gammaln

from gisement.catalog import parameter
from gisement.models.arrays import Floats

STRENGTH, NO_EVIDENCE, TOO_FEW = "strength", "no_evidence", "too_few"
COVERAGE = 0.95
"""Of the interval of an estimate."""
LARGEST_PRIOR = 1e6
"""What stands for a prior without spread: buyers then differ by chance alone."""


class Count(NamedTuple):
    """Cases of a partner in a group (a segment) and a year: how many are known, and how many of them count."""

    measure: str
    group: str
    partner: str
    stratum: str
    known: int
    yes: int


@dataclass(frozen=True)
class Strength:
    """What is said of a partner, for a measure and a group; shares are fractions, the interval is of kind `sampling`.

    `peers_share` is the peers' share in the partner's own years; `estimate` the partner's, drawn towards it; both are
    null where there are too few cases or peers. `chance` is the probability of as many cases or more if all were alike.
    """

    measure: str
    group: str
    partner: str
    state: str
    known: int
    yes: int
    peers: int
    peers_known: int
    peers_share: float | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float | None = None


def strengths(counts: Iterable[Count]) -> list[Strength]:
    """One line per measure, group and partner, in that order; `state` says whether a strength is announced."""
    cells: dict[tuple[str, str], dict[str, dict[str, Count]]] = defaultdict(lambda: defaultdict(dict))
    for count in sorted(counts):
        if count.known:
            cells[count.measure, count.group][count.partner][count.stratum] = count
    found = [
        each for (measure, group), partners in sorted(cells.items()) for each in _of_cell(measure, group, partners)
    ]
    kept = _kept([each.chance for each in found], parameter("strength_false_pct") / 100)
    return [
        replace(each, state=STRENGTH) if is_kept and _is_above(each) else each
        for each, is_kept in zip(found, kept, strict=True)
    ]


def chance_of(yes: int, strata: Sequence[tuple[int, int, int]]) -> float:
    """Probability of `yes` or more if a partner's cases were drawn among all: (all, that count, the partner's) each.

    Exact: the sum of one hypergeometric law per stratum, so that years of different shares are never mixed.
    """
    law: Floats = np.ones(1)
    least = 0
    for whole, counting, own in strata:
        first, last = max(0, own - (whole - counting)), min(own, counting)
        k = np.arange(first, last + 1)
        logs = _choose(counting, k) + _choose(whole - counting, own - k) - _choose(whole, np.array([own]))
        law = np.convolve(law, np.exp(logs))
        least += first
    return float(min(1.0, law[max(0, yes - least) :].sum()))


def prior_weight(known: Floats, yes: Floats, expected: Floats) -> float:
    """How many cases the peers' share weighs: M of a beta-binomial of mean `expected`, by moments.

    Var(yes) = v (1 + rho (known - 1)) with v = known * expected (1 - expected) and rho = 1 / (M + 1); the expected
    shares are the group's own, which takes the part known / sum(known) of each variance away.
    """
    v = known * expected * (1 - expected)
    spread = float(((yes - known * expected) ** 2).sum() - (v * (1 - known / known.sum())).sum())
    scale = float((v * (known - 1)).sum())
    rho = spread / scale if scale > 0 else 0.0
    return min(LARGEST_PRIOR, 1 / rho - 1) if rho > 1 / LARGEST_PRIOR else LARGEST_PRIOR


def drawn_towards(yes: int, known: int, peers_share: float, weight: float) -> tuple[float, float, float]:
    """The share of a partner with its interval, its cases joined to `weight` cases at the peers' share."""
    a, b = weight * peers_share + yes, weight * (1 - peers_share) + known - yes
    tail = (1 - COVERAGE) / 2
    if a <= 0 or b <= 0:
        return (0.0, 0.0, 0.0) if a <= 0 else (1.0, 1.0, 1.0)
    return a / (a + b), float(betaincinv(a, b, tail)), float(betaincinv(a, b, 1 - tail))


def _of_cell(measure: str, group: str, partners: Mapping[str, Mapping[str, Count]]) -> list[Strength]:
    """What can be said of each partner of one measure and group, before the tests are counted together."""
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for strata in partners.values():
        for stratum, count in strata.items():
            totals[stratum][0] += count.known
            totals[stratum][1] += count.yes
    names = sorted(partners)
    known = np.array([sum(c.known for c in partners[name].values()) for name in names], dtype=np.float64)
    yes = np.array([sum(c.yes for c in partners[name].values()) for name in names], dtype=np.float64)
    share = {stratum: whole[1] / whole[0] for stratum, whole in totals.items()}
    expected = np.array([sum(c.known * share[s] for s, c in partners[name].items()) for name in names]) / known
    weight = prior_weight(known, yes, expected)
    found = []
    for name, n, x in zip(names, known.astype(int), yes.astype(int), strict=True):
        others = [(totals[s][0] - c.known, totals[s][1] - c.yes, c.known) for s, c in partners[name].items()]
        told = Strength(measure, group, name, TOO_FEW, int(n), int(x), len(names) - 1, int(known.sum()) - int(n))
        found.append(_estimated(told, partners[name], totals, others, weight))
    return found


def _estimated(
    told: Strength, strata: Mapping[str, Count], totals: Mapping[str, list[int]],
    others: Sequence[tuple[int, int, int]], weight: float,
) -> Strength:  # fmt: skip
    beside = sum(own for whole, _, own in others if whole)
    peers_known = sum(whole for whole, _, _ in others)
    if (
        beside < parameter("strength_min_cases")
        or told.peers < parameter("strength_min_peers")
        or peers_known < parameter("strength_min_peer_cases")
    ):
        return told
    peers = sum(own * counting / whole for whole, counting, own in others if whole) / beside
    estimate, low, high = drawn_towards(told.yes, told.known, peers, weight)
    alike = [(totals[s][0], totals[s][1], c.known) for s, c in strata.items()]
    return replace(
        told, state=NO_EVIDENCE, peers_share=peers, estimate=estimate, low=low, high=high,
        chance=chance_of(told.yes, alike),
    )  # fmt: skip


def _is_above(each: Strength) -> bool:
    if each.peers_share is None or each.estimate is None or each.low is None:
        return False
    points = parameter("strength_min_points") / 100
    return each.low > each.peers_share and each.estimate - each.peers_share >= points


def _kept(chances: Sequence[float | None], level: float) -> list[bool]:
    """Holm: which of these tests hold, the probability that any of them is wrong being at most `level`."""
    tested = sorted((chance, place) for place, chance in enumerate(chances) if chance is not None)
    kept = [False] * len(chances)
    for rank, (chance, place) in enumerate(tested):
        if chance > level / (len(tested) - rank):
            break
        kept[place] = True
    return kept


def _choose(whole: int, part: Any) -> Floats:
    found: Floats = gammaln(whole + 1) - gammaln(part + 1) - gammaln(whole - part + 1)
    return found
