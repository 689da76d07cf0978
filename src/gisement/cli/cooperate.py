"""`gisement cooperate`: what partners can do together, and when."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gisement.cli.session import Format, Group, ListFormat, Settings, Where, answer, opened

if TYPE_CHECKING:
    from datetime import date

    from gisement.terms import Perimeter

cooperate = Group("Travailler ensemble : échéances, points forts, achats groupés.")


@cooperate.command("renewals")
def renewals(
    where: Where = None,
    ceilings: Annotated[bool, typer.Option("--ceilings", help="les accords-cadres presque consommés")] = False,
    format: Annotated[
        Literal["table", "json", "csv", "ics", "atom"], typer.Option("--format", help="mise en forme")
    ] = "table",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="fichier à écrire (ics, atom, csv, json)")
    ] = None,
) -> None:
    """Dire quels contrats finissent bientôt, et quoi préparer."""
    from gisement.engine import Observatory
    from gisement.publish.words import renewals as told
    from gisement.studies import renewals as calendar

    perimeter, language = _asked(where), Settings.language
    observatory = Observatory(opened(), calendar.TABLES)
    found = calendar.renewals(observatory, perimeter, near_ceiling=ceilings)
    if format != "table":
        return _write(_content(found, format, calendar.as_of(observatory), language), output)
    told.show_renewals(found, {} if ceilings else calendar.unknown_ends(observatory, perimeter), language)


@cooperate.command("thresholds")
def thresholds(
    where: Where = None,
    level: Annotated[
        Literal["dispensation", "publicity", "formal"] | None,
        typer.Option("--level", help="le seul seuil de dispense, de publicité ou de procédure formalisée"),
    ] = None,
    format: Format = "table",
) -> None:
    """Dire ce qui est payé sans marché connu, à côté des seuils de la loi."""
    from gisement.engine import Observatory
    from gisement.publish.words import thresholds as told
    from gisement.studies import thresholds as study

    observatory, perimeter = Observatory(opened(), study.TABLES), _asked(where)
    found = study.without_contract(observatory, perimeter, (level,) if level else study.LEVELS)
    answer(
        format, lambda: found, lambda: told.show(found, study.by_level(observatory, perimeter), Settings.language)
    )  # fmt: skip


@cooperate.command("strengths")
def strengths(
    segment: Annotated[str | None, typer.Option("--segment", help="un segment d'achat (tous, sinon)")] = None,
    every: Annotated[bool, typer.Option("--all", help="toutes les lignes, et non les seuls points forts")] = False,
    format: Format = "table",
) -> None:
    """Dire qui sait faire quoi, par segment, quand les données le prouvent."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.publish.words import strengths as told
    from gisement.studies.strengths import MEASURES, announced, partner_names, strength_matrix

    _asked([f"segment={segment}"] if segment else [])
    observatory = Observatory(opened(), ("contract", "purchase", "buyer"))
    lines = strength_matrix(observatory, [indicator_named(name) for name in MEASURES])
    lines = [line for line in lines if segment in (None, line.group)]
    kept, names = lines if every else announced(lines), partner_names(observatory)
    answer(format, lambda: told.as_dicts(kept, names), lambda: told.show(kept, names, Settings.language))


@cooperate.command("pool")
def pool(
    where: Where = None,
    gain: Annotated[
        Literal["assumed", "none", "published"],
        typer.Option("--gain", help="hypothèse de gain : assumed (paramètre), none, published (études)"),
    ] = "assumed",
    format: ListFormat = "table",
) -> None:
    """Trouver ce que plusieurs acheteurs pourraient acheter ensemble."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.publish.words import pooling as told
    from gisement.studies import pooling as study

    perimeter, language = _asked(where), Settings.language
    observatory = Observatory(opened(), study.TABLES)
    found = study.kept(study.pooling_windows(observatory, indicator_named, gain), perimeter)
    answer(format, lambda: told.as_dicts(found, language), lambda: told.show(found, language))


@cooperate.command("addressable")
def addressable(format: ListFormat = "table") -> None:
    """Dire ce qui part alors qu'une offre existe ici, et ce qui manque."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.publish.words import addressable as told
    from gisement.studies import addressable as study

    found, language = study.addressable(Observatory(opened(), study.TABLES), indicator_named), Settings.language
    answer(format, lambda: told.as_dicts(found, language), lambda: told.show(found, language))


@cooperate.command("simulate")
def simulate(
    lever: Annotated[
        list[str] | None, typer.Option("--lever", help="genre:segment:points, autant de fois que voulu")
    ] = None,
    format: ListFormat = "table",
) -> None:
    """Dire ce que changeraient des leviers, dans la limite du faisable."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.publish.words import simulator as told
    from gisement.studies import simulator as study
    from gisement.studies.impact.model import Impact
    from gisement.studies.pooling import pooling_windows

    observatory, language = Observatory(opened(), study.TABLES), Settings.language
    levers = [study.lever_of(text) for text in lever or ()]
    wanted = {"": ("", levers), **study.saved(observatory)}
    basis = study.basis_of(observatory, indicator_named, pooling_windows(observatory, indicator_named))
    impact = partial(Impact, observatory)
    found = [
        study.simulate(basis, wishes, name, title, impact, indicator_named("impact"))
        for name, (title, wishes) in wanted.items()
    ]
    answer(format, lambda: told.as_dicts(found, language), lambda: told.show(found, language))


@cooperate.command("targets")
def targets(format: ListFormat = "table") -> None:
    """Dire où en sont les objectifs communs, tenus ou non."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named, perimeter_of
    from gisement.publish.words import targets as told
    from gisement.studies import targets as study
    from gisement.studies.strengths import partner_names

    observatory, language = Observatory(opened(), study.TABLES), Settings.language
    found = study.progress(observatory, indicator_named, perimeter_of)
    answer(
        format, lambda: told.as_dicts(found, language), lambda: told.show(found, language, partner_names(observatory))
    )  # fmt: skip


def _asked(where: list[str] | None) -> Perimeter:
    """The perimeter that was typed. Raises Trouble for a segment, a family, a year or a month that cannot be."""
    from gisement.engine.parameters import checked
    from gisement.pipeline import perimeter_of

    return checked(perimeter_of(where))


def _content(found: list[dict[str, object]], format: str, as_of: date | None, language: str) -> bytes:
    from gisement.catalog import texts
    from gisement.publish import answers
    from gisement.publish.exports import feeds

    title = texts(language)["renewals"]["title"]
    if format in ("ics", "atom"):
        return (feeds.calendar if format == "ics" else feeds.atom)(found, title, as_of, language)
    return (answers.to_csv(found) if format == "csv" else answers.to_json(found) + "\n").encode()


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(content.decode())
        return
    from gisement.publish.exports.files import write_file

    write_file(content, output)
