"""The diagnosis in the terminal: the sentence first, then one table per question."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from gisement.catalog import texts
from gisement.catalog.few import is_few
from gisement.publish import format
from gisement.publish.component import program, rows_command, shown
from gisement.publish.diagnosis.build import Diagnosis, Line

BAR = 10


def show(diagnosis: Diagnosis, console: Console | None = None, workspace: str = "") -> None:
    """Print the diagnosis on the console (by default the standard output); commands to type next name the workspace."""
    out = console or Console()
    if diagnosis.notice:
        out.print(
            Panel(
                escape(diagnosis.notice["explanation"]),
                title=escape(diagnosis.notice["notice"]),
                style="yellow",
            )
        )
    out.print(Panel(escape(sentence(diagnosis)), title=escape(diagnosis.places.territory), style="bold"))
    for caution in diagnosis.cautions:
        out.print(escape(caution), style="yellow")
    out.print(_table("En bref", (_line(diagnosis, "spend"), _line(diagnosis, "contracts"), *diagnosis.suppliers)))
    out.print(_table("Jusqu'où va l'argent (hors médical ; chaque cercle contient le précédent)", diagnosis.rings))
    out.print(_table("La même part, comptée autrement", diagnosis.readings))
    out.print(_table("Part locale par année", diagnosis.by_year))
    out.print(_table("Part locale par famille d'achats", diagnosis.by_family))
    out.print(_table("Part locale par acheteur", diagnosis.by_buyer))
    if diagnosis.hidden_buyers:
        others = format.counted(diagnosis.hidden_buyers, "autre acheteur", "autres acheteurs")
        out.print(f"Et {others}, d'un montant moindre : {program(workspace)} measure local_share --by buyer")
    out.print(_table("Ce que les données disent", diagnosis.coverage))
    if diagnosis.findings:
        out.print(_findings(diagnosis))
    rows = rows_command(diagnosis.headline, workspace)
    out.print(f"Définitions : {program(workspace)} indicators. Lignes derrière la phrase : {rows}")


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


def _line(diagnosis: Diagnosis, name: str) -> Line:
    figure = diagnosis.spend if name == "spend" else diagnosis.contracts
    return Line(shown(figure).title, figure)


def _table(title: str, lines: Sequence[Line]) -> Table:
    table = Table(title=escape(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    has_amounts = any(line.beside for line in lines)
    table.add_column("", overflow="fold", ratio=3)
    table.add_column("", no_wrap=True)
    table.add_column("Valeur", justify="right", no_wrap=True)
    table.add_column("Bornes", no_wrap=True)
    if has_amounts:
        table.add_column("Montant", justify="right", no_wrap=True)
    for line in lines:
        told = shown(line.figure, line.label)
        bar = _bar(told.value_at if line.figure.unit == "percent" else None)
        amount = (shown(line.beside).value if line.beside else "",) if has_amounts else ()
        table.add_row(escape(line.label), bar, told.value, format.span(line.figure) if told.bounds else "", *amount)
    return table


def _bar(place: float | None) -> str:
    filled = 0 if place is None else round(place * BAR / 100)
    return "" if place is None else "█" * filled + "░" * (BAR - filled)


def _findings(diagnosis: Diagnosis) -> Table:
    title = "Ce qui a été trouvé dans les fichiers (détail : gisement check)"
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Règle", overflow="fold", ratio=3)
    table.add_column("Cas", justify="right")
    table.add_column("Suite donnée", overflow="fold", ratio=1)
    words = texts()
    for found in diagnosis.findings:
        rule, action = (
            words["findings"].get(found.rule, found.rule),
            words["actions"].get(found.action, found.action),
        )
        table.add_row(escape(str(rule)), format.number(found.count), escape(str(action)))
    return table
