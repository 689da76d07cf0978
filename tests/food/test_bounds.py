"""What a plan calls optimal rests on a bound that no starting point touches, and that a better plan would contradict."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from gisement.models import linear_model
from gisement.models.food.plan import large
from gisement.models.linear_model import FEASIBLE, INFEASIBLE, NOTHING, OPTIMAL, Solved


def told(objective: float | None, gap: float | None, status: str = OPTIMAL) -> Solved:
    """What a solver says."""
    values = np.zeros(0 if objective is None else 1)
    return Solved(status, values, objective, gap)


def test_no_solution_is_ever_given_to_the_solver() -> None:
    assert "start" not in inspect.signature(linear_model.solve).parameters
    assert "setSolution" not in inspect.getsource(linear_model)


@pytest.mark.parametrize(
    ("found", "best", "status", "objective", "gap"),
    [
        # the mixed model proves 100 within 1 %
        (told(100, 0.01), told(110, 0.2, FEASIBLE), OPTIMAL, 100, 0.01),
        # it calls 120 optimal while 105 is in hand: its bound is not believed, that of the relaxed model (90) is
        (told(120, 0.0), told(105, 0.2, FEASIBLE), FEASIBLE, 105, 15 / 105),
        # it stopped at 108 with a bound of 99.36; 105 in hand is nearer
        (told(108, 0.08, FEASIBLE), told(105, 0.2, FEASIBLE), FEASIBLE, 105, (105 - 99.36) / 105),
        (told(None, None, NOTHING), told(105, 0.2, FEASIBLE), FEASIBLE, 105, 0.2),
    ],
)
def test_a_claim_that_a_plan_in_hand_contradicts_is_not_believed(
    found: Solved, best: Solved, status: str, objective: float, gap: float
) -> None:
    kept = large._whole(found, best, 90.0, 0.01)
    assert (kept.status, kept.objective) == (status, objective)
    assert kept.gap == pytest.approx(gap)


def test_what_cannot_be_planned_stays_so() -> None:
    assert large._whole(told(None, None, INFEASIBLE), told(None, None, NOTHING), 0.0, 0.01).status == INFEASIBLE
