"""`gisement food` and `gisement plan`: needs, gaps, lots, follow-up, declared rates, and what to commit to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gisement.cli.session import Format, Group, ListFormat, OneBuyer, Settings, answer, say, up_to_date
from gisement.terms import Trouble

food = Group("Suivre la filière alimentaire : besoins, manques, lots, suivi.")
plan = Group("Planifier : volumes à engager et lots.")


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
def show_declared(
    by: Annotated[
        Literal["department", "region", "country", "sector"], typer.Option("--by", help="regrouper par")
    ] = "department",
    only: Annotated[str | None, typer.Option("--only", help="un seul groupe : 86, 75, ou un secteur")] = None,
    format: Format = "table",
) -> None:
    """Recalculer les taux EGalim déclarés à ma cantine."""
    from gisement.studies.food.boards import declared

    _show("declared", [asdict(one) for one in declared(_board("declared"), by) if only in (None, one.group)], format)


@food.command("macantine")
def write_ma_cantine(
    kind: Annotated[
        Literal["purchases", "declarations"], typer.Argument(help="purchases : achats ; declarations : bilans")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="fichier CSV à écrire")],
    buyer: OneBuyer = None,
    year: Annotated[int | None, typer.Option("--year", help="une année (toutes, sinon)")] = None,
) -> None:
    """Écrire ce que ma cantine importe : achats, ou bilan de l'année."""
    from gisement.publish.exports.files import write_output
    from gisement.publish.exports.ma_cantine import ma_cantine
    from gisement.publish.words.food.boards import told_ma_cantine
    from gisement.studies.food.boards import rows_of

    rows = rows_of(up_to_date(("food_purchase",)), "food_purchase")
    kept = [r for r in rows if year in (None, r["year"]) and buyer in (None, r["buyer_id"], r["buyer_siren"])]
    found = ma_cantine(kept, kind)
    write_output(output, found.text)
    for language_fr, language_en in told_ma_cantine(found, output):
        say(language_fr, language_en)


@food.command("order")
def show_order(
    file: Annotated[Path, typer.Argument(help="commande, au format d'import de ma cantine")], format: Format = "table"
) -> None:
    """Dire, avant une commande, ce qu'elle fait des taux EGalim et du budget."""
    from gisement.publish.words.food.boards import order_rows
    from gisement.sources.egalim.purchases import parse_purchases
    from gisement.studies.food.boards import orders, rows_of

    lines = parse_purchases(file, file.name)
    workspace = up_to_date(("food_purchase", "food_rule"))
    found = orders(lines, rows_of(workspace, "food_purchase"), rows_of(workspace, "food_rule"))
    _show("order", order_rows(found), format)


def _board(name: str) -> list[dict[str, Any]]:
    from gisement.studies.food.boards import BOARDS, board

    return board(up_to_date((BOARDS[name],)), name)


def _show(name: str, rows: Sequence[Mapping[str, Any]], format: str) -> None:
    from gisement.publish.words.food import boards as told

    answer(
        format,
        lambda: {"board": name, "rows": list(rows)},
        lambda: told.show(name, rows, Settings.language),
        lambda: [dict(row) for row in rows],
    )


@plan.command("food")
def plan_food(
    objective: Annotated[
        Literal["cost", "transport", "local", "producers", "co2"],
        typer.Option("--objective", help="ce que le plan vise"),
    ] = "cost",
    transport: Annotated[
        float, typer.Option("--transport-eur-per-kg-km", help="coût du transport d'un kg sur un km")
    ] = 0.0,
    gap: Annotated[
        float | None, typer.Option("--gap", max=1, help="écart relatif au meilleur possible auquel s'arrêter")
    ] = None,
    time_limit: Annotated[float | None, typer.Option("--time-limit", help="secondes de calcul, au plus")] = None,
    weeks: Annotated[bool, typer.Option("--weeks", help="ajouter les volumes de chaque semaine")] = False,
    frontier: Annotated[
        bool, typer.Option("--frontier", help="ajouter ce que coûte chaque montant engagé dans le territoire")
    ] = False,
    awarded: Annotated[
        bool, typer.Option("--awarded", help="après l'attribution : avec les seuls volumes des marchés attribués")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="fichier à écrire (JSON, ou CSV par mois)")
    ] = None,
    format: ListFormat = "table",
) -> None:
    """Planifier l'approvisionnement : volumes à engager, coût, règles tenues."""
    from gisement.publish import answers
    from gisement.publish.exports.files import check_output, write_output
    from gisement.publish.progress import progress
    from gisement.publish.words.food import plan as told
    from gisement.studies.food import plan as study

    if transport < 0 or not 0 <= (gap or 0) < 1 or (time_limit is not None and time_limit <= 0):
        raise Trouble(
            fr="Le coût du transport est positif, l'écart entre 0 et 1, la durée positive : corriger la commande.",
            en="The cost of transport is positive, the gap from 0 to 1, the time above 0: correct the command.",
        )
    if output is not None:
        check_output(output)
    workspace = up_to_date((*study.TABLES, "food_follow"))
    with progress(Settings.language) as step:
        inputs, names = study.food_inputs(workspace, transport), study.names_of(workspace)
        found = study.food_plan(
            inputs, objective, gap=gap, time_limit=time_limit, names=names, say=step, with_weeks=weeks,
            with_frontier=frontier, fixed=study.awarded(workspace, inputs) if awarded else None,
        )  # fmt: skip
    answer(format, lambda: told.as_dict(found), lambda: told.show(found, Settings.language))
    if output is not None:
        is_csv = output.suffix.lower() == ".csv"
        text = answers.to_csv(told.as_lines(found)) if is_csv else answers.to_json(told.as_dict(found))
        write_output(output, text, replace=True)
        if format != "json":
            say(f"Plan écrit dans {output}.", f"Plan written to {output}.")
    if found.status == "infeasible":
        raise typer.Exit(1)
