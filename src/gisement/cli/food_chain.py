"""`gisement food`: needs converted from meals, gaps, lots, follow-up, declared rates, an order before it is sent."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gisement.cli.session import Format, Settings, opened
from gisement.publish import usage
from gisement.terms import Step

food = typer.Typer(
    cls=usage.Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Suivre la filière alimentaire : besoins, manques, lots, suivi.",
    context_settings={"help_option_names": usage.HELP},
)
By = Annotated[Literal["department", "region", "country", "sector"], typer.Option("--by", help="regrouper par")]
Only = Annotated[str | None, typer.Option("--only", help="un seul groupe : 86, 75, ou un secteur")]
Kind = Annotated[
    Literal["purchases", "declarations"], typer.Argument(help="purchases : achats ; declarations : bilans")
]
Output = Annotated[Path, typer.Option("-o", "--output", help="fichier CSV à écrire")]
Buyer = Annotated[str | None, typer.Option("--buyer", help="un acheteur (SIRET ou SIREN ; tous, sinon)")]
Year = Annotated[int | None, typer.Option("--year", help="une année (toutes, sinon)")]
Purchases = Annotated[Path, typer.Argument(help="commande, au format d'import de ma cantine")]


@food.command("need")
def show_need(format: Format = "table") -> None:
    """Montrer comment les repas deviennent des kilogrammes."""
    _show("need", _board("need"), format)


@food.command("gaps")
def show_gaps(format: Format = "table") -> None:
    """Comparer besoins et offres, par produit, mois et étape."""
    _show("gaps", _board("gaps"), format)


@food.command("lots")
def show_lots(format: Format = "table") -> None:
    """Proposer des lots : taille, mois, nombre de candidats possibles."""
    _show("lots", _board("lots"), format)


@food.command("converted")
def show_converted(format: Format = "table") -> None:
    """Montrer ce que deviennent plats et achats, en kilogrammes, et ce qui ne se convertit pas."""
    _show("converted", _board("converted"), format)


@food.command("sourcing")
def show_sourcing(format: Format = "table") -> None:
    """Compter, par produit, à qui demander : producteurs connus, opérateurs bio, exploitations."""
    _show("sourcing", _board("sourcing"), format)


@food.command("follow")
def show_follow(format: Format = "table") -> None:
    """Suivre les volumes engagés et livrés, après l'attribution."""
    _show("follow", _board("follow"), format)


@food.command("declared")
def show_declared(by: By = "department", only: Only = None, format: Format = "table") -> None:
    """Recalculer les taux EGalim déclarés à ma cantine."""
    from dataclasses import asdict

    from gisement.studies.food.boards import declared

    found = [asdict(one) for one in declared(_board("declared"), by) if only in (None, one.group)]
    _show("declared", found, format)


@food.command("macantine")
def write_ma_cantine(kind: Kind, output: Output, buyer: Buyer = None, year: Year = None) -> None:
    """Écrire ce que ma cantine importe : achats, ou bilan de l'année."""
    from gisement.cli.session import say
    from gisement.publish.exports.files import write_output
    from gisement.publish.exports.ma_cantine import ma_cantine
    from gisement.publish.words.food.boards import told_ma_cantine
    from gisement.studies.food.boards import rows_of

    rows = rows_of(_built(("food_purchase",)), "food_purchase")
    kept = [r for r in rows if year in (None, r["year"]) and buyer in (None, r["buyer_id"], r["buyer_siren"])]
    found = ma_cantine(kept, kind)
    write_output(output, found.text)
    for language_fr, language_en in told_ma_cantine(found, output):
        say(language_fr, language_en)


@food.command("order")
def show_order(file: Purchases, format: Format = "table") -> None:
    """Dire, avant une commande, ce qu'elle fait des taux EGalim et du budget."""
    from gisement.publish.words.food.boards import order_rows
    from gisement.sources.egalim.purchases import parse_purchases
    from gisement.studies.food.boards import orders, rows_of

    lines = parse_purchases(file, file.name)
    workspace = _built(("food_purchase", "food_rule"))
    found = orders(lines, rows_of(workspace, "food_purchase"), rows_of(workspace, "food_rule"))
    _show("order", order_rows(found), format)


def _board(name: str) -> list[dict[str, Any]]:
    from gisement.studies.food.boards import BOARDS, board

    return board(_built((BOARDS[name],)), name)


def _built(names: Sequence[str]) -> Any:
    """The workspace, with these tables up to date."""
    from gisement.engine.build import build
    from gisement.publish.progress import progress
    from gisement.sources.registry import SOURCES

    workspace = opened()
    with progress(Settings.language) as step:
        build(workspace, _steps, SOURCES, names=names, say=step)
    return workspace


def _steps() -> Sequence[Step]:
    from gisement.pipeline import STEPS

    return STEPS


def _show(name: str, rows: Sequence[Mapping[str, Any]], format: str) -> None:
    from gisement.publish import answers
    from gisement.publish.words.food import boards as food_board

    if format == "json":
        print(answers.to_json({"board": name, "rows": list(rows)}))
    elif format == "csv":
        sys.stdout.write(answers.to_csv([dict(row) for row in rows]))
    else:
        food_board.show(name, rows, Settings.language)
