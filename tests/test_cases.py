"""Every case of every indicator, through the code that answers `gisement measure` and `gisement rows`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from gisement.engine.measure import Observatory
from gisement.terms import Figure, Perimeter, Verdict
from tests.case_file import BY_NAME, CASES, OUTSIDE, Case, cases, cents, keys, number, table_rows
from tests.observatories import fill, observatory

EVERY = [case for name in BY_NAME if (CASES / f"{name}.yaml").is_file() for case in cases(name)]
FIRST = [
    next(case for case in EVERY if case.indicator.name == name) for name in sorted({c.indicator.name for c in EVERY})
]
NUMBERS = ("value", "low", "high", "coverage")

Held = Callable[[str], Observatory]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """The observatory of a territory, made once."""
    made: dict[str, Observatory] = {}

    def of(territory: str) -> Observatory:
        if territory not in made:
            made[territory] = observatory(tmp_path_factory.mktemp("cases"), territory)
        return made[territory]

    yield of
    for each in made.values():
        each.connection.close()


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.label)
def test_case(case: Case, held: Held) -> None:
    observed = held(case.territory)
    fill(observed, case.indicator.table, table_rows(case))
    perimeter = Perimeter(case.where, case.options)
    (figure,) = observed.measure(case.indicator, perimeter)
    expected = {name: number(case.expected[name]) for name in NUMBERS}
    assert {name: exact(getattr(figure, name)) for name in NUMBERS} == expected
    assert verdicts(case, observed, perimeter) == {
        key: row["verdict"] for key, row in zip(keys(case), case.rows, strict=True)
    }
    assert counts(figure) == Counter(row["verdict"] for row in case.rows if row["verdict"] != OUTSIDE)
    assert figure.interval == "missing"
    assert figure.level == case.expected.get("level", "observed")
    if case.indicator.weight and not case.indicator.is_of_money:
        expected = {name: number(spelled) for name, spelled in case.expected["sums"].items()}
        assert sums(figure) == expected
        assert figure.sums.unweighted == case.expected.get("without_amount", 0)
    if case.indicator.is_of_money:
        assert sums(figure) == {name: cents(spelled) for name, spelled in case.expected["sums_eur"].items()}
        assert figure.sums.unweighted == case.expected.get("without_amount", 0)


def exact(value: float | None) -> Fraction | None:
    """The simplest fraction that this floating-point number stands for."""
    return None if value is None else Fraction(value).limit_denominator(10**9)


def verdicts(case: Case, observed: Observatory, perimeter: Perimeter) -> dict[str, str]:
    """The verdict of each row, as the rows behind the figure tell it.

    Lists that must be empty are asked of the first case of an indicator alone: a query takes as long for no row.
    """
    found = dict.fromkeys(keys(case), OUTSIDE)
    said = {row["verdict"] for row in case.rows}
    for verdict in (each for each in Verdict if str(each) in said or case in FIRST):
        for row in observed.rows(case.indicator, perimeter, verdict):
            key = row[f"{case.indicator.table}_key"]
            assert found[key] == OUTSIDE, f"row {key} has two verdicts"
            found[key] = str(verdict)
    return found


def counts(figure: Figure) -> Counter[str]:
    """Rows by verdict, those without any left out."""
    return Counter({str(verdict): figure.sums.rows(verdict) for verdict in Verdict if figure.sums.rows(verdict)})


def sums(figure: Figure) -> dict[str, int]:
    """Cents by verdict."""
    whole: dict[str, Any] = {name: getattr(figure.sums, name) for name in Verdict}
    return whole


@pytest.mark.parametrize("name", BY_NAME)
def test_an_indicator_has_several_cases(name: str) -> None:
    found = [case for case in EVERY if case.indicator.name == name]
    assert len(found) >= (10 if name == "local_share" else 3)
    assert len({case.name for case in found}) == len(found)
    assert any(case.expected["value"] is None for case in found), "an empty perimeter gives null, never 0"


@pytest.mark.parametrize("name", [name for name, indicator in BY_NAME.items() if indicator.options])
def test_every_value_of_every_option_has_a_case(name: str) -> None:
    told = {
        (option.name, case.options.get(option.name, option.default))
        for case in EVERY
        if case.indicator.name == name
        for option in case.indicator.options
    }
    missing = {(o.name, value) for o in BY_NAME[name].options for value in o.values} - told
    # rings inside the territory do not exist, and no case declares a food plan
    assert missing <= {("ring", "commune"), ("ring", "food_plan")}


def test_case_files_are_those_of_indicators() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == set(BY_NAME)
    assert all(case.indicator.name == path.stem for path in CASES.glob("*.yaml") for case in cases(path.stem))


@pytest.mark.parametrize(
    ("spelled", "value"),
    [("(60 000 + 20 000) / 180 000", Fraction(4, 9)), ("0.10", Fraction(1, 10)), ("-5 / 2", Fraction(-5, 2))],
)
def test_numbers_are_read_exactly(spelled: str, value: Fraction) -> None:
    assert number(spelled) == value


def test_a_wrong_case_is_seen(held: Held) -> None:
    case = EVERY[0]
    wrong = Case(**{**vars(case), "expected": {**case.expected, "value": "1 / 7"}})
    with pytest.raises(AssertionError):
        test_case(wrong, held)
