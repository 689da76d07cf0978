"""The central reading of impacts as a table: what each industry is asked for, and what that makes in each ring.

Without any draw: the declared establishment, the coefficients of the table, one regional method. Figures come from the
draws (`gisement measure impact`); this table shows where they come from.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa

from gisement.models.impact.draws import Draws, drawn
from gisement.models.impact.effects import Demand, simulate
from gisement.models.impact.input_output import Matrix
from gisement.models.impact.inputs import Rows, demand_of, economy_of, table_of, zones_of
from gisement.terms import Ring, local_step

ROW_LIMIT = 1_000_000
CENTRAL_DELTA = 0.2
"""δ of the central reading where only the size of rings is known."""


def _schema() -> pa.Schema:
    texts = {"basis": pa.string(), "year": pa.int64(), "sector_code": pa.string(), "ring_nearest": pa.int64()}
    cents = ("demand_cents", "output_cents", "value_added_cents")
    return pa.schema({**texts, **dict.fromkeys(cents, pa.int64())})


SCHEMA = _schema()


@local_step(ROW_LIMIT, "a linear system is solved on arrays, in the driver")
def impact_by_sector(
    purchase_demand: pa.Table, io_flow: pa.Table, io_sector: pa.Table, ring_size: pa.Table, territory: pa.Table,
    territory_food_plan: pa.Table,
) -> pa.Table:  # fmt: skip
    """One row per basis, year, industry asked for and ring: the demand, and output and value added of all industries.

    A ring's part is what it adds to the ring inside it; the demand from abroad is on the ring WORLD, and makes nothing.
    """
    bought: Rows = purchase_demand.to_pylist()
    flows: Rows = sorted(io_flow.to_pylist(), key=lambda row: (row["flow_kind"], row["row_code"], row["column_code"]))
    sectors: Rows = sorted(io_sector.to_pylist(), key=lambda row: str(row["sector_code"]))
    rings = _rings(territory, territory_food_plan)
    if not bought or not flows or not rings:
        return SCHEMA.empty_table()
    table = table_of(flows, sectors)
    zones, rule = zones_of(rings, table, ring_size.to_pylist())
    economy = economy_of(table, flows, [])
    groups = sorted({(row["basis"], row["year"]) for row in bought}, key=str)
    told = [
        {**row, "group": (row["basis"], row["year"]), "ring": row["ring_nearest"], "near": row["ring_nearest"],
         "cents": row["amount_cents"]}
        for row in bought
    ]  # fmt: skip
    demand = demand_of(groups, told, [], table, zones)
    draws = drawn(1, 1, place="declared", method="flq" if rule == "population" else "cilq",
                  delta=CENTRAL_DELTA, certain=True)  # fmt: skip
    asked = Demand(_by_sector(demand.made), _by_sector(demand.traded))
    made = {}
    for effect in ("output", "value_added"):
        direct_and_indirect = simulate(economy, zones, asked, draws, effect, "indirect")[0, :2].sum(axis=0)
        made[effect] = np.diff(direct_and_indirect, axis=0, prepend=0.0)
    return _rows(groups, table.codes, [*rings, Ring.WORLD], demand, made, draws)


def _rings(territory: pa.Table, food_plan: pa.Table) -> list[Ring]:
    """The rings that exist around the territory, up to the country."""
    levels = [level for level in territory["territory_level"].to_pylist() if level]
    own = Ring[levels[0].upper()] if levels else None
    has_plan = food_plan.num_rows > 0
    return [
        ring for ring in Ring
        if own is not None and own <= ring <= Ring.COUNTRY and (ring != Ring.FOOD_PLAN or has_plan)
    ]  # fmt: skip


def _by_sector(each: Matrix) -> Matrix:
    """Each group's demand apart for each industry: groups × industries groups."""
    scenarios, groups, rings, n = each.shape
    found = each[:, :, None] * np.eye(n)[None, None, :, None, :]
    return found.reshape(scenarios, groups * n, rings, n)


def _rows(
    groups: list[tuple[Any, Any]], codes: tuple[str, ...], rings: list[Ring], demand: Demand,
    made: dict[str, Matrix], draws: Draws,
) -> pa.Table:  # fmt: skip
    columns: dict[str, list[Any]] = defaultdict(list)
    whole = (demand.made + demand.traded)[int(draws.place[0])]
    for g, (basis, year) in enumerate(groups):
        for n, code in enumerate(codes):
            for r, ring in enumerate(rings):
                place = g * len(codes) + n
                inside = r < len(rings) - 1
                parts = [whole[g, r, n], *(made[e][r, place] if inside else 0.0 for e in ("output", "value_added"))]
                if any(parts):
                    cents = [round(part * 100) for part in parts]
                    for name, value in zip(SCHEMA.names, [basis, year, code, int(ring), *cents], strict=True):
                        columns[name].append(value)
    return pa.table({name: columns[name] for name in SCHEMA.names}, schema=SCHEMA)
