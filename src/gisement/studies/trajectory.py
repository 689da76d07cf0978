"""The line from where partners start to what they aim at, and whether the latest year keeps to it, bounds included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gisement.catalog.few import is_few
from gisement.studies.targets import AT_MOST, Progress
from gisement.terms import Figure

ON_TRACK, BEHIND, UNDETERMINED = "on_track", "behind", "undetermined"
Point = tuple[int, float]


@dataclass(frozen=True)
class Course:
    """Where the line stands in the latest year measured; `state` is ON_TRACK, BEHIND or UNDETERMINED.

    `line` are the points that it goes through: the first known year, then each aim in order.
    """

    line: tuple[Point, ...]
    latest: Figure
    expected: float
    state: str


def course(progress: Progress) -> Course | None:
    """The course of an objective; None where no year before its own is known by rows enough.

    The line is a way of reading, no duty: it is kept, or not, only where that holds whatever is not known.
    """
    aims = sorted(progress.years.items())
    told = [each for each in progress.trajectory if each.value is not None and not is_few(each)]
    known = [each for each in told if year_of(each) <= aims[-1][0]]
    before = [each for each in known if year_of(each) < aims[0][0]]
    if not before or before[0].value is None:
        return None
    line = ((year_of(before[0]), before[0].value), *aims)
    latest = known[-1]
    expected = on_line(line, year_of(latest))
    is_ceiling = progress.target["direction"] == AT_MOST
    return Course(line, latest, expected, state_on(latest, expected, at_most=is_ceiling))


def on_line(line: Sequence[Point], year: int) -> float:
    """What a broken line asks of a year: straight between two points, held at its ends."""
    if year <= line[0][0]:
        return line[0][1]
    for (first, low), (last, high) in pairwise(line):
        if year <= last:
            return low + (high - low) * (year - first) / (last - first)
    return line[-1][1]


def state_on(figure: Figure, expected: float, *, at_most: bool) -> str:
    """Whether the figure of a year keeps to what is expected of it, whatever is not known."""
    low, high = figure.low, figure.high
    kept, lost = (high, low) if at_most else (low, high)
    if kept is not None and (kept <= expected if at_most else kept >= expected):
        return ON_TRACK
    return BEHIND if lost is not None and (lost > expected if at_most else lost < expected) else UNDETERMINED


def year_of(figure: Figure) -> int:
    """The year of a figure that is grouped by year."""
    return int(str(figure.group["year"]))
