"""What every command shares: the settings, the words of options, how things are said to the user."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gisement.cli import usage
from gisement.terms import Step, Territory, Trouble

if TYPE_CHECKING:
    from gisement.store import Workspace

Format = Annotated[Literal["table", "json", "csv"], typer.Option("--format", help="mise en forme")]
ListFormat = Annotated[Literal["table", "json"], typer.Option("--format", help="mise en forme")]
Name = Annotated[str, typer.Argument(help="un indicateur (voir « gisement indicators »)", show_default=False)]
Port = Annotated[int, typer.Option(help="port de la page", max=65535)]
Where = Annotated[list[str] | None, typer.Option("--where", help="CLÉ=VALEUR, autant de fois que voulu")]
OneBuyer = Annotated[str | None, typer.Option("--buyer", help="un acheteur (SIREN ou SIRET ; tous, sinon)")]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="correspondance (TOML), celle que « map » propose")]
Buyer = Annotated[str | None, typer.Option("--buyer", help="SIRET de l'acheteur, s'il n'est pas dans une colonne")]


class Settings:
    """What the global options say, or else the environment (`GISEMENT_WORKSPACE`, `_LANG`, `_MEMORY`, `_THREADS`)."""

    workspace: Path = Path(".")
    memory: str | None = None
    threads: int | None = None
    language: str = "fr"


class Group(typer.Typer):
    """A group of commands, with what it is for; alone, it lists them, unless it `is_list` itself."""

    def __init__(self, about: str, *, is_list: bool = False, **more: Any) -> None:
        super().__init__(
            cls=usage.Commands,
            no_args_is_help=not is_list,
            invoke_without_command=is_list,
            # in colours and boxes, the help took as long again to load
            rich_markup_mode=None,
            help=about,
            context_settings={"help_option_names": usage.HELP},
            **more,
        )


def opened() -> Workspace:
    """The workspace that `--workspace` or the environment names; raises Trouble where that folder is none."""
    from gisement.store import Workspace
    from gisement.store.workspace import layout_of

    layout_of(Settings.workspace)
    return Workspace.open(Settings.workspace, Settings.memory, Settings.threads)


def create(wanted: Territory) -> None:
    """Make the workspace, or give an existing one another name.

    Raises Trouble where the folder is that of another territory: its list of buyers would be lost.
    """
    from gisement.store import Workspace

    workspace = Workspace(Settings.workspace)
    if not (workspace.root / "territory.toml").is_file() or workspace.territory().key == wanted.key:
        Workspace.create(workspace.root, wanted)
        return
    held = workspace.territory().name or workspace.territory().key
    raise Trouble(
        fr=f"{workspace.root} est déjà l'espace de travail d'un territoire ({held}) : donner un autre dossier avec -w, "
        "ou changer territory.toml.",
        en=f"{workspace.root} is already the workspace of a territory ({held}): give another folder with -w, or change "
        "territory.toml.",
    )


def up_to_date(names: Iterable[str]) -> Workspace:
    """The workspace, opened, with these tables made anew where an input has changed."""
    from gisement.engine.build import build
    from gisement.publish.progress import progress
    from gisement.sources.registry import SOURCES

    workspace = opened()
    with progress(Settings.language) as step:
        build(workspace, pipeline_steps, SOURCES, names=tuple(names), say=step)
    return workspace


def pipeline_steps() -> Sequence[Step]:
    """The steps of the pipeline, imported only when they must be compiled."""
    from gisement.pipeline import STEPS

    return STEPS


def here() -> str:
    """The workspace as it must be named in a command to type next; empty where it need not be."""
    return "" if Settings.workspace == Path(".") else str(Settings.workspace)


def answer(
    format: str, content: Callable[[], Any], show: Callable[[], None],
    lines: Callable[[], Iterable[Mapping[str, Any]]] | None = None,
) -> None:  # fmt: skip
    """Print what was found in the form asked for: words, JSON of the content, or CSV of its lines (itself, else)."""
    from gisement.publish import answers

    if format == "json":
        print(answers.to_json(content()))
    elif format == "csv":
        sys.stdout.write(answers.to_csv((lines or content)()))
    else:
        show()


def say(fr: str, en: str | None = None) -> None:
    """Tell the user something, on standard output; what has no words needs no second language."""
    print(fr if en is None or Settings.language == "fr" else en)


def note(fr: str, en: str) -> None:
    """Tell the user something beside the answer, on standard error."""
    print(fr if Settings.language == "fr" else en, file=sys.stderr)


def colon() -> str:
    """A colon as the language of the answers writes it: French has a space before it."""
    return " : " if Settings.language == "fr" else ": "


def complain(trouble: Trouble) -> None:
    """Tell a trouble on standard error, in one plain sentence of the chosen language."""
    print(trouble.sentence(Settings.language), file=sys.stderr)


def fail(troubles: Sequence[Trouble]) -> None:
    """Tell every trouble, and end with the status of an error if there is any."""
    for trouble in troubles:
        complain(trouble)
    if troubles:
        raise typer.Exit(2)
