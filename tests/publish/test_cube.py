"""What a server adds up in memory equals what DuckDB adds up and lists: figures to the cent, rows in their order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from gisement.engine import cube
from gisement.engine.arranged import Keys, arranged, in_order
from gisement.engine.cube import Column, Cube
from gisement.engine.query import BUYERS, DIMENSIONS, PREFIXES
from gisement.engine.row_sheet import SORTS, RowPage
from gisement.engine.served import Served
from gisement.pipeline import FOOD_CHAIN, INDICATORS, indicator_named
from gisement.store import Workspace
from gisement.store.database import schema
from gisement.terms import Indicator, Perimeter, Verdict

QUESTIONS, PAGES = 60, 25
MEASURED = (*INDICATORS, *FOOD_CHAIN, indicator_named("circular_share"))


@pytest.fixture(scope="module")
def held(workspace: Workspace) -> Served:
    """A partner's copy, payments included, added up in memory."""
    return Served(workspace, partner=True)


@pytest.fixture(scope="module")
def asked(workspace: Workspace) -> Served:
    """The same copy, of which every table is too large to be held."""
    found = Served(workspace, partner=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cube, "MOST_SUMMED", -1)
        for indicator in MEASURED:
            assert found.observatory.places(indicator, Perimeter({}), Verdict.PART) is None
    return found


def test_figures_held_in_memory_equal_those_of_the_query(held: Served, asked: Served) -> None:
    """Every indicator is asked, with filters, options and breakdowns drawn at random: sums, counts, levels, order."""
    draw = random.Random(20261129)
    for n in range(QUESTIONS):
        indicator = MEASURED[n % len(MEASURED)]
        perimeter, by = _perimeter(draw, held, indicator), _breakdown(draw, indicator)
        found = held.observatory.measure(indicator, perimeter, by)
        assert found == asked.observatory.measure(indicator, perimeter, by), (indicator.name, perimeter, by)


def test_a_page_of_rows_held_in_memory_equals_that_of_the_query(held: Served, asked: Served) -> None:
    """The same rows in the same order, whatever the order and the page, for each table that figures are made of."""
    draw = random.Random(29)
    of_table = {indicator.table: indicator for indicator in MEASURED}
    for n in range(PAGES):
        indicator = list(of_table.values())[n % len(of_table)]
        page = RowPage(draw.choice(list(SORTS)), draw.choice([3, 51]), draw.choice([0, 0, 4, 60]))
        verdict = draw.choice(list(Verdict))
        found = held.row_page(indicator, Perimeter({}), verdict, page)
        expected = asked.row_page(indicator, Perimeter({}), verdict, page)
        shown = [{name: row[name] for name in found[0]} for row in expected] if found else expected
        assert found == shown, (indicator.name, verdict, page)


def test_pages_of_rows_are_a_whole(held: Served) -> None:
    """Pages of an order hold each row once, although many rows are alike in what they are ordered by."""
    indicator = indicator_named("contracts")
    pages = [
        held.row_page(indicator, Perimeter({}), Verdict.PART, RowPage("largest", 7, offset))
        for offset in range(0, 100_000, 7)
        if offset <= held.observatory.measure(indicator, Perimeter({}))[0].sums.rows(Verdict.PART)
    ]
    keys = [row["contract_key"] for page in pages for row in page]
    (figure,) = held.observatory.measure(indicator, Perimeter({}))
    assert len(keys) == len(set(keys)) == figure.sums.rows(Verdict.PART) > 100


def test_sums_beyond_64_bits_are_left_to_the_query(held: Served) -> None:
    """Weights that may not add up are refused when they are loaded; so are more groups than can be numbered."""
    connection = held.connection.cursor()
    huge = connection.execute(
        "SELECT 2 AS verdict_number, 4000000000000000000 AS weight, 0 AS rank, true AS is_sure FROM range(2)"
    ).to_arrow_table()
    with pytest.raises(OverflowError, match="add up"):
        cube._arrays(huge)
    found = Cube(held.connection, "purchase", ())
    columns = [Column(list(range(2**16)), found._column("year").codes)] * 4
    with pytest.raises(OverflowError, match="groups"):
        cube._numbered([column.codes for column in columns], columns, found.rows)


def test_a_prefix_ends_where_another_code_begins() -> None:
    """Codes are found by bisection: an empty text is a missing value, a prefix holds what begins so and no more."""
    column = cube._coded(pa.array(["45", "4521", "452", None, "46", "4"]))
    assert column.among(["45"], prefix=True).tolist() == [True, True, True, False, False, False]
    assert column.among(["45"]).tolist() == [True, False, False, False, False, False]
    assert column.among(["", "46"]).tolist() == [False, False, False, True, True, False]
    assert not column.among(["5"], prefix=True).any()


@pytest.mark.parametrize(
    "values", [[], ["a"], ["a", "a", "b", "c", "c"], ["b", "a", None, "b", None], [None, "a", "a"]]
)
def test_keys_have_a_number_each_whether_they_stand_in_order_or_not(values: list[str | None]) -> None:
    """Rows have the same number where they have the same key, and no other; -1 where nobody knows it."""
    numbers = cube._key_numbers(pa.array(values, pa.string())).tolist()
    of_value = dict(zip(values, numbers, strict=True))
    assert numbers == [of_value[value] for value in values]
    assert len(set(numbers)) == len(of_value)
    assert of_value.get(None, -1) == -1
    assert -1 not in [of_value[value] for value in values if value is not None]


@pytest.mark.parametrize("possible", [1, 7, 256, 257, 2**16 + 3, 2**33])
def test_rows_are_put_in_order_by_small_numbers_and_large_ones(possible: int) -> None:
    """Sorting 8 or 16 bits at a time gives the order of the whole numbers, equal ones as they stand."""
    number = np.random.default_rng(possible).integers(0, possible, 2000)
    assert in_order(number, possible).tolist() == np.argsort(number, kind="stable").tolist()
    held = arranged(number, possible, Keys.of(np.zeros(2000, dtype=np.int32)))
    assert number[held.rows].tolist() == sorted(number.tolist())
    assert held.groups == sorted(set(number.tolist()))
    assert len(held.keys) == len(held.starts)


def _chosen(name: str) -> Any:
    return indicator_named(name).choose({})


def _perimeter(draw: random.Random, served: Served, indicator: Indicator) -> Perimeter:
    """Filters with values that occur, or are missing, or begin so; options as declared."""
    filters: dict[str, tuple[str, ...]] = {}
    for key in draw.sample(_keys(indicator), draw.choice([0, 1, 2])):
        values = draw.sample(known := _values(served, indicator, key), min(len(known), draw.choice([1, 3])))
        filters[key] = tuple(_typed(draw, key, value) for value in values)
    if draw.random() < 0.4:
        filters[BUYERS] = (draw.choice(["all", "territory"]),)
    if indicator.table == "purchase":
        filters["basis"] = (draw.choice(indicator.bases),)
    options = {option.name: option.default for option in indicator.options if draw.random() < 0.5}
    return Perimeter(filters, options)


def _typed(draw: random.Random, key: str, value: str) -> str:
    if key in PREFIXES:
        return value[: draw.choice([1, 2, 5, 8])]
    if key == "buyer" and value:
        return draw.choice([value, value[:9], f"={value}"])
    return value


def _keys(indicator: Indicator) -> list[str]:
    return [key for key, column in DIMENSIONS.items() if key != "basis" and column in schema(indicator.table)]


def _breakdown(draw: random.Random, indicator: Indicator) -> Sequence[str]:
    return draw.sample(_keys(indicator), draw.choice([0, 1, 1, 2]))


def _values(served: Served, indicator: Indicator, key: str) -> list[str]:
    column = f'"{DIMENSIONS[key]}"'
    found = served.rows(f'SELECT DISTINCT {column} AS value FROM "{indicator.table}" ORDER BY 1 LIMIT 300')
    return ["" if row["value"] is None else str(row["value"]) for row in found] or [""]
