"""`gisement report`: documents made of figures, each in one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gisement.cli.session import opened, say
from gisement.publish import usage

if TYPE_CHECKING:
    from gisement.publish.reports.document import Report
    from gisement.publish.reports.reading import Reading

report = typer.Typer(
    cls=usage.Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Écrire un rapport : PDF accessible, HTML ou classeur.",
    context_settings={"help_option_names": usage.HELP},
)
File = Annotated[Path, typer.Option("-o", "--output", help="fichier à écrire : .pdf, .html ou .xlsx")]
Basis = Annotated[
    Literal["payment", "contract"] | None, typer.Option("--basis", help="base des montants (contract : publiable)")
]


@report.command("diagnosis")
def diagnosis(output: File, basis: Basis = None) -> None:
    """L'étude : qui achète, quoi, à qui, où va l'argent."""
    from gisement.publish.reports.diagnosis import diagnosis

    _write(diagnosis, output, basis)


def _write(make: Callable[[Reading], Report], output: Path, basis: str | None) -> None:
    """Measure, lay out, write; say where, and whether it may be published."""
    from gisement.engine.served import Served
    from gisement.publish.reports import face_of, read, write

    face_of(output)
    made = make(read(Served(opened(), partner=basis != "contract"), basis or ""))
    write(made, output)
    if made.is_internal:
        say(
            f"{output} : usage interne, il contient des paiements (--basis contract : la version à publier).",
            f"{output}: for internal use, it holds payments (--basis contract: the one to publish); in French.",
        )
    else:
        say(f"{output} : publiable.", f"{output}: may be published; in French.")
