"""Columns that a query passes on as they are, kept out of compiling: a mark stands for each run of them.

Compiling takes most of the time of a question, and grows with the columns: a hundred of them quadrupled it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping

Columns = Mapping[str, list[str]]
_IN_SQL = re.compile(r'"(\w+)"\."(\u00a7passed\d+\u00a7)"')


def marked(columns: Collection[str], told: Collection[str]) -> Columns:
    """The columns that are `told` under their own names, and a mark for each run of the others, in the same order."""
    runs = itertools.groupby(columns, lambda name: name in told)
    found: dict[str, list[str]] = {}
    for number, (is_told, run) in enumerate(runs):
        found |= {name: [name] for name in run} if is_told else {f"\u00a7passed{number}\u00a7": list(run)}
    return found


def unmarked(sql: str, columns: Columns) -> str:
    """The SQL with the columns in the place of each mark."""
    return _IN_SQL.sub(lambda m: ", ".join(f'"{m[1]}"."{name}"' for name in columns[m[2]]), sql)
