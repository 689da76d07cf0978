"""For every indicator and every combination of its options: verdicts partition, rows add up, bounds hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisement.catalog import texts
from gisement.engine.measure import Observatory
from gisement.engine.query import AMOUNT_UNKNOWN, DIMENSIONS, column_of
from gisement.indicators import INDICATORS
from gisement.terms import Figure, Indicator, Level, Perimeter, Spread, Sums, Trouble, Verdict
from gisement.terms.arithmetic import Measure, share, total
from tests.case_file import CASES, HOME, Case, cases, table_rows
from tests.observatories import fill, observatory
from tests.random_rows import random_rows

LEFT_OUT = ("commune", "food_plan")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """An observatory of Grand Poitiers, its tables to be filled by each test."""
    _in_place.clear()
    held = observatory(tmp_path_factory.mktemp("figures"), HOME)
    yield held
    held.connection.close()


_in_place: dict[str, bool] = {}
"""Which tables of that observatory are filled, and whether their rows are signed."""


def hold(home: Observatory, indicator: Indicator, *, signed: bool) -> list[dict[str, Any]]:
    """Have the random rows of the indicator's table in it, and no others."""
    rows = random_rows(indicator, signed=signed)
    if _in_place.get(indicator.table) is not signed:
        fill(home, indicator.table, rows)
        _in_place[indicator.table] = signed
    return rows


def combinations(indicator: Indicator) -> list[dict[str, str]]:
    """Every combination of options around an EPCI that declares no food plan, the territory by its code."""
    choices = [
        [(option.name, value) for value in ((HOME,) if option.areas else option.values) if value not in LEFT_OUT]
        for option in indicator.options
    ]
    return [dict(chosen) for chosen in itertools.product(*choices)]


# --- rows and figures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("signed", [False, True], ids=["positive", "signed"])
@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.name)
def test_verdicts_partition_the_perimeter_and_rows_add_up(
    indicator: Indicator, signed: bool, home: Observatory
) -> None:
    given_rows = hold(home, indicator, signed=signed)
    key = f"{indicator.table}_key"
    inside = sorted(str(row[key]) for row in given_rows if row["is_buyer_in_territory"])
    verdicts, every_third = itertools.cycle(Verdict), itertools.cycle((1, 0, 0))
    for option in combinations(indicator):
        perimeter = Perimeter({}, option)
        (figure,) = home.measure(indicator, perimeter)
        assert sum(figure.sums.rows(verdict) for verdict in Verdict) == len(inside), option
        check_arithmetic(indicator, figure)
        if not (signed and indicator.weight):
            check_bounds(figure)
        # compiling takes most of the time: all four lists next to the default, now and then one elsewhere
        shown = list(Verdict) if is_near_default(indicator, option) else [next(verdicts)][: next(every_third)]
        rows = {verdict: list(home.rows(indicator, perimeter, verdict)) for verdict in shown}
        for verdict in shown:
            assert of_verdict(added(rows), verdict) == of_verdict(figure.sums, verdict), (option, verdict)
        if len(shown) > 1:
            assert sorted(str(row[key]) for found in rows.values() for row in found) == inside, option
            assert added(rows) == replace(figure.sums, level_rank=0), option
            assert level(rows) == figure.level, option
            check_reasons(indicator, rows)


def check_reasons(indicator: Indicator, rows: Mapping[Verdict, Sequence[Mapping[str, Any]]]) -> None:
    """A row whose verdict is unknown says what is missing, in the words of its indicator; no other row does."""
    told = {verdict: {row["unknown_reason"] for row in found} for verdict, found in rows.items()}
    words = {word for reasons in told.pop(Verdict.UNKNOWN) for word in reasons.split(",")}
    assert words <= {AMOUNT_UNKNOWN, indicator.unknown_scope, indicator.unknown_counts} - {""}
    assert set().union(*told.values()) <= {None}


def is_near_default(indicator: Indicator, option: Mapping[str, str]) -> bool:
    """Whether at most one option is not at its default."""
    return sum(option[each.name] not in (each.default, HOME) for each in indicator.options) <= 1


def of_verdict(sums: Sums, verdict: Verdict) -> tuple[int, int]:
    """Weight and number of rows of one verdict."""
    weight: int = getattr(sums, verdict)
    return weight, sums.rows(verdict)


def added(rows: Mapping[Verdict, list[dict[str, Any]]]) -> Sums:
    """The sums of a figure, from its rows."""

    def weights(verdict: Verdict) -> list[int]:
        return [row["weight"] for row in rows.get(verdict, ()) if row["weight"] is not None]

    unknown = weights(Verdict.UNKNOWN)
    return Sums(
        part=sum(weights(Verdict.PART)),
        rest=sum(weights(Verdict.REST)),
        excluded=sum(weights(Verdict.EXCLUDED)),
        unknown_positive=sum(weight for weight in unknown if weight > 0),
        unknown_negative=sum(weight for weight in unknown if weight < 0),
        counts={verdict: len(found) for verdict, found in rows.items()},
        unweighted=len(rows.get(Verdict.UNKNOWN, ())) - len(unknown),
    )


def level(rows: Mapping[Verdict, list[dict[str, Any]]]) -> Level:
    """The highest level of the rows that were added up."""
    weighed = [*rows[Verdict.PART], *rows[Verdict.REST]]
    return Level.DERIVED if any(row.get("amount_level") == "derived" for row in weighed) else Level.OBSERVED


def check_bounds(figure: Figure) -> None:
    """A value lies between its bounds, and they lie between nothing and everything."""
    if figure.value is None:
        return
    if figure.low is None:
        assert figure.indicator in ("pareto_supplier_share", "average_amount")
        return
    assert figure.low <= figure.value
    assert figure.high is None or figure.value <= figure.high
    if figure.unit in ("percent", "index"):
        assert figure.low >= 0
        assert figure.high is not None
        assert figure.high <= 1


def check_arithmetic(indicator: Indicator, figure: Figure) -> None:
    """The published formulas, in exact fractions (those of a spread are checked on its rows, below)."""
    if isinstance(indicator.kind, Spread):
        return
    s, divisor = figure.sums, indicator.unit.divisor
    p, r, u = s.part, s.rest, s.unknown_positive + s.unknown_negative
    known = bool(s.rows(Verdict.PART) + s.rows(Verdict.REST))
    if indicator.kind == "share":
        value, low, high = (
            ratio(p, p + r),
            ratio(p + s.unknown_negative, p + r + u),
            ratio(p + s.unknown_positive, p + r + u),
        )
    elif known or s.rows(Verdict.UNKNOWN):
        value = Fraction(p, divisor) if known else None
        low = Fraction(p + s.unknown_negative, divisor)
        high = None if s.unweighted else Fraction(p + s.unknown_positive, divisor)
    else:
        value = low = high = None
    told = (figure.value, figure.low, figure.high, figure.coverage)
    expected = (value, low, high, ratio(p + r, p + r + u))
    assert told == tuple(None if number is None else float(number) for number in expected)


def ratio(numerator: int, denominator: int) -> Fraction | None:
    """A fraction, or nothing where the denominator is not positive."""
    return Fraction(numerator, denominator) if denominator > 0 else None


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.name)
def test_groups_add_up_to_the_whole(indicator: Indicator, home: Observatory) -> None:
    hold(home, indicator, signed=True)
    (whole,) = home.measure(indicator, Perimeter())
    some = keys(indicator) if indicator in INDICATORS[:1] else ("year", "family")
    for key in some:
        groups = home.measure(indicator, Perimeter(), (key,))
        assert len({str(figure.group) for figure in groups}) == len(groups) > 0
        for name in ("part", "rest", "excluded", "unknown_positive", "unknown_negative", "unweighted"):
            assert sum(getattr(f.sums, name) for f in groups) == getattr(whole.sums, name), (key, name)
        for verdict in Verdict:
            assert sum(f.sums.rows(verdict) for f in groups) == whole.sums.rows(verdict), (key, verdict)


@pytest.mark.parametrize("key", DIMENSIONS)
@pytest.mark.parametrize("name", ["local_share", "contracts"])
def test_the_address_of_a_group_leads_to_its_rows(name: str, key: str, home: Observatory) -> None:
    (indicator,) = (each for each in INDICATORS if each.name == name)
    if key not in keys(indicator):
        with pytest.raises(Trouble):
            column_of(indicator, key)
        return
    hold(home, indicator, signed=False)
    groups = home.measure(indicator, Perimeter(), (key,))
    assert len(groups) > 1 or key in ("basis", "buyer_department", "contract_link")
    for figure in groups:
        (alike,) = home.measure(indicator, perimeter_at(indicator, figure.rows))
        assert alike.sums == figure.sums, f"{dict(figure.group)} is not what {figure.rows} shows"


def keys(indicator: Indicator) -> list[str]:
    """The dimensions that the indicator's rows have."""
    columns = table_columns(indicator)
    return [key for key, column in DIMENSIONS.items() if column in columns]


def table_columns(indicator: Indicator) -> set[str]:
    """The columns of the indicator's table."""
    (row,) = table_rows(Case(indicator, "one", HOME, {}, {}, ({},), {}))
    return set(row)


def perimeter_at(indicator: Indicator, address: str) -> Perimeter:
    """The perimeter that the address of a figure's rows spells."""
    pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True, strict_parsing=True)
    names = {option.name for option in indicator.options}
    filters: dict[str, tuple[str, ...]] = {}
    for key, value in pairs:
        if key not in names:
            filters[key] = (*filters.get(key, ()), *value.split(","))
    return Perimeter(filters, {key: value for key, value in pairs if key in names})


# --- options ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.name)
def test_sensitivity_is_every_combination_once(indicator: Indicator, home: Observatory) -> None:
    hold(home, indicator, signed=False)
    figures = home.sensitivity(indicator, Perimeter())
    told = [dict(figure.options) for figure in figures]
    assert sorted(map(str, told)) == sorted(map(str, combinations(indicator)))
    default = home.options(indicator, Perimeter())
    (plain,) = home.measure(indicator, Perimeter())
    (alike,) = [figure for figure, option in zip(figures, told, strict=True) if SimpleNamespace(**option) == default]
    assert alike.sums == plain.sums


@pytest.mark.parametrize(
    ("name", "narrow_to_wide"),
    [
        ("ring", ("epci", "department", "region", "country")),
        ("joint", ("none_local", "equal", "all_local")),
    ],
)
def test_a_wider_reading_never_counts_less(name: str, narrow_to_wide: tuple[str, ...], home: Observatory) -> None:
    (indicator,) = (each for each in INDICATORS if each.name == "local_share")
    hold(home, indicator, signed=False)
    for place in ("establishment", "head_office"):
        options = [{"place": place, name: value} for value in narrow_to_wide]
        sums = [home.measure(indicator, Perimeter({}, option))[0].sums for option in options]
        for narrow, wide in itertools.pairwise(sums):
            assert narrow.part <= wide.part
            assert narrow.rest >= wide.rest
        assert sums[0].part < sums[-1].part, "the rows tell nothing apart"


def test_an_unknown_option_value_or_key_is_refused(home: Observatory) -> None:
    (indicator,) = (each for each in INDICATORS if each.name == "local_share")
    for wrong in ({"ring": "planet"}, {"ring": "commune"}, {"colour": "red"}):
        with pytest.raises(Trouble, match=r"ring|colour"):
            home.measure(indicator, Perimeter({}, wrong))
    for filters in ({"colour": ("red",)}, {"year": ("soon",)}):
        with pytest.raises(Trouble):
            home.measure(indicator, Perimeter(filters))
    with pytest.raises(Trouble):
        home.measure(indicator, Perimeter(), ("colour",))


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.name)
def test_an_empty_perimeter_is_not_known(indicator: Indicator, home: Observatory) -> None:
    hold(home, indicator, signed=False)
    (figure,) = home.measure(indicator, Perimeter({"year": ("1999",)}))
    assert (figure.value, figure.low, figure.high, figure.coverage) == (None, None, None, None)
    assert not any(figure.sums.rows(verdict) for verdict in Verdict)


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.name)
def test_an_indicator_has_its_page_cases_and_texts(indicator: Indicator) -> None:
    assert (CASES.parent.parent / "docs" / "methods" / f"{indicator.name}.md").is_file()
    assert cases(indicator.name)
    assert all(indicator.name in texts(language)["indicators"] for language in ("fr", "en"))
    assert set(indicator.needs) <= table_columns(indicator)
    assert len({each.name for each in INDICATORS}) == len(INDICATORS)


# --- arithmetic ---------------------------------------------------------------------------------------------

WEIGHTS = st.integers(-(10**15), 10**15)
POSITIVE = st.integers(0, 10**15)


def made(part: int, rest: int, more: int, less: int, *, unweighted: int = 0) -> Sums:
    """Sums in which each verdict has one row."""
    counts = dict.fromkeys((Verdict.PART, Verdict.REST, Verdict.UNKNOWN), 1)
    return Sums(part, rest, more, less, counts=counts, unweighted=unweighted)


@given(WEIGHTS, WEIGHTS, POSITIVE, POSITIVE)
def test_a_share_is_its_published_formula(part: int, rest: int, more: int, less: int) -> None:
    whole = part + rest + more - less
    expected = (
        ratio(part, part + rest),
        ratio(part - less, whole),
        ratio(part + more, whole),
        ratio(part + rest, whole),
    )
    found = share(made(part, rest, more, -less))
    assert found == Measure(*(None if number is None else float(number) for number in expected))


@given(POSITIVE, POSITIVE, POSITIVE)
def test_a_share_of_positive_weights_lies_between_its_bounds(part: int, rest: int, more: int) -> None:
    found = share(made(part, rest, more, 0))
    assert found.value is None or found.low is None or found.high is None or found.low <= found.value <= found.high
    assert (found.value is None) == (part + rest == 0)
    assert (found.low is None) == (part + rest + more == 0)


@given(WEIGHTS, POSITIVE, POSITIVE, st.integers(0, 3))
def test_a_total_is_its_published_formula(part: int, more: int, less: int, unweighted: int) -> None:
    found = total(made(part, 0, more, -less, unweighted=unweighted), 100)
    assert found.value == part / 100
    assert found.low == (part - less) / 100
    assert found.high == (None if unweighted else (part + more) / 100)


def test_nothing_measured_is_not_zero() -> None:
    nothing = Measure(None, None, None, None)
    assert share(Sums()) == total(Sums(), 100) == nothing
    excluded = Sums(excluded=5, counts={Verdict.EXCLUDED: 1})
    assert share(excluded) == total(excluded, 100) == nothing
