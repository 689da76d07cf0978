"""What is asked and answered, for the description of the interface (OpenAPI) and for the checks of a request."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from gisement.engine.query import BUYER_SETS, BUYERS, DIMENSIONS, MODEL_DIMENSIONS
from gisement.pipeline import ALL
from gisement.terms import Verdict

OWN = {"format", "language", "by", "verdict", "limit", "offset"}
"""What a request holds besides its perimeter."""
LARGEST_PAGE, FURTHEST, BY_AT_MOST = 10_000, 10**9, 3
Language = Literal["fr", "en"]
Text = Annotated[str, Field(max_length=200)]
AREA_TEXT = Annotated[str, Field(pattern=r"^(territory|(commune|epci|department|region):[0-9AB]{2,9})$")]


class Verdicts(BaseModel):
    """One number for each verdict."""

    part: float
    rest: float
    unknown: float
    excluded: float


class Snapshot(BaseModel):
    """A file that a figure was made from."""

    source: str
    producer: str
    licence: str
    file: str
    sha256: str


class FigureAnswer(BaseModel):
    """One figure: fractions for shares, euros for amounts; null where it is not known, never 0.

    `few` says that a share rests on too few rows (or suppliers) for a headline: pages show their count and amounts.
    """

    group: dict[str, str | int | None]
    value: float | None
    low: float | None
    high: float | None
    interval: Literal["missing", "sampling", "simulation", "scenario"]
    coverage: float | None
    sums_eur: Verdicts | None
    sums_kg: Verdicts | None
    counts: Verdicts
    unweighted: int
    level: Literal["observed", "derived", "modelled"]
    options: dict[str, str]
    table_year: int | None
    secrecy: Literal["none", "protected", "not_shown"]
    few: bool
    origins: list[Snapshot]
    rows: str


class OptionAnswer(BaseModel):
    """An option of a definition."""

    default: str
    values: list[str]


class IndicatorAnswer(BaseModel):
    """An indicator, in words."""

    name: str
    title: str
    unit: str
    definition: str
    excludes: list[str]
    assumes: list[str]
    references: list[str]
    options: dict[str, OptionAnswer]


class MeasureAnswer(BaseModel):
    """An indicator measured over a perimeter."""

    indicator: IndicatorAnswer
    perimeter: dict[str, str]
    figures: list[FigureAnswer]


class RowsAnswer(BaseModel):
    """A page of the rows of one verdict; `count` is how many there are in all, `next` the address of the next page."""

    indicator: str
    perimeter: dict[str, str]
    verdict: str
    count: int
    rows: list[dict[str, Any]]
    next: str | None


class CheckAnswer(BaseModel):
    """What was found in the files, the account of records, and what must hold."""

    findings: list[dict[str, Any]]
    account: list[dict[str, Any]]
    expectations: list[dict[str, Any]]


class Hit(BaseModel):
    """Something that holds every word asked for."""

    kind: Literal["buyer", "supplier", "contract"]
    key: str
    name: str | None
    detail: str | None


class TroubleAnswer(BaseModel):
    """One plain sentence: what cannot be done, and what to do."""

    detail: str


def indicator_names() -> Any:
    """The names of indicators, as a closed list."""
    return StrEnum("IndicatorName", {indicator.name: indicator.name for indicator in ALL})


def dimension_names() -> Any:
    """The names of dimensions, as a closed list: of rows, then those that split the result of a model."""
    splits = dict.fromkeys(name for names in MODEL_DIMENSIONS.values() for name in names)
    return StrEnum("DimensionName", {name: name for name in (*DIMENSIONS, *splits)})


def asked(dimension: Any) -> dict[str, type[BaseModel]]:
    """What a request may hold, for `measure`, `sensitivity` and `rows`: every key of `--where`, and its own."""
    filters = _filters()
    language = (Language, Field(default="fr"))
    by: Any = (list[dimension], Field(default_factory=list, max_length=BY_AT_MOST))
    figures = {"format": (Literal["json", "csv", "xlsx"], Field(default="json")), "language": language}
    rows = {
        "format": (Literal["json", "csv", "parquet"], Field(default="json")),
        "verdict": (Literal[tuple(map(str, Verdict))], ...),
        "limit": (int, Field(default=100, ge=1, le=LARGEST_PAGE)),
        "offset": (int, Field(default=0, ge=0, le=FURTHEST)),
    }
    own: dict[str, dict[str, Any]] = {"measure": {**figures, "by": by}, "sensitivity": figures, "rows": rows}
    strict = ConfigDict(extra="forbid")
    return {
        name: create_model(f"{name.title()}Asked", __config__=strict, **filters, **more) for name, more in own.items()
    }


def _filters() -> dict[str, Any]:
    """Every filter and option; what each is, `description.described_in` says."""
    found: dict[str, Any] = {name: (list[Text], Field(default_factory=list, max_length=50)) for name in DIMENSIONS}
    found[BUYERS] = (Literal[BUYER_SETS] | None, None)
    areas = {option.name for indicator in ALL for option in indicator.options if option.areas}
    for name, values in _options().items():
        kind: Any = AREA_TEXT if name in areas else Literal[values]
        found[name] = (kind | None, None)
    return found


def _options() -> dict[str, tuple[str, ...]]:
    """Every option with all the values that it has in any definition."""
    found: dict[str, dict[str, None]] = {}
    for indicator in ALL:
        for option in indicator.options:
            found.setdefault(option.name, {}).update(dict.fromkeys(option.values))
    return {name: tuple(values) for name, values in found.items()}
