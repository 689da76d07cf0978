"""`gisement new`: lays what an indicator or a source needs, in a clone of the project."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from gisement.cli.session import Group, say

new = Group("Ajouter un indicateur ou une source à un clone du projet.")


@new.command()
def indicator(
    name: Annotated[str, typer.Argument(help="son nom, partout : local_share…", show_default=False)],
    question: Annotated[str, typer.Option(help="question de la page des chiffres où il se range")] = "buying",
) -> None:
    """Écrire la définition, les textes, la page et les cas d'un indicateur."""
    from gisement.publish.skeleton import new_indicator

    _tell(new_indicator(Path(), name, question))


@new.command()
def source(
    name: Annotated[str, typer.Argument(help="son nom, partout : works_programme…", show_default=False)],
) -> None:
    """Écrire ce qui lit un petit tableau : lecteur, table, fiche, modèle, test."""
    from gisement.publish.skeleton import new_source

    _tell(new_source(Path(), name))


def _tell(files: Iterable[Path]) -> None:
    listed = "\n".join(f"  {path}" for path in files)
    say(
        f"Écrit, à reprendre :\n{listed}\nPuis « make pages » (ce qui est fait des pages de méthode) et « make test ».",
        f"Written, to be made your own:\n{listed}\nThen 'make pages' (what is made of method pages) and 'make test'.",
    )
