"""The local multiplier on published cases, prices that lose nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisement.models.impact.input_output import basic_prices
from gisement.models.impact.local_multiplier import (
    estimated_respend,
    lm3,
    lm3_from_shares,
    outside_respend,
)


def test_northumberland() -> None:
    # Northumberland County Council and NEF, 2005: local suppliers spend 76 % again in the county, others 36 %; one pound
    # to a local supplier is worth 1.76 there, one pound to another 0.36 ("almost 400 % more").
    local = lm3_from_shares([1.0], [1.0], [0.76]) - 1
    outside = lm3_from_shares([1.0], [0.0], [0.36]) - 1
    assert (local, outside) == pytest.approx((1.76, 0.36))
    assert local / outside - 1 == pytest.approx(3.89, abs=0.005)


def test_three_rounds() -> None:
    assert lm3(100, 60, 36) == pytest.approx(1 + 0.6 + 0.36)
    for rounds, said in (((0, 0, 0), "R1"), ((1, 2, 0), "R2"), ((1, 1, -1), "R3")):
        with pytest.raises(ValueError, match=said):
            lm3(*rounds)


@given(st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8))
def test_it_lies_between_one_and_three(suppliers: list[tuple[float, float, float]]) -> None:
    spend, local, again = (np.array(column) for column in zip(*suppliers, strict=True))
    assert 1 <= lm3_from_shares(spend, local, again) <= 3 + 1e-9


def test_the_estimated_respend_is_purchases_and_wages_spent_there() -> None:
    # 0.2 + 0.1 bought in the place; of wages of 0.4, half is left and 0.3 of it spent there.
    found = estimated_respend([[0.2, 0.0], [0.1, 0.1]], [0.4, 0.2], 0.5, [0.1, 0.2])
    assert found == pytest.approx([0.3 + 0.4 * 0.5 * 0.3, 0.1 + 0.2 * 0.5 * 0.3])
    assert outside_respend([[0.3, 0.0], [0.1, 0.2]], 10, 100) == pytest.approx([0.04, 0.02])


def test_prices() -> None:
    # Of 100 before VAT, trade and transport earn 30 (two thirds, one third), taxes take 10.
    demand, all_taxes = basic_prices([100.0, 0.0, 0.0], [0.3, 0, 0], [0.1, 0, 0], [0, 2 / 3, 1 / 3])
    assert demand == pytest.approx([60, 20, 10])
    assert all_taxes == pytest.approx(10)
    for margins, taxes, earners in (([0.9], [0.2], [1]), ([-0.1], [0.0], [1]), ([0.1], [0.1], [0.5])):
        with pytest.raises(ValueError, match="margins"):
            basic_prices([1.0], margins, taxes, earners)


@given(st.lists(st.floats(0, 1e9), min_size=3, max_size=3), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_price_taken_apart_adds_up_to_itself(paid: list[float], margin: float, tax: float) -> None:
    demand, taxes = basic_prices(paid, [margin] * 3, [tax] * 3, [0.2, 0.5, 0.3])
    assert demand.sum() + taxes == pytest.approx(sum(paid))
