"""What purchases make: every euro ends somewhere, rings add up to the country, one seed gives one answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gisement.models.impact.draws import drawn, drawn_emissions, noise, spreads, variance_shares
from gisement.models.impact.effects import ROUNDS, Demand, Economy, Zones, leaks, simulate
from gisement.models.impact.input_output import (
    Matrix,
    closed_coefficients,
    effects,
    leontief_inverse,
    location_quotients,
    regional_coefficients,
)
from gisement.models.impact.local_multiplier import local_multipliers

SIZE, RINGS = 4, 3
CENTRAL = {"place": "declared", "method": "slq", "delta": 0.0, "certain": True}


def economy(
    parts: Matrix, *, wages: float = 0.5, spent: float = 0.6, product_tax: tuple[float, ...] = (0.0,) * SIZE
) -> Economy:
    """An economy whose columns (coefficients, value added, imports, taxes) add up to 1; the first two make goods."""
    shares = parts / parts.sum(axis=0)
    A, (v, m, t) = shares[:SIZE], shares[SIZE:]
    return Economy(
        A=A, v=v, m=m, t=t, goods=np.array([1.0, 1.0, 0.0, 0.0]), imported=np.array([0.3, 0.6, 0.1, 0.0]),
        earners=np.array([0.0, 0.0, 1.0, 0.0]), margin=0.25, w=v * wages, c=np.full(SIZE, spent / SIZE),
        jobs=np.array([0.1, 0.2, 0.3, 0.4]), product_tax=np.array(product_tax),
    )  # fmt: skip


ECONOMIES = arrays(float, (SIZE + 3, SIZE), elements=st.floats(0.05, 1)).map(economy)
TAXED = st.tuples(
    arrays(float, (SIZE + 3, SIZE), elements=st.floats(0.05, 1)), st.tuples(*[st.floats(-0.2, 0.6)] * SIZE)
).map(lambda both: economy(both[0], product_tax=both[1]))
PLAIN = economy(np.full((SIZE + 3, SIZE), 1.0))
ZONES = Zones((2, 4, 6), np.array([[1.0, 5, 2, 8], [10, 20, 10, 20], [100, 100, 100, 100]]))


def demand(seed: int = 0, groups: int = 2) -> Demand:
    """Purchases at random: three place scenarios, the last ring abroad."""
    dice = np.random.default_rng(seed)
    shape = (3, groups, RINGS + 1, SIZE)
    made, traded = dice.uniform(0, 100, shape), dice.uniform(0, 100, shape)
    # the scenarios place the same purchases otherwise
    for each in (made, traded):
        each *= each[:1].sum(axis=2, keepdims=True) / each.sum(axis=2, keepdims=True)
    return Demand(made, traded)


@given(st.one_of(ECONOMIES, TAXED), st.integers(0, 5))
def test_cents_in_are_euros_out(country: Economy, seed: int) -> None:
    bought = demand(seed)
    draws = drawn(60, seed + 1)
    spent = (bought.made + bought.traded).sum(axis=(2, 3))
    added = simulate(country, ZONES, bought, draws, "value_added", "indirect")[:, :2, -1].sum(axis=1)
    imports = leaks(country, ZONES, bought, draws, "imports")[:, :2].sum(axis=1)
    taxes = leaks(country, ZONES, bought, draws, "taxes")[:, :2].sum(axis=1)
    assert added + imports + taxes == pytest.approx(spent[draws.place], rel=1e-9)


@given(ECONOMIES, st.integers(0, 5))
def test_each_zone_makes_no_less_than_the_zone_inside_it(country: Economy, seed: int) -> None:
    for effect in ("output", "value_added", "wages", "jobs"):
        found = simulate(country, ZONES, demand(seed), drawn(60, seed), effect)
        assert (found >= -1e-9).all(), "direct, indirect and induced are each positive"
        assert (np.diff(found.sum(axis=1), axis=1) >= -1e-9).all()


def test_the_country_is_the_national_model() -> None:
    # Everything bought in the country from who makes it: h'L f, the book's answer, without a draw; with households in
    # the table, that of the closed model.
    f = np.array([[10.0, 20, 30, 40]])
    made = np.zeros((3, 1, RINGS + 1, SIZE))
    made[:, :, 2] = f
    bought = Demand(made, np.zeros_like(made))
    found = simulate(PLAIN, ZONES, bought, drawn(1, 1, **CENTRAL), "value_added")  # type: ignore[arg-type]
    inverse = leontief_inverse(PLAIN.A)
    assert found[0, :2, -1, 0].sum() == pytest.approx(float(effects(inverse, PLAIN.v) @ f[0]))
    assert found[0, 0, -1, 0] == pytest.approx(float(PLAIN.v @ f[0]))
    assert PLAIN.w is not None
    assert PLAIN.c is not None
    closed = leontief_inverse(closed_coefficients(PLAIN.A, PLAIN.w, PLAIN.c))
    assert found[0, :, -1, 0].sum() == pytest.approx(float(effects(closed, PLAIN.v) @ f[0]))
    assert found[0, :, :2, 0] == pytest.approx(0), "nothing was bought there, and nothing spills over"


def test_a_zone_is_the_regional_model() -> None:
    # Everything bought in the first zone from who makes it: h'L f of coefficients cut by its location quotients.
    f = np.array([[10.0, 20, 30, 40]])
    made = np.zeros((3, 1, RINGS + 1, SIZE))
    made[:, :, 0] = f
    found = simulate(PLAIN, ZONES, Demand(made, np.zeros_like(made)), drawn(1, 1, **CENTRAL), "value_added", "indirect")  # type: ignore[arg-type]
    quotients = location_quotients(ZONES.sizes[0], ZONES.sizes[-1], "slq")
    inverse = leontief_inverse(regional_coefficients(PLAIN.A, quotients))
    assert found[0, :2, 0, 0].sum() == pytest.approx(float(effects(inverse, PLAIN.v) @ f[0]))


def test_goods_of_a_trader_leave_the_margin_where_it_is() -> None:
    # 100 euros of goods 0 sold by a trader of the first ring, in a zone that makes none of them: a quarter is trade.
    traded = np.zeros((3, 1, RINGS + 1, SIZE))
    traded[:, :, 0, 0] = 100
    zones = Zones((2, 4, 6), np.array([[0.0, 5, 2, 8], [0, 20, 10, 20], [100, 100, 100, 100]]))
    bought = Demand(np.zeros_like(traded), traded)
    direct = simulate(PLAIN, zones, bought, drawn(1, 1, **CENTRAL), "output", "direct")[0, 0, :, 0]  # type: ignore[arg-type]
    assert direct[:2] == pytest.approx(25)
    assert direct[2] == pytest.approx(25 + 75 * 0.7)
    imports = leaks(PLAIN, zones, bought, drawn(1, 1, **CENTRAL), "imports")[0, 0, 0]  # type: ignore[arg-type]
    assert imports == pytest.approx(75 * 0.3 + (25 + 75 * 0.7) * PLAIN.m[0])


def test_what_the_tables_do_not_tell_is_not_a_number() -> None:
    bare = replace(PLAIN, w=None, c=None, jobs=None)
    assert np.isnan(simulate(bare, ZONES, demand(), drawn(3, 1), "jobs")).all()
    assert np.isnan(simulate(bare, ZONES, demand(), drawn(3, 1), "wages")).all()
    added = simulate(bare, ZONES, demand(), drawn(3, 1), "value_added")
    assert np.isnan(added[:, ROUNDS.index("induced")]).all()
    assert not np.isnan(added[:, :2]).any()


def test_one_seed_gives_one_answer_and_another_another() -> None:
    one, same, other = (simulate(PLAIN, ZONES, demand(), drawn(200, seed), "output") for seed in (7, 7, 8))
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)
    spread = spreads(one.sum(axis=1)[:, -1])[0]
    assert spread.low < spread.value < spread.high


def test_draws_keep_their_means_and_what_is_given() -> None:
    factors = noise(3, 1, 0, (20_000,), 0.15)
    assert factors.mean() == pytest.approx(1, abs=0.01)
    assert factors.std() == pytest.approx(0.15, abs=0.01)
    assert (noise(0, 1, 0, (5,), 0.15) == 1).all()
    draws = drawn(500, 1, place="near", method="flq", delta=0.2)
    assert set(draws.place) == {1}
    assert set(draws.method) == {2}
    assert set(draws.delta) == {0.2}
    free = drawn(2000, 1)
    assert {len(set(free.place)), len(set(free.method))} == {3}
    assert free.delta.max() < 0.35


def test_variance_goes_to_what_varies() -> None:
    # f = 3 × margin + δ-free noise of nothing else: all of the variance is the margin's.
    only = variance_shares(lambda draws: 3 * draws.margin, drawn(512, 1), drawn(512, 2))
    assert only["margin"] == pytest.approx(1, abs=0.1)
    assert max(share for factor, share in only.items() if factor != "margin") < 0.1
    # Two independent uniform laws of ranges 1 and 0.35: 1/12 against 0.1225/12, 89 % and 11 %.
    both = variance_shares(lambda draws: draws.margin + draws.delta, drawn(4096, 1), drawn(4096, 2))
    assert both["margin"] == pytest.approx(0.891, abs=0.05)
    assert both["region"] == pytest.approx(0.109, abs=0.05)
    assert variance_shares(lambda draws: np.ones(len(draws)), drawn(16, 1), drawn(16, 2)) == {}


def test_the_local_multiplier_of_a_worked_case() -> None:
    # 60 in the zone, 30 in the rest of the country, 10 abroad; a local supplier spends 4/7 × q of what it gets in the
    # zone, an outside one 4/7 × the zone's weight (1/10). Wages are not known.
    bare = replace(PLAIN, w=None, c=None, jobs=None)
    zones = Zones((4, 6), np.array([[10.0, 10, 10, 10], [100, 100, 100, 100]]))
    made = np.zeros((3, 1, 3, SIZE))
    made[:, 0, :, 0] = [60, 30, 10]
    bought = Demand(made, np.zeros_like(made))
    found = local_multipliers(bare, zones, bought, drawn(1, 1, **CENTRAL))[0, :, 0]  # type: ignore[arg-type]
    assert found[0] == pytest.approx(1 + (60 + 60 * 4 / 7 + 30 * 4 / 7 / 10) / 100)
    assert found[1] == pytest.approx(1 + (90 + 90 * 4 / 7) / 100)
    assert np.isnan(local_multipliers(bare, zones, Demand(made * 0, made * 0), drawn(1, 1))).all()


def test_emissions_are_euros_times_factors_with_their_uncertainty() -> None:
    drawn_kg = drawn_emissions([[100.0, 50.0], [0.0, 10.0]], [0.5, 2.0], [0.0, 0.0], 10, 1)
    assert drawn_kg == pytest.approx(np.array([[150.0, 20.0]] * 10))
    # 46 % at 95 %: eight draws in ten lie within about 1.2816 / 1.96 × 46 % = 30 % of the middle.
    (spread,) = spreads(drawn_emissions([[1.0]], [1.0], [46.0], 20_000, 1))
    assert (spread.low, spread.high) == pytest.approx((0.72, 1.31), abs=0.02)
