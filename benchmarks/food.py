"""What a food plan of a real size takes: commitments, weekly flows, ten yield scenarios; each in a process of its own.

    python benchmarks/food.py [--only commitments|weeks|robust] [--gap 0.005]

30 canteens of three buyers in five groups, 300 producers, about 1,360 offers, 60 products, 52 weeks: the files of the
demonstration, added and built as real ones are. The targets are 60 s and 1 GB for commitments to a gap of 0.5 %, 10 s
for the weekly flows that follow, 5 minutes for ten scenarios, on two cores.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from gisement.engine.build import build
from gisement.engine.intake import add_files
from gisement.models.food.inputs import Inputs, Scenario
from gisement.models.food.plan.check import broken_rules
from gisement.models.food.plan.solve import Plan, plan_food
from gisement.models.food.plan.weeks import weekly_flows
from gisement.pipeline import STEPS
from gisement.sources.demonstration.food import FoodSize, food_files
from gisement.sources.registry import SOURCES
from gisement.store import Workspace
from gisement.studies.food.plan import TABLES, food_inputs
from gisement.terms import parse_territory

TRANSPORT = 0.0006
SCENARIOS = 10
SEED = 2025


def filled(folder: Path) -> Workspace:
    """A workspace that holds the files, with its four tables."""
    workspace = Workspace.create(folder, parse_territory("epci:200069854"))
    for kind, name, text in food_files(FoodSize(30, 300, weekly=True), SEED, tied=False):
        path = folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        add_files(workspace, SOURCES[kind], [path], card={"licence": "none", "producer": "benchmark"})
    build(workspace, lambda: STEPS, SOURCES, names=TABLES)
    return workspace


def with_scenarios(inputs: Inputs) -> Inputs:
    """The same with ten years of yields: each product's is drawn, lognormal, 20 % around what was announced."""
    dice = np.random.default_rng(SEED)
    drawn = np.exp(dice.normal(-0.02, 0.2, (SCENARIOS, len(inputs.products))))
    held = tuple(
        Scenario(f"year {n}", 1 / SCENARIOS, dict(zip(inputs.products, drawn[n].tolist(), strict=True)))
        for n in range(SCENARIOS)
    )
    return replace(inputs, rules=replace(inputs.rules, scenarios=held, take_or_pay=0.85))


def described(plan: Plan, inputs: Inputs, seconds: float) -> str:
    """One line on a plan."""
    broken = broken_rules(plan, inputs)
    producers = {inputs.offers[number].producer for number in plan.secured}
    tonnes = sum(plan.secured.values()) / 1000
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return (
        f"{seconds:.1f} s, {memory:.2f} GB at most: {plan.status}, cost {(plan.cost_eur or 0) / 1e6:.3f} M EUR, gap"
        f" {plan.gap if plan.gap is None else round(plan.gap, 4)}, {len(plan.contracts)} contracts, {len(producers)}"
        f" producers, {tonnes:.0f} t secured, {len(broken)} rules broken {broken[:2]}"
    )


def run(folder: Path, only: str, gap: float, limit: float | None) -> None:
    """Time one of the three."""
    inputs = food_inputs(Workspace.open(folder), TRANSPORT)
    told = inputs if only != "robust" else with_scenarios(inputs)
    told_gaps: list[int] = []
    began = time.perf_counter()
    plan = plan_food(told, gap=gap, time_limit=limit, say=lambda what, done, total: told_gaps.append(done))
    print(f"{only}: {described(plan, told, time.perf_counter() - began)}; progress told {len(told_gaps)} times")
    if only == "weeks":
        began = time.perf_counter()
        weeks = weekly_flows(plan, told)
        took = time.perf_counter() - began
        print(
            f"weekly flows: {took:.1f} s, {weeks.columns} columns, {len(weeks.deliveries)} deliveries of a week,"
            f" {weeks.moved_kg:.0f} kg that weeks force to the market"
        )


def main() -> None:
    """Write and build once, then each run in its own process, so that the memory of each is its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("commitments", "weeks", "robust"))
    parser.add_argument("--gap", type=float, default=0.005)
    parser.add_argument("--limit", type=float)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp())
    if not (folder / "territory.toml").exists():
        began = time.perf_counter()
        inputs = food_inputs(filled(folder), TRANSPORT)
        producers = {offer.producer for offer in inputs.offers}
        print(
            f"{len(inputs.buyers)} canteens, {len(producers)} producers, {len(inputs.offers)} offers,"
            f" {len(inputs.products)} products, {len(inputs.month_of)} weeks,"
            f" {sum(inputs.needs.values()) / 1000:.0f} t; read and built in {time.perf_counter() - began:.0f} s"
        )
    if asked.only:
        return run(folder, asked.only, asked.gap, asked.limit)
    for only in ("weeks", "robust"):
        words = [sys.executable, __file__, "--folder", str(folder), "--only", only, "--gap", str(asked.gap)]
        subprocess.run(words, check=True)


if __name__ == "__main__":
    main()
