"""Where marks stand in the drawings: lengths and places from figures, for the eye (each has its table)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gisement.publish import format
from gisement.publish.component import shown
from gisement.publish.diagnosis.build import Line
from gisement.terms import Figure

COINS, COINS_PER_ROW, COIN_STEP, COIN_RADIUS = 100, 10, 20, 8
TOP, HEIGHT, STEP, MARGIN = 18, 150, 46, 46
GRID = (0, 25, 50, 75, 100)


@dataclass(frozen=True)
class Coin:
    """One of 100 euros: `part` (surely counted), `unknown` (between the bounds) or `rest`."""

    x: int
    y: int
    kind: str


@dataclass(frozen=True)
class Mark:
    """A year on the chart: its place across, the heights of its value and bounds, and texts."""

    x: int
    y: float
    top: float
    bottom: float
    label: str
    value: str


@dataclass(frozen=True)
class YearChart:
    """Marks and grid lines (`height`, `text`) in a drawing of `width` × `height`."""

    width: int
    height: int
    baseline: int
    marks: tuple[Mark, ...]
    grid: tuple[tuple[float, str], ...]


def coins(figure: Figure) -> tuple[Coin, ...]:
    """A hundred coins for a share: surely counted up to the low bound, not known up to the high one, rest."""
    if figure.low is None or figure.high is None:
        kinds = ["unknown"] * COINS
    else:
        sure, possible = round(figure.low * COINS), round(figure.high * COINS)
        kinds = ["part" if n < sure else "unknown" if n < possible else "rest" for n in range(COINS)]
    return tuple(
        Coin(
            (n % COINS_PER_ROW) * COIN_STEP + COIN_STEP // 2,
            (n // COINS_PER_ROW) * COIN_STEP + COIN_STEP // 2,
            kind,
        )
        for n, kind in enumerate(kinds)
    )


def year_chart(lines: Sequence[Line]) -> YearChart:
    """The share of each dated year with its bounds, on a scale from 0 to 100 %."""
    known = [line for line in lines if line.label.isdigit() and line.figure.value is not None]
    marks = tuple(_mark(n, line) for n, line in enumerate(known))
    grid = tuple((_y(float(level)), f"{level}{format.SPACE}%") for level in GRID)
    return YearChart(MARGIN + STEP * max(len(known), 1) + 6, TOP + HEIGHT + 24, TOP + HEIGHT, marks, grid)


def _mark(n: int, line: Line) -> Mark:
    told = shown(line.figure, line.label)
    written = format.percent(line.figure.value, 0)
    x = MARGIN + STEP * n + STEP // 2
    return Mark(x, _y(told.value_at), _y(told.right), _y(told.left), line.label, written)


def _y(place: float | None) -> float:
    return round(TOP + HEIGHT * (1 - (place or 0.0) / 100), 1)
