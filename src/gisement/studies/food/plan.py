"""Food planning over a built workspace: inputs from its tables, the plan, its independent check, what may be told.

A plan that the check refuses is never shown: it is a defect of the program, told as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gisement.engine.build import Say
from gisement.models.food.inputs import Inputs, inputs_of
from gisement.models.food.plan.check import broken_rules
from gisement.models.food.plan.large import MANY_CONTRACTS
from gisement.models.food.plan.network import network
from gisement.models.food.plan.solve import Plan, frontier, local_euros, plan_food
from gisement.models.food.plan.told import Spending, Volume, classes, spending, volumes, week_volumes
from gisement.models.food.plan.weeks import weekly_flows
from gisement.models.food.plan.why import Reason, reasons
from gisement.models.food.tables import counted
from gisement.store import database
from gisement.store.workspace import Workspace
from gisement.studies.food.boards import rows_of
from gisement.terms import Ring, Trouble

CLOSE, NEAR, WIDE = 0.0001, 0.005, 0.01
"""Gaps at which to stop where none is asked for: of a plan of few contracts, of many, of many for an aim but cost."""
TABLES = ("food_need", "food_offer", "food_distance", "food_rule")


@dataclass(frozen=True)
class FoodPlan:
    """What may be told of a plan: status, aim, cost, gap, volumes, money by group, counts, or why there is none."""

    status: str
    aim: str
    unit: str
    objective: float | None
    cost_eur: float | None
    gap: float | None
    is_fallback: bool
    products: tuple[Volume, ...] = ()
    months: tuple[Volume, ...] = ()
    groups: tuple[Spending, ...] = ()
    classes: Mapping[str, float] = field(default_factory=dict)
    contracts: int | None = None
    producers: int | None = None
    reasons: tuple[Reason, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    weeks: tuple[Volume, ...] = ()
    moved_kg: float | None = None
    frontier: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Point:
    """A plan along the frontier: euros more accepted for a euro engaged with farms of the territory, what it engages
    with them, its cost, counts (None under three)."""

    premium: float
    local_eur: float
    cost_eur: float
    gap: float | None
    contracts: int | None
    producers: int | None


def food_inputs(workspace: Workspace, transport: float = 0.0) -> Inputs:
    """The planning problem of a workspace. Raises Trouble where its tables are not built, or hold no open need."""
    for name in TABLES:
        if not database.is_built(workspace, name):
            raise Trouble(
                fr=f"La table {name} n'est pas construite : lancer d'abord « gisement build ».",
                en=f"The table {name} is not built: first run 'gisement build'.",
            )
    rows = {name: rows_of(workspace, name) for name in TABLES}
    local_ring = max(int(Ring.DEPARTMENT), int(workspace.territory().level.ring))
    return inputs_of(*(rows[name] for name in TABLES), transport=transport, local_ring=local_ring)


def food_plan(
    inputs: Inputs, aim: str, *, gap: float | None, time_limit: float | None, names: Mapping[str, str], say: Say,
    with_weeks: bool = False, with_frontier: bool = False, fixed: Mapping[int, float] | None = None,
) -> FoodPlan:  # fmt: skip
    """The plan of an aim, checked, and reduced to what may be told; without a `gap`, that of its size.

    `fixed` gives the only offers that may be used and the kg of each at most, as `awarded` tells them after the award.
    `with_weeks` adds the flows of each week, `with_frontier` what each amount engaged in the territory costs.
    """
    if gap is None:
        many = NEAR if aim == "cost" else WIDE
        gap = CLOSE if len(inputs.offers) < MANY_CONTRACTS else many
    plan = plan_food(inputs, aim, gap=gap, time_limit=time_limit, fixed=fixed, say=say)
    left_out = dict(inputs.left_out)
    if unknown := network(inputs).pairs_without_distance:
        left_out["pairs_without_distance"] = unknown
    if plan.status == "infeasible":
        why = tuple(reasons(inputs, say, fixed))
        return FoodPlan(
            plan.status, plan.aim, plan.unit, None, None, None, False, reasons=why, left_out=left_out, names=names
        )  # fmt: skip
    _checked(plan, inputs)
    months = tuple(volumes(plan, inputs, by_month=True))
    weeks = weekly_flows(plan, inputs) if with_weeks else None
    return FoodPlan(
        plan.status, plan.aim, plan.unit, plan.objective, plan.cost_eur, plan.gap, plan.is_fallback,
        tuple(volumes(plan, inputs, by_month=False)), months,
        tuple(spending(plan, inputs)), classes(plan, inputs), counted(len(plan.contracts)),
        counted(len(_producers(plan, inputs))), (), left_out, names,
        () if weeks is None else tuple(week_volumes(weeks, inputs, months)),
        None if weeks is None else weeks.moved_kg,
        _frontier(inputs, gap, time_limit, say) if with_frontier else (),
    )  # fmt: skip


def _producers(plan: Plan, inputs: Inputs) -> set[str]:
    return {inputs.offers[number].producer for number in plan.secured}


def _frontier(inputs: Inputs, gap: float, time_limit: float | None, say: Say) -> tuple[Point, ...]:
    found = []
    for premium, plan in frontier(inputs, gap=gap, time_limit=time_limit, say=say):
        _checked(plan, inputs)
        counts = counted(len(plan.contracts)), counted(len(_producers(plan, inputs)))
        found.append(Point(premium, local_euros(plan, inputs), plan.cost_eur or 0.0, plan.gap, *counts))
    return tuple(found)


def awarded(workspace: Workspace, inputs: Inputs) -> dict[int, float]:
    """The kg of each contract awarded, by the offer that it comes from (its place in the inputs).

    Raises Trouble where no contract is known, or where one is of nobody's offer: without its price and months, nothing
    can be planned with it.
    """
    at = {(offer.producer, offer.product, offer.quality): number for number, offer in enumerate(inputs.offers)}
    held = {
        (row["food_producer"], row["food_product"], row["quality_class"]): row["secured_kg"]
        for row in rows_of(workspace, "food_follow") if row["secured_kg"] > 0
    }  # fmt: skip
    unknown = sorted(set(held) - set(at))
    if not held:
        raise Trouble(
            fr="Aucun marché attribué n'est connu : l'ajouter (« gisement add food-award », modèle : « gisement"
            " template food-award »), ou ôter --awarded.",
            en="No awarded contract is known: add it ('gisement add food-award', template: 'gisement template"
            " food-award'), or leave out --awarded.",
        )
    if unknown:
        names = ", ".join(" / ".join(key) for key in unknown[:3])
        raise Trouble(
            fr=f"Un marché attribué ne vient d'aucune offre connue ({names}) : ajouter l'offre du titulaire, avec ses"
            " mois et son prix, sous le même nom, produit et qualité.",
            en=f"An awarded contract is of no known offer ({names}): add the holder's offer, with its months and price,"
            " under the same name, product and quality.",
        )
    return {at[key]: kg for key, kg in held.items()}


def names_of(workspace: Workspace) -> dict[str, str]:
    """The name of each product, buyer and group, as files write it."""
    rows = rows_of(workspace, "food_need")
    return {
        **{row["rule_name"]: row["rule_label"] for row in rows_of(workspace, "food_rule") if row["rule_name"]},
        **{row["food_product"]: row["food_product_name"] for row in reversed(rows)},
        **{row["food_buyer"]: row["food_buyer_name"] for row in reversed(rows)},
    }


def _checked(plan: Plan, inputs: Inputs) -> None:
    broken = broken_rules(plan, inputs)
    if broken:
        one = broken[0]
        raise Trouble(
            fr=f"Le plan calculé ne tient pas la règle {one.rule} ({one.found:g} au lieu de {one.bound:g}) : c'est un"
            " défaut du programme, à signaler avec les fichiers.",
            en=f"The plan computed does not keep the rule {one.rule} ({one.found:g} instead of {one.bound:g}): it is a"
            " defect of the program, to report with the files.",
        )
