"""`gisement share` and `gisement join`: a study of several partners in which no ledger leaves its partner."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from gisement.cli.session import Format, Settings, opened, say

sharing = typer.Typer()
Output = Annotated[Path, typer.Option("-o", "--output", help="fichier à écrire (CSV), à relire puis à envoyer")]
Shares = Annotated[list[Path], typer.Argument(help="les fichiers de « gisement share », un par partenaire")]
By = Annotated[
    Literal["year", "buyer", "family", "segment", "size_class"] | None, typer.Option("--by", help="détailler par")
]


@sharing.command()
def share(output: Output) -> None:
    """Écrire les sommes protégées d'un partenaire, sans les lignes."""
    from gisement.publish.exports.files import write_output
    from gisement.publish.words import sharing as shares
    from gisement.studies.sharing import shared_rows

    rows = shared_rows(opened())
    write_output(output, shares.written(rows))
    say(
        f"{output} : toutes les sommes qui partent, arrondies à 1 000 € ; aucune ligne de paiement, aucun fournisseur.",
        f"{output}: every sum that leaves, rounded to 1,000 euros; no line of payment, no supplier.",
    )
    for name, shown, hidden in shares.account(rows, Settings.language):
        say(f"  {name} : {shown} montrées, {hidden} tues", f"  {name}: {shown} shown, {hidden} not shown")


@sharing.command()
def join(files: Shares, by: By = None, format: Format = "table") -> None:
    """Réunir les sommes de partenaires, sans leurs grands livres."""
    from gisement.engine.protected import PUBLISHED
    from gisement.pipeline import indicator_named
    from gisement.publish import answers, tables
    from gisement.publish.words.sharing import read
    from gisement.studies.sharing import Study
    from gisement.terms import Perimeter, Trouble

    study = Study([read(file) for file in files])
    perimeter, found = Perimeter({"basis": ("payment",)}), []
    for name in PUBLISHED:
        indicator = indicator_named(name)
        try:
            found.append((indicator, study.measure(indicator, (by,) if by else ())))
        except Trouble:
            if by is None:
                raise  # each of them is in a table of its own without any breakdown
    if format == "json":
        print(answers.to_json([answers.answer(one, perimeter, figures, Settings.language) for one, figures in found]))
        return
    if format == "csv":
        lines = [{"indicator": one.name, **answers.as_line(f, Settings.language)} for one, each in found for f in each]
        sys.stdout.write(answers.to_csv(lines))
        return
    say(f"Partenaires réunis : {study.partners}\n", f"Partners joined: {study.partners}\n")
    for indicator, figures in found:
        tables.show_figures(indicator, figures, Settings.language, has_other_basis=False)
        print()
