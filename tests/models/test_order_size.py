"""Average and median of orders, and bounds that are the least and the greatest of every completion."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisement.models.order_size import mean, median, upper_quartile
from gisement.terms.arithmetic import Bounded

AMOUNTS = st.lists(st.integers(-50, 100), max_size=5)
FAR = 10**9


def made(*amounts: int) -> np.ndarray:
    """Amounts as the engine gives them."""
    return np.array(amounts, dtype=np.int64)


def test_average_and_median() -> None:
    orders = made(100, 200, 900)
    assert mean(orders, made(), 0) == Bounded(400, 400, 400)
    assert median(orders, made(), 0) == Bounded(200, 200, 200)
    assert median(made(100, 200), made(), 0).value == 100
    assert upper_quartile(made(100, 200, 300, 400), made(), 0) == Bounded(300, 300, 300)


def test_a_missing_amount_unbounds_the_average_and_not_the_median() -> None:
    assert mean(made(100, 200, 900), made(), 1) == Bounded(400, None, None)
    assert median(made(100, 200, 900, 950, 990), made(), 1) == Bounded(900, 200, 900)
    assert median(made(100), made(), 2) == Bounded(100, None, None)
    assert median(made(), made(), 2) == Bounded(None, None, None)


def completions(sure: list[int], maybe: list[int], missing: int) -> Iterator[list[int]]:
    """The amounts of each completion that has any; a missing amount is far below, far above, or not in scope."""
    for size in range(len(maybe) + 1):
        for taken in combinations(maybe, size):
            for filled in product((-FAR, None, FAR), repeat=missing):
                amounts = [*sure, *taken, *(amount for amount in filled if amount is not None)]
                if amounts:
                    yield amounts


@given(AMOUNTS, AMOUNTS, st.integers(0, 3))
def test_bounds_of_quantiles_are_those_of_every_completion(sure: list[int], maybe: list[int], missing: int) -> None:
    for quantile, quarters in ((median, 2), (upper_quartile, 3)):
        found = quantile(made(*sure), made(*maybe), missing)
        every = [sorted(each)[-(-len(each) * quarters // 4) - 1] for each in completions(sure, maybe, missing)]
        low, high = (min(every), max(every)) if every else (-FAR, FAR)
        assert found.low == (None if low == -FAR else low)
        assert found.high == (None if high == FAR else high)


@given(AMOUNTS, AMOUNTS)
def test_bounds_of_the_average_are_those_of_every_completion(sure: list[int], maybe: list[int]) -> None:
    found = mean(made(*sure), made(*maybe), 0)
    every = [sum(amounts) / len(amounts) for amounts in completions(sure, maybe, 0)]
    expected = (min(every), max(every)) if every else (None, None)
    assert (found.low, found.high) == pytest.approx(expected)
