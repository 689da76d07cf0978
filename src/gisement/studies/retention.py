"""Until when each file of a workspace may be kept, and which have been kept too long: nothing is deleted by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gisement.catalog import raw_tables
from gisement.catalog.file_kinds import retentions
from gisement.sources.registry import SOURCES
from gisement.store import database, snapshots
from gisement.store.snapshots import came_in
from gisement.store.workspace import Workspace
from gisement.terms import Snapshot

TELLING = ("year", "date", "month", "day")
"""What the name of a column of a file that tells a year holds."""
AHEAD = 5
"""A year so far after the one in which a file came in is a mistake of a line, not a reason to keep the file."""


@dataclass(frozen=True)
class Kept:
    """A file and the last day on which it may be kept; `last_year` is the last that it tells of, if it tells any."""

    identifier: str
    kind: str
    file: str
    last_year: int | None
    until: date


def kept_until(workspace: Workspace) -> list[Kept]:
    """Every file whose kind has a duration: so many months from the end of the last year that it tells of.

    A file that tells of no year counts from the day on which it came in.
    """
    months = {kind: each.months for each in retentions() for kind in each.kinds if each.months is not None}
    return [_kept(workspace, held, months[held.kind]) for held in snapshots(workspace) if held.kind in months]


def overdue(workspace: Workspace, today: date) -> list[Kept]:
    """The files that should have been removed by now, the longest overdue first."""
    late = [each for each in kept_until(workspace) if each.until < today]
    return sorted(late, key=lambda each: (each.until, each.kind, each.identifier))


def _kept(workspace: Workspace, held: Snapshot, months: int) -> Kept:
    entry = came_in(held)
    last = _last_year(workspace, held, entry.year + AHEAD)
    start = date(last, 12, 31) if last else entry
    return Kept(held.identifier, held.kind, held.name, last, _later(start, months))


def _last_year(workspace: Workspace, held: Snapshot, at_most: int) -> int | None:
    years = []
    for table in SOURCES[held.kind].raw_tables:
        path = database.raw_files(workspace, table).get(held.identifier)
        columns = [name for name in raw_tables()[table].schema if any(word in name for word in TELLING)]
        if path is None or not columns:
            continue
        told = ", ".join(f"regexp_extract(\"{name}\"::VARCHAR, '(19|20)[0-9]{{2}}')" for name in columns)
        sql = (
            f"SELECT max(year) FROM (SELECT try_cast(unnest([{told}]) AS INTEGER) AS year "
            f"FROM read_parquet({database.parquet(path)})) WHERE year <= {at_most}"
        )
        years += [year for (year,) in database.query(workspace, sql, []) if year is not None]
    return max(years, default=None)


def _later(start: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    years, month = divmod(start.month - 1 + months, 12)
    for day in (start.day, 30, 29, 28):
        try:
            return date(start.year + years, month + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
