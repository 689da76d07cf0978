"""`gisement export`: contracts and tables as other tools read them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gisement.cli.session import Settings, Where, opened, say

if TYPE_CHECKING:
    from gisement.publish.exports.writing import Written

exporting = typer.Typer()
Kind = Annotated[
    Literal["ocds", "decp", "csv", "parquet", "xlsx"], typer.Argument(help="ocds, decp, csv, parquet ou xlsx")
]
File = Annotated[Path, typer.Option("-o", "--output", help="fichier à écrire (un dossier pour csv et parquet)")]
Publisher = Annotated[str, typer.Option(help="qui publie (le territoire, sinon)")]
Force = Annotated[bool, typer.Option("--force", help="écraser ce qui n'est pas un export de Gisement")]
Prefix = Annotated[str, typer.Option(help="préfixe OCDS enregistré de qui publie")]


@exporting.command()
def export(
    kind: Kind, output: File, where: Where = None, publisher: Publisher = "", prefix: Prefix = "",
    force: Force = False,
) -> None:  # fmt: skip
    """Écrire les contrats ou les tables pour d'autres outils."""
    from gisement.engine.served import Served
    from gisement.pipeline import perimeter_of
    from gisement.publish.exports import writing
    from gisement.publish.exports.card import about

    served = Served(opened())
    written = writing.export(
        served, kind, perimeter_of(where), output, about(served, publisher, Settings.language), prefix, force=force
    )
    for sentence in _told(kind, written):
        say(sentence)


def _told(kind: str, written: Written) -> list[str]:
    from gisement.publish.format import counted

    language, counts = Settings.language, written.counts
    files = ", ".join(str(path) for path in written.files)
    if not sum(counts.values()):
        return [_NOTHING[language], files]
    if kind != "decp":
        rows = counts.get("contracts", counts.get("contract", 0))
        return [f"{counted(rows, *_words('contract'), language)}. {files}"]
    told = [f"{counted(counts['contracts'], *_words('whole'), language)}."]
    if counts["incomplete"]:
        told.append(f"{counted(counts['incomplete'], *_words('partial'), language)}.")
    return [*told, files]


def _words(name: str) -> tuple[str, str]:
    return _WORDS[Settings.language][name]


_NOTHING = {
    "fr": "0 ligne : aucun contrat dans ce périmètre, les fichiers sont vides. Vérifier --where (acheteur, année), ou "
    "ajouter --where buyers=all.",
    "en": "0 rows: no contract in this perimeter, the files are empty. Check --where (buyer, year), or add --where "
    "buyers=all.",
}
_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "fr": {
        "contract": ("contrat", "contrats"),
        "whole": ("contrat conforme", "contrats conformes"),
        "partial": (
            "contrat incomplet, à part, avec la liste de ce qui manque",
            "contrats incomplets, à part, avec la liste de ce qui manque",
        ),
    },
    "en": {
        "contract": ("contract", "contracts"),
        "whole": ("valid contract", "valid contracts"),
        "partial": (
            "incomplete contract, apart, with the list of what is missing",
            "incomplete contracts, apart, with the list of what is missing",
        ),
    },
}
