"""Figures and rows as the command line and the interface for programs give them: one documented shape."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import NoneType
from typing import Any

import msgspec

from gisement.catalog import indicator_texts
from gisement.catalog.few import is_few
from gisement.publish.caution import invented
from gisement.publish.labels import labels
from gisement.terms import Figure, Indicator, Perimeter, Verdict

FORMULA = r"=+\-@\t\r\n＝＋－＠"
"""What a cell that a spreadsheet runs begins with, as the inside of a character class."""
FORMULAS = frozenset("=+-@|\t\r\n＝＋－＠｜")
SCALARS = frozenset({str, int, float, bool, NoneType, date})


def answer(
    indicator: Indicator, perimeter: Perimeter, figures: Sequence[Figure], language: str = "fr",
    about: Mapping[str, Any] | None = None, gaps: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:  # fmt: skip
    """Indicator, perimeter and figures, ready for JSON.

    `model` says what the figures of a model rest on; `gaps` (on payments) are buyers and years without a ledger.
    """
    told = {figure.basis for figure in figures}
    return {
        "indicator": described(indicator, language, next(iter(told)) if len(told) == 1 else None),
        "perimeter": perimeter.as_dict(),
        **({"model": dict(about)} if about else {}),
        "figures": [as_dict(figure, language) for figure in figures],
        **({"gaps": list(gaps)} if "payment" in told else {}),
    }


def described(indicator: Indicator, language: str = "fr", basis: str | None = None) -> dict[str, Any]:
    """What an indicator is, for people: title, unit, definition, exclusions, options with their values and default."""
    text = indicator_texts(indicator.name, language, basis)
    return {
        "name": indicator.name,
        "title": text["title"],
        "unit": indicator.unit.name,
        "definition": text["definition"],
        "excludes": text["excludes"],
        "assumes": text["assumes"],
        "references": list(indicator.references),
        "options": {o.name: {"default": o.default, "values": list(o.values)} for o in indicator.options},
    }


def as_dict(figure: Figure, language: str = "fr") -> dict[str, Any]:
    """One figure: fractions for shares, exact euros with two decimals for money; names apart from codes."""
    sums = figure.sums
    has_sums = figure.weight_divisor == 100 and figure.secrecy != "not_shown"
    weights = {"part": sums.part, "rest": sums.rest, "unknown": sums.unknown, "excluded": sums.excluded}
    return {
        "group": dict(figure.group),
        "labels": labels(figure, language),
        "unit": figure.unit,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "interval": figure.interval,
        "coverage": figure.coverage,
        "sums_eur": {k: euros(v) for k, v in weights.items()} if has_sums else None,
        "sums_kg": {k: v / 1000 for k, v in weights.items()} if figure.weight_divisor == 1000 else None,
        "counts": {str(verdict): sums.rows(verdict) for verdict in Verdict},
        "unweighted": sums.unweighted,
        "level": str(figure.level),
        "basis": figure.basis,
        "secrecy": figure.secrecy or "none",
        "few": is_few(figure),
        "options": dict(figure.options),
        "table_year": figure.table_year,
        "origins": [vars(origin) for origin in figure.origins],
        "rows": figure.rows,
    }


def euros(cents: int) -> float:
    """Cents as euros: the nearest double of a number with two decimals prints as that number."""
    return cents / 100


def as_line(figure: Figure, language: str = "fr") -> dict[str, Any]:
    """One figure as a line of a table, with the columns of its neighbours: empty sums where they are not shown.

    The same as `as_dict` without the list of its origins; `notice` says of invented data what they are.
    """
    line = {name: value for name, value in as_dict(figure, language).items() if name != "origins"}
    if figure.weight_divisor == 100 and line["sums_eur"] is None:
        line["sums_eur"] = dict.fromkeys(("part", "rest", "unknown", "excluded"))
    return {**line, "notice": invented(figure.origins).get("notice", "")}


def to_json(content: Any) -> str:
    """JSON text with French letters as they are."""
    dense = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_plain)  # indented: ten times slower
    return msgspec.json.format(dense, indent=1)


def to_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV text of rows that share their columns; a cell that a spreadsheet would run as a formula is quoted as text."""
    buffer = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        flat = flattened(row)
        if writer is None:
            writer = csv.DictWriter(buffer, list(flat), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: safe(value) for name, value in flat.items()})
    return buffer.getvalue()


def flattened(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values under joined names (`sums_eur_part`); lists as JSON text."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if type(value) in SCALARS:  # nearly always: to ask for a mapping takes ten times as long
            flat[prefix + name] = value
        elif isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{name}_")
        else:
            flat[f"{prefix}{name}"] = (
                json.dumps(value, ensure_ascii=False, default=_plain) if isinstance(value, list) else value
            )
    return flat


def safe(value: Any) -> Any:
    """A cell that a spreadsheet would run as a formula, as text."""
    is_formula = isinstance(value, str) and value[:1] in FORMULAS
    return f"'{value}" if is_formula else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value)
