"""The draw is in proportion to cents, and the interval covers the truth as often as it says."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisement.models.arrays import Floats, Integers
from gisement.models.audit.monetary_unit_sampling import (
    RATE_OUTCOMES,
    SHARE_OUTCOMES,
    Stratum,
    allocation,
    choose,
    interval,
    linearised_error,
    ratio,
)

AUDITS, DRAWS, ROWS, LINES = 1000, 400, 4000, 200
OUTSIDE, UNKNOWN = 0.23, 0.05


class Population(NamedTuple):
    """Recorded amounts and strata (0 part, 1 rest, 2 outside, 3 unknown), and what is true of each row."""

    cents: Integers
    stratum: Integers
    x: Floats
    y: Floats

    def truth(self) -> float:
        """The share that an audit of every row would find."""
        return float((self.cents * self.y).sum() / (self.cents * self.x).sum())


def population(law: str, rate: float, unknown: float = UNKNOWN, seed: int = 7) -> Population:
    """Skewed amounts, with place, segment and amount errors seeded at the rate, 0.6 and 0.4 times the rate."""
    chance = np.random.RandomState(seed)
    euros = chance.lognormal(7, 1.6, ROWS) if law == "lognormal" else 300 * (1 + chance.pareto(1.3, ROWS))
    local, inside = chance.random_sample(ROWS) < 0.5, chance.random_sample(ROWS) > OUTSIDE
    is_unknown = inside & (chance.random_sample(ROWS) < unknown)
    stratum = np.select([is_unknown, ~inside, local], [3, 2, 0], 1)
    true_local = local ^ (chance.random_sample(ROWS) < rate)
    true_inside = inside ^ (chance.random_sample(ROWS) < 0.6 * rate)
    tainted = np.where(chance.random_sample(ROWS) < 0.4 * rate, chance.uniform(0.5, 1.1, ROWS), 1.0)
    return Population(
        (100 * euros).astype(np.int64), stratum, tainted * true_inside, tainted * true_inside * true_local
    )


def audit(people: Population, chance: np.random.RandomState) -> list[Stratum]:
    """One audit: the strata of a fresh draw, checked."""
    totals = {str(h): float(people.cents[people.stratum == h].sum()) for h in np.unique(people.stratum)}
    made = []
    for name, lines in allocation(totals, LINES, dict.fromkeys(totals, 15)).items():
        inside = chance.permutation(np.flatnonzero(people.stratum == int(name)))
        chosen = choose(people.cents[inside], lines, chance.random_sample())
        certain, drawn = inside[chosen.certain], inside[chosen.drawn]
        x, y = (float((people.cents[certain] * z[certain]).sum()) for z in (people.x, people.y))
        cents = totals[name] - float(people.cents[certain].sum())
        made.append(Stratum(cents, x, y, people.x[drawn], people.y[drawn], chosen.spared))
    return made


def coverage(people: Population, seed: int) -> tuple[float, float, float]:
    """Over 1,000 audits: how often the interval holds the truth, how often R ± 1.96 se does, and the mean error."""
    chance, truth = np.random.RandomState(seed), people.truth()
    held, linear, off = 0, 0, 0.0
    for number in range(AUDITS):
        checked = audit(people, chance)
        value = ratio(checked)
        low, high = interval(checked, value, SHARE_OUTCOMES, seed=number, draws=DRAWS)
        error = linearised_error(checked, value)
        assert value is not None
        assert low is not None
        assert high is not None
        assert error is not None
        held += low <= truth <= high
        linear += abs(value - truth) <= 1.96 * error
        off += value - truth
    return held / AUDITS, linear / AUDITS, off / AUDITS


@pytest.mark.parametrize(
    ("law", "rate", "unknown"),
    [
        ("lognormal", 0.02, UNKNOWN),
        ("lognormal", 0.15, UNKNOWN),
        ("pareto", 0.02, UNKNOWN),
        ("pareto", 0.15, 0.0),
    ],
)
def test_the_interval_covers_the_truth_in_95_percent_of_audits(law: str, rate: float, unknown: float) -> None:
    held, _, off = coverage(population(law, rate, unknown), seed=11)
    assert 0.93 <= held <= 0.97
    assert abs(off) < 0.004


@pytest.mark.parametrize("law", ["lognormal", "pareto"])
def test_rare_errors_are_still_covered_where_the_linearised_interval_fails(law: str) -> None:
    held, linear, _ = coverage(population(law, 0.003, unknown=0.0), seed=5)
    assert held >= 0.95
    assert linear < 0.93


def test_without_any_error_found_the_interval_has_a_width_and_holds_the_published_share() -> None:
    people = population("lognormal", 0.0, unknown=0.0)
    checked = audit(people, np.random.RandomState(3))
    value = ratio(checked)
    low, high = interval(checked, value, SHARE_OUTCOMES, seed=1)
    assert value == pytest.approx(people.truth(), abs=1e-12)
    assert linearised_error(checked, value) == pytest.approx(0, abs=1e-6)
    assert low is not None
    assert high is not None
    assert low < people.truth() < high
    assert 0.01 < high - low < 0.06


# --- the draw -----------------------------------------------------------------------------------------------


def test_the_chance_of_a_line_is_in_proportion_to_its_amount() -> None:
    sizes = np.array([100, 200, 300, 400, 1000, 2000])
    times = np.zeros(6)
    starts = (np.arange(3000) + 0.5) / 3000
    for start in starts:
        times[choose(sizes, 2, float(start)).drawn] += 1
        times[choose(sizes, 2, float(start)).certain] += 1
    # 2000 is certain for a step of 4000 / 2; one line is left for the 2000 others.
    assert times / 3000 == pytest.approx([0.05, 0.1, 0.15, 0.2, 0.5, 1], abs=0.001)


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=60), st.integers(1, 40), st.floats(0, 0.999999))
def test_a_draw_has_the_lines_asked_for_each_once(sizes: list[int], lines: int, start: float) -> None:
    chosen = choose(np.array(sizes), lines, start)
    picked = [*chosen.certain.tolist(), *chosen.drawn.tolist()]
    assert len(picked) == len(set(picked)) == min(lines, len(sizes))
    assert 0 <= chosen.spared <= 1


def test_a_line_larger_than_the_step_is_certain() -> None:
    chosen = choose(np.array([1, 1, 1, 1, 50, 1, 30]), 3, 0.2)
    assert chosen.certain.tolist() == [4, 6]
    assert len(chosen.drawn) == 1


# --- the interval -------------------------------------------------------------------------------------------


def binomial(errors: int, lines: int) -> Stratum:
    """A stratum of which `errors` of `lines` drawn lines have a flag."""
    return Stratum(1e6, 0.0, 0.0, np.ones(lines), (np.arange(lines) < errors).astype(np.float64), 0.0)


def beta_quantiles(a: float, b: float) -> tuple[float, float]:
    """The 2.5 % and 97.5 % quantiles of Beta(a, b), by summing its density on a fine grid."""
    grid = (np.arange(1_000_000) + 0.5) / 1_000_000
    log_density = (a - 1) * np.log(grid) + (b - 1) * np.log1p(-grid)
    reached = np.cumsum(np.exp(log_density - log_density.max()))
    low, high = np.searchsorted(reached / reached[-1], [0.025, 0.975])
    return float(grid[low]), float(grid[high])


@pytest.mark.parametrize("errors", [1, 10, 50])
def test_one_proportion_has_nearly_the_jeffreys_interval(errors: int) -> None:
    checked = [binomial(errors, 100)]
    found = interval(checked, ratio(checked), RATE_OUTCOMES, seed=1, draws=100_000)
    assert found == pytest.approx(beta_quantiles(errors + 1 / 3, 100 - errors + 1 / 3), abs=0.001)
    assert found == pytest.approx(beta_quantiles(errors + 1 / 2, 100 - errors + 1 / 2), abs=0.004)


def test_nothing_in_scope_is_not_known_rather_than_zero() -> None:
    nothing = [Stratum(1e6, 0.0, 0.0, np.zeros(20), np.zeros(20), 0.0)]
    assert ratio(nothing) is None
    assert interval(nothing, None, SHARE_OUTCOMES, seed=1) == (None, None)
    assert linearised_error(nothing, None) is None


def test_lines_taken_with_certainty_bring_no_uncertainty() -> None:
    checked = [Stratum(0.0, 300.0, 200.0, np.zeros(0), np.zeros(0), 0.0)]
    assert ratio(checked) == pytest.approx(2 / 3)
    assert interval(checked, ratio(checked), SHARE_OUTCOMES, seed=1) == pytest.approx((2 / 3, 2 / 3))
