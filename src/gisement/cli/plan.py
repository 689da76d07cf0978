"""`gisement plan`: what to do, computed from needs, offers and rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gisement.cli.session import ListFormat, Settings, opened, say
from gisement.publish import usage
from gisement.terms import Step, Trouble

plan = typer.Typer(
    cls=usage.Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Planifier : volumes à engager et lots.",
    context_settings={"help_option_names": usage.HELP},
)
Aim = Annotated[
    Literal["cost", "transport", "local", "producers", "co2"], typer.Option("--objective", help="ce que le plan vise")
]
Transport = Annotated[float, typer.Option("--transport-eur-per-kg-km", help="coût du transport d'un kg sur un km")]
Gap = Annotated[float | None, typer.Option("--gap", max=1, help="écart relatif au meilleur possible auquel s'arrêter")]
Limit = Annotated[float | None, typer.Option("--time-limit", help="secondes de calcul, au plus")]
Weeks = Annotated[bool, typer.Option("--weeks", help="ajouter les volumes de chaque semaine")]
Frontier = Annotated[
    bool, typer.Option("--frontier", help="ajouter ce que coûte chaque montant engagé dans le territoire")
]
Awarded = Annotated[
    bool, typer.Option("--awarded", help="après l'attribution : avec les seuls volumes des marchés attribués")
]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="fichier à écrire (JSON, ou CSV par mois)")]


@plan.command("food")
def plan_food(
    objective: Aim = "cost",
    transport: Transport = 0.0,
    gap: Gap = None,
    time_limit: Limit = None,
    weeks: Weeks = False,
    frontier: Frontier = False,
    awarded: Awarded = False,
    output: Output = None,
    format: ListFormat = "table",
) -> None:
    """Planifier l'approvisionnement : volumes à engager, coût, règles tenues."""
    from gisement.engine.build import build
    from gisement.publish import answers
    from gisement.publish.exports.files import check_output
    from gisement.publish.progress import progress
    from gisement.publish.words.food import plan as food
    from gisement.sources.registry import SOURCES
    from gisement.studies.food import plan as engine

    _positive(transport, gap, time_limit)
    if output is not None:
        check_output(output)
    workspace = opened()
    with progress(Settings.language) as step:
        build(workspace, _steps, SOURCES, names=(*engine.TABLES, "food_follow"), say=step)
        inputs, names = engine.food_inputs(workspace, transport), engine.names_of(workspace)
        found = engine.food_plan(
            inputs, objective, gap=gap, time_limit=time_limit, names=names, say=step, with_weeks=weeks,
            with_frontier=frontier, fixed=engine.awarded(workspace, inputs) if awarded else None,
        )  # fmt: skip
    if format == "json":
        print(answers.to_json(food.as_dict(found)))
    else:
        food.show(found, Settings.language)
    if output is not None:
        _write(output, found, quiet=format == "json")
    if found.status == "infeasible":
        raise typer.Exit(1)


def _steps() -> Sequence[Step]:
    from gisement.pipeline import STEPS

    return STEPS


def _write(output: Path, found: Any, *, quiet: bool) -> None:
    from gisement.publish import answers
    from gisement.publish.exports.files import write_output
    from gisement.publish.words.food import plan as food

    is_csv = output.suffix.lower() == ".csv"
    text = answers.to_csv(food.as_lines(found)) if is_csv else answers.to_json(food.as_dict(found))
    write_output(output, text, replace=True)
    if not quiet:
        say(f"Plan écrit dans {output}.", f"Plan written to {output}.")


def _positive(transport: float, gap: float | None, time_limit: float | None) -> None:
    if transport < 0 or not 0 <= (gap or 0) < 1 or (time_limit is not None and time_limit <= 0):
        raise Trouble(
            fr="Le coût du transport est positif, l'écart entre 0 et 1, la durée positive : corriger la commande.",
            en="The cost of transport is positive, the gap from 0 to 1, the time above 0: correct the command.",
        )
