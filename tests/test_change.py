"""The account of a change adds up exactly, part by part, on the rows that each part names."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from gisement.engine.measure import Observatory
from gisement.indicators import INDICATORS
from gisement.models.share_decomposition import EFFECTS
from gisement.studies.change import AFTER, BEFORE, CHANGE, READINGS, decompose, trend
from gisement.terms import Figure, Perimeter, Trouble, Verdict
from tests.case_file import BY_NAME, HOME, Case, table_rows
from tests.observatories import fill, observatory
from tests.test_figures import perimeter_at

SHARE = BY_NAME["local_share"]
YEARS = (2023, 2024)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """Purchases of four buyers over three years: one comes, one leaves; suppliers move, change and are unknown."""
    held = observatory(tmp_path_factory.mktemp("change"), HOME)
    fill(held, "purchase", purchases())
    yield held
    held.connection.close()


def purchases() -> list[dict[str, Any]]:
    """Rows of the table, with everything that a change may come from."""
    dice = random.Random(7)
    spelled = [
        {
            "amount": "unknown" if dice.random() < 0.1 else dice.randrange(1, 10**6),
            "place": dice.choice(["epci", "department", "region", "country", "unknown"]),
            "medical": dice.choice([None, None, "strict", "unknown"]),
            "supplier": dice.choice([f"s{n}" for n in range(9)]),
            "date": f"{dice.choice([2022, 2023, 2024])}-05-02",
        }
        for _ in range(400)
    ]
    rows = list(table_rows(Case(SHARE, "change", HOME, {}, {}, tuple(spelled), {})))
    for row in rows:
        buyer = dice.choice([{2022: "A", 2023: "D"}.get(row["year"], "C"), "A", "B"])
        row["basis"] = dice.choice(["payment", "payment", "contract"])
        row |= {"buyer_id": f"{buyer}-1", "buyer_siren": buyer, "segment": dice.choice(["works", "food", None])}
    return rows


def named(figures: list[Figure]) -> dict[str, Figure]:
    """The figures by the part they are of."""
    return {str(figure.group["effect"]): figure for figure in figures}


@pytest.mark.parametrize("options", [{}, {"medical": "included", "ring": "region"}, {"place": "head_office"}])
def test_the_parts_add_up_exactly_and_the_shares_are_those_measured(options: dict[str, str], home: Observatory) -> None:
    try:
        account = decompose(home, SHARE, Perimeter({}, options), YEARS)
    except Trouble:
        assert options == {"place": "head_office"}, "no head office is known in these rows"
        return
    parts = named(account.figures)
    assert list(parts) == [BEFORE, AFTER, CHANGE, *EFFECTS]
    values = {name: figure.value for name, figure in parts.items()}
    assert sum(values[name] or 0 for name in EFFECTS) == values[CHANGE]
    assert (values[AFTER] or 0) - (values[BEFORE] or 0) == values[CHANGE]
    assert round(sum(account.points[name] for name in EFFECTS), 1) == account.points[CHANGE]
    for name, year in ((BEFORE, 2023), (AFTER, 2024)):
        (alone,) = home.measure(SHARE, Perimeter({"year": (str(year),)}, options))
        assert parts[name].value == pytest.approx(alone.value, abs=1e-11)
        assert (parts[name].low, parts[name].high, parts[name].sums) == (alone.low, alone.high, alone.sums)
    assert {figure.unit for name, figure in parts.items() if name in (CHANGE, *EFFECTS)} == {"points"}
    assert values["needs"]
    assert values["supplier_change"]


def test_the_rows_of_a_part_are_those_of_its_buyers_and_add_up(home: Observatory) -> None:
    parts = named(decompose(home, SHARE, Perimeter(), YEARS).figures)
    expected = {"buyer_arrivals": {("C", 2024)}, "buyer_departures": {("D", 2023)}}
    for name, figure in parts.items():
        perimeter = perimeter_at(SHARE, figure.rows)
        found = {verdict: list(home.rows(SHARE, perimeter, verdict)) for verdict in Verdict}
        assert {verdict: len(rows) for verdict, rows in found.items()} == dict(figure.sums.counts), name
        for verdict in (Verdict.PART, Verdict.REST):
            assert sum(row["weight"] for row in found[verdict]) == getattr(figure.sums, verdict), name
        seen = {(row["buyer_siren"], row["year"]) for rows in found.values() for row in rows}
        common = {(buyer, year) for buyer in "AB" for year in YEARS}
        if name in EFFECTS:
            assert seen == expected.get(name, common), name


def test_the_trend_begins_at_the_raw_share_and_follows_the_account(home: Observatory) -> None:
    figures = trend(home, SHARE, Perimeter())
    assert [(f.group["year"], f.group["reading"]) for f in figures] == [
        (year, reading) for year in (2022, 2023, 2024) for reading in READINGS
    ]
    by_group = {(f.group["year"], f.group["reading"]): f.value for f in figures}
    first = [by_group[2022, reading] or 0 for reading in READINGS]
    assert first == pytest.approx([first[0]] * len(READINGS), abs=1e-11)
    account = named(decompose(home, SHARE, Perimeter(), YEARS).figures)
    moved = (by_group[2024, "constant_mix"] or 0) - (by_group[2023, "constant_mix"] or 0)
    assert moved == pytest.approx((account["supplier_change"].value or 0) + (account["relocation"].value or 0))
    assert all(f.low is None for f in figures if f.group["reading"] != "raw")


def test_what_has_no_account_is_refused(home: Observatory) -> None:
    (other,) = (each for each in INDICATORS if each.name == "sme_share")
    with pytest.raises(Trouble, match="Only local_share"):
        decompose(home, other, Perimeter(), YEARS)
    with pytest.raises(Trouble, match="remove --where year"):
        trend(home, SHARE, Perimeter({"year": ("2024",)}))
    with pytest.raises(Trouble, match="not known"):
        decompose(home, SHARE, Perimeter(), (1998, 1999))
