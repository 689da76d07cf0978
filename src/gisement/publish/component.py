"""A figure ready to be laid out: no number is shown without its bounds, coverage, definition and rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from gisement.catalog import texts
from gisement.pipeline import INDICATORS
from gisement.publish import format
from gisement.terms import Figure, Verdict

OUTSIDE = "hors du calcul"
_INSIDE = (Verdict.PART, Verdict.REST, Verdict.UNKNOWN)


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
    command: str
    left: float | None
    value_at: float | None
    right: float | None


def shown(figure: Figure, label: str = "", *, largest: float = 1.0) -> Shown:
    """The texts of a figure; `largest` is what the whole width of a bar stands for (1 for a share)."""
    words = texts()
    told: Mapping[str, Any] = words["indicators"][figure.indicator]
    is_outside = _is_outside(figure)
    return Shown(
        name=figure.indicator,
        title=str(told["title"]),
        label=label or str(told["title"]),
        value=OUTSIDE if is_outside else format.amount(figure.value, figure.unit),
        bounds="" if is_outside else format.bounds(figure),
        coverage="" if is_outside else format.coverage(figure),
        level=str(words["levels"][figure.level]),
        interval=str(words["intervals"][figure.interval]),
        unit=str(told["unit_label"]),
        definition=str(told["definition"]),
        missing=_missing(figure),
        command=rows_command(figure),
        left=_place(figure.low, largest),
        value_at=_place(figure.value, largest),
        right=_place(figure.high, largest),
    )


def _is_outside(figure: Figure) -> bool:
    """Whether rows exist and the definition leaves all of them out: nothing is unknown then."""
    has_rows = figure.sums.rows(Verdict.EXCLUDED) > 0
    return has_rows and not any(figure.sums.rows(verdict) for verdict in _INSIDE)


def rows_command(figure: Figure) -> str:
    """The command that lists the rows behind a figure: its whole perimeter, without the defaults."""
    defaults = {o.name: o.default for i in INDICATORS if i.name == figure.indicator for o in i.options}
    held = parse_qsl(urlsplit(figure.rows).query, keep_blank_values=True)
    where = [f"--where {quote(f'{key}={value}')}" for key, value in held if defaults.get(key) != value]
    return " ".join(["gisement rows", figure.indicator, "--verdict part", *where])


def _missing(figure: Figure) -> str:
    """What the euros do not say: how many rows in scope have no usable amount."""
    if figure.sums.unweighted == 0 or figure.weight_divisor == 1:
        return ""
    rows = format.number(figure.sums.unweighted)
    return f"S'y ajoutent {rows} attributions sans montant exploitable : elles n'entrent dans aucune somme."


def _place(value: float | None, largest: float) -> float | None:
    """Where a value stands on a bar of 100, kept inside it: a length to draw, not a figure."""
    if value is None or largest <= 0:
        return None
    return round(min(max(value / largest, 0.0), 1.0) * 100, 1)
