"""How the figures of `measure` are printed: for people, as JSON, or as CSV."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gisement.cli.session import Settings, note
from gisement.terms import Figure, Indicator, Perimeter

if TYPE_CHECKING:
    from gisement.engine import Observatory
    from gisement.store import Workspace


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
        tell_empty(figures, perimeter)


def observatory(workspace: Workspace) -> Observatory:
    """The workspace open for reading; says on the error output that files added or removed are not in it yet."""
    from gisement.engine import Observatory
    from gisement.store.served import is_behind

    behind, opened = is_behind(workspace), Observatory(workspace)
    if behind:
        note(
            "Des fichiers ont été ajoutés ou retirés depuis la dernière construction : ces chiffres ne les comptent "
            "pas encore (« gisement build »).",
            "Files were added or removed since the last build: these figures do not count them yet ('gisement build').",
        )
    return opened


def tell_empty(figures: Sequence[Figure], perimeter: Perimeter) -> None:
    """Say that the filters keep no row at all: a value may be mistyped."""
    from gisement.publish.layout import paragraph, width_here

    asked = [(key, value) for key, values in perimeter.filters.items() if key != "basis" for value in values]
    if asked and not any(sum(figure.sums.counts.values()) for figure in figures):
        kept = ", ".join(f"{key}={value}" for key, value in asked)
        told = {
            "fr": f"Aucune ligne dans ce périmètre ({kept}) : vérifier les valeurs de --where.",
            "en": f"No row in this perimeter ({kept}): check the values of --where.",
        }
        print(paragraph(told[Settings.language], width_here()))
