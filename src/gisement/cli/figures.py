"""What `measure` and `rows` do: figures and the rows behind them, printed for people, as JSON, or as CSV."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisement.cli.models import modelled
from gisement.cli.session import Settings, here, note, opened
from gisement.publish import usage
from gisement.terms import Figure, Indicator, Perimeter, Verdict

if TYPE_CHECKING:
    from gisement.engine import Observatory
    from gisement.store import Workspace


def show_measured(
    indicator: str, by: list[str] | None, where: list[str] | None, format: str, *,
    sensitivity: bool, scenario: Path | None,
) -> None:  # fmt: skip
    """Measure an indicator (its name) over a perimeter, by dimensions or under every option, and print the figures."""
    from gisement.pipeline import indicator_named, perimeter_of
    from gisement.publish.component import listing

    chosen, perimeter = indicator_named(indicator), perimeter_of(where)
    dimensions = usage.dimensions_of(chosen, by or ())
    usage.no_scenario(chosen, scenario is not None)
    held = observatory(opened())
    perimeter = held.resolved(chosen, perimeter, dimensions)
    gaps = held.ledger_gaps(perimeter) if perimeter.filters.get("basis") == ("payment",) else []
    about: dict[str, Any] = {}
    if chosen.kind == "model":
        figures, about = modelled(held, chosen, perimeter, dimensions, sensitivity=sensitivity, scenario=scenario)
    elif sensitivity:
        figures = held.sensitivity(chosen, perimeter)
    else:
        figures = held.measure(chosen, perimeter, dimensions)
    command = "" if sensitivity else listing(chosen.name, where or (), here())
    show(
        chosen, perimeter, figures, format, with_options=sensitivity, command=command, about=about, gaps=gaps,
        cautions=cautions_of(held, chosen, perimeter, figures),
    )  # fmt: skip


def list_rows(indicator: str, verdict: Verdict, where: list[str] | None, format: str) -> None:
    """Print the rows of an indicator (its name) that have a verdict; for people, the first of them."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named, perimeter_of
    from gisement.publish import answers

    chosen, perimeter = indicator_named(indicator), perimeter_of(where)
    held = Observatory(opened())
    found = held.rows(chosen, perimeter, verdict)
    if format == "json":
        print(answers.to_json(list(found)))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(found))
    else:
        show_rows(held, chosen, perimeter, verdict, found)


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
    cautions: Sequence[str] = (),
) -> None:
    """Print the figures of an indicator over a perimeter."""
    from gisement.publish import answers, tables
    from gisement.publish.layout import paragraph, width_here

    if format == "json":
        print(answers.to_json(answers.answer(chosen, perimeter, figures, Settings.language, about, gaps)))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(answers.as_line(figure, Settings.language) for figure in figures))
    else:
        tables.show_figures(
            chosen, figures, Settings.language, with_options=with_options, command=command, about=about, gaps=gaps
        )
        tell_empty(figures, perimeter)
        for caution in cautions:
            print(paragraph(caution, width_here()))


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


def show_rows(
    observatory: Observatory, chosen: Indicator, perimeter: Perimeter, verdict: Verdict, found: Iterator[Any]
) -> None:
    """Print the first rows of a verdict, or that there is none."""
    from gisement.publish import tables

    (figure,) = observatory.measure(chosen, perimeter)
    tables.show_rows(found, figure.sums.rows(verdict), Settings.language)
    tell_no_row(figure, perimeter, verdict)


def tell_no_row(figure: Figure, perimeter: Perimeter, verdict: Verdict) -> None:
    """Say that no row has this verdict: of the perimeter where it holds none at all, else how many have another."""
    if figure.sums.rows(verdict):
        return
    tell_empty([figure], perimeter)
    others = [f"{each} ({figure.sums.rows(each)})" for each in Verdict if figure.sums.rows(each)]
    if others:
        told = ", ".join(others)
        print(
            f"Aucune ligne « {verdict} » ; il y en a d'autres : {told}."
            if Settings.language == "fr"
            else f"No row '{verdict}'; there are others: {told}."
        )


def cautions_of(
    observatory: Observatory, chosen: Indicator, perimeter: Perimeter, figures: Sequence[Figure]
) -> list[str]:
    """What to know before believing figures of the territory: that they rest on few rows, or leave contracts out."""
    from gisement.publish import caution
    from gisement.studies.unplaced import OF_CONTRACTS, left_out

    if chosen.table not in OF_CONTRACTS:
        return []
    unplaced = left_out(observatory, chosen, perimeter)
    if len(figures) == 1 and not set(perimeter.filters) - {"basis", "buyers"}:
        return caution.cautions(figures[0], unplaced, Settings.language)
    return caution.left_out(unplaced, Settings.language)


def tell_empty(figures: Sequence[Figure], perimeter: Perimeter) -> None:
    """Say that the perimeter holds no row at all: a value may be mistyped. It is an answer, not an error: status 0."""
    from gisement.catalog import texts
    from gisement.publish.layout import paragraph, width_here

    asked = [(key, value) for key, values in perimeter.filters.items() if key != "basis" for value in values]
    if any(sum(figure.sums.counts.values()) for figure in figures):
        return
    if not asked:
        print(texts(Settings.language)["terminal"]["no_row"])
    else:
        kept = ", ".join(f"{key}={value}" for key, value in asked)
        told = {
            "fr": f"Aucune ligne dans ce périmètre ({kept}) : vérifier les valeurs de --where.",
            "en": f"No row in this perimeter ({kept}): check the values of --where.",
        }
        print(paragraph(told[Settings.language], width_here()))
