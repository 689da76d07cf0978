"""Shares of areas: which area is meant, and every area of a level at once, from sums by area added up a single time.

Asked by an area, a share is that of the area in the whole: as if each were asked for by itself (`area=department:33`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from gisement.engine.query import numbers
from gisement.indicators.place import ANYWHERE
from gisement.sources.geography import area_name
from gisement.terms import Figure, Indicator, Perimeter, Territory, Verdict, parse_territory

if TYPE_CHECKING:
    from gisement.engine.measure import Observatory

AREA, OWN = "area", "territory"
LEVELS = ("commune", "epci", "department")
"""Dimensions that are areas of suppliers, the finest first."""
Row = Mapping[str, Any]
_ADDED = ("weighed", "positive", "rows_count", "unweighted")


def level_of(indicator: Indicator, by: Sequence[str]) -> str:
    """The dimension whose groups are areas to have the share of; empty where there is none."""
    takes_areas = any(option.areas for option in indicator.options)
    return next((name for name in LEVELS if takes_areas and name in by), "")


def settled(territory: Territory, told: str) -> str:
    """The area meant, as `level:code`: the territory's own, or one that exists. Raises Trouble if there is none."""
    return territory.key if told == OWN else _existing(told)


@lru_cache(maxsize=4096)
def _existing(told: str) -> str:
    area = parse_territory(told)
    area_name(area)
    return area.key


def of_every_area(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter, by: Sequence[str], level: str
) -> list[Figure]:
    """The share of each area of a level where some supplier is, in each group of the other dimensions, in order."""
    option = observatory.options(indicator, perimeter)
    anywhere = SimpleNamespace(**{**vars(option), AREA: f"{level}:{ANYWHERE}"})
    others = [name for name in by if name != level]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in observatory.sums(indicator, perimeter, anywhere, by):
        groups.setdefault(tuple(row[name] for name in others), []).append(row)
    found = []
    for group, rows in groups.items():
        for code, sums in _shared_out(rows, level):
            held = dict(zip(others, group, strict=True))
            asked = {**vars(option), AREA: f"{level}:{code}"}
            figure = observatory.figure(indicator, perimeter, asked, held, sums)
            found.append(replace(figure, group={name: {**held, level: code}[name] for name in by}))
    return sorted(found, key=lambda one: [(one.group[name] is None, one.group[name] or 0) for name in by])


def _shared_out(rows: Sequence[Row], level: str) -> list[tuple[str, list[Row]]]:
    """For each area, the rows of sums that it would have alone: what is of other areas is the rest."""
    whole = {number: _added([row for row in rows if row["verdict_number"] == number]) for number in numbers()}
    part, rest = numbers(Verdict.PART, Verdict.REST)
    shared = [
        {**sums, "verdict_number": n} for n, sums in whole.items() if n not in (part, rest) and sums["rows_count"]
    ]
    there: dict[str, list[Row]] = {}
    for row in rows:
        if row["verdict_number"] == part and row[level] is not None:
            there.setdefault(row[level], []).append(row)
    return [(code, [*_parted(_added(own), whole[part], part, rest), *shared]) for code, own in there.items()]


def _parted(own: Row, whole: Row, part: int, rest: int) -> list[Row]:
    """What an area has, and what is left of the whole."""
    left = {name: whole[name] - own[name] for name in _ADDED}
    held: list[Row] = [{**own, "verdict_number": part}]
    return [*held, {**left, "rank": whole["rank"], "verdict_number": rest}] if left["rows_count"] else held


def _added(rows: Sequence[Row]) -> dict[str, int]:
    return {
        **{name: sum(int(row[name] or 0) for row in rows) for name in _ADDED},
        "rank": max((row["rank"] for row in rows), default=0),
    }
