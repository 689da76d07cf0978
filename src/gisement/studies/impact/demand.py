"""The demand of a perimeter as queries: the rows that count, by segment, kind of supplier and ring, in two readings.

As declared, with the nearest ring where the firm has an establishment; and spread over all establishments of the firm
by headcount. The rows are those of the indicator's own expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from gisement.catalog import parameter
from gisement.engine.compiled import Frozen, frozen
from gisement.engine.measure import Observatory
from gisement.models.impact.inputs import TRADE, Rows
from gisement.terms import Indicator, Perimeter, Verdict

FIRST_YEAR, LAST_YEAR = 2000, 2040
"""Years that a purchase may be of."""
READ = ("segment", "supplier_siren", "year", "naf_code", "establishment_nearest")
"""What the demand needs of a purchase, beside its verdict."""


def demand_rows(
    observatory: Observatory,
    indicator: Indicator,
    perimeter: Perimeter,
    option: SimpleNamespace,
    by: Sequence[str],
    prices_of: int | None = None,
) -> tuple[Rows, Rows]:
    """Cents by group, segment, `is_trader` and `ring`: as declared (with `near`), and by headcount.

    A firm whose activity is unknown counts as a trader: its goods may come from anywhere. With a year in `prices_of`,
    cents are those of its prices; a purchase of unknown year keeps its own.
    """
    filters, buyers = tuple(perimeter.filters.items()), tuple(observatory.territory.buyers)
    sql = _demand_sql(indicator, filters, frozen(option), buyers, tuple(by), prices_of)
    found = _answered(observatory, sql, len(by))
    return tuple([row for row in found if row["is_spread"] is spread] for spread in (False, True))  # type: ignore[return-value]


@lru_cache(maxsize=256)
def _demand_sql(
    indicator: Indicator,
    filters: Frozen,
    option: Frozen,
    buyers: tuple[str, ...],
    by: tuple[str, ...],
    prices_of: int | None,
) -> str:
    """The query of both readings, compiled once: it takes longer than to run it."""
    import ibis

    from gisement.engine.query import DIMENSIONS, is_verdict, numbered
    from gisement.store.database import schema

    read = list(dict.fromkeys([*(DIMENSIONS[name] for name in by), *READ]))
    rows = numbered(indicator, Perimeter(dict(filters)), SimpleNamespace(**dict(option)), buyers, read)
    rows = rows.filter(is_verdict(rows, Verdict.PART))
    dimensions = {f"group_{n}": rows[DIMENSIONS[name]] for n, name in enumerate(by)}
    rows = rows.select(
        **dimensions, segment=rows.segment, siren=rows.supplier_siren,
        cents=rows.weight if prices_of is None else (rows.weight * _deflator(rows.year, prices_of)),
        is_trader=ibis.coalesce(rows.naf_code.substr(0, 2).isin(TRADE), True),
        ring=rows.establishment_nearest.cast("int64"),
    )  # fmt: skip
    keys = [*dimensions, "segment", "is_trader", "ring"]
    rows = rows.group_by([*keys, "siren"]).agg(cents=rows.cents.sum())  # firms are few beside payments
    presence = ibis.table(schema("supplier_presence"), name="supplier_presence")
    both = ibis.union(_declared(rows, presence, keys), _by_headcount(rows, presence, keys))  # read once for both
    return str(ibis.to_sql(both.order_by(list(both.columns)), dialect="duckdb", pretty=False))


def _deflator(year: Any, to: int) -> Any:
    """Prices of the year `to` over those of the year of each row; 1 where that year is not known."""
    import ibis

    level = deflator(to)
    return ibis.cases(*((year == each, level / deflator(each)) for each in range(FIRST_YEAR, LAST_YEAR + 1)), else_=1.0)


def deflator(year: int) -> int:
    """The level of prices of a year; that of the nearest year known beyond the ends of the series.

    Source: World Bank, GDP deflator of France (parameter `gdp_deflator_index`).
    """
    return parameter("gdp_deflator_index", date(year, 12, 31))


def _declared(rows: Any, presence: Any, keys: Sequence[str]) -> Any:
    import ibis

    nearest = presence.group_by("supplier_siren").agg(nearest=presence.ring_nearest.min())
    placed = rows.left_join(nearest, [("siren", "supplier_siren")])
    placed = placed.mutate(near=ibis.least(ibis.coalesce(placed.nearest, placed.ring), placed.ring))
    found = placed.group_by([*keys, "near"]).agg(cents=placed.cents.sum().round().cast("float64"))
    return found.mutate(is_spread=False)


def _by_headcount(rows: Any, presence: Any, keys: Sequence[str]) -> Any:
    """Cents spread over the firm's establishments: by headcount, by their number where none has any."""
    import ibis

    p = presence.mutate(
        heads=presence.headcount_count.sum().over(ibis.window(group_by=presence.supplier_siren)),
        places=presence.establishments_count.sum().over(ibis.window(group_by=presence.supplier_siren)),
    )
    by_heads = p.headcount_count.cast("float64") / p["heads"].nullif(0)
    by_number = p.establishments_count.cast("float64") / p["places"].nullif(0)
    p = p.select(firm="supplier_siren", there="ring_nearest", share=ibis.coalesce(by_heads, by_number))
    spread = rows.left_join(p, [("siren", "firm")])
    spread = spread.mutate(
        ring=ibis.coalesce(spread.there, spread.ring),
        cents=spread.cents.cast("float64") * ibis.coalesce(spread.share, 1.0),
    )
    found = spread.group_by(list(keys)).agg(cents=spread.cents.sum())
    return found.select(*keys, near=ibis.null("int64"), cents=found.cents, is_spread=True)


def _answered(observatory: Observatory, sql: str, groups: int) -> Rows:
    answer = observatory.connection.cursor().execute(sql)
    names = [column[0] for column in answer.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    return [{**row, "group": tuple(row[f"group_{n}"] for n in range(groups))} for row in found]
