"""The diagnosis in the terminal: the sentence first, then what a screen holds, or one table per question."""

from __future__ import annotations

from collections.abc import Sequence

from gisement.catalog import texts
from gisement.catalog.few import is_few
from gisement.publish import format
from gisement.publish.component import program, rows_command, shown
from gisement.publish.diagnosis.build import Diagnosis, Line
from gisement.publish.layout import Column, paragraph, table, width_here

BAR = 10


def show(diagnosis: Diagnosis, workspace: str = "", *, whole: bool = True) -> None:
    """Print the diagnosis, or what a screen holds of it; commands to type next name the workspace."""
    width = width_here()
    headline = f"{format.harmless(diagnosis.places.territory)} : {sentence(diagnosis)}"
    for text in (_notice(diagnosis), headline, *diagnosis.cautions):
        if text:
            print(paragraph(text, width) + "\n")
    _print("En bref", (_line(diagnosis, "spend"), _line(diagnosis, "contracts"), *diagnosis.suppliers), width)
    _print("Jusqu'où va l'argent, hors médical", diagnosis.rings, width)
    if whole:
        _print("La même part, comptée autrement", diagnosis.readings, width)
    _print("Part locale par année", diagnosis.by_year, width)
    if not whole:
        print(f"Tout le diagnostic : {program(workspace)} diagnosis")
        return
    _print("Part locale par famille d'achats", diagnosis.by_family, width)
    _print("Part locale par acheteur", diagnosis.by_buyer, width)
    if diagnosis.hidden_buyers:
        others = format.counted(diagnosis.hidden_buyers, "autre acheteur", "autres acheteurs")
        print(f"Et {others}, d'un montant moindre : {program(workspace)} measure local_share --by buyer\n")
    _print("Ce que les données disent", diagnosis.coverage, width)
    if diagnosis.findings:
        print(_findings(diagnosis, width) + "\n")
    print(f"Définitions : {program(workspace)} indicators")
    print(f"Lignes derrière la phrase : {rows_command(diagnosis.headline, workspace)}")


def sentence(diagnosis: Diagnosis) -> str:
    """The headline: « Sur 100 € de commande publique hors médical, 50 € vont à des fournisseurs… »."""
    figure = diagnosis.headline
    value, low, high = (format.per_hundred(part) for part in (figure.value, figure.low, figure.high))
    if figure.value is None:
        return "La part locale de la commande publique n'est pas connue : aucun montant ne peut être situé."
    if is_few(figure):
        return (
            f"{format.part_of(figure)} de commande publique hors médical vont à des fournisseurs "
            f"{diagnosis.places.of_department} ({format.value(figure)}, {format.bounds(figure)})."
        )
    return (
        f"Sur 100{format.SPACE}€ de commande publique hors médical, {value}{format.SPACE}€ "
        f"vont à des fournisseurs {diagnosis.places.of_department} "
        f"(entre {low} et {high} selon ce que l'on ignore)."
    )


def _notice(diagnosis: Diagnosis) -> str:
    """What must be said of invented data; empty for real ones."""
    told = diagnosis.notice
    return f"{told['notice']}. {told['explanation']}" if told else ""


def _line(diagnosis: Diagnosis, name: str) -> Line:
    figure = diagnosis.spend if name == "spend" else diagnosis.contracts
    return Line(shown(figure).title, figure)


def _print(title: str, lines: Sequence[Line], width: int) -> None:
    """One table, with a bar beside each share, and amounts where the lines have them."""
    has_amounts = any(line.beside for line in lines)
    columns = [Column(title.replace(" ", format.SPACE)), Column(""), Column("Valeur", True), Column("Bornes", True)]
    columns += [Column("Montant", True)] if has_amounts else []
    rows = []
    for line in lines:
        told = shown(line.figure, line.label)
        bar = _bar(told.value_at if line.figure.unit == "percent" else None)
        amount = [shown(line.beside).value if line.beside else ""] if has_amounts else []
        bounds = format.span(line.figure) if told.bounds else ""
        rows.append([format.harmless(line.label), bar, told.value, bounds, *amount])
    print(table(columns, rows, width) + "\n")


def _bar(place: float | None) -> str:
    filled = 0 if place is None else round(place * BAR / 100)
    return "" if place is None else "█" * filled + "░" * (BAR - filled)


def _findings(diagnosis: Diagnosis, width: int) -> str:
    """What was found in the files, how often, and what was done."""
    columns = [Column("Cas", True), Column("Trouvé dans les fichiers (« gisement check »)"), Column("Suite donnée")]
    words = texts()
    rows = [
        [
            format.number(found.count),
            str(words["findings"].get(found.rule, found.rule)),
            str(words["actions"].get(found.action, found.action)),
        ]
        for found in diagnosis.findings
    ]
    return table(columns, rows, width)
