"""The command line: its verbs in order, and the only reader of settings. Heavy libraries load inside them."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from gisement import __version__
from gisement.cli import clauses, cooperate, figures, files, food, partners, serving, usage, workspace
from gisement.cli.new import new
from gisement.cli.session import Group, Settings, complain
from gisement.terms import Trouble

app = Group(
    "Gisement : l'observatoire de la commande publique d'un territoire.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(workspace.verbs)
app.add_typer(figures.verbs)
app.add_typer(figures.audit, name="audit")
app.add_typer(clauses.verbs)
app.add_typer(clauses.clauses, name="clauses")
app.add_typer(cooperate.cooperate, name="cooperate")
app.add_typer(food.food, name="food")
app.add_typer(food.plan, name="plan")
app.add_typer(partners.prepare, name="prepare")
app.add_typer(partners.verbs)
app.add_typer(files.verbs)
app.add_typer(files.report, name="report")
app.add_typer(workspace.segments, name="segments")
app.add_typer(serving.verbs)
app.add_typer(new, name="new")


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
