"""A figure: an indicator measured over a perimeter, with all that is needed to trust or to doubt it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gisement.terms.verdict import Level, Verdict


@dataclass(frozen=True)
class Perimeter:
    """Filters change the rows (several values of one key: any of them); options change the verdict."""

    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, str]:
        """Filters and options in one mapping, in alphabetical order."""
        joined = {key: ",".join(values) for key, values in self.filters.items()}
        return dict(sorted({**joined, **self.options}.items()))


@dataclass(frozen=True)
class Origin:
    """Where rows of a figure come from: one snapshot of one source."""

    source: str
    producer: str
    licence: str
    file: str
    sha256: str


@dataclass(frozen=True)
class Sums:
    """Weights (integers: cents, or rows) and rows of one group, by verdict.

    `unknown_positive` and `unknown_negative` are the two signed parts of the unknown weight; `unweighted`
    counts the rows in scope whose weight is missing.
    """

    part: int = 0
    rest: int = 0
    unknown_positive: int = 0
    unknown_negative: int = 0
    excluded: int = 0
    counts: Mapping[Verdict, int] = field(default_factory=dict)
    unweighted: int = 0
    level_rank: int = 0

    @property
    def unknown(self) -> int:
        """Signed sum of the weights whose verdict is unknown."""
        return self.unknown_positive + self.unknown_negative

    def rows(self, verdict: Verdict) -> int:
        """Number of rows of a verdict, those without weight included."""
        return self.counts.get(verdict, 0)


@dataclass(frozen=True)
class Figure:
    """One number of one group with its bounds; `value` is None where it is not known, never 0.

    Shares are fractions from 0 to 1, money is in euros; `interval` says of what kind the bounds are. `labels` names the
    codes of the group that the data name (a buyer, a supplier, a commune, a department). `basis` is `payment` or
    `contract` where the indicator can be measured on both; `table_year` is that of the table that a model rests on.
    `secrecy` is `protected` where it is made of published sums of payments, `not_shown` where one of these is hidden:
    nothing else is then said of it. `table` is the one whose rows are added up; `keys` is how many suppliers (or other
    keys) a spread is over, or how many contracts the year of a change that has least of them holds.
    """

    indicator: str
    unit: str
    group: Mapping[str, str | int | None]
    value: float | None
    low: float | None
    high: float | None
    interval: str
    coverage: float | None
    sums: Sums
    level: Level
    origins: tuple[Origin, ...] = ()
    rows: str = ""
    weight_divisor: int = 100
    basis: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    table_year: int | None = None
    secrecy: str = ""
    table: str = ""
    keys: int | None = None
