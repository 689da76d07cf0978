"""`gisement clauses`: help for those who write consultations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gisement.cli.session import ListFormat, Settings, opened
from gisement.publish import usage
from gisement.terms import Trouble, among

clauses = typer.Typer(
    cls=usage.Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Aider à écrire une consultation licite.",
    context_settings={"help_option_names": usage.HELP},
)
Amount = Annotated[float, typer.Argument(help="montant hors taxes du contrat, en euros")]
Labour = Annotated[float, typer.Option("--labour", help="part de la main-d'œuvre, en %")]
Rate = Annotated[float | None, typer.Option("--rate", help="part du travail réservée, en % (5 à 10, sinon)")]
Cost = Annotated[float | None, typer.Option("--cost", help="coût d'une heure, en euros (30 à 45, sinon)")]
Family = Annotated[str | None, typer.Option("--family", help="une famille d'achat (toutes, sinon)")]
Document = Annotated[Path, typer.Argument(help="document de consultation (TXT, DOCX ou PDF)")]
ASegment = Annotated[str, typer.Option("--segment", help="un segment d'achat (gisement segments)")]
OfBuyer = Annotated[str | None, typer.Option("--buyer", help="un acheteur (SIREN ou SIRET ; tous, sinon)")]
Draft = Annotated[Path, typer.Argument(help="projet de consultation (TXT, DOCX ou PDF)")]


@clauses.command("lint")
def lint_file(file: Draft, format: ListFormat = "table") -> None:
    """Relire un projet : ce qui est illicite, ce qui manque, ce qui est faible."""
    from gisement.models.clauses.lint import lint
    from gisement.publish import answers
    from gisement.publish.words import clauses as told
    from gisement.sources.consultation import read_text

    found = told.lint_as_dict(file.name, lint(read_text(file)), Settings.language)
    if format == "json":
        print(answers.to_json(found))
    else:
        told.show_lint(found, Settings.language)
    if found["unlawful"]:
        raise typer.Exit(1)


@clauses.command("detect")
def detect_in_file(file: Document, format: ListFormat = "table") -> None:
    """Montrer les clauses, critères et réserves que dit un document."""
    from gisement.models.clauses.lint import detect
    from gisement.publish import answers
    from gisement.publish.words import clauses
    from gisement.sources.consultation import read_text

    found = detect(read_text(file))
    if format == "json":
        print(answers.to_json(clauses.detected_as_dict(file.name, found)))
    else:
        clauses.show_detected(found, Settings.language)


@clauses.command("hours")
def hours(amount: Amount, labour: Labour, rate: Rate = None, cost: Cost = None, format: ListFormat = "table") -> None:
    """Calculer les heures d'insertion qu'un contrat peut porter."""
    from gisement.models.clauses.insertion import insertion_hours
    from gisement.publish import answers
    from gisement.publish.words import clauses

    try:
        found = insertion_hours(round(amount * 100), labour, rate, None if cost is None else round(cost * 100))
    except ValueError:
        raise Trouble(
            fr="Le montant et le coût sont positifs, les parts entre 0 et 100 % : corriger la commande.",
            en="The amount and the cost are positive, shares are within 0 and 100%: correct the command.",
        ) from None
    if format == "json":
        print(answers.to_json(clauses.hours_as_dict(found)))
    else:
        clauses.show_hours(found, Settings.language)


@clauses.command("execution")
def execution_of_clauses(buyer: OfBuyer = None, format: ListFormat = "table") -> None:
    """Comparer les heures d'insertion dues et faites, et lister les retards."""
    from gisement.engine import Observatory
    from gisement.publish import answers
    from gisement.publish.words import clauses
    from gisement.studies.insertion_hours import TABLES, execution

    found = execution(Observatory(opened(), TABLES), _known(buyer))
    if format == "json":
        print(answers.to_json(clauses.execution_as_dict(found, Settings.language)))
    else:
        clauses.show_execution(found, Settings.language)


@clauses.command("circular")
def circular_purchases(buyer: OfBuyer = None, format: ListFormat = "table") -> None:
    """Dire ce qui vient du réemploi et de matières recyclées, par famille de produits."""
    from gisement.engine import Observatory
    from gisement.publish import answers
    from gisement.publish.words import circular as told
    from gisement.studies.circular import TABLES, circular

    found = circular(Observatory(opened(), TABLES), _known(buyer))
    if format == "json":
        print(answers.to_json(told.as_dict(found, Settings.language)))
    else:
        told.show(found, Settings.language)


@clauses.command("advise")
def advise_on(segment: ASegment, format: ListFormat = "table") -> None:
    """Dire quel levier licite employer pour un besoin : réserver, allotir, écrire une clause."""
    from gisement.catalog.segments import segments
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.publish import answers
    from gisement.publish.words import clauses as told
    from gisement.studies.advice import TABLES, counsel

    if segment not in segments():
        raise Trouble(
            fr=f"« {segment} » n'est pas un segment d'achat : « gisement segments » les donne tous.",
            en=f"'{segment}' is not a purchase segment: 'gisement segments' lists them all.",
        )
    found = counsel(Observatory(opened(), TABLES), segment, indicator_named)
    if format == "json":
        print(answers.to_json(told.counsel_as_dict(found, Settings.language)))
    else:
        told.show_counsel(found, Settings.language)


@clauses.command("library")
def library(family: Family = None, format: ListFormat = "table") -> None:
    """Montrer des clauses et des critères licites, par famille d'achat."""
    from gisement.catalog.law import clause_library
    from gisement.catalog.segments import families
    from gisement.publish import answers
    from gisement.publish.words import clauses

    if family is not None and family not in families():
        allowed = among(family, families())
        raise Trouble(
            fr=f"« {family} » n'est pas une famille d'achat : choisir parmi {allowed}.",
            en=f"'{family}' is not a purchase family: choose among {allowed}.",
        )
    found = [entry for entry in clause_library() if family is None or family in entry["families"]]
    if format == "json":
        print(answers.to_json(found))
    else:
        clauses.show_library(found, Settings.language)


def _known(buyer: str | None) -> str | None:
    """A SIREN or SIRET, or none."""
    if buyer is not None and not (buyer.isdecimal() and len(buyer) in (9, 14)):
        raise Trouble(
            fr=f"« {buyer} » n'est ni un SIREN ni un SIRET : écrire --buyer suivi de 9 ou 14 chiffres.",
            en=f"'{buyer}' is neither a SIREN nor a SIRET: write --buyer followed by 9 or 14 digits.",
        )
    return buyer
