"""The diagnosis as one static page: French, self-contained, without script or outside request."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.component import Shown, shown
from gisement.publish.diagnosis.build import Diagnosis, Line
from gisement.publish.diagnosis.charts import coins, year_chart
from gisement.terms import Figure

HERE = Path(__file__).parent
TEMPLATE, STYLE = "diagnosis.html.j2", "diagnosis.css"


@dataclass(frozen=True)
class Row:
    """A row of a table: a share, and the amount of the same group where there is one."""

    main: Shown
    beside: Shown | None


def write_page(diagnosis: Diagnosis, target: Path) -> Path:
    """Write the page at `target` (the same diagnosis gives the same bytes) and return it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render(diagnosis), encoding="utf-8", newline="\n")
    return target


def render(diagnosis: Diagnosis) -> str:
    """The HTML of the page."""
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (HERE / STYLE).read_text(encoding="utf-8")
    return environment.get_template(TEMPLATE).render(style=style, **_content(diagnosis))


def _content(d: Diagnosis) -> dict[str, Any]:
    headline = shown(d.headline)
    return {
        "territory": d.places.territory,
        "of_department": d.places.of_department,
        "notice": d.notice,
        "headline": headline,
        "per_hundred": {name: format.per_hundred(value) for name, value in _ends(d.headline).items()},
        "coins": coins(d.headline),
        "cards": [shown(d.spend), shown(d.contracts), *(shown(line.figure) for line in d.suppliers[:1])],
        "rings": _rows(d.rings),
        "readings": _rows(d.readings),
        "by_year": _rows(d.by_year),
        "chart": year_chart(d.by_year),
        "by_family": _rows(d.by_family),
        "by_buyer": _rows(d.by_buyer),
        "hidden_buyers": d.hidden_buyers,
        "suppliers": _rows(d.suppliers),
        "coverage": _rows(d.coverage),
        "findings": [(f, texts()["findings"].get(f.rule, f.rule), format.number(f.count)) for f in d.findings],
        "actions": texts()["actions"],
        "definitions": _definitions(d),
        "origins": [(origin, origin.sha256[:12]) for origin in d.origins],
    }


def _ends(figure: Figure) -> dict[str, float | None]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _rows(lines: tuple[Line, ...]) -> list[Row]:
    """Rows of a table: shares on a common scale, amounts relative to the largest of the table."""
    amounts = [line.beside.value for line in lines if line.beside and line.beside.value is not None]
    largest = max(amounts, default=0.0)
    return [
        Row(
            shown(line.figure, line.label),
            shown(line.beside, line.label, largest=largest) if line.beside else None,
        )
        for line in lines
    ]


def _definitions(d: Diagnosis) -> list[tuple[str, dict[str, Any]]]:
    """The definition of every indicator of the page, once, in order of appearance."""
    figures = [d.headline, d.spend, d.contracts, *(line.figure for line in (*d.suppliers, *d.coverage))]
    return [(name, texts()["indicators"][name]) for name in dict.fromkeys(f.indicator for f in figures)]
