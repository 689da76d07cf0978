"""Files that leave: exports for other tools, reports, and models of the files that people fill by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gisement.cli.session import Group, OneBuyer, Settings, Where, opened, say
from gisement.terms import Trouble

if TYPE_CHECKING:
    from gisement.engine.served import Served
    from gisement.publish.exports.writing import Written
    from gisement.publish.reports.document import Report
    from gisement.store import Workspace

verbs = typer.Typer()
report = Group("Écrire un rapport : PDF accessible, HTML ou classeur.")
File = Annotated[Path, typer.Option("-o", "--output", help="fichier à écrire : .pdf, .html ou .xlsx")]
Basis = Annotated[
    Literal["payment", "contract"] | None, typer.Option("--basis", help="base des montants (contract : publiable)")
]
Of = Annotated[str, typer.Option("--of", help="son nom, tel que les fichiers l'écrivent, ou son SIRET")]
Siret = Annotated[str, typer.Option("--buyer", help="SIRET ou SIREN de l'acheteur")]


@verbs.command()
def export(
    kind: Annotated[
        Literal["ocds", "decp", "csv", "parquet", "xlsx"], typer.Argument(help="ocds, decp, csv, parquet ou xlsx")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="fichier à écrire (un dossier pour csv et parquet)")],
    where: Where = None,
    publisher: Annotated[str, typer.Option(help="qui publie (le territoire, sinon)")] = "",
    prefix: Annotated[str, typer.Option(help="préfixe OCDS enregistré de qui publie")] = "",
    force: Annotated[bool, typer.Option("--force", help="écraser ce qui n'est pas un export de Gisement")] = False,
) -> None:
    """Écrire les contrats ou les tables pour d'autres outils."""
    from gisement.engine.served import Served
    from gisement.pipeline import perimeter_of
    from gisement.publish.exports import writing
    from gisement.publish.exports.card import about

    served = Served(opened())
    written = writing.export(
        served, kind, perimeter_of(where), output, about(served, publisher, Settings.language), prefix, force=force
    )
    for sentence in _told(kind, written):
        say(sentence)


def _told(kind: str, written: Written) -> list[str]:
    """How many contracts were written, whole or not, and where."""
    from gisement.publish.format import Count

    french, counts = Settings.language == "fr", written.counts
    files = ", ".join(map(str, written.files))
    if not sum(counts.values()):
        return [_NOTHING[Settings.language], files]
    if kind != "decp":
        rows = Count(counts.get("contracts", counts.get("contract", 0)), Settings.language)
        return [f"{rows:contrat|contrats}. {files}" if french else f"{rows:contract|contracts}. {files}"]
    whole, partial = (Count(counts[name], Settings.language) for name in ("contracts", "incomplete"))
    told = [f"{whole:contrat conforme|contrats conformes}." if french else f"{whole:valid contract|valid contracts}."]
    if partial:
        told.append(
            f"{partial:contrat incomplet|contrats incomplets}, à part, avec la liste de ce qui manque."
            if french
            else f"{partial:incomplete contract|incomplete contracts}, apart, with the list of what is missing."
        )
    return [*told, files]


_NOTHING = {
    "fr": "0 ligne : aucun contrat dans ce périmètre, les fichiers sont vides. Vérifier --where (acheteur, année), ou "
    "ajouter --where buyers=all.",
    "en": "0 rows: no contract in this perimeter, the files are empty. Check --where (buyer, year), or add --where "
    "buyers=all.",
}


@verbs.command()
def template(
    kind: Annotated[str, typer.Argument(help="food-demand, food-offer, distance, correction… (docs/commands.md)")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="fichier à écrire (l'écran, sinon)")] = None,
) -> None:
    """Donner un modèle de fichier à remplir, pour « add »."""
    from gisement.catalog.file_kinds import file_template, template_kinds
    from gisement.publish.exports.files import write_output

    if kind not in template_kinds():
        allowed = ", ".join(template_kinds())
        raise Trouble(
            fr=f"Il n'y a pas de modèle pour « {kind} » : choisir parmi {allowed}.",
            en=f"There is no template for '{kind}': choose among {allowed}.",
        )
    text = file_template(kind)
    if output is None:
        print(text, end="")
        return
    write_output(output, text)
    say(
        f"{output} : l'en-tête et des lignes d'exemple, à remplacer par les vôtres ; puis "
        f"« gisement add {kind} {output} ».",
        f"{output}: the header and example lines, to replace with your own; then 'gisement add {kind} {output}'.",
    )


@report.command("diagnosis")
def diagnosis(output: File, basis: Basis = None) -> None:
    """L'étude : qui achète, quoi, à qui, où va l'argent."""
    from gisement.publish.reports.purchases import diagnosis
    from gisement.publish.reports.reading import read

    _write(lambda served: diagnosis(read(_with_purchases(served), basis or "")), output, basis)


@report.command("note")
def note(output: File, basis: Basis = None) -> None:
    """Deux pages pour le conseil."""
    from gisement.publish.reports.purchases import note
    from gisement.publish.reports.reading import read

    _write(lambda served: note(read(_with_purchases(served), basis or "")), output, basis)


@report.command("buyer")
def buyer(output: File, buyer: Siret, basis: Basis = None) -> None:
    """Les achats d'un acheteur, dans les chapitres de l'étude."""
    from gisement.publish.reports.purchases import buyer_report

    _write(lambda served: buyer_report(served, buyer, basis or ""), output, basis)


@report.command("spaser")
def spaser(output: File, buyer: OneBuyer = None, basis: Basis = None) -> None:
    """Les indicateurs d'un schéma d'achats responsables (SPASER)."""
    from gisement.publish.reports.purchases import name_of
    from gisement.publish.reports.reading import read
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
    from gisement.publish.reports.reading import read
    from gisement.publish.reports.review import review

    _write(lambda served: review(read(served, basis or "")), output, basis)


@report.command("food")
def food(output: File) -> None:
    """La filière alimentaire : EGalim, besoins, manques, lots."""
    from gisement.publish.reports.food import food
    from gisement.publish.reports.reading import read

    _write(lambda served: food(read(served, "contract")), output, "contract")


@report.command("canteen")
def canteen(output: File, of: Of) -> None:
    """La fiche d'une cantine : besoins, ce qui est lié, taux EGalim."""
    from gisement.publish.reports.food import canteen_sheet
    from gisement.publish.reports.reading import read

    _write(lambda served: canteen_sheet(read(served, "contract"), served.observatory.workspace, of), output, None)


@report.command("producer")
def producer(output: File, of: Of) -> None:
    """La fiche d'un titulaire, après l'attribution seulement."""
    from gisement.publish.reports.food import producer_sheet
    from gisement.publish.reports.reading import read

    _write(lambda served: producer_sheet(read(served, "contract"), served.observatory.workspace, of), output, None)


def _write(make: Callable[[Served], Report], output: Path, basis: str | None) -> None:
    """Measure, lay out, write; say where, and whether it may be published."""
    from gisement.engine.served import Served
    from gisement.publish.reports.writing import face_of, write

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
    from gisement.publish.reports.purchases import diagnosis
    from gisement.publish.reports.reading import read
    from gisement.publish.reports.writing import write

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
