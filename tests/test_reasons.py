"""What the rows of an unknown verdict say is missing, for every indicator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gisement.engine.measure import Observatory
from gisement.engine.query import AMOUNT_UNKNOWN
from gisement.indicators import INDICATORS
from gisement.terms import Indicator, Perimeter, Verdict
from tests.case_file import HOME
from tests.observatories import fill, observatory
from tests.random_rows import random_rows
from tests.test_figures import combinations, is_near_default


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """An observatory of Grand Poitiers, its tables to be filled by each test."""
    held = observatory(tmp_path_factory.mktemp("reasons"), HOME)
    yield held
    held.connection.close()


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.name)
def test_an_unknown_row_says_what_is_missing_and_no_other_row_does(indicator: Indicator, home: Observatory) -> None:
    fill(home, indicator.table, random_rows(indicator, signed=False))
    for option in combinations(indicator):
        if not is_near_default(indicator, option):
            continue
        for verdict in Verdict:
            told = [row["unknown_reason"] for row in home.rows(indicator, Perimeter({}, option), verdict)]
            if verdict != Verdict.UNKNOWN:
                assert set(told) <= {None}, option
                continue
            words = {word for reasons in told for word in reasons.split(",")}
            assert words <= {AMOUNT_UNKNOWN, indicator.unknown_scope, indicator.unknown_counts} - {""}, option
