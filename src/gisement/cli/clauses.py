"""What is lawful: contracts confronted with the law, and help for those who write consultations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gisement.cli.session import Format, Group, ListFormat, OneBuyer, Settings, Where, answer, opened
from gisement.terms import Outcome, Trouble, among

verbs = typer.Typer()
clauses = Group("Aider à écrire une consultation licite.")
Document = Annotated[Path, typer.Argument(help="document de consultation (TXT, DOCX ou PDF)")]


@verbs.command()
def law(
    rule: Annotated[str | None, typer.Argument(help="une règle (toutes, sinon)", show_default=False)] = None,
    outcome: Annotated[Outcome | None, typer.Option("--outcome", help="ce que la règle dit de la ligne")] = None,
    where: Where = None,
    format: Format = "table",
) -> None:
    """Confronter les contrats à la loi, règle par règle."""
    from gisement.engine import Observatory
    from gisement.pipeline import RULES, perimeter_of, rule_named
    from gisement.publish.words import law as told
    from gisement.studies.law import TABLES, outcomes, rows_of

    if outcome and not rule:
        raise Trouble(
            fr="--outcome montre les lignes d'une règle : la nommer, par exemple « gisement law publication_delay ».",
            en="--outcome shows the rows of one rule: name it, for instance 'gisement law publication_delay'.",
        )
    perimeter, language = perimeter_of(where), Settings.language
    chosen = [rule_named(rule)] if rule else RULES
    observatory = Observatory(opened(), TABLES)
    if outcome:
        found = rows_of(observatory, chosen[0], perimeter, outcome)
        return answer(format, lambda: list(found), lambda: told.show_rows(found, language))
    answered = [told.described(one, outcomes(observatory, one, perimeter), language) for one in chosen]
    answer(
        format,
        lambda: {"perimeter": perimeter.as_dict(), "rules": answered},
        lambda: told.show_rules(answered, language),
        lambda: told.as_lines(answered),
    )


@clauses.command("lint")
def lint_file(
    file: Annotated[Path, typer.Argument(help="projet de consultation (TXT, DOCX ou PDF)")],
    format: ListFormat = "table",
) -> None:
    """Relire un projet : ce qui est illicite, ce qui manque, ce qui est faible."""
    from gisement.models.clauses.lint import lint
    from gisement.publish.words import clauses as told
    from gisement.sources.consultation import read_text

    found = told.lint_as_dict(file.name, lint(read_text(file)), Settings.language)
    answer(format, lambda: found, lambda: told.show_lint(found, Settings.language))
    if found["unlawful"]:
        raise typer.Exit(1)


@clauses.command("detect")
def detect_in_file(file: Document, format: ListFormat = "table") -> None:
    """Montrer les clauses, critères et réserves que dit un document."""
    from gisement.models.clauses.lint import detect
    from gisement.publish.words import clauses as told
    from gisement.sources.consultation import read_text

    found = detect(read_text(file))
    answer(
        format,
        lambda: told.detected_as_dict(file.name, found),
        lambda: told.show_detected(found, Settings.language),
    )


@clauses.command("hours")
def hours(
    amount: Annotated[float, typer.Argument(help="montant hors taxes du contrat, en euros")],
    labour: Annotated[float, typer.Option("--labour", help="part de la main-d'œuvre, en %")],
    rate: Annotated[float | None, typer.Option("--rate", help="part du travail réservée, en % (5 à 10, sinon)")] = None,
    cost: Annotated[float | None, typer.Option("--cost", help="coût d'une heure, en euros (30 à 45, sinon)")] = None,
    format: ListFormat = "table",
) -> None:
    """Calculer les heures d'insertion qu'un contrat peut porter."""
    from gisement.models.clauses.insertion import insertion_hours
    from gisement.publish.words import clauses as told

    try:
        found = insertion_hours(round(amount * 100), labour, rate, None if cost is None else round(cost * 100))
    except ValueError:
        raise Trouble(
            fr="Le montant et le coût sont positifs, les parts entre 0 et 100 % : corriger la commande.",
            en="The amount and the cost are positive, shares are within 0 and 100%: correct the command.",
        ) from None
    answer(format, lambda: told.hours_as_dict(found), lambda: told.show_hours(found, Settings.language))


@clauses.command("execution")
def execution_of_clauses(buyer: OneBuyer = None, format: ListFormat = "table") -> None:
    """Comparer les heures d'insertion dues et faites, et lister les retards."""
    from gisement.engine import Observatory
    from gisement.publish.words import clauses as told
    from gisement.studies.insertion_hours import TABLES, execution

    found, language = execution(Observatory(opened(), TABLES), _known(buyer)), Settings.language
    answer(format, lambda: told.execution_as_dict(found, language), lambda: told.show_execution(found, language))


@clauses.command("circular")
def circular_purchases(buyer: OneBuyer = None, format: ListFormat = "table") -> None:
    """Dire ce qui vient du réemploi et de matières recyclées, par famille de produits."""
    from gisement.engine import Observatory
    from gisement.publish.words import circular as told
    from gisement.studies.circular import TABLES, circular

    found, language = circular(Observatory(opened(), TABLES), _known(buyer)), Settings.language
    answer(format, lambda: told.as_dict(found, language), lambda: told.show(found, language))


@clauses.command("advise")
def advise_on(
    segment: Annotated[str, typer.Option("--segment", help="un segment d'achat (gisement segments)")],
    format: ListFormat = "table",
) -> None:
    """Dire quel levier licite employer pour un besoin : réserver, allotir, écrire une clause."""
    from gisement.catalog.segments import segments
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.publish.words import clauses as told
    from gisement.studies.advice import TABLES, counsel

    if segment not in segments():
        raise Trouble(
            fr=f"« {segment} » n'est pas un segment d'achat : « gisement segments » les donne tous.",
            en=f"'{segment}' is not a purchase segment: 'gisement segments' lists them all.",
        )
    found, language = counsel(Observatory(opened(), TABLES), segment, indicator_named), Settings.language
    answer(format, lambda: told.counsel_as_dict(found, language), lambda: told.show_counsel(found, language))


@clauses.command("library")
def library(
    family: Annotated[str | None, typer.Option("--family", help="une famille d'achat (toutes, sinon)")] = None,
    format: ListFormat = "table",
) -> None:
    """Montrer des clauses et des critères licites, par famille d'achat."""
    from gisement.catalog.law import clause_library
    from gisement.catalog.segments import families
    from gisement.publish.words import clauses as told

    if family is not None and family not in families():
        allowed = among(family, families())
        raise Trouble(
            fr=f"« {family} » n'est pas une famille d'achat : choisir parmi {allowed}.",
            en=f"'{family}' is not a purchase family: choose among {allowed}.",
        )
    found = [entry for entry in clause_library() if family is None or family in entry["families"]]
    answer(format, lambda: found, lambda: told.show_library(found, Settings.language))


def _known(buyer: str | None) -> str | None:
    """A SIREN or SIRET, or none."""
    if buyer is not None and not (buyer.isdecimal() and len(buyer) in (9, 14)):
        raise Trouble(
            fr=f"« {buyer} » n'est ni un SIREN ni un SIRET : écrire --buyer suivi de 9 ou 14 chiffres.",
            en=f"'{buyer}' is neither a SIREN nor a SIRET: write --buyer followed by 9 or 14 digits.",
        )
    return buyer
