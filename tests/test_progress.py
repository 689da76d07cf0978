"""How far a share of contracts has come: the truth of the demonstration is found, a change of the mix is no progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pytest

from gisement.engine.measure import Observatory
from gisement.indicators import INDICATORS
from gisement.models.standardised_change import LIKE_CONTRACTS, RAW, READINGS, SAME_BUYERS, changes
from gisement.sources.demonstration.chance import Dice
from gisement.sources.demonstration.contracts import Contract, draw
from gisement.sources.demonstration.territory import Year, buyers, years
from gisement.studies.progress import between, ends, series
from gisement.terms import Figure, Perimeter, Trouble, Verdict
from tests.case_file import HOME
from tests.observatories import fill, observatory
from tests.test_figures import perimeter_at

SHARE = next(each for each in INDICATORS if each.name == "pnad_social_count_share")
PER_YEAR = 2711
"""Contracts of a year of the demonstration."""


@pytest.fixture(scope="module")
def contracts() -> list[Contract]:
    """The contracts of the demonstration of the usual size, as they truly are."""
    return draw(buyers(), PER_YEAR, Dice(2711))


def rows_of(kept: Sequence[Contract], yes: Any) -> pa.Table:
    """What the measure takes, straight from the generator."""
    return pa.table(
        {
            "buyer_id": [contract.buyer.identifier for contract in kept],
            "stratum": [contract.cpv[:2] for contract in kept],
            "year": [contract.day.year for contract in kept],
            "is_yes": [bool(yes(contract)) for contract in kept],
            "weight": [1] * len(kept),
        }
    )


def expected_rate(year: Year, kind: str) -> float:
    """The rate of the year that the setting says, over its buyers; reserved contracts come on top of social ones."""
    everything = sum(buyer.contracts for buyer in buyers())
    rate = sum(year.rate(kind, buyer) * buyer.contracts for buyer in buyers()) / everything
    reserved = year.reserved / everything if kind == "social" else 0
    return float(reserved + rate * (1 - reserved))


@pytest.mark.parametrize(("kind", "field"), [("social", "social"), ("environmental", "is_environmental")])
def test_the_progress_of_the_demonstration_is_found_with_the_truth_inside(
    kind: str, field: str, contracts: list[Contract]
) -> None:
    by_year = {year.year: year for year in years()}
    truth = expected_rate(by_year[2025], kind) - expected_rate(by_year[2020], kind)
    kept = [contract for contract in contracts if contract.day.year in (2020, 2025)]
    for change in changes(rows_of(kept, lambda contract: getattr(contract, field)), [(2020, 2025)], draws=400):
        assert change.low is not None
        assert change.high is not None
        assert 0 < change.low <= truth <= change.high, change
        assert change.high - change.low < 0.08


def test_a_change_of_the_mix_of_the_demonstration_is_no_progress(contracts: list[Contract]) -> None:
    """Every division keeps its rate; 2025 buys five times as many of those where clauses are frequent."""
    frequent = {"90", "45", "77"}
    base = [contract for contract in contracts if contract.day.year in (2020, 2025)]
    more = [c for c in base if c.day.year == 2025 and c.cpv[:2] in frequent]
    dice = Dice(86)
    told = {id(contract): dice.chance(0.6 if contract.cpv[:2] in frequent else 0.1) for contract in base}
    mixed = rows_of([*base, *more * 4], lambda contract: told[id(contract)])
    found = {change.reading: change for change in changes(mixed, [(2020, 2025)], draws=400)}
    assert (found[RAW].low or 0) > 0.05
    assert (found[SAME_BUYERS].low or 0) > 0.05
    like = found[LIKE_CONTRACTS]
    assert like.low is not None
    assert like.high is not None
    assert like.low < 0 < like.high
    assert abs(like.value or 1) < 0.03


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """Contracts of two buyers; nothing was asked in 2022."""
    held = observatory(tmp_path_factory.mktemp("progress"), HOME)
    states = {
        2022: ["not_collected"] * 4,
        2023: ["yes", "none", "none", "none"] * 5,
        2024: ["yes", "yes", "none", "unknown"] * 5,
    }
    rows = [
        {
            "contract_key": f"{buyer}{year}{number}", "basis": "contract", "year": year, "buyer_id": f"{buyer}-1",
            "buyer_siren": buyer, "is_buyer_in_territory": True, "cpv_division": "45", "amount_cents": 10_000_000,
            "is_concession": False, "is_subsequent_of_listed": False, "social_state": state,
        }
        for buyer in ("A", "B")
        for year, of_year in states.items()
        for number, state in enumerate(of_year)
    ]  # fmt: skip
    fill(held, "contract", rows)
    yield held
    held.connection.close()


def by_group(figures: list[Figure]) -> dict[tuple[Any, str], Figure]:
    """The figures by year and reading."""
    return {(figure.group.get("year"), str(figure.group["reading"])): figure for figure in figures}


def test_a_series_starts_at_the_first_known_year(home: Observatory) -> None:
    found = by_group(series(home, SHARE, Perimeter()))
    assert list(found) == [(year, reading) for year in (2022, 2023, 2024) for reading in READINGS]
    assert {found[2022, reading].value for reading in READINGS} == {None}
    assert {found[2023, reading].value for reading in READINGS} == {0.25}
    assert {round(found[2024, reading].value or 0, 6) for reading in READINGS} == {round(2 / 3, 6)}
    assert found[2024, RAW].interval == "missing"
    assert (found[2024, RAW].low, found[2024, RAW].high) == (0.5, 0.75)
    for reading in (SAME_BUYERS, LIKE_CONTRACTS):
        like = found[2024, reading]
        assert (like.interval, like.coverage) == ("sampling", 1)
        assert like.low is not None
        assert like.high is not None
        assert 0 <= like.low < 2 / 3 < like.high <= 1
    assert found[2023, LIKE_CONTRACTS].low is None


def test_a_change_has_the_rows_of_its_two_years(home: Observatory) -> None:
    figures = between(home, SHARE, Perimeter(), (2023, 2024))
    assert [(figure.group["reading"], figure.unit, figure.interval) for figure in figures] == [
        (reading, "points", "sampling") for reading in READINGS
    ]
    for figure in figures:
        assert figure.value == pytest.approx(2 / 3 - 1 / 4)
        perimeter = perimeter_at(SHARE, figure.rows)
        assert {v: len(list(home.rows(SHARE, perimeter, v))) for v in Verdict} == dict(figure.sums.counts)
        assert sum(figure.sums.counts.values()) == 80
    shares = ends(home, SHARE, Perimeter(), (2024, 2023))
    assert [(figure.group["year"], figure.value) for figure in shares] == [(2024, pytest.approx(2 / 3)), (2023, 0.25)]


def test_what_has_no_progress_is_refused(home: Observatory) -> None:
    (other,) = (each for each in INDICATORS if each.name == "local_share")
    with pytest.raises(Trouble, match="not a share of contracts"):
        between(home, other, Perimeter(), (2023, 2024))
    with pytest.raises(Trouble, match="remove --where year"):
        series(home, SHARE, Perimeter({"year": ("2024",)}))
    with pytest.raises(Trouble, match="not known"):
        between(home, SHARE, Perimeter(), (2022, 2024))
