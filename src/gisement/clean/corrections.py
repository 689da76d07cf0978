"""Corrections made by hand: a source like any other, with author and date."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step_idle_without
from gisement.terms.expressions import day, present


@step_idle_without("raw_correction")
def correction(raw_correction: Any) -> Any:
    """One row per correction; of those of one cell the latest (`is_latest`) is the one that may be applied.

    It may start from what earlier ones made: `first_old_value` is the value from which such a chain began.
    """
    c = raw_correction.select(
        table=present(raw_correction.table), key=present(raw_correction.key), column=present(raw_correction.column),
        old_value=present(raw_correction.old_value), new_value=present(raw_correction.new_value),
        reason=present(raw_correction.reason), author=present(raw_correction.author),
        correction_date=day(raw_correction.date),
    ).distinct()  # fmt: skip
    latest = ibis.window(
        group_by=[c.table, c.key, c.column],
        order_by=[ibis.desc(c.correction_date), c.new_value, c.old_value, c.author, c.reason],
    )
    c = c.mutate(rank=ibis.row_number().over(latest)).filter(lambda t: t.key.notnull())
    return _with_chains(c).mutate(is_latest=lambda t: t["rank"] == 0).drop("rank")


def _with_chains(c: Any) -> Any:
    """Corrections of a cell follow each other where one starts from the value that the one before it made."""
    cell, oldest_first = ["table", "key", "column"], [ibis.desc("rank")]
    before = c.new_value.lag().over(ibis.window(group_by=cell, order_by=oldest_first))
    c = c.mutate(starts=~ibis.coalesce(before == c.old_value, False))
    so_far = ibis.window(group_by=cell, order_by=oldest_first, preceding=(None, 0))
    c = c.mutate(chain=c.starts.cast("int64").sum().over(so_far))
    start = ibis.ifelse(c.starts, c.old_value, ibis.null("string"))
    return c.mutate(first_old_value=start.max().over(ibis.window(group_by=[*cell, "chain"]))).drop("starts", "chain")
