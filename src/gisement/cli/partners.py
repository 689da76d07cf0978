"""What partners do at their desk: see how an export is read, mask it, share protected sums and join them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from gisement.cli.session import Buyer, Format, Group, MappingFile, Settings, answer, opened, say

verbs = typer.Typer()
prepare = Group("Masquer un fichier chez le partenaire, hors ligne.")
Export = Annotated[Path, typer.Argument(help="export du logiciel de finances (CSV, XLSX, XLS, ODS)")]


@verbs.command("map")
def map_file(file: Export, mapping: MappingFile = None, buyer: Buyer = None) -> None:
    """Proposer comment lire un export, et nommer ses défauts."""
    from gisement.publish.words.ledgers import proposed
    from gisement.sources.ledger.assistant import propose
    from gisement.sources.ledger.mapping import read_mapping

    proposal = propose(file, read_mapping(mapping) if mapping else None, buyer=buyer)
    say(proposed(proposal, Settings.language))


@prepare.command("ledger")
def prepare_ledger_file(
    file: Export,
    output: Annotated[Path, typer.Option("-o", "--output", help="fichier masqué à écrire (CSV)")],
    mapping: MappingFile = None,
    buyer: Buyer = None,
) -> None:
    """Masquer un grand livre, et dire exactement ce qui part et ce qui est écarté."""
    from gisement.publish.words.ledgers import leaving
    from gisement.sources.ledger.mapping import read_mapping
    from gisement.sources.ledger.prepare import prepare_ledger

    prepared = prepare_ledger(file, output, read_mapping(mapping) if mapping else None, buyer=buyer)
    say(leaving(prepared, output, Settings.language))


@verbs.command()
def share(
    output: Annotated[Path, typer.Option("-o", "--output", help="fichier à écrire (CSV), à relire puis à envoyer")],
) -> None:
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


@verbs.command()
def join(
    files: Annotated[list[Path], typer.Argument(help="les fichiers de « gisement share », un par partenaire")],
    by: Annotated[
        Literal["year", "buyer", "family", "segment", "size_class"] | None, typer.Option("--by", help="détailler par")
    ] = None,
    format: Format = "table",
) -> None:
    """Réunir les sommes de partenaires, sans leurs grands livres."""
    from gisement.engine.protected import PUBLISHED
    from gisement.pipeline import indicator_named
    from gisement.publish import answers, tables
    from gisement.publish.words.sharing import read
    from gisement.studies.sharing import Study
    from gisement.terms import Perimeter, Trouble

    study, language = Study([read(file) for file in files]), Settings.language
    perimeter, found = Perimeter({"basis": ("payment",)}), []
    for name in PUBLISHED:
        indicator = indicator_named(name)
        try:
            found.append((indicator, study.measure(indicator, (by,) if by else ())))
        except Trouble:
            if by is None:
                raise  # each of them is in a table of its own without any breakdown

    def show() -> None:
        say(f"Partenaires réunis : {study.partners}\n", f"Partners joined: {study.partners}\n")
        for indicator, figures in found:
            tables.show_figures(indicator, figures, language, has_other_basis=False)
            print()

    answer(
        format,
        lambda: [answers.answer(one, perimeter, figures, language) for one, figures in found],
        show,
        lambda: [{"indicator": one.name, **answers.as_line(f, language)} for one, each in found for f in each],
    )
