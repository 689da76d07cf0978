"""`gisement segments`: what purchases are sorted into, and the model of titles that a workspace learns."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import typer

from gisement.cli.session import Format, Settings, opened, say
from gisement.publish import usage

segments = typer.Typer(
    cls=usage.Commands,
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Lister les segments d'achat ; apprendre des intitulés.",
    context_settings={"help_option_names": usage.HELP},
)


@segments.callback()
def segments_list(asked: typer.Context, format: Format = "table") -> None:
    """List the segments, unless a command of the group is asked for."""
    from gisement.catalog.segments import segments as known
    from gisement.publish import answers, tables

    if asked.invoked_subcommand is not None:
        return
    found = list(known().values())
    if format != "table":
        sys.stdout.write(answers.to_csv(found) if format == "csv" else answers.to_json(found) + "\n")
    else:
        tables.show_segments(found, Settings.language)


@segments.command("train")
def segments_train() -> None:
    """Apprendre un modèle des intitulés de l'espace de travail."""
    from gisement.publish.progress import progress
    from gisement.publish.words import models
    from gisement.sources.registry import SOURCES
    from gisement.studies.titles import learn_titles

    today = datetime.now(UTC).date().isoformat()
    with progress(Settings.language) as step:
        learnt = learn_titles(opened(), SOURCES["title-model"], today, step)
    say(models.learnt(learnt, Settings.language))
