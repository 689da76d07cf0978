"""`gisement clauses`: help for those who write consultations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gisement.cli.session import ListFormat, Settings
from gisement.publish import usage

clauses = typer.Typer(
    cls=usage.Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Aider à écrire une consultation licite.",
    context_settings={"help_option_names": usage.HELP},
)
Draft = Annotated[Path, typer.Argument(help="projet de consultation (TXT, DOCX ou PDF)")]


@clauses.command("lint")
def lint_file(file: Draft, format: ListFormat = "table") -> None:
    """Relire un projet : ce qui est illicite, ce qui manque, ce qui est faible."""
    from gisement.models.clause_lint import lint
    from gisement.publish import answers
    from gisement.publish import lint as told
    from gisement.sources.consultation import read_text

    found = told.as_dict(file.name, lint(read_text(file)), Settings.language)
    if format == "json":
        print(answers.to_json(found))
    else:
        told.show(found, Settings.language)
    if found["unlawful"]:
        raise typer.Exit(1)
