"""`gisement map` and `gisement prepare ledger`: at the partner's desk, offline, before anything leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gisement.cli.session import Settings, say
from gisement.publish import usage

prepare = typer.Typer(
    cls=usage.Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Masquer un fichier chez le partenaire, hors ligne.",
    context_settings={"help_option_names": usage.HELP},
)
Export = Annotated[Path, typer.Argument(help="export du logiciel de finances (CSV, XLSX, XLS, ODS)")]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="correspondance (TOML), celle que « map » propose")]
Buyer = Annotated[str | None, typer.Option("--buyer", help="SIRET de l'acheteur, s'il n'est pas dans une colonne")]


def show_proposal(file: Path, mapping: Path | None, buyer: str | None) -> None:
    """Tell the mapping that the assistant proposes, ten lines read with it, and what is wrong in the file."""
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
