"""`gisement new`: lays what an indicator or a source needs, in a clone of the project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gisement.cli.session import say
from gisement.publish import usage

new = typer.Typer(cls=usage.Commands, no_args_is_help=True, help="Ajouter un indicateur à un clone du projet.")


@new.command()
def indicator(
    name: Annotated[str, typer.Argument(help="son nom, partout : local_share…", show_default=False)],
    question: Annotated[str, typer.Option(help="question de la page des chiffres où il se range")] = "buying",
) -> None:
    """Écrire la définition, les textes, la page et les cas d'un indicateur."""
    from gisement.publish.skeleton import new_indicator

    files = new_indicator(Path(), name, question)
    listed = "\n".join(f"  {path}" for path in files)
    say(
        f"Écrit, à reprendre :\n{listed}\nPuis « make pages » (l'exemple et les options de la page) et « make test ».",
        f"Written, to be made your own:\n{listed}\nThen 'make pages' (example and options of the page), 'make test'.",
    )
