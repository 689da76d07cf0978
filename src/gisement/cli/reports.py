"""`gisement report`: documents made of figures, each in one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gisement.cli.session import opened, say
from gisement.publish import usage
from gisement.terms import Trouble

if TYPE_CHECKING:
    from gisement.engine.served import Served
    from gisement.publish.reports.document import Report
    from gisement.store import Workspace

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
OneBuyer = Annotated[str | None, typer.Option("--buyer", help="un acheteur (SIRET ou SIREN ; tous, sinon)")]
Of = Annotated[str, typer.Option("--of", help="son nom, tel que les fichiers l'écrivent, ou son SIRET")]
Siret = Annotated[str, typer.Option("--buyer", help="SIRET ou SIREN de l'acheteur")]


@report.command("diagnosis")
def diagnosis(output: File, basis: Basis = None) -> None:
    """L'étude : qui achète, quoi, à qui, où va l'argent."""
    from gisement.publish.reports import read
    from gisement.publish.reports.purchases import diagnosis

    _write(lambda served: diagnosis(read(_with_purchases(served), basis or "")), output, basis)


@report.command("note")
def note(output: File, basis: Basis = None) -> None:
    """Deux pages pour le conseil."""
    from gisement.publish.reports import read
    from gisement.publish.reports.purchases import note

    _write(lambda served: note(read(_with_purchases(served), basis or "")), output, basis)


@report.command("buyer")
def buyer(output: File, buyer: Siret, basis: Basis = None) -> None:
    """Les achats d'un acheteur, dans les chapitres de l'étude."""
    from gisement.publish.reports.purchases import buyer_report

    _write(lambda served: buyer_report(served, buyer, basis or ""), output, basis)


@report.command("spaser")
def spaser(output: File, buyer: OneBuyer = None, basis: Basis = None) -> None:
    """Les indicateurs d'un schéma d'achats responsables (SPASER)."""
    from gisement.publish.reports import read
    from gisement.publish.reports.purchases import name_of
    from gisement.publish.reports.spaser import spaser

    def written(served: Served) -> Report:
        reading = read(_with_purchases(served), basis or "", (("buyer", buyer),) if buyer else ())
        if buyer:
            name_of(reading, buyer)
        return spaser(reading)

    _write(written, output, basis)


@report.command("review")
def review(output: File, basis: Basis = None) -> None:
    """Le bilan commun : objectifs tenus ou non, actions, scénarios."""
    from gisement.publish.reports import read
    from gisement.publish.reports.review import review

    _write(lambda served: review(read(served, basis or "")), output, basis)


@report.command("food")
def food(output: File) -> None:
    """La filière alimentaire : EGalim, besoins, manques, lots."""
    from gisement.publish.reports import read
    from gisement.publish.reports.food import food

    _write(lambda served: food(read(served, "contract")), output, "contract")


@report.command("canteen")
def canteen(output: File, of: Of) -> None:
    """La fiche d'une cantine : besoins, ce qui est lié, taux EGalim."""
    from gisement.publish.reports import read
    from gisement.publish.reports.food import canteen_sheet

    _write(lambda served: canteen_sheet(read(served, "contract"), served.observatory.workspace, of), output, None)


@report.command("producer")
def producer(output: File, of: Of) -> None:
    """La fiche d'un titulaire, après l'attribution seulement."""
    from gisement.publish.reports import read
    from gisement.publish.reports.food import producer_sheet

    _write(lambda served: producer_sheet(read(served, "contract"), served.observatory.workspace, of), output, None)


def _write(make: Callable[[Served], Report], output: Path, basis: str | None) -> None:
    """Measure, lay out, write; say where, and whether it may be published."""
    from gisement.engine.served import Served
    from gisement.publish.reports import face_of, write

    face_of(output)
    made = make(Served(opened(), partner=basis != "contract"))
    write(made, output)
    if made.is_internal:
        say(*_internal(made.name, output))
    else:
        say(f"{output} : publiable.", f"{output}: may be published; in French.")


def write_study(workspace: Workspace) -> Path:
    """The study of a workspace as one page that needs no server, in its folder `out`; where it is."""
    from gisement.engine.served import Served
    from gisement.publish.reports import read, write
    from gisement.publish.reports.purchases import diagnosis

    page = workspace.out / "diagnosis.html"
    write(diagnosis(read(Served(workspace, partner=True), "")), page)
    return page


def _with_purchases(served: Served) -> Served:
    """The same; Trouble where no contract nor payment is read: a report on nothing would be called publishable."""
    if not served.observatory.origins("purchase"):
        raise Trouble(
            fr="Rien à écrire : aucun contrat ni paiement n'est lu ici ; en ajouter (« gisement add » ou « gisement "
            "fetch »), puis lancer « gisement build ».",
            en="Nothing to write: no contract nor payment is read here; add some ('gisement add' or 'gisement fetch'), "
            "then run 'gisement build'.",
        )
    return served


def _internal(name: str, output: Path) -> tuple[str, str]:
    """Why a report is not for everyone, in both languages."""
    if name in ("canteen", "producer"):
        return (
            f"{output} : pour l'intéressé, à ne pas publier.",
            f"{output}: for whom it is about, not to be published.",
        )
    return (
        f"{output} : usage interne, il contient des paiements (--basis contract : la version à publier).",
        f"{output}: for internal use, it holds payments (--basis contract: the one to publish); in French.",
    )
