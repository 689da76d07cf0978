"""Hours of a social clause by hand, and a library whose every wording passes the lint."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisement.catalog import parameter
from gisement.catalog.law import clause_library
from gisement.catalog.segments import families
from gisement.models.clauses.insertion import insertion_hours
from gisement.models.clauses.lint import lint
from tests.commands import gisement


def test_hours_by_hand() -> None:
    """500 000 € × 60 % × 7 % ÷ 38 € = 552.63 hours; a full-time year of 1,600 hours: 0.345."""
    found = insertion_hours(50_000_000, 60, 7, 3_800)
    assert found.low == found.middle == found.high == pytest.approx(500_000 * 0.6 * 0.07 / 38)
    assert found.full_time_middle == pytest.approx(0.34539, abs=1e-4)


def test_a_full_time_year_is_that_of_the_national_account() -> None:
    """Alliance Villes Emploi, 2021: 25,124,684 hours, 15,703 full-time equivalents."""
    assert round(25_124_684 / 15_703) == parameter("hours_per_full_time_year")


@given(st.integers(1, 10**11), st.floats(1, 100), st.none() | st.floats(1, 100), st.none() | st.integers(1_000, 10_000))
def test_the_middle_lies_between_the_ends(amount: int, labour: float, rate: float | None, cost: int | None) -> None:
    found = insertion_hours(amount, labour, rate, cost)
    assert 0 < found.low <= found.middle * (1 + 1e-12)
    assert found.middle <= found.high * (1 + 1e-12)
    assert insertion_hours(2 * amount, labour, rate, cost).middle == pytest.approx(2 * found.middle)


@pytest.mark.parametrize(("amount", "labour", "rate", "cost"), [(0, 50, 5, 3000), (1, 0, 5, 3000), (1, 101, 5, 3000),
                                                               (1, 50, 0, 3000), (1, 50, 5, 0)])  # fmt: skip
def test_nonsense_is_refused(amount: int, labour: float, rate: float, cost: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        insertion_hours(amount, labour, rate, cost)


@pytest.mark.parametrize("entry", clause_library(), ids=lambda entry: entry["name"])
def test_a_wording_of_the_library_is_lawful_and_can_be_verified(entry: dict[str, object]) -> None:
    assert set(entry) == {"name", "families", "kind", "axis", "fr", "basis", "verification", "weight_pct"}
    assert (entry["weight_pct"] is not None) == (entry["kind"] == "award_criterion")
    told = f"Critères d'attribution\n{entry['fr']}\n" if entry["weight_pct"] else str(entry["fr"])
    found = [point for point in lint(f"{told}\n{entry['verification']}") if point.passage]
    assert [(point.rule, point.passage) for point in found] == []


def test_every_family_of_the_library_exists_and_most_have_an_entry() -> None:
    named = {family for entry in clause_library() for family in entry["families"]}
    assert named <= set(families())
    assert set(families()) - named == {"medical_pharma", "other"}
    assert len({entry["name"] for entry in clause_library()}) == len(clause_library()) == 16


def test_the_commands_answer() -> None:
    told = json.loads(gisement("clauses", "hours", "500000", "--labour", "60", "--format", "json").stdout)
    assert told["interval"] == "scenario"
    assert told["hours"]["low"] == pytest.approx(500_000 * 0.6 * 0.05 / 45)
    assert told["hours"]["high"] == pytest.approx(500_000 * 0.6 * 0.10 / 30)
    assert gisement("clauses", "hours", "0", "--labour", "60").returncode == 2
    wrong = gisement("clauses", "hours", "beaucoup", "--labour", "60")
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "« beaucoup » n'est pas une valeur de AMOUNT : écrire un nombre positif, comme 12,5.\n",
    )
    assert (
        "1\u202f000"
        in gisement("clauses", "hours", "1000000", "--labour", "50", "--rate", "7,6", "--cost", "38").stdout
    )
    listed = json.loads(gisement("clauses", "library", "--family", "catering", "--format", "json").stdout)
    assert {entry["name"] for entry in listed} == {"food_freshness", "food_direct", "food_waste"}
    assert gisement("clauses", "library", "--family", "nowhere").returncode == 2
    assert "heures" in gisement("clauses", "hours", "500000", "--labour", "60").stdout
    assert "Vérification" in gisement("clauses", "library", "--family", "food").stdout
