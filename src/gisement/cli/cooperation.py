"""`gisement cooperate`: what partners can do together, and when."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gisement.cli.session import Format, ListFormat, Settings, Where, opened
from gisement.publish import usage

if TYPE_CHECKING:
    from datetime import date

    from gisement.terms import Perimeter

cooperate = typer.Typer(
    cls=usage.Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Travailler ensemble : échéances, points forts, achats groupés.",
    context_settings={"help_option_names": usage.HELP},
)
FeedFormat = Annotated[Literal["table", "json", "csv", "ics", "atom"], typer.Option("--format", help="mise en forme")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="fichier à écrire (ics, atom, csv, json)")]
Ceilings = Annotated[bool, typer.Option("--ceilings", help="les accords-cadres presque consommés")]

Gain = Annotated[
    Literal["assumed", "none", "published"],
    typer.Option("--gain", help="hypothèse de gain : assumed (paramètre), none, published (études)"),
]
Level = Annotated[
    Literal["dispensation", "publicity", "formal"] | None,
    typer.Option("--level", help="le seul seuil de dispense, de publicité ou de procédure formalisée"),
]
Levers = Annotated[list[str] | None, typer.Option("--lever", help="genre:segment:points, autant de fois que voulu")]
Segment = Annotated[str | None, typer.Option("--segment", help="un segment d'achat (tous, sinon)")]
Every = Annotated[bool, typer.Option("--all", help="toutes les lignes, et non les seuls points forts")]


def _asked(where: list[str] | None) -> Perimeter:
    """The perimeter that was typed. Raises Trouble for a segment, a family, a year or a month that cannot be."""
    from gisement.engine.parameters import checked
    from gisement.pipeline import perimeter_of

    return checked(perimeter_of(where))


@cooperate.command("renewals")
def renewals(
    where: Where = None, ceilings: Ceilings = False, format: FeedFormat = "table", output: Output = None
) -> None:  # fmt: skip
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
def thresholds(where: Where = None, level: Level = None, format: Format = "table") -> None:
    """Dire ce qui est payé sans marché connu, à côté des seuils de la loi."""
    from gisement.engine import Observatory
    from gisement.publish import answers
    from gisement.publish.words import thresholds as told
    from gisement.studies import thresholds as engine

    observatory, perimeter = Observatory(opened(), engine.TABLES), _asked(where)
    found = engine.without_contract(observatory, perimeter, (level,) if level else engine.LEVELS)
    if format == "json":
        print(answers.to_json(found))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(found))
    else:
        told.show(found, engine.by_level(observatory, perimeter), Settings.language)


@cooperate.command("strengths")
def strengths(segment: Segment = None, every: Every = False, format: Format = "table") -> None:
    """Dire qui sait faire quoi, par segment, quand les données le prouvent."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.publish import answers
    from gisement.publish.words import strengths as told
    from gisement.studies.strengths import MEASURES, announced, partner_names, strength_matrix

    _asked([f"segment={segment}"] if segment else [])
    observatory = Observatory(opened(), ("contract", "purchase", "buyer"))
    lines = strength_matrix(observatory, [indicator_named(name) for name in MEASURES])
    lines = [line for line in lines if segment in (None, line.group)]
    kept, names = lines if every else announced(lines), partner_names(observatory)
    if format == "json":
        print(answers.to_json(told.as_dicts(kept, names)))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(told.as_dicts(kept, names)))
    else:
        told.show(kept, names, Settings.language)


@cooperate.command("pool")
def pool(where: Where = None, gain: Gain = "assumed", format: ListFormat = "table") -> None:
    """Trouver ce que plusieurs acheteurs pourraient acheter ensemble."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.publish import answers
    from gisement.publish.words import pooling as told
    from gisement.studies import pooling as engine

    perimeter = _asked(where)
    observatory = Observatory(opened(), engine.TABLES)
    found = engine.kept(engine.pooling_windows(observatory, indicator_named, gain), perimeter)
    if format == "json":
        print(answers.to_json(told.as_dicts(found, Settings.language)))
    else:
        told.show(found, Settings.language)


@cooperate.command("addressable")
def addressable(format: ListFormat = "table") -> None:
    """Dire ce qui part alors qu'une offre existe ici, et ce qui manque."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.publish import answers
    from gisement.publish.words import addressable as told
    from gisement.studies import addressable as engine

    observatory = Observatory(opened(), engine.TABLES)
    found = engine.addressable(observatory, indicator_named)
    if format == "json":
        print(answers.to_json(told.as_dicts(found, Settings.language)))
    else:
        told.show(found, Settings.language)


@cooperate.command("simulate")
def simulate(lever: Levers = None, format: ListFormat = "table") -> None:
    """Dire ce que changeraient des leviers, dans la limite du faisable."""
    from functools import partial

    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.publish import answers
    from gisement.publish.words import simulator as told
    from gisement.studies import simulator as engine
    from gisement.studies.impact.model import Impact
    from gisement.studies.pooling import pooling_windows

    observatory = Observatory(opened(), engine.TABLES)
    levers = [engine.lever_of(text) for text in lever or ()]
    wanted = {"": ("", levers), **engine.saved(observatory)}
    basis = engine.basis_of(observatory, indicator_named, pooling_windows(observatory, indicator_named))
    impact = partial(Impact, observatory)
    found = [
        engine.simulate(basis, wishes, name, title, impact, indicator_named("impact"))
        for name, (title, wishes) in wanted.items()
    ]
    if format == "json":
        print(answers.to_json(told.as_dicts(found, Settings.language)))
    else:
        told.show(found, Settings.language)


@cooperate.command("targets")
def targets(format: ListFormat = "table") -> None:
    """Dire où en sont les objectifs communs, tenus ou non."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named, perimeter_of
    from gisement.publish import answers
    from gisement.publish.words import targets as told
    from gisement.studies import targets as engine
    from gisement.studies.strengths import partner_names

    observatory = Observatory(opened(), engine.TABLES)
    found = engine.progress(observatory, indicator_named, perimeter_of)
    if format == "json":
        print(answers.to_json(told.as_dicts(found, Settings.language)))
    else:
        told.show(found, Settings.language, partner_names(observatory))


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
