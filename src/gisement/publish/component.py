"""A figure ready to be laid out: no number is shown without its bounds, coverage, definition and rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from gisement.catalog import indicator_texts, texts
from gisement.catalog.few import is_few
from gisement.pipeline import ALL
from gisement.publish import format
from gisement.terms import Figure

HUNDRED = 100.0


@dataclass(frozen=True)
class Shown:
    """What is written of a figure; `left`, `value_at`, `right` place low, value and high on a bar of 100.

    Each text is made when it is written: a line of a table writes three of them, a sheet all.
    """

    figure: Figure
    label: str
    language: str
    left: float | None
    value_at: float | None
    right: float | None
    said: str = ""
    """What is written in place of the span, where a page knows more of the figure."""

    @property
    def name(self) -> str:
        """The name of the indicator."""
        return self.figure.indicator

    @property
    def title(self) -> str:
        """What the indicator is called."""
        return str(self._told["title"])

    @property
    def value(self) -> str:
        """The value in its unit."""
        return format.value(self.figure, self.language)

    @property
    def bounds(self) -> str:
        """Between what and what it is; empty where its definition leaves every row out."""
        if format.is_outside(self.figure):
            return ""
        return format.bounds(self.figure, self.language) + format.dated(self.figure, self.language)

    @property
    def span(self) -> str:
        """The same in fewer letters."""
        if self.said or format.is_outside(self.figure):
            return self.said
        return format.span(self.figure, self.language) + format.dated(self.figure, self.language, "dated_short")

    @property
    def coverage(self) -> str:
        """How much of the weight the data can answer about."""
        return "" if format.is_outside(self.figure) else format.coverage(self.figure, self.language)

    @property
    def share(self) -> str:
        """The share that too few rows make, which the detail alone tells; empty for any other figure."""
        return format.share_of_few(self.figure, self.language)

    @property
    def whole_bounds(self) -> str:
        """The bounds as the detail tells them, whatever the figure rests on."""
        return format.whole_bounds(self.figure, self.language) if self.share else self.bounds

    @property
    def whole_coverage(self) -> str:
        """The coverage as the detail tells it."""
        return format.whole_coverage(self.figure, self.language) if self.share else self.coverage

    @property
    def level(self) -> str:
        """How far it is from what was published."""
        return str(texts(self.language)["levels"][self.figure.level])

    @property
    def interval(self) -> str:
        """Of what kind its bounds are."""
        return str(texts(self.language)["intervals"][self.figure.interval])

    @property
    def unit(self) -> str:
        """The unit in words."""
        words = texts(self.language)["numbers"]
        return str(words["unit_jobs"] if self.figure.unit == "jobs" else self._told["unit_label"])

    @property
    def definition(self) -> str:
        """What is measured."""
        return str(self._told["definition"])

    @property
    def missing(self) -> str:
        """How many rows have no amount; empty where all have one."""
        return format.missing(self.figure, self.language)

    @property
    def low(self) -> str:
        """The lower bound."""
        return format.amount(self.figure.low, self.figure.unit, self.language)

    @property
    def high(self) -> str:
        """The upper bound, or that there is none."""
        if self.figure.high is None and self.figure.low is not None:
            return str(texts(self.language)["numbers"]["no_upper_bound"])
        return format.amount(self.figure.high, self.figure.unit, self.language)

    @property
    def is_simulated(self) -> bool:
        """Whether its bounds are those of a simulation."""
        return self.figure.interval == "simulation"

    @property
    def command(self) -> str:
        """The command that lists the rows behind the figure: reports and terminals write it, pages do not."""
        return rows_command(self.figure)

    @property
    def _told(self) -> Mapping[str, Any]:
        return indicator_texts(self.figure.indicator, self.language, self.figure.basis)


def shown(figure: Figure, label: str = "", *, largest: float = 1.0, least: float = 0.0, language: str = "fr") -> Shown:
    """The texts of a figure; a bar goes from `least` to `largest` (0 to 1 for a share)."""
    largest = HUNDRED if figure.unit == "per_hundred" and largest == 1.0 else largest
    ends = (None,) * 3 if is_few(figure) else (figure.low, figure.value, figure.high)
    left, value_at, right = (_place(value, least, largest) for value in ends)
    label = label or str(indicator_texts(figure.indicator, language, figure.basis)["title"])
    return Shown(figure, label, language, left, value_at, right)


def rows_command(figure: Figure, workspace: str = "") -> str:
    """The command that lists the rows behind a figure: its whole perimeter, without the defaults."""
    defaults = {o.name: o.default for i in ALL if i.name == figure.indicator for o in i.options}
    held = parse_qsl(urlsplit(figure.rows).query, keep_blank_values=True)
    where = [f"{key}={value}" for key, value in held if defaults.get(key) != value]
    return listing(figure.indicator, where, workspace)


def program(workspace: str = "") -> str:
    """How a command to type begins, where the workspace must be named."""
    return f"gisement -w {quote(workspace)}" if workspace else "gisement"


def listing(indicator: str, where: Iterable[str], workspace: str = "") -> str:
    """The command that lists the rows of a perimeter typed as `--where`."""
    return " ".join(
        [f"{program(workspace)} rows {indicator} --verdict part", *(f"--where {quote(pair)}" for pair in where)]
    )


def _place(value: float | None, least: float, largest: float) -> float | None:
    """Where a value stands on a bar of 100, kept inside it: a length to draw, not a figure."""
    if value is None or largest <= least:
        return None
    return round(min(max((value - least) / (largest - least), 0.0), 1.0) * 100, 1)
