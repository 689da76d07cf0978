"""A spread is the statistic of its rows, on both engines; its bounds are held by the tests of the mathematics."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from gisement.engine.measure import Observatory
from gisement.engine.spread import BY_KEY, BY_ROW
from gisement.indicators import INDICATORS
from gisement.terms import Indicator, Perimeter, Spread, Verdict
from tests.case_file import HOME
from tests.observatories import fill, observatory
from tests.random_rows import random_rows


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """An observatory of Grand Poitiers, its tables to be filled by each test."""
    held = observatory(tmp_path_factory.mktemp("spreads"), HOME)
    yield held
    held.connection.close()


SPREADS = [indicator for indicator in INDICATORS if isinstance(indicator.kind, Spread)]


@pytest.mark.parametrize("by", [(), ("family",)], ids=["whole", "by family"])
@pytest.mark.parametrize("indicator", SPREADS, ids=lambda indicator: indicator.name)
def test_a_spread_is_the_statistic_of_its_rows(indicator: Indicator, by: tuple[str, ...], home: Observatory) -> None:
    fill(home, indicator.table, random_rows(indicator, signed=True))
    has_medical = any(option.name == "medical" for option in indicator.options)
    for asked in ({"medical": "included"}, {"medical": "excluded"}) if has_medical else ({},):
        figures = home.measure(indicator, Perimeter({}, asked), by)
        for figure in figures:
            where = {key: ("" if value is None else str(value),) for key, value in figure.group.items()}
            rows = list(home.rows(indicator, Perimeter(where, asked), Verdict.PART))
            expected = of_rows(indicator, rows)
            low = figure.low if figure.low is not None else -float("inf")
            is_given = expected is not None and expected >= low * (1 - 1e-9)
            assert figure.value == (pytest.approx(float(expected)) if is_given and expected is not None else None)
    assert len(figures) > 1 or not by


def of_rows(indicator: Indicator, rows: list[dict[str, Any]]) -> Fraction | None:
    """The statistic of rows that count, as it is defined."""
    kind = indicator.kind
    assert isinstance(kind, Spread)
    sums: dict[Any, int] = {}
    for row in rows:
        # a row without a key is an entry of its own
        key = next((row[column] for column in kind.over if row[column] is not None), id(row))
        sums[key] = sums.get(key, 0) + row["weight"]
    if kind.statistic in ("mean", "median", "upper_quartile"):
        ordered = sorted(sums.values())
        if not ordered:
            return None
        if kind.statistic == "mean":
            return Fraction(sum(ordered), indicator.unit.divisor * len(ordered))
        # the least entry that so many of them do not exceed
        place = {"median": Fraction(1, 2), "upper_quartile": Fraction(3, 4)}[kind.statistic] * len(ordered)
        return Fraction(ordered[-(-place.numerator // place.denominator) - 1], indicator.unit.divisor)
    falling = sorted((total for total in sums.values() if total > 0), reverse=True)
    whole = sum(falling)
    if not falling:
        return None
    if kind.statistic == "count":
        return Fraction(len(falling))
    if kind.statistic == "hhi":
        return sum((Fraction(total, whole) ** 2 for total in falling), start=Fraction(0))
    if kind.statistic == "pareto":
        reached = next(n for n in range(1, len(falling) + 1) if 100 * sum(falling[:n]) >= 80 * whole)
        return Fraction(reached, len(falling))
    return Fraction(sum(falling[: int(kind.statistic.removeprefix("top_"))]), whole)


def test_every_statistic_is_measured_by_an_indicator() -> None:
    assert {indicator.kind.statistic for indicator in SPREADS if isinstance(indicator.kind, Spread)} == {
        *BY_KEY,
        *BY_ROW,
    }
