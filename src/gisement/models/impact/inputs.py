"""What an impact is computed of, from rows of tables: the country's economy, nested zones, the demand.

Purchases lead to divisions of NAF by their segment (weights in the catalog), divisions to the industries of whatever
table is in use; where several industries share a division, by their output, rents that nobody pays left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gisement.catalog.divisions import divisions, is_imputed_rent, partition
from gisement.catalog.tables import read_csv
from gisement.models.arrays import ratio
from gisement.models.impact.effects import Demand, Economy, Zones
from gisement.models.impact.input_output import Matrix
from gisement.terms import Ring

SIZE_RULES = ("employment", "register", "population")
"""What a ring's size is of, the best first."""
LAST_GOODS, TRADE = 33, ("45", "46", "47")
EUROS_PER_MILLION = 1_000_000
LEAST_COVERED = 0.98
"""Jobs are told where the employment table covers as much of output."""
HOUSEHOLDS, EXPORTS = "households", "exports"
"""Uses of `io_flow`."""
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Table:
    """The input-output table in use: what it is, and its industries with the divisions of each."""

    name: str
    year: int
    unit: str
    note: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    divisions: tuple[frozenset[str], ...]
    output: Matrix

    def of_divisions(self) -> dict[str, Matrix]:
        """For each division, the share of each industry in it (adding up to 1)."""
        found = {}
        for division in sorted(frozenset().union(*self.divisions)):
            held = [
                max(made, 1e-9) if division in covered and not is_imputed_rent(code) else 0.0
                for code, covered, made in zip(self.codes, self.divisions, self.output, strict=True)
            ]
            if sum(held) > 0:
                found[division] = np.array(held) / sum(held)
        return found


def table_of(flows: Rows, sectors: Rows) -> Table:
    """What table is in use, from `io_flow` and `io_sector`."""
    first = flows[0]
    output = {row["column_code"]: row["flow_millions"] for row in flows if row["flow_kind"] == "output"}
    return Table(
        first["table_name"], first["table_year"], first["currency_unit"], first["table_note"] or "",
        tuple(row["sector_code"] for row in sectors), tuple(row["sector_name"] for row in sectors),
        tuple(frozenset(row["divisions"].split()) for row in sectors),
        np.array([output.get(row["sector_code"], 0.0) for row in sectors]),
    )  # fmt: skip


def economy_of(table: Table, flows: Rows, employment: Rows) -> Economy:
    """The country per euro of output; wages, induced effects and jobs only where the tables tell them."""
    place = {code: i for i, code in enumerate(table.codes)}
    cells: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for row in flows:
        cells[row["flow_kind"]][row["row_code"], row["column_code"]] = row["flow_millions"]
    Z = np.zeros((len(place), len(place)))
    uses: dict[str, Matrix] = defaultdict(lambda: np.zeros(len(place)))
    bought: dict[str, Matrix] = defaultdict(lambda: np.zeros(len(place)))
    for (seller, user), value in cells["domestic"].items():
        if user in place:
            Z[place[seller], place[user]] = value
        else:
            uses[user][place[seller]] = value
    for (seller, user), value in cells["imported"].items():
        if user not in place:
            bought[user][place[seller]] = value

    def line(kind: str) -> Matrix:
        return np.array([cells[kind].get(("", code), 0.0) for code in table.codes])

    added, goods = line("value_added"), np.array([_is_goods(held) for held in table.divisions])
    has_wages = "wages" in cells
    imported = _imported(uses, bought, line("imported"), Z)
    earners, margin, product_tax = _prices(table, goods, cells, uses[HOUSEHOLDS], bought[HOUSEHOLDS])
    return Economy(
        A=ratio(Z, table.output), v=ratio(added, table.output), m=ratio(line("imported"), table.output),
        t=ratio(line("taxes"), table.output), goods=goods, imported=imported, earners=earners, margin=margin,
        product_tax=product_tax,
        w=ratio(line("wages"), table.output) if has_wages else None,
        c=uses[HOUSEHOLDS] / added.sum() if has_wages and added.sum() > 0 else None,
        jobs=_jobs_per_euro(table, employment),
    )  # fmt: skip


def zones_of(existing: Sequence[Ring], table: Table, sizes: Rows) -> tuple[Zones, str]:
    """The zones of the rings that exist around a territory, up to the country, and what their size is of."""
    rings = tuple(ring for ring in existing if ring <= Ring.COUNTRY)
    rule = next((rule for rule in SIZE_RULES if any(row["size_rule"] == rule for row in sizes)), SIZE_RULES[-1])
    told = [row for row in sizes if row["size_rule"] == rule]
    if rule == "population":
        people = np.array([_within(told, ring) for ring in rings], dtype=np.float64)
        # the country's structure everywhere: only size tells zones apart
        return Zones(tuple(rings), people[:, None] * (table.output / table.output.sum())[None, :]), rule
    codes = partition(sorted({row["activity_code"] for row in told}))
    by_zone = [
        _sectors(table, {code: _within([r for r in told if r["activity_code"] == code], ring) for code in codes})
        for ring in rings
    ]
    return Zones(tuple(rings), np.array(by_zone)), rule


def segment_weights(table: Table) -> tuple[dict[str, Matrix], dict[str, float]]:
    """For each segment: its weight in each industry of the table (adding up to 1), and how much is delivered near."""
    shares = table.of_divisions()
    near = {row["division"]: int(row["delivered_near_pct"]) / 100 for row in read_csv("economy/local_delivery.csv")}
    weights: dict[str, Matrix] = {}
    delivered: dict[str, float] = defaultdict(float)
    for row in read_csv("economy/segment_divisions.csv"):
        part = int(row["weight_pct"]) / 100
        name = row["segment_id"]
        if row["division"] in shares:
            weights[name] = weights.get(name, np.zeros(len(table.codes))) + part * shares[row["division"]]
        delivered[name] += part * near[row["division"]]
    # a table that lacks one of its divisions: the others stand for it
    return {name: held / held.sum() for name, held in weights.items()}, dict(delivered)


def demand_of(groups: Sequence[tuple[Any, ...]], declared: Rows, headcount: Rows, table: Table, zones: Zones) -> Demand:
    """Purchases as demand by place scenario: euros by group, ring and industry, made or traded."""
    weights, near_share = segment_weights(table)
    place, rings = {group: g for g, group in enumerate(groups)}, [*zones.rings, int(Ring.WORLD)]
    shape = (3, len(groups), len(rings), len(table.codes))
    made, traded = np.zeros(shape), np.zeros(shape)

    def add(scenario: int, row: Mapping[str, Any], ring: int, euros: float) -> None:
        target = traded if row["is_trader"] else made
        at = next((n for n, held in enumerate(rings) if ring <= held), len(rings) - 1)
        target[scenario, place[row["group"]], at] += euros * weights[row["segment"]]

    for row in declared:
        if row["segment"] in weights:
            euros, share = row["cents"] / 100, near_share[row["segment"]]
            add(0, row, row["ring"], euros)
            add(1, row, row["near"], euros * share)
            add(1, row, row["ring"], euros * (1 - share))
    for row in headcount:
        if row["segment"] in weights:
            add(2, row, row["ring"], round(row["cents"]) / 100)
    return Demand(made, traded)


def _is_goods(covered: frozenset[str]) -> bool:
    return bool(covered) and max(int(division) for division in covered if division != "58") <= LAST_GOODS


def _imported(uses: Mapping[str, Matrix], bought: Mapping[str, Matrix], inputs: Matrix, Z: Matrix) -> Matrix:
    """The imported part of what final users of the country buy, by product; of all inputs, where that is not told."""
    foreign = np.sum([v for use, v in bought.items() if use != EXPORTS] or [np.zeros(len(Z))], axis=0)
    home = np.sum([v for use, v in uses.items() if use != EXPORTS] or [np.zeros(len(Z))], axis=0)
    if not foreign.any():
        whole = inputs.sum() / max(inputs.sum() + Z.sum(), 1e-9)
        return np.full(len(Z), float(np.clip(whole, 0, 1)))
    found: Matrix = np.clip(ratio(foreign, np.maximum(home, 0) + foreign), 0.0, 1.0)
    return found


def _prices(
    table: Table, goods: Matrix, cells: Mapping[str, Mapping[tuple[str, str], float]], home: Matrix, foreign: Matrix
) -> tuple[Matrix, float | Matrix, float | Matrix]:
    """Who earns margins, their share of prices before VAT, and that of taxes on products.

    By product where the table leads from one price to the other; else trade in what households buy, and no such tax.
    """
    if "purchased" not in cells:
        return *_margins(table, goods, home, foreign), 0.0

    def column(kind: str) -> Matrix:
        return np.array([cells[kind].get((code, ""), 0.0) for code in table.codes])

    earned, paid = column("earned"), column("purchased")
    earners = earned / earned.sum() if earned.sum() > 0 else np.zeros(len(earned))
    margin = ratio(column("margin"), paid) if earned.sum() > 0 else np.zeros(len(paid))
    return earners, margin, np.clip(ratio(column("product_tax"), paid), -1.0, 1.0)


def _margins(table: Table, goods: Matrix, home: Matrix, foreign: Matrix) -> tuple[Matrix, float]:
    """Who earns trade margins, and their share of the price of goods: trade over all, in what households buy."""
    trade = np.array([bool(held & set(TRADE)) and not good for held, good in zip(table.divisions, goods, strict=True)])
    weights = np.where(trade, table.output, 0.0)
    if weights.sum() <= 0:
        return np.zeros(len(trade)), 0.0
    earned, sold = home[trade].sum(), (home + foreign)[goods.astype(bool)].sum()
    return weights / weights.sum(), float(earned / (earned + sold)) if earned + sold > 0 else 0.0


def _jobs_per_euro(table: Table, employment: Rows) -> Matrix | None:
    """Jobs per euro of output; None without employment, with a table that is not in euros, or hardly covered."""
    if not employment or not table.unit.startswith("MEUR"):
        return None
    codes = partition(sorted({row["activity_code"] for row in employment}))
    told = {row["activity_code"]: row["jobs_count"] for row in employment}
    jobs = _sectors(table, {code: told[code] for code in codes})
    if table.output[jobs > 0].sum() < LEAST_COVERED * table.output.sum():
        return None
    return ratio(jobs, table.output * EUROS_PER_MILLION)


def _sectors(table: Table, by_activity: Mapping[str, float]) -> Matrix:
    """Amounts by activity as amounts by industry: spread over the divisions of each by the industries' output."""
    shares = table.of_divisions()
    weight = {d: float((np.array([d in held for held in table.divisions]) * table.output).sum()) for d in shares}
    found = np.zeros(len(table.codes))
    for code, amount in by_activity.items():
        held = [division for division in divisions(code) if division in shares]
        whole = sum(weight[division] for division in held)
        for division in held:
            found += amount * (weight[division] / whole if whole > 0 else 1 / len(held)) * shares[division]
    return found


def _within(rows: Rows, ring: int) -> int:
    return sum(row["size_count"] for row in rows if row["ring_nearest"] <= ring)
