"""Tables for the terminal."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from gisement.catalog import texts
from gisement.publish.format import amount, bounds, percent
from gisement.terms import Figure, Indicator, Reading, Verdict

LONGEST = 50
PIPED_WIDTH = 200


def show_figures(indicator: Indicator, figures: Sequence[Figure], language: str, *, with_options: bool = False) -> None:
    """The figures of an indicator: value, bounds, coverage, rows behind, one line per group."""
    text = texts(language)["indicators"][indicator.name]
    table = Table(title=text["title"], caption=text["definition"], title_justify="left", caption_justify="left")
    names = list(figures[0].options if with_options else figures[0].group) if figures else []
    for name in names:
        table.add_column(name)
    for name in ("valeur", "bornes", "couverture", "niveau", *(str(verdict) for verdict in Verdict)):
        table.add_column(name, justify="right")
    for figure in figures:
        keys = figure.options if with_options else figure.group
        labels = ["—" if keys[name] is None else str(keys[name]) for name in names]
        counts = [f"{figure.sums.rows(verdict):,}".replace(",", "\u202f") for verdict in Verdict]
        table.add_row(
            *labels,
            amount(figure.value, figure.unit),
            bounds(figure),
            percent(figure.coverage),
            str(figure.level),
            *counts,
        )
    _console().print(table)


def show_checks(
    rules: Sequence[Mapping[str, Any]],
    account: Sequence[Mapping[str, Any]],
    expectations: Sequence[Mapping[str, Any]],
    language: str,
) -> None:
    """Findings by rule, the account of records by file, what had to hold."""
    sentences = texts(language)["findings"]
    show_list(
        [{**row, "texte": sentences.get(row["rule"], "")} for row in rules],
        ("rule", "action", "findings", "texte"),
    )
    show_list(account, ("snapshot", "records", "contracts", "joined", "duplicates", "unreadable", "concessions"))
    show_list(expectations, ("expectation", "table", "failed"))


def account_line(reading: Reading | None) -> str:
    """What was read in a file, in a sentence; with what the reader noted, a line each."""
    if reading is None:
        return "déjà présent."
    details = [f"{reading.records} enregistrements"]
    details += [f"{reading.unreadable} illisibles"] if reading.unreadable else []
    details += [str(note) for note in reading.details.get("notes", [])]
    return ", ".join(details[:2]) + "." + "".join(f"\n  {note}" for note in details[2:])


def show_list(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """A plain table of the given columns."""
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if row.get(column) is None else str(row[column]) for column in columns))
    _console().print(table)


def show_rows(rows: Iterator[Mapping[str, Any]]) -> None:
    """The first rows behind a figure, and how many more there are."""
    shown = list(itertools.islice(rows, LONGEST))
    columns = (
        "purchase_key",
        "contract_key",
        "year",
        "buyer_name",
        "supplier_name",
        "cpv_code",
        "amount_cents",
    )
    show_list(shown, [column for column in columns if shown and column in shown[0]])
    more = sum(1 for _ in rows)
    if more:
        _console().print(f"… et {more} autres lignes (--format csv les donne toutes).")


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=PIPED_WIDTH)
