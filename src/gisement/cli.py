"""The command line: verbs, and the only reader of settings. Heavy libraries load inside commands."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisement.terms import Trouble, Verdict, parse_territory

if TYPE_CHECKING:
    from gisement.store import Workspace

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Gisement : l'observatoire de la commande publique d'un territoire.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
Format = Annotated[str, typer.Option("--format", help="table, json ou csv")]
Where = Annotated[list[str] | None, typer.Option("--where", help="CLÉ=VALEUR, autant de fois que voulu")]


class Settings:
    """What the global options say, or else the environment (`GISEMENT_WORKSPACE`, `_LANG`, `_MEMORY`, `_THREADS`)."""

    workspace: Path = Path(".")
    memory: str | None = None
    threads: int | None = None
    language: str = "fr"


@app.callback()
def settings(
    workspace: Annotated[Path | None, typer.Option("-w", "--workspace", help="dossier de l'espace de travail")] = None,
    lang: Annotated[str | None, typer.Option("--lang", help="fr ou en")] = None,
) -> None:
    """Global options."""
    said, threads = os.environ, os.environ.get("GISEMENT_THREADS", "")
    Settings.workspace = workspace or Path(said.get("GISEMENT_WORKSPACE", "."))
    Settings.memory = said.get("GISEMENT_MEMORY")
    Settings.threads = int(threads) if threads.isdigit() else None
    Settings.language = "en" if (lang or said.get("GISEMENT_LANG", "fr")).startswith("en") else "fr"


@app.command()
def init(
    territory: Annotated[str, typer.Option(help="epci:200069854, commune:86194, department:86 ou region:75")],
    name: Annotated[str | None, typer.Option(help="nom du territoire, s'il n'est pas l'officiel")] = None,
) -> None:
    """Créer un espace de travail pour un territoire."""
    from gisement.sources.geography import area_name, territory_communes
    from gisement.store import Workspace

    wanted = parse_territory(territory, name=name)
    official = area_name(wanted)
    Workspace.create(Settings.workspace, parse_territory(territory, name=name or official))
    communes = len(territory_communes(wanted))
    say(f"{Settings.workspace} : {name or official} ({communes} communes).")


@app.command()
def add(
    kind: Annotated[str, typer.Argument(help="decp, sirene, legal-units, distance, correction")],
    files: Annotated[list[Path], typer.Argument(help="fichiers, dossiers ou archives")],
) -> None:
    """Ajouter des fichiers : chacun est copié tel quel, lu, et son compte affiché."""
    from gisement.engine.intake import add_files
    from gisement.publish import tables
    from gisement.publish.progress import progress
    from gisement.sources.registry import SOURCES

    source = SOURCES.get(kind)
    if source is None:
        allowed = ", ".join(SOURCES)
        raise Trouble(
            fr=f"« {kind} » n'est pas un genre de fichier : choisir parmi {allowed}.",
            en=f"'{kind}' is not a kind of file: choose among {allowed}.",
        )
    with progress() as step:
        added = add_files(opened(), source, files, say=step)
    for one in added:
        if one.trouble is None:
            say(f"{one.name} : {tables.account_line(one.reading)}")
    troubles = [one.trouble for one in added if one.trouble is not None]
    for trouble in troubles:
        complain(trouble)
    if troubles:
        raise typer.Exit(2)


@app.command()
def remove(
    snapshot: Annotated[str, typer.Argument(help="identifiant ou nom du fichier (voir « sources »)")],
) -> None:
    """Retirer un fichier : il part à l'instant, et tout ce qui en vient à la prochaine construction."""
    from gisement.store import remove_snapshot

    workspace = opened()
    with workspace.locked():
        gone = remove_snapshot(workspace, snapshot)
    say(f"{gone.name} est retiré ; lancer « gisement build » pour refaire les tables sans lui.")


@app.command()
def fetch(
    sources: Annotated[list[str] | None, typer.Argument(help="sources (toutes, si aucune n'est nommée)")] = None,
    base_url: Annotated[str, typer.Option(hidden=True)] = "https://www.data.gouv.fr",
) -> None:
    """Télécharger ce que le territoire demande : reprise, requêtes conditionnelles, empreintes."""
    from gisement.engine.intake import fetch_source
    from gisement.publish import tables
    from gisement.publish.progress import progress
    from gisement.sources.cards import card, cards
    from gisement.sources.registry import SOURCES

    default = [c.name for c in cards().values() if c.resolution and c.kind in SOURCES and c.name in DEFAULT_SOURCES]
    troubles = 0
    for name in sources or default:
        chosen = card(name)
        kind = SOURCES.get(chosen.kind or "")
        if kind is None:
            raise Trouble(
                fr=f"{name} ne se télécharge pas : {chosen.title}.",
                en=f"{name} is not downloaded: {chosen.title}.",
            )
        try:
            with progress() as step:
                added = fetch_source(opened(), chosen, kind, base_url, step)
        except Trouble as trouble:
            complain(trouble)
            troubles += 1
            continue
        say(f"{chosen.title} : {tables.account_line(added.reading)}")
    if troubles:
        raise typer.Exit(2)


DEFAULT_SOURCES = ("decp", "sirene_establishments", "sirene_legal_units")


@app.command()
def build(
    tables: Annotated[list[str] | None, typer.Argument(help="tables (toutes, si aucune n'est nommée)")] = None,
    engine: Annotated[str, typer.Option(help="duckdb ou spark")] = "duckdb",
) -> None:
    """Construire les tables : seules celles dont une entrée a changé sont refaites."""
    from gisement.engine.build import build as build_tables
    from gisement.publish.progress import progress
    from gisement.sources.registry import SOURCES

    with progress() as step:
        made = build_tables(opened(), pipeline_steps, SOURCES, names=tables or (), engine=engine, say=step)
    say(f"{len(made)} tables refaites." if made else "Tout était à jour.")


def pipeline_steps() -> Any:
    """The steps of the pipeline, imported only when they must be compiled."""
    from gisement.pipeline import STEPS

    return STEPS


@app.command()
def check(format: Format = "table") -> None:
    """Contrôler : problèmes trouvés, compte des enregistrements, couverture, attentes."""
    from gisement.engine.checks import Checks
    from gisement.publish import answers, tables

    checks = Checks(opened())
    if format == "json":
        content = {
            "findings": list(checks.findings()),
            "expectations": checks.expectations(),
            "coverage": checks.coverage(),
        }
        print(answers.to_json(content))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(checks.findings()))
    else:
        tables.show_checks(checks.findings_by_rule(), checks.account(), checks.expectations(), Settings.language)
    if any(expectation["failed"] for expectation in checks.expectations()):
        raise typer.Exit(1)


@app.command()
def measure(
    indicator: str,
    by: Annotated[str | None, typer.Option(help="dimensions, séparées par une virgule")] = None,
    where: Where = None,
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="toutes les définitions côte à côte")] = False,
    format: Format = "table",
) -> None:
    """Mesurer un indicateur, avec ses bornes."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named, perimeter_of
    from gisement.publish import answers, tables

    chosen, perimeter = indicator_named(indicator), perimeter_of(where)
    observatory = Observatory(opened())
    if sensitivity:
        figures = observatory.sensitivity(chosen, perimeter)
    else:
        figures = observatory.measure(chosen, perimeter, [name for name in (by or "").split(",") if name])
    if format == "json":
        print(answers.to_json(answers.answer(chosen, perimeter, figures, Settings.language)))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(answers.as_line(figure) for figure in figures))
    else:
        tables.show_figures(chosen, figures, Settings.language, with_options=sensitivity)


@app.command()
def rows(
    indicator: str,
    verdict: Annotated[str, typer.Option(help="part, rest, unknown ou excluded")],
    where: Where = None,
    format: Format = "table",
) -> None:
    """Lister les lignes derrière un chiffre."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named, perimeter_of
    from gisement.publish import answers, tables

    if verdict not in set(Verdict):
        allowed = ", ".join(Verdict)
        raise Trouble(
            fr=f"« {verdict} » n'est pas un verdict : choisir parmi {allowed}.",
            en=f"'{verdict}' is not a verdict: choose among {allowed}.",
        )
    found = Observatory(opened()).rows(indicator_named(indicator), perimeter_of(where), Verdict(verdict))
    if format == "json":
        print(answers.to_json(list(found)))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(found))
    else:
        tables.show_rows(found)


@app.command()
def indicators(format: Format = "table") -> None:
    """Dire ce qui se mesure, avec les définitions."""
    from gisement.indicators import INDICATORS
    from gisement.publish import answers, tables

    found = [answers.described(indicator, Settings.language) for indicator in INDICATORS]
    if format == "json":
        print(answers.to_json(found))
    else:
        tables.show_list(found, ("name", "title", "definition"))


@app.command()
def sources(format: Format = "table") -> None:
    """Dire d'où viennent les données : sources connues, fichiers de l'espace de travail."""
    from gisement.publish import answers, tables
    from gisement.sources.cards import cards
    from gisement.store import Workspace, snapshots

    known = [
        {"source": c.name, "title": c.title, "producer": c.producer, "licence": c.licence} for c in cards().values()
    ]
    is_workspace = (Settings.workspace / "territory.toml").is_file()
    held = [
        {
            "snapshot": s.identifier,
            "kind": s.kind,
            "name": s.name,
            "bytes": s.size,
            "licence": s.card.get("licence", ""),
        }
        for s in (snapshots(Workspace.open(Settings.workspace)) if is_workspace else ())
    ]
    if format == "json":
        print(answers.to_json({"sources": known, "snapshots": held}))
    else:
        tables.show_list(known, ("source", "title", "producer", "licence"))
        tables.show_list(held, ("snapshot", "kind", "name", "bytes"))


@app.command()
def segments(format: Format = "table") -> None:
    """Lister les segments d'achat, leurs préfixes CPV et ce qui est médical."""
    from gisement.catalog.segments import segments as known
    from gisement.publish import answers, tables

    found = list(known().values())
    if format == "json":
        print(answers.to_json(found))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(found))
    else:
        tables.show_list(found, ("family_id", "segment_id", "segment_fr", "cpv_prefixes", "excluded_medical"))


@app.command()
def demo(
    size: Annotated[str, typer.Option(help="tiny ou demo")] = "demo",
    port: Annotated[int, typer.Option(help="port de la page")] = 8000,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="servir la page, ou finir")] = True,
) -> None:
    """Construire un territoire de démonstration (données fictives), en dire le diagnostic et le servir."""
    from gisement.engine.build import build as build_tables
    from gisement.engine.intake import add_files
    from gisement.publish.progress import progress
    from gisement.sources.demonstration import write
    from gisement.sources.registry import SOURCES
    from gisement.store import Workspace

    root = Settings.workspace if Settings.workspace != Path(".") else Path("demo")
    made = write(root / "files", size)
    workspace = Workspace.create(root, parse_territory(made.territory, name=made.name))
    with progress() as step:
        for kind, path in made.files:
            add_files(workspace, SOURCES[kind], [path], card=made.card, say=step)
        build_tables(workspace, pipeline_steps, SOURCES, say=step)
    _diagnose(workspace, port, serve)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="adresse : cette machine seulement")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port de la page")] = 8000,
) -> None:
    """Refaire la page du diagnostic et la servir sur cette machine."""
    if host not in ("127.0.0.1", "localhost"):
        raise Trouble(
            fr=f"La page ne se sert que sur cette machine (127.0.0.1), pas sur {host}.",
            en=f"The page is served on this machine only (127.0.0.1), not on {host}.",
        )
    _diagnose(opened(), port, wanted=True)


def _diagnose(workspace: Workspace, port: int, wanted: bool) -> None:
    """The diagnosis in the terminal and as a page, then the page served."""
    from gisement.engine import Observatory
    from gisement.publish.diagnosis import diagnose, show, write_page
    from gisement.publish.serve import serve as serve_page

    found = diagnose(Observatory(workspace, load=True))
    show(found)
    page = write_page(found, workspace.out / "diagnosis.html")
    say(f"Diagnostic : {page}")
    if wanted:
        serve_page(page, port, say)


def opened() -> Workspace:
    """The workspace that was asked for."""
    from gisement.store import Workspace

    return Workspace.open(Settings.workspace, Settings.memory, Settings.threads)


def say(text: str) -> None:
    """Tell the user something, on standard output."""
    print(text)


def complain(trouble: Trouble) -> None:
    """One plain sentence on standard error."""
    print(trouble.sentence(Settings.language), file=sys.stderr)


def main() -> None:
    """Run a command; whatever goes wrong, the user reads one sentence, and the status is 2."""
    try:
        app()
    except Trouble as trouble:
        complain(trouble)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get("GISEMENT_DEBUG"):
            raise
        told = str(error).partition("\n")[0][:300]
        kind, how = type(error).__name__, "GISEMENT_DEBUG=1"
        complain(
            Trouble(
                fr=f"Erreur imprévue ({kind} : {told}) : relancer avec {how} et signaler le message complet.",
                en=f"Unexpected error ({kind}: {told}): run again with {how} and report the whole message.",
            )
        )
        sys.exit(2)
