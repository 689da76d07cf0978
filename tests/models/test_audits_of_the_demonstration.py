"""Simulated audits of the demonstration: the interval holds the truth about as often as it says.

A thousand of them are in `benchmarks/audits.py`; here fewer, on the lines that the generator knows.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.audits import Coverage, simulated, true_share, truth_of
from tests.tiny import tiny

AUDITS, ROWS = 120, 4000


@pytest.fixture(scope="module")
def rows() -> pa.Table:
    """Lines like those of the demonstration's largest ledger, and its share of places that are not known."""
    made = tiny()
    cells = made.truth["payments"]["by_buyer_and_year"]
    chance = np.random.RandomState(8)
    local, medical = made.local_share, sum(c["medical_cents"] for c in cells) / sum(c["cents"] for c in cells)
    unknown = chance.random_sample(ROWS) < 0.04
    return pa.table(
        {
            "row_key": [f"{rank:05d}" for rank in range(ROWS)],
            "amount_cents": (1e5 * chance.lognormal(5, 1.5, ROWS)).astype(np.int64),
            "is_in_scope": chance.random_sample(ROWS) > medical,
            "is_local": [
                None if u else bool(x) for u, x in zip(unknown, chance.random_sample(ROWS) < local, strict=True)
            ],
        }
    )


@pytest.fixture(scope="module")
def coverage(rows: pa.Table) -> Coverage:
    """What the audits gave."""
    return simulated(rows, AUDITS, draws=300)


def test_the_interval_holds_the_truth(coverage: Coverage) -> None:
    """Of 120 audits, 95 % within three standard deviations of that count: 106 to all of them."""
    assert coverage.audits == AUDITS
    assert 106 / AUDITS <= coverage.held <= 1


def test_the_audited_share_is_not_beside_the_truth(coverage: Coverage) -> None:
    assert abs(coverage.error) < coverage.half_width / 3
    assert 0.005 < coverage.half_width < 0.08


def test_the_errors_seeded_move_the_truth(rows: pa.Table) -> None:
    truth = truth_of(rows, seed=1)
    wrong = sum(truth["is_place_wrong"].to_pylist()) / ROWS
    assert 0.06 < wrong < 0.12
    assert 0 < true_share(truth) < 1
