"""The queries of a figure, compiled once for every value of its filters: its sums, its amounts, its rows."""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from gisement.catalog import tables
from gisement.engine.parameters import VERDICT_MARK, parameters_of
from gisement.engine.passed import marked, unmarked
from gisement.store.database import schema
from gisement.terms import Indicator, Perimeter, Spread

Frozen = tuple[tuple[str, Any], ...]


def frozen(option: SimpleNamespace) -> Frozen:
    """Options chosen, as what a cache is keyed by."""
    return tuple(sorted(vars(option).items()))


@lru_cache(maxsize=4096)
def sum_sql(indicator: Indicator, filters: Frozen, option: Frozen, buyers: tuple[str, ...], by: tuple[str, ...]) -> str:
    """One row per group and verdict: weights and numbers of rows."""
    import ibis

    from gisement.engine.query import column_of, summed

    for key in by:
        column_of(indicator, key, filtering=False)
    sums = summed(indicator, Perimeter(dict(filters)), SimpleNamespace(**dict(option)), buyers, by)
    return parameters_of(str(ibis.to_sql(sums, dialect="duckdb", pretty=False)))


@lru_cache(maxsize=1024)
def spread_sql(
    indicator: Indicator, filters: Frozen, option: Frozen, buyers: tuple[str, ...], by: tuple[str, ...]
) -> str:
    """The amounts of the rows of each group, for a statistic of how they are spread."""
    import ibis

    from gisement.engine.query import DIMENSIONS, numbered
    from gisement.engine.spread import amounts

    assert isinstance(indicator.kind, Spread)
    read = list(dict.fromkeys([*(DIMENSIONS[name] for name in by), *indicator.kind.over]))
    rows = numbered(indicator, Perimeter(dict(filters)), SimpleNamespace(**dict(option)), buyers, read)
    return parameters_of(str(ibis.to_sql(amounts(rows, by, indicator.kind), dialect="duckdb", pretty=False)))


@lru_cache(maxsize=1024)
def rows_sql(indicator: Indicator, filters: Frozen, option: Frozen, buyers: tuple[str, ...]) -> str:
    """The rows of one verdict, in the order of the table's key."""
    import ibis

    from gisement.engine.query import explained, judged

    table = tables()[indicator.table]
    columns = marked(table.schema, {*table.key, "amount_level"})
    rows = judged(indicator, Perimeter(dict(filters)), SimpleNamespace(**dict(option)), buyers, list(columns))
    rows = explained(rows, indicator).filter(rows.verdict == VERDICT_MARK).order_by(list(table.key))
    return unmarked(parameters_of(str(ibis.to_sql(rows, dialect="duckdb", pretty=False))), columns)


@lru_cache(maxsize=1024)
def judged_sql(indicator: Indicator, option: Frozen, buyers: tuple[str, ...]) -> str:
    """Every row of the table, whoever bought, in its order: verdict, weight, level, and whether its scope is known."""
    import ibis

    from gisement.engine.query import BUYERS, leveled, numbered

    every = Perimeter({BUYERS: ("all",)})
    held = ["amount_level"] if "amount_level" in schema(indicator.table) else []
    rows = leveled(numbered(indicator, every, SimpleNamespace(**dict(option)), buyers, held))
    is_sure = (rows.in_scope == ibis.literal(True)).notnull()
    rows = rows.select("verdict_number", "weight", "rank", is_sure=is_sure)
    return str(ibis.to_sql(rows, dialect="duckdb", pretty=False))
