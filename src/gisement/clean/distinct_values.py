"""Published values that many rows repeat: each is read once, and every row takes the reading of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def by_value(table: Any, columns: Sequence[str], made: Callable[[Any], Any], among: Any = None) -> Any:
    """`table` with the columns that `made` adds to its distinct values of `columns` (a null is a value too).

    Worth it where an expression is slow (regular expressions, identifiers) and values are few: joining back has the
    price of one hash table. `among` is a table that holds these values and costs less to read again than `table` (the
    raw table that it comes from, as a `view()`); its further values are read for nothing. Before filters and joins of
    `table`: DuckDB takes each for a loss of four rows in five, and would then hash `table` rather than its values.
    """
    values = (table if among is None else among).select(*columns).distinct()
    read = made(values)
    keys = {column: f"_value_of_{column}" for column in columns}
    read = read.rename({key: column for column, key in keys.items()})
    same = [table[column].identical_to(read[key]) for column, key in keys.items()]
    return table.left_join(read, same).drop(*keys.values())
