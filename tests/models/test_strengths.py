"""Strong points: published values, exact laws, false announcements over seeds, planted strengths found."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from gisement.models import strengths
from gisement.models.strengths import STRENGTH, TOO_FEW, Count
from gisement.sources.demonstration import contracts, territory
from gisement.sources.demonstration.chance import Dice

# Batting averages of 18 players over their first 45 times at bat in 1970: hits. Source: Efron and Morris, J. Am.
# Statist. Assoc. 70 (1975), table 1; their values of the remainder of the season.
HITS = (18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7)
REMAINDER = (0.346, 0.298, 0.276, 0.222, 0.273, 0.270, 0.263, 0.210, 0.269, 0.230, 0.264, 0.256, 0.303, 0.264, 0.226, 0.286, 0.316, 0.200)  # fmt: skip
SEEDS, PLANTED_SEEDS = 50, 10
PARTNERS, GROUPS, YEARS = 9, 12, 4
CONTRACTS_PER_YEAR = 400


def test_the_prior_is_that_of_the_moments_on_published_data() -> None:
    """SS / s2 = 19.0 on these data, against 17 expected of chance: rho = (19.0 - 17) / (18 * 44)."""
    hits, at_bat = np.array(HITS, dtype=float), np.full(18, 45.0)
    mean = hits.sum() / at_bat.sum()
    ratio = float(((hits / 45 - mean) ** 2).sum() / (mean * (1 - mean) / 45))
    assert round(mean, 3) == 0.265
    weight = strengths.prior_weight(at_bat, hits, np.full(18, mean))
    assert weight == pytest.approx(18 * 44 / (ratio - 17) - 1)


def test_drawing_towards_the_peers_comes_closer_to_the_rest_of_the_season() -> None:
    """As Efron and Morris show: total squared error falls to less than a third of that of the plain averages."""
    hits, at_bat = np.array(HITS, dtype=float), np.full(18, 45.0)
    mean = float(hits.sum() / at_bat.sum())
    weight = strengths.prior_weight(at_bat, hits, np.full(18, mean))
    drawn = [strengths.drawn_towards(x, 45, mean, weight)[0] for x in HITS]
    plain = sum((x / 45 - truth) ** 2 for x, truth in zip(HITS, REMAINDER, strict=True))
    assert sum((each - truth) ** 2 for each, truth in zip(drawn, REMAINDER, strict=True)) < plain / 3


def test_the_exact_test_is_fisher_s_on_the_lady_tasting_tea() -> None:
    """Eight cups, four with milk first, four chosen: all right 1/70, three or more 17/70. Fisher 1935, chapter II."""
    assert strengths.chance_of(4, [(8, 4, 4)]) == pytest.approx(1 / 70)
    assert strengths.chance_of(3, [(8, 4, 4)]) == pytest.approx(17 / 70)
    assert strengths.chance_of(0, [(8, 4, 4)]) == pytest.approx(1)


def test_strata_are_joined_exactly() -> None:
    """By counting every way to choose the partner's cases in each of two years."""
    years = [(5, 2, 3), (6, 4, 2)]
    ways = [
        sum(case < counting for case in first) + sum(case < years[1][1] for case in second)
        for counting in (years[0][1],)
        for first in combinations(range(5), 3)
        for second in combinations(range(6), 2)
    ]
    assert len(ways) == math.comb(5, 3) * math.comb(6, 2)
    for yes in range(6):
        assert strengths.chance_of(yes, years) == pytest.approx(sum(w >= yes for w in ways) / len(ways))


def test_an_interval_is_the_beta_s() -> None:
    """Beta(1 + 9, 1 + 1): mean 10/12, quantiles 2.5 % and 97.5 % (R 4.3: qbeta(c(.025, .975), 10, 2))."""
    estimate, low, high = strengths.drawn_towards(9, 10, 0.5, 2.0)
    assert estimate == pytest.approx(10 / 12)
    assert (round(low, 4), round(high, 4)) == (0.5872, 0.9772)


def drawn(seed: int, planted: dict[tuple[str, str], float] | None = None) -> list[Count]:
    """A matrix whose partners are alike (shares move with years and groups), but for the planted ones."""
    generator = np.random.default_rng(seed)
    found = []
    for measure in ("social", "offers"):
        for group in map(str, range(GROUPS)):
            base = generator.uniform(0.05, 0.5)
            for partner in map(str, range(PARTNERS)):
                for year in range(YEARS):
                    known = int(generator.integers(0, 16))
                    share = (planted or {}).get((group, partner), min(0.95, base + 0.12 * year))
                    found.append(
                        Count(measure, group, partner, str(year), known, int(generator.binomial(known, share)))
                    )
    return found


def announced(counts: list[Count]) -> set[tuple[str, str]]:
    """The groups and partners of which a strength is announced."""
    return {(each.group, each.partner) for each in strengths.strengths(counts) if each.state == STRENGTH}


def demonstration(seed: int) -> dict[tuple[str, str], list[Count]]:
    """Contracts of the demonstration territory by segment and buyer: one with four offers or more counts.

    Its offers are drawn alike for all buyers, segments and years: nobody has a strength.
    """
    known: Counter[tuple[str, str, str]] = Counter()
    yes: Counter[tuple[str, str, str]] = Counter()
    for contract in contracts.draw(territory.buyers(), CONTRACTS_PER_YEAR, Dice(seed)):
        key = (contract.segment, contract.buyer.identifier, str(contract.day.year))
        known[key] += 1
        yes[key] += contract.offers >= 4
    found: dict[tuple[str, str], list[Count]] = {}
    for (segment, buyer, year), cases in known.items():
        count = Count("offers", segment, buyer, year, cases, yes[segment, buyer, year])
        found.setdefault((segment, buyer), []).append(count)
    return found


def test_the_demonstration_announces_none_where_all_are_alike_and_finds_the_seeded_one() -> None:
    """Over fifty seeds; for some, then with a buyer all of whose contracts of a segment count."""
    false = found = 0
    for seed in range(SEEDS):
        cells = demonstration(seed)
        false += bool(announced([count for counts in cells.values() for count in counts]))
        if seed < PLANTED_SEEDS:
            seeded = a_cell_with_peers(cells)
            cells[seeded] = [count._replace(yes=count.known) for count in cells[seeded]]
            found += seeded in announced([count for counts in cells.values() for count in counts])
    assert false <= 0.05 * SEEDS
    assert found == PLANTED_SEEDS
    tested = [each for each in strengths.strengths(c for counts in cells.values() for c in counts) if each.chance]
    assert len(tested) > 50, "there is something to be wrong about"


def a_cell_with_peers(cells: dict[tuple[str, str], list[Count]]) -> tuple[str, str]:
    """The segment and buyer with the most contracts among those whose peers have twice as many."""
    cases = {cell: sum(count.known for count in counts) for cell, counts in cells.items()}
    whole: Counter[str] = Counter()
    for (segment, _), known in cases.items():
        whole[segment] += known
    return max((cell for cell in cells if whole[cell[0]] >= 3 * cases[cell]), key=lambda cell: (cases[cell], cell))


def test_planted_strengths_are_found_and_nothing_else_is() -> None:
    planted = {("2", "5"): 0.97, ("7", "1"): 0.97}
    found = [announced(drawn(seed, planted)) for seed in range(PLANTED_SEEDS)]
    assert sum(each >= set(planted) for each in found) >= 0.9 * PLANTED_SEEDS
    assert sum(bool(each - set(planted)) for each in found) <= 0.05 * PLANTED_SEEDS


def test_years_are_not_taken_for_a_strength() -> None:
    """A partner all of whose contracts are of the year in which everyone does better has no strength."""
    counts = [Count("social", "g", p, year, 30, yes) for p in "abcd" for year, yes in (("2020", 3), ("2024", 27))]
    counts += [Count("social", "g", "late", "2024", 30, 27)]
    assert announced(counts) == set()
    (late,) = [each for each in strengths.strengths(counts) if each.partner == "late"]
    assert late.peers_share == pytest.approx(0.9)


def test_too_few_cases_or_peers_tell_nothing() -> None:
    few = [Count("social", "g", p, "2024", n, y) for p, n, y in (("a", 9, 9), ("b", 30, 0), ("c", 30, 0), ("d", 30, 0))]
    told = {each.partner: each for each in strengths.strengths(few)}
    assert told["a"].state == TOO_FEW
    assert told["a"].estimate is None
    assert told["b"].state != TOO_FEW
    pair = [Count("social", "g", p, "2024", 50, y) for p, y in (("a", 50), ("b", 0), ("c", 0))]
    assert {each.state for each in strengths.strengths(pair)} == {TOO_FEW}, "two peers are no distribution"


def test_the_order_of_counts_changes_nothing() -> None:
    counts = drawn(3, {("2", "5"): 0.97})
    assert strengths.strengths(counts) == strengths.strengths(counts[::-1])
