"""`gisement template`: an example of each file that people fill by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gisement.cli.session import say
from gisement.terms import Trouble

Kind = Annotated[str, typer.Argument(help="food-demand, food-offer, distance, correction… (docs/commands.md)")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="fichier à écrire (l'écran, sinon)")]


def write_template(kind: str, output: Path | None) -> None:
    """Show the template of a kind of file, or write it. Raises Trouble if there is none, or if the file exists."""
    from gisement.catalog.file_kinds import file_template, template_kinds
    from gisement.publish.exports.files import write_output

    if kind not in template_kinds():
        allowed = ", ".join(template_kinds())
        raise Trouble(
            fr=f"Il n'y a pas de modèle pour « {kind} » : choisir parmi {allowed}.",
            en=f"There is no template for '{kind}': choose among {allowed}.",
        )
    text = file_template(kind)
    if output is None:
        print(text, end="")
        return
    write_output(output, text)
    say(
        f"{output} : l'en-tête et des lignes d'exemple, à remplacer par les vôtres ; puis "
        f"« gisement add {kind} {output} ».",
        f"{output}: the header and example lines, to replace with your own; then 'gisement add {kind} {output}'.",
    )
