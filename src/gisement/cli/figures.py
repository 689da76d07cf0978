"""How the figures of `measure` are printed: for people, as JSON, or as CSV."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from gisement.cli.session import Settings
from gisement.terms import Figure, Indicator, Perimeter


def show(
    chosen: Indicator,
    perimeter: Perimeter,
    figures: Sequence[Figure],
    format: str,
    *,
    with_options: bool,
    command: str,
    about: Mapping[str, Any],
    gaps: list[dict[str, Any]],
) -> None:
    """Print the figures of an indicator over a perimeter."""
    from gisement.publish import answers, tables

    if format == "json":
        print(answers.to_json(answers.answer(chosen, perimeter, figures, Settings.language, about, gaps)))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(answers.as_line(figure, Settings.language) for figure in figures))
    else:
        tables.show_figures(
            chosen, figures, Settings.language, with_options=with_options, command=command, about=about, gaps=gaps
        )
