"""How far a share of contracts has come: year by year and from one year to another, in three readings, as figures.

Every figure has its rows: those of its year, or of its two years, judged by the indicator itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from gisement.catalog import parameter
from gisement.engine.measure import Observatory
from gisement.engine.parameters import inlined, parameters_of, shaped
from gisement.terms import Figure, Indicator, Level, Perimeter, Trouble, Verdict, highest

if TYPE_CHECKING:
    import pyarrow as pa

    from gisement.models.standardised_change import Change

POINTS, SAMPLING = "points", "sampling"
READ = ("buyer_id", "buyer_siren", "cpv_division", "amount_cents", "year")
"""What the readings need of a contract, beside its verdict."""


def is_told(indicator: Indicator) -> bool:
    """Whether the indicator is a share of contracts, whose progress can be told."""
    return indicator.table == "contract" and indicator.kind == "share"


def series(observatory: Observatory, indicator: Indicator, perimeter: Perimeter) -> list[Figure]:
    """Year by year (group `year`, `reading`): the share measured, over the same buyers, then among like contracts.

    The last two are the share of the first known year, plus the change since then (interval of kind `sampling`), kept
    within 0 and 1. Raises
    Trouble if the indicator is not a share of contracts.
    """
    from gisement.models.standardised_change import READINGS, changes

    _check(indicator, perimeter)
    found = [figure for figure in observatory.measure(indicator, perimeter, ("year",)) if figure.group["year"]]
    known = [figure for figure in found if figure.value is not None]
    told: dict[tuple[Any, str], Change] = {}
    if len(known) > 1:
        first = int(str(known[0].group["year"]))
        pairs = [(first, int(str(figure.group["year"]))) for figure in known[1:]]
        rows = _rows(observatory, indicator, perimeter)
        told = {(change.year_1, change.reading): change for change in changes(rows, pairs, _draws(), least=_least())}
    base = known[0] if known else None
    return [
        _of_year(figure, reading, base, told.get((figure.group["year"], reading)))
        for figure in found
        for reading in READINGS
    ]


def between(observatory: Observatory, indicator: Indicator, perimeter: Perimeter, years: Sequence[int]) -> list[Figure]:
    """The change from one year to another (group `reading`, unit points, fractions), with its sampling interval.

    Raises Trouble if the indicator is not a share of contracts, or a share is not known.
    """
    from gisement.models.standardised_change import changes

    _check(indicator, perimeter)
    rows = _rows(observatory, indicator, perimeter)
    known = Counter(rows["year"].to_pylist())
    for year in years:
        if year not in known:
            raise Trouble(
                fr=f"La part de {year} n'est pas connue : aucun contrat de réponse connue cette année-là.",
                en=f"The share of {year} is not known: no contract of a known answer in that year.",
            )
    held = {**perimeter.filters, "year": tuple(map(str, years))}
    (behind,) = observatory.measure(indicator, Perimeter(held, perimeter.options))
    behind = replace(behind, keys=min(known[year] for year in years))
    return [_moved(behind, change) for change in changes(rows, [(years[0], years[1])], _draws(), least=_least())]


def ends(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter, years: Sequence[int]
) -> tuple[Figure, ...]:
    """The shares of the two years that a change goes from and to, as they are measured (group `year`)."""
    held = {**perimeter.filters, "year": tuple(map(str, years))}
    found = observatory.measure(indicator, Perimeter(held, perimeter.options), ("year",))
    return tuple(sorted(found, key=lambda figure: list(years).index(int(str(figure.group["year"])))))


def _draws() -> int:
    return parameter("bootstrap_draws")


def _least() -> int:
    """Contracts that each year must have for an interval of sampling."""
    return parameter("few_rows")


def _rows(observatory: Observatory, indicator: Indicator, perimeter: Perimeter) -> pa.Table:
    """The contracts that count or do not: buyer, kind (CPV division and band of amounts), year, weight."""
    shape, values = shaped(perimeter)
    option = tuple(sorted(vars(observatory.options(indicator, perimeter)).items()))
    sql = _rows_sql(indicator, shape, option, observatory.territory.buyers)
    cursor = observatory.connection.cursor()
    is_bound = observatory.is_server and values
    return (cursor.execute(sql, values) if is_bound else cursor.execute(inlined(sql, values))).to_arrow_table()


@lru_cache(maxsize=1024)
def _rows_sql(
    indicator: Indicator, filters: tuple[tuple[str, Any], ...], option: tuple[tuple[str, Any], ...],
    buyers: tuple[str, ...],
) -> str:  # fmt: skip
    import ibis

    from gisement.engine.query import is_verdict, numbered

    told = numbered(indicator, Perimeter(dict(filters)), SimpleNamespace(**dict(option)), buyers, READ)
    is_known = is_verdict(told, Verdict.PART, Verdict.REST)
    told = told.filter(is_known, told.year.notnull(), told.weight > 0)
    limits = [parameter("size_band_first_cents"), parameter("size_band_second_cents")]
    limits.append(parameter("size_band_third_cents"))
    band = ibis.cases(
        *((told.amount_cents < limit, str(number)) for number, limit in enumerate(limits)),
        (told.amount_cents.isnull(), ""),
        else_=str(len(limits)),
    )
    rows = told.select(
        buyer_id=ibis.coalesce(told.buyer_siren, told.buyer_id, ""),
        stratum=ibis.coalesce(told.cpv_division, "") + "|" + band,
        year=told.year,
        is_yes=is_verdict(told, Verdict.PART),
        weight=told.weight,
    )
    return parameters_of(str(ibis.to_sql(rows, dialect="duckdb", pretty=False)))


def _check(indicator: Indicator, perimeter: Perimeter) -> None:
    if not is_told(indicator):
        raise Trouble(
            fr=f"{indicator.name} n'est pas une part des contrats, dont les progrès se mesurent : choisir par exemple "
            "pnad_social_count_share.",
            en=f"{indicator.name} is not a share of contracts, whose progress is measured: choose for instance "
            "pnad_social_count_share.",
        )
    if "year" in perimeter.filters:
        raise Trouble(
            fr="--progress et --trend prennent leurs années eux-mêmes : retirer --where year=….",
            en="--progress and --trend take their years themselves: remove --where year=….",
        )


def _of_year(figure: Figure, reading: str, base: Figure | None, change: Change | None) -> Figure:
    from gisement.models.standardised_change import RAW

    group = {**figure.group, "reading": reading}
    if reading == RAW or base is None or base.value is None:
        return replace(figure, group=group, labels={})
    derived = replace(figure, group=group, level=highest([figure.level, Level.DERIVED]), interval=SAMPLING, labels={})
    if figure.group["year"] == base.group["year"]:
        return replace(derived, low=None, high=None)
    if change is None or change.value is None:
        return replace(derived, value=None, low=None, high=None, coverage=None)
    moved = (change.value, change.low, change.high)
    value, low, high = (None if by is None else min(max(base.value + by, 0), 1) for by in moved)
    return replace(derived, value=value, low=low, high=high, coverage=change.coverage)


def _moved(behind: Figure, change: Change) -> Figure:
    return replace(
        behind, unit=POINTS, group={"reading": change.reading}, value=change.value, low=change.low, high=change.high,
        interval=SAMPLING, coverage=change.coverage, level=highest([behind.level, Level.DERIVED]), labels={},
    )  # fmt: skip
