"""Shares of areas: which area is meant, and every area of a level at once, from sums by area added up a single time.

Asked by an area, a share is that of the area in the whole: as if each were asked for by itself (`area=department:33`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from gisement.sources.geography import area_name
from gisement.terms import Indicator, Territory, Verdict, parse_territory

AREA, OWN = "area", "territory"
LEVELS = ("commune", "epci", "department")
"""Dimensions that are areas of suppliers, the finest first."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class AreaSums:
    """One area in one group: the whole group, its other dimensions, the options that ask for it, its sums."""

    group: Mapping[str, Any]
    others: Mapping[str, Any]
    options: Mapping[str, str]
    sums: list[Row]


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


def anywhere(option: SimpleNamespace, level: str) -> SimpleNamespace:
    """Options under which whatever has a known place of a level counts."""
    from gisement.indicators.place import ANYWHERE

    return SimpleNamespace(**{**vars(option), AREA: f"{level}:{ANYWHERE}"})


def of_every_area(rows: Sequence[Row], by: Sequence[str], level: str, options: Mapping[str, str]) -> list[AreaSums]:
    """The sums of each area where some supplier is, in each group of the other dimensions, in order.

    `rows` are sums by group and verdict, measured `anywhere`.
    """
    others = [name for name in by if name != level]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in others), []).append(row)
    found = []
    for group, held in groups.items():
        rest = dict(zip(others, group, strict=True))
        for code, sums in _shared_out(held, level):
            whole = {**rest, level: code}
            asked = {**options, AREA: f"{level}:{code}"}
            found.append(AreaSums({name: whole[name] for name in by}, rest, asked, sums))
    return sorted(found, key=lambda one: [(value is None, value or 0) for value in one.group.values()])


def _shared_out(rows: Sequence[Row], level: str) -> list[tuple[str, list[Row]]]:
    """For each area, the rows of sums that it would have alone: what is of other areas is the rest."""
    from gisement.engine.query import numbers

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
