"""Corrections made by hand: a source like any other, with author and date."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.values import day, present
from gisement.terms import step


@step
def correction(raw_correction: Any) -> Any:
    """One row per correction; of those of one cell the latest (`is_latest`) is the one that may be applied."""
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
    return c.mutate(is_latest=ibis.row_number().over(latest) == 0).filter(lambda t: t.key.notnull())
