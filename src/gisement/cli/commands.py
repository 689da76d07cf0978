"""The command line: verbs, and the only reader of settings. Heavy libraries load inside commands."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gisement import __version__
from gisement.cli.audit import audit
from gisement.cli.clauses import clauses
from gisement.cli.cooperation import cooperate
from gisement.cli.existing import list_indicators, list_sources
from gisement.cli.exports import exporting
from gisement.cli.figures import list_rows, show_measured
from gisement.cli.food_chain import food
from gisement.cli.law import OfOutcome, RuleName, show_law
from gisement.cli.ledgers import Buyer, Export, MappingFile, prepare, show_proposal
from gisement.cli.new import new
from gisement.cli.plan import plan
from gisement.cli.reports import report, write_study
from gisement.cli.retention import kept_rows, tell_what_is_overdue, tell_what_was_made
from gisement.cli.segments import segments
from gisement.cli.serving import check_host, serve_pages
from gisement.cli.session import (
    Format,
    ListFormat,
    Name,
    Port,
    Settings,
    Where,
    colon,
    complain,
    create,
    fail,
    here,
    opened,
    say,
)  # fmt: skip
from gisement.cli.sharing import sharing
from gisement.cli.templates import Kind, Output, write_template
from gisement.publish import usage
from gisement.terms import Trouble, Verdict, among, parse_territory

app = typer.Typer(
    cls=usage.Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # in colours and boxes, the help took as long again to load
    rich_markup_mode=None,
    help="Gisement : l'observatoire de la commande publique d'un territoire.",
    context_settings={"help_option_names": usage.HELP},
)
app.add_typer(audit, name="audit")
app.add_typer(prepare, name="prepare")
app.add_typer(clauses, name="clauses")
app.add_typer(plan, name="plan")
app.add_typer(food, name="food")
app.add_typer(segments, name="segments")
app.add_typer(report, name="report")
app.add_typer(cooperate, name="cooperate")
app.add_typer(new, name="new")
app.add_typer(sharing)
app.add_typer(exporting)


def tell_version(asked: bool) -> None:
    """Say which version this is, where it is asked for, and end."""
    if asked:
        print(f"gisement {__version__}")
        raise typer.Exit


@app.callback()
def settings(
    workspace: Annotated[Path | None, typer.Option("-w", "--workspace", help="dossier de l'espace de travail")] = None,
    lang: Annotated[Literal["fr", "en"] | None, typer.Option("--lang", help="langue des réponses")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=tell_version, is_eager=True, help="dire la version, et finir")
    ] = False,
) -> None:
    """Global options; the language was read before them, so that a mistake in them is told in it."""
    Settings.workspace = workspace or Path(os.environ.get("GISEMENT_WORKSPACE", "."))
    Settings.memory = usage.setting("GISEMENT_MEMORY", os.environ, usage.MEMORY, "3GB")
    threads = usage.setting("GISEMENT_THREADS", os.environ, usage.THREADS, "2")
    Settings.threads = int(threads) if threads else None


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
def build(
    tables: Annotated[list[str] | None, typer.Argument(help="tables (toutes, si aucune n'est nommée)")] = None,
    engine: Annotated[Literal["duckdb", "spark"], typer.Option(help="moteur")] = "duckdb",
) -> None:
    """Construire les tables dont une entrée a changé."""
    from gisement.engine.build import build as build_tables
    from gisement.publish.progress import progress
    from gisement.sources.registry import SOURCES

    workspace = opened()
    with progress(Settings.language) as step:
        made = build_tables(workspace, pipeline_steps, SOURCES, names=tables or (), engine=engine, say=step)
    tell_what_was_made(workspace, len(made))


def pipeline_steps() -> Any:
    """The steps of the pipeline, imported only when they must be compiled."""
    from gisement.pipeline import STEPS

    return STEPS


@app.command()
def check(format: Format = "table") -> None:
    """Contrôler : problèmes trouvés, comptes, ce qui doit tenir."""
    from gisement.publish import answers
    from gisement.studies.checks import Checks

    workspace = opened()
    checks = Checks(workspace)
    expectations = checks.expectations()
    if format == "json":
        coverage = [*checks.coverage(), *kept_rows(workspace)]
        content = {"findings": list(checks.findings()), "expectations": expectations, "coverage": coverage}
        print(answers.to_json(content))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(checks.findings()))
    else:
        from gisement.publish.words import checks as told

        told.show(checks.findings_by_rule(), checks.coverage(), expectations, Settings.language)
        tell_what_is_overdue(workspace)
    if any(expectation["failed"] for expectation in expectations):
        raise typer.Exit(1)


@app.command()
def measure(
    indicator: Name,
    by: Annotated[list[str] | None, typer.Option(help="dimensions, autant que voulu : A,B ou --by A --by B")] = None,
    where: Where = None,
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="toutes les définitions côte à côte")] = False,
    decompose: Annotated[str | None, typer.Option(help="deux années : ce qui a changé, part par part")] = None,
    trend: Annotated[bool, typer.Option("--trend", help="tendance brute et à périmètre constant")] = False,
    progress: Annotated[str | None, typer.Option(help="deux années : le chemin fait (parts des contrats)")] = None,
    scenario: Annotated[Path | None, typer.Option(help="ce que changerait un scénario (impact)")] = None,
    format: Format = "table",
) -> None:
    """Mesurer un indicateur, avec ses bornes."""
    if decompose or trend or progress:
        from gisement.cli.change import show

        alone = [bool(each) for each in (decompose, trend, progress, by, sensitivity)].count(True) == 1
        return show(indicator, where, decompose, format, progress=progress, alone=alone)
    show_measured(indicator, by, where, format, sensitivity=sensitivity, scenario=scenario)


@app.command()
def rows(
    indicator: Name,
    verdict: Annotated[Verdict, typer.Option(help="ce que l'indicateur dit de la ligne")],
    where: Where = None,
    format: Format = "table",
) -> None:
    """Lister les lignes derrière un chiffre."""
    list_rows(indicator, verdict, where, format)


@app.command()
def law(rule: RuleName = None, outcome: OfOutcome = None, where: Where = None, format: Format = "table") -> None:
    """Confronter les contrats à la loi, règle par règle."""
    show_law(rule, outcome, where, format)


@app.command("map")
def map_file(file: Export, mapping: MappingFile = None, buyer: Buyer = None) -> None:
    """Proposer comment lire un export, et nommer ses défauts."""
    show_proposal(file, mapping, buyer)


@app.command()
def template(kind: Kind, output: Output = None) -> None:
    """Donner un modèle de fichier à remplir, pour « add »."""
    write_template(kind, output)


@app.command()
def indicators(format: ListFormat = "table") -> None:
    """Dire ce qui se mesure, avec les définitions."""
    list_indicators(format)


@app.command()
def sources(format: ListFormat = "table") -> None:
    """Dire d'où viennent les données, et les fichiers d'ici."""
    list_sources(format)


@app.command()
def demo(
    size: Annotated[Literal["tiny", "demo", "full"], typer.Option(help="taille du territoire")] = "demo",
    port: Port = 8000,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="servir la page, ou finir")] = True,
) -> None:
    """Construire un territoire fictif, le mesurer et le servir."""
    from gisement.cli.demonstration import filled
    from gisement.engine import Observatory
    from gisement.engine.build import build as build_tables
    from gisement.publish.progress import progress
    from gisement.publish.words.diagnosis import diagnose, show
    from gisement.sources.registry import SOURCES

    workspace = filled(Settings.workspace if Settings.workspace != Path(".") else Path("demo"), size)
    with progress(Settings.language) as step:
        build_tables(workspace, pipeline_steps, SOURCES, say=step)

    def tell() -> None:
        show(diagnose(Observatory(workspace, load=True)), str(workspace.root), whole=False)
        page = write_study(workspace)
        say(f"L'étude en une page : {page}", f"The study as one page, in French: {page}")

    if serve:
        serve_pages(workspace, "127.0.0.1", port, meanwhile=tell)
    else:
        tell()


@app.command("diagnosis")
def tell_diagnosis() -> None:
    """Dire le diagnostic entier : où va l'argent, et ce qui est connu."""
    from gisement.engine import Observatory
    from gisement.publish.words.diagnosis import diagnose, show

    show(diagnose(Observatory(opened(), load=True)), here())


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="adresse d'écoute")] = "127.0.0.1",
    port: Port = 8000,
    partner: Annotated[
        bool, typer.Option("--partner", help="montrer aussi les lignes de paiement, sur cette machine seulement")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="processus qui répondent")] = 1,
) -> None:
    """Servir les pages et l'API de l'espace de travail."""
    check_host(host, partner=partner)
    serve_pages(opened(), host, port, partner=partner, workers=workers)


def main() -> None:
    """Run a command; whatever goes wrong, the user reads one sentence, and the status is 2."""
    gc.freeze()  # what is loaded stays to the end, and is not looked through again and again
    words = sys.argv[1:]
    Settings.language = usage.language_of(words, os.environ.get("GISEMENT_LANG", "fr"))
    try:
        status = usage.run(app, words)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Trouble as trouble:
        complain(trouble)
        status = 2
    except Exception as error:
        if os.environ.get("GISEMENT_DEBUG"):
            raise
        complain(usage.unexpected(error))
        status = 2
    if status == usage.INTERRUPTED:
        complain(Trouble(fr="Interrompu : relancer la commande la reprend.", en="Interrupted: run it again to go on."))
    gc.freeze()  # what is left goes with the process: Python would first look through all of it, several times
    sys.exit(status)
