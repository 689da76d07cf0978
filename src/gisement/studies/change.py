"""Why a share changed from one year to another, and its trend at constant perimeter: the account as figures.

Every part has its rows: those of the buyers and years that it is made of, judged by the indicator itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gisement.engine.measure import Observatory
from gisement.terms import Figure, Indicator, Level, Perimeter, Sums, Trouble, Verdict, highest

if TYPE_CHECKING:
    import pyarrow as pa

    from gisement.models.share_decomposition import Change

DECOMPOSED = "local_share"
BEFORE, AFTER, CHANGE = "share_before", "share_after", "change"
RAW, SAME_BUYERS, SAME_NEEDS = "raw", "constant_perimeter", "constant_mix"
READINGS = (RAW, SAME_BUYERS, SAME_NEEDS)
POINTS = "points"


@dataclass(frozen=True)
class Account:
    """The shares of two years, their difference and its parts, as figures; `points` prints the last so that they add
    up (percentage points, rounded by largest remainders)."""

    figures: list[Figure]
    points: Mapping[str, float]


def decompose(observatory: Observatory, indicator: Indicator, perimeter: Perimeter, years: Sequence[int]) -> Account:
    """The exact account of the change between two years: group `effect`, values as fractions that add up exactly.

    Raises Trouble if the indicator has no such account, a share is not known, or no buyer is present in both years.

    Source: see `gisement.models.share_decomposition`.
    """
    from gisement.models import share_decomposition as account

    _check(indicator, perimeter)
    perimeter = observatory.resolved(indicator, perimeter)
    year_0, year_1 = years
    rows = known_rows(observatory, indicator, perimeter)
    change = account.decompose(rows, year_0, year_1)
    ends = [_of(observatory, indicator, perimeter, [year]) for year in years]
    both = _of(observatory, indicator, perimeter, years)
    figures = [
        _part(ends[0], BEFORE, change.share_0, unit=ends[0].unit),
        _part(ends[1], AFTER, change.share_1, unit=ends[1].unit),
        _part(both, CHANGE, change.share_1 - change.share_0),
        *(
            _part(_behind(observatory, indicator, perimeter, change, rows, name), name, value)
            for name, value in change.effects.items()
        ),
    ]
    points = account.in_points(change)
    return Account(figures, {**points, CHANGE: round(sum(points.values()), 1)})


def trend(observatory: Observatory, indicator: Indicator, perimeter: Perimeter) -> list[Figure]:
    """Year by year (group `year`, `reading`): the raw share, then chained over the same buyers, then with the same mix.

    Raises Trouble if the indicator has no such account.
    """
    from gisement.models import share_decomposition as account

    _check(indicator, perimeter)
    perimeter = observatory.resolved(indicator, perimeter)
    chained = {row["year"]: row for row in account.trend(known_rows(observatory, indicator, perimeter)).to_pylist()}
    found = [figure for figure in observatory.measure(indicator, perimeter, ("year",)) if figure.group["year"]]
    return [
        _read(figure, reading, chained.get(figure.group["year"], {}).get(reading))
        for figure in found
        for reading in READINGS
    ]


def known_rows(observatory: Observatory, indicator: Indicator, perimeter: Perimeter) -> pa.Table:
    """Cents by buyer, segment, supplier, year and answer, over the rows that count or do not (the others are unknown).

    A missing segment or identifier is a group of its own.
    """
    import ibis

    from gisement.engine.query import judged, whole

    option = observatory.options(indicator, perimeter)
    told = judged(indicator, perimeter, option, observatory.territory.buyers)
    told = told.filter(told.verdict.isin((str(Verdict.PART), str(Verdict.REST))), told.year.notnull())
    rows = told.group_by(
        buyer_id=ibis.coalesce(told.buyer_siren, told.buyer_id, ""),
        segment=ibis.coalesce(told.segment, ""),
        supplier_siren=ibis.coalesce(told.supplier_siren, told.supplier_id, ""),
        year=told.year,
        is_local=told.verdict == str(Verdict.PART),
    ).agg(amount_cents=told.weight.sum())
    rows = rows.mutate(amount_cents=whole(rows.amount_cents))
    sql = str(ibis.to_sql(rows, dialect="duckdb", pretty=False))
    return observatory.connection.cursor().execute(sql).to_arrow_table()


def _check(indicator: Indicator, perimeter: Perimeter) -> None:
    if indicator.name != DECOMPOSED:
        raise Trouble(
            fr=f"Seul {DECOMPOSED} se décompose d'une année à l'autre, pas {indicator.name} : écrire "
            f"« gisement measure {DECOMPOSED} » ; une part des contrats a --progress et --trend.",
            en=f"Only {DECOMPOSED} is decomposed from one year to another, not {indicator.name}: write "
            f"'gisement measure {DECOMPOSED}'; a share of contracts has --progress and --trend.",
        )
    if "year" in perimeter.filters:
        raise Trouble(
            fr="--decompose et --trend prennent leurs années eux-mêmes : retirer --where year=….",
            en="--decompose and --trend take their years themselves: remove --where year=….",
        )


def _of(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter, years: Sequence[int], **filters: Any
) -> Figure:
    """The share over some years (and buyers): its rows are those of a part of the account."""
    held = {**perimeter.filters, "year": tuple(map(str, years)), **filters}
    return observatory.measure(indicator, Perimeter(held, perimeter.options))[0]


def _behind(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter, change: Change, rows: pa.Table, effect: str
) -> Figure:
    """The rows behind a part: of the buyers that came, that left, or that are there both years (none: no address)."""
    from gisement.engine.query import BUYERS, keeps_to_territory
    from gisement.models.share_decomposition import ARRIVALS, DEPARTURES, present_buyers

    before, after = (present_buyers(rows, year) for year in (change.year_0, change.year_1))
    buyers = {ARRIVALS: after - before, DEPARTURES: before - after}.get(effect, before & after)
    years = {ARRIVALS: [change.year_1], DEPARTURES: [change.year_0]}.get(effect, [change.year_0, change.year_1])
    if not buyers:
        empty = replace(_of(observatory, indicator, perimeter, years), sums=Sums(), coverage=None)
        return replace(empty, rows="")
    chosen: dict[str, tuple[str, ...]] = {"buyer": tuple(sorted(buyers))}
    if keeps_to_territory(perimeter):
        chosen[BUYERS] = ("territory",)
    return _of(observatory, indicator, perimeter, years, **chosen)


def _part(behind: Figure, name: str, value: float, unit: str = POINTS) -> Figure:
    """One part of the account, on the rows behind it; only the two shares have bounds."""
    ends = (behind.low, behind.high) if unit != POINTS else (None, None)
    level = highest([behind.level, Level.DERIVED]) if unit == POINTS else behind.level
    return replace(
        behind, unit=unit, group={"effect": name}, value=value, low=ends[0], high=ends[1], level=level, labels={}
    )


def _read(raw: Figure, reading: str, value: float | None) -> Figure:
    """A year of the trend in one reading, on the rows of the year."""
    group = {**raw.group, "reading": reading}
    if reading == RAW:
        return replace(raw, group=group, labels={})
    level = highest([raw.level, Level.DERIVED])
    return replace(raw, group=group, value=value, low=None, high=None, level=level, labels={})
