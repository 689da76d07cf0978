"""A figure ready to be laid out: no number is shown without its bounds, coverage, definition and rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from shlex import quote
from urllib.parse import parse_qsl, urlsplit

from gisement.catalog import indicator_texts, texts
from gisement.pipeline import ALL
from gisement.publish import format
from gisement.terms import Figure

HUNDRED = 100.0


@dataclass(frozen=True)
class Shown:
    """What is written of a figure; `left`, `value_at`, `right` place low, value and high on a bar of 100."""

    name: str
    title: str
    label: str
    value: str
    bounds: str
    coverage: str
    level: str
    interval: str
    unit: str
    definition: str
    missing: str
    figure: Figure
    left: float | None
    value_at: float | None
    right: float | None
    low: str
    high: str
    span: str
    is_simulated: bool = False

    @property
    def command(self) -> str:
        """The command that lists the rows behind the figure: reports and terminals write it, pages do not."""
        return rows_command(self.figure)


def shown(figure: Figure, label: str = "", *, largest: float = 1.0, least: float = 0.0, language: str = "fr") -> Shown:
    """The texts of a figure; a bar goes from `least` to `largest` (0 to 1 for a share)."""
    words = texts(language)
    told = indicator_texts(figure.indicator, language, figure.basis)
    is_outside = format.is_outside(figure)
    high = format.amount(figure.high, figure.unit, language)
    is_open = figure.high is None and figure.low is not None
    largest = HUNDRED if figure.unit == "per_hundred" and largest == 1.0 else largest
    return Shown(
        name=figure.indicator,
        title=str(told["title"]),
        label=label or str(told["title"]),
        value=format.value(figure, language),
        bounds="" if is_outside else format.bounds(figure, language) + format.dated(figure, language),
        coverage="" if is_outside else format.coverage(figure, language),
        level=str(words["levels"][figure.level]),
        interval=str(words["intervals"][figure.interval]),
        unit=str(words["numbers"]["unit_jobs"] if figure.unit == "jobs" else told["unit_label"]),
        definition=str(told["definition"]),
        missing=format.missing(figure, language),
        figure=figure,
        left=_place(figure.low, least, largest),
        value_at=_place(figure.value, least, largest),
        right=_place(figure.high, least, largest),
        low=format.amount(figure.low, figure.unit, language),
        high=str(words["numbers"]["no_upper_bound"]) if is_open else high,
        span="" if is_outside else format.span(figure, language) + format.dated(figure, language, "dated_short"),
        is_simulated=figure.interval == "simulation",
    )


def rows_command(figure: Figure, workspace: str = "") -> str:
    """The command that lists the rows behind a figure: its whole perimeter, without the defaults."""
    defaults = {o.name: o.default for i in ALL if i.name == figure.indicator for o in i.options}
    held = parse_qsl(urlsplit(figure.rows).query, keep_blank_values=True)
    where = [f"{key}={value}" for key, value in held if defaults.get(key) != value]
    return listing(figure.indicator, where, workspace)


def listing(indicator: str, where: Iterable[str], workspace: str = "") -> str:
    """The command that lists the rows of a perimeter typed as `--where`."""
    opened = f"gisement -w {quote(workspace)}" if workspace else "gisement"
    return " ".join([f"{opened} rows {indicator} --verdict part", *(f"--where {quote(pair)}" for pair in where)])


def _place(value: float | None, least: float, largest: float) -> float | None:
    """Where a value stands on a bar of 100, kept inside it: a length to draw, not a figure."""
    if value is None or largest <= least:
        return None
    return round(min(max((value - least) / (largest - least), 0.0), 1.0) * 100, 1)
