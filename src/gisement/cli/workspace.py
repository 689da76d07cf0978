"""The life of a workspace: made, given files, built, checked; the demonstration is one whose files are written here."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gisement.cli.session import (
    Buyer,
    Format,
    Group,
    ListFormat,
    MappingFile,
    Settings,
    answer,
    colon,
    complain,
    create,
    fail,
    opened,
    pipeline_steps,
    say,
)  # fmt: skip
from gisement.terms import Trouble, among, parse_territory

if TYPE_CHECKING:
    from gisement.store import Workspace


verbs = typer.Typer()


@verbs.command()
def init(
    territory: Annotated[str, typer.Option(help="epci:200069854, commune:86194, department:86 ou region:75")],
    name: Annotated[str | None, typer.Option(help="nom du territoire, s'il n'est pas l'officiel")] = None,
) -> None:
    """Créer un espace de travail pour un territoire."""
    from gisement.publish.format import counted
    from gisement.sources.geography import area_name, territory_communes

    wanted = parse_territory(territory, name=name)
    official = area_name(wanted)
    create(parse_territory(territory, name=name or official))
    communes = counted(len(territory_communes(wanted)), "commune", "communes", Settings.language)
    say(f"{Settings.workspace}{colon()}{name or official} ({communes}).")


@verbs.command()
def add(
    kind: Annotated[str, typer.Argument(help="decp, ledger, accounts, sirene, notices… (docs/commands.md)")],
    files: Annotated[list[Path], typer.Argument(help="fichiers, dossiers ou archives")],
    mapping: MappingFile = None,
    buyer: Buyer = None,
) -> None:
    """Ajouter des fichiers, gardés tels quels, et dire leur compte."""
    from gisement.engine.intake import add_files
    from gisement.publish.format import account, harmless
    from gisement.publish.progress import progress
    from gisement.sources.registry import SOURCES

    source = SOURCES.get(kind)
    if source is None:
        allowed = among(kind, SOURCES)
        raise Trouble(
            fr=f"« {kind} » n'est pas un genre de fichier : choisir parmi {allowed}.",
            en=f"'{kind}' is not a kind of file: choose among {allowed}.",
        )
    with progress(Settings.language) as step:
        added = add_files(opened(), source, files, mapping=mapping, buyer=buyer, say=step)
    for one in added:
        if one.left_out:
            complain(one.left_out)
        elif one.trouble is None:
            say(f"{harmless(one.name)}{colon()}{account(one.reading, Settings.language)}")
    fail([one.trouble for one in added if one.trouble is not None])


@verbs.command()
def remove(
    snapshot: Annotated[str, typer.Argument(help="identifiant ou nom du fichier (voir « gisement sources »)")],
) -> None:
    """Retirer un fichier et, à la construction, ce qui en vient."""
    from gisement.publish.format import harmless
    from gisement.studies.titles import withdraw

    workspace = opened()
    with workspace.locked():
        gone, *taught = [harmless(one.name) for one in withdraw(workspace, snapshot)]
    for model in taught:
        say(f"{model}, appris de ce fichier, est retiré aussi.", f"{model}, learnt from this file, is removed too.")
    say(
        f"{gone} est retiré ; lancer « gisement build » pour refaire les tables sans lui.",
        f"{gone} is removed; run 'gisement build' to make the tables again without it.",
    )


@verbs.command()
def fetch(
    sources: Annotated[list[str] | None, typer.Argument(help="sources (celles par défaut, sinon)")] = None,
    base_url: Annotated[str, typer.Option(help="data.gouv.fr, ou un miroir")] = "https://www.data.gouv.fr",
) -> None:
    """Télécharger les données publiques, avec reprise."""
    from gisement.engine.intake import fetch_source
    from gisement.publish.format import account
    from gisement.publish.progress import progress
    from gisement.sources.cards import FETCHED_BY_DEFAULT, fetchable
    from gisement.sources.registry import SOURCES

    workspace, troubles = opened(), []
    for card in [fetchable(name, SOURCES) for name in sources or FETCHED_BY_DEFAULT]:
        title = card.told(Settings.language).title
        try:
            with progress(Settings.language) as step:
                added = fetch_source(workspace, card, SOURCES[card.kind or ""], base_url, step)
        except Trouble as trouble:
            troubles.append(trouble)
            continue
        if added.trouble is None:
            say(f"{title}{colon()}{account(added.reading, Settings.language)}")
        else:
            troubles.append(added.trouble)
    fail(troubles)


@verbs.command()
def build(
    tables: Annotated[list[str] | None, typer.Argument(help="tables (toutes, si aucune n'est nommée)")] = None,
    engine: Annotated[Literal["duckdb", "spark"], typer.Option(help="moteur")] = "duckdb",
) -> None:
    """Construire les tables dont une entrée a changé."""
    from gisement.engine.build import build as build_tables
    from gisement.publish.format import counted
    from gisement.publish.progress import progress
    from gisement.sources.registry import SOURCES

    workspace = opened()
    with progress(Settings.language) as step:
        made = len(build_tables(workspace, pipeline_steps, SOURCES, names=tables or (), engine=engine, say=step))
    if made:
        say(counted(made, "table refaite.", "tables refaites."), counted(made, "table", "tables", "en") + " made anew.")
    else:
        say("Tout était à jour.", "All was up to date.")
    tell_what_is_overdue(workspace)


@verbs.command()
def check(format: Format = "table") -> None:
    """Contrôler : problèmes trouvés, comptes, ce qui doit tenir."""
    from gisement.publish import answers
    from gisement.publish.words import checks as told
    from gisement.studies.checks import Checks
    from gisement.studies.retention import kept_until

    workspace = opened()
    checks = Checks(workspace)
    expectations = checks.expectations()
    if format == "json":
        coverage = [*checks.coverage(), *told.retention_rows(kept_until(workspace), _today())]
        content = {"findings": list(checks.findings()), "expectations": expectations, "coverage": coverage}
        print(answers.to_json(content))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(checks.findings()))
    else:
        told.show(checks.findings_by_rule(), checks.coverage(), expectations, Settings.language)
        tell_what_is_overdue(workspace)
    if any(expectation["failed"] for expectation in expectations):
        raise typer.Exit(1)


def tell_what_is_overdue(workspace: Workspace) -> None:
    """One sentence for each file whose retention date has passed, with the command that removes it."""
    from gisement.publish.words.checks import kept_too_long
    from gisement.studies.retention import overdue

    for sentence in kept_too_long(overdue(workspace, _today()), Settings.language):
        say(sentence)


def _today() -> date:
    return datetime.now(UTC).date()


@verbs.command()
def sources(format: ListFormat = "table") -> None:
    """Dire d'où viennent les données, et les fichiers d'ici."""
    from gisement.publish import tables
    from gisement.sources.cards import cards, described
    from gisement.sources.registry import SOURCES
    from gisement.store import Workspace, snapshots
    from gisement.store.snapshots import withdrawals

    is_workspace = (Settings.workspace / "territory.toml").is_file()
    known = [described(card.told(Settings.language), SOURCES) for card in cards().values()]
    held = [
        {"snapshot": s.identifier, "kind": s.kind, "name": s.name, "bytes": s.size, "licence": s.card["licence"]}
        for s in (snapshots(Workspace.open(Settings.workspace)) if is_workspace else ())
    ]
    withdrawn = withdrawals(Workspace.open(Settings.workspace)) if is_workspace else []
    answer(
        format,
        lambda: {"sources": known, "snapshots": held, "withdrawn": withdrawn},
        lambda: tables.show_sources(known, held, withdrawn, Settings.language),
    )


segments = Group("Lister les segments d'achat ; apprendre des intitulés.", is_list=True)


@segments.callback()
def segments_list(asked: typer.Context, format: Format = "table") -> None:
    """List the segments, unless a command of the group is asked for."""
    from gisement.catalog.segments import segments as known
    from gisement.publish import tables

    if asked.invoked_subcommand is None:
        found = list(known().values())
        answer(format, lambda: found, lambda: tables.show_segments(found, Settings.language))


@segments.command("train")
def segments_train() -> None:
    """Apprendre un modèle des intitulés de l'espace de travail."""
    from gisement.publish.progress import progress
    from gisement.publish.words import models
    from gisement.sources.registry import SOURCES
    from gisement.studies.titles import learn_titles

    with progress(Settings.language) as step:
        learnt = learn_titles(opened(), SOURCES["title-model"], _today().isoformat(), step)
    say(models.learnt(learnt, Settings.language))


def demonstration(root: Path, size: str) -> Workspace:
    """The workspace in `root`, holding the demonstration of this size and no other."""
    from gisement.engine.intake import add_files
    from gisement.publish.progress import progress
    from gisement.sources.demonstration import write
    from gisement.sources.registry import SOURCES
    from gisement.store import Workspace, remove_snapshot, snapshots
    from gisement.store.kept import INVENTED

    with progress(Settings.language) as step:
        word = f"écriture{colon()}" if Settings.language == "fr" else f"writing{colon()}"
        made = write(root / INVENTED, size, say=lambda what, done, total: step(f"{word}{what}", done, total))
    workspace = Workspace.create(root, parse_territory(made.territory, name=made.name))
    for former in [s for s in snapshots(workspace) if s.card.get("producer") == made.card["producer"]]:
        remove_snapshot(workspace, former.identifier, former.kind)  # of another size: two territories would add up
    with progress(Settings.language) as step:
        for number, file in enumerate(made.files):
            step(file.path.name, number, len(made.files))
            added = add_files(workspace, SOURCES[file.kind], [file.path], card=made.card, mapping=file.mapping)
            fail([one.trouble for one in added if one.trouble is not None])
    return workspace
