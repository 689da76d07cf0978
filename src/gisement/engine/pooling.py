"""Windows of common purchase over a built workspace: which contracts, for how much, in which lots, with what risk."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gisement.catalog import parameter
from gisement.engine.asked import Row, rows_of, unknown_key
from gisement.engine.measure import Observatory
from gisement.engine.renewals import AHEAD, renewals
from gisement.engine.strengths import partner_of
from gisement.models.pooling import Need, grouped, joined_cents
from gisement.terms import Perimeter, Ring

TABLES = ("renewal", "contract_supplier", "supplier", "observation", "purchase")
"""What this needs of a workspace."""
ONE_OFF = ("building_works", "civil_works", "engineering")
"""Families whose contracts are each for a work of its own: firms may be met together, nothing is one purchase."""
NOT_A_NEED = ("unclassified", "out_of_scope")
JOINT, SOURCING = "joint_purchase", "common_sourcing"
SEGMENT, FAMILY = "segment", "family"
LOT_CASES = 3
"""Fewer contracts of small firms than this tell no size: they would tell of one firm."""
ASKED = ("segment", "family", "buyer")
"""Keys by which windows are filtered."""
SECONDS = 20.0
PERCENT = 100


@dataclass(frozen=True)
class Part:
    """What one buyer brings: contracts, cents a year (null if none is known), and lots suggested (null if unknown)."""

    buyer: str
    name: str
    contracts_count: int
    cents: int | None
    lots_count: int | None


@dataclass(frozen=True)
class Window:
    """A candidate for a joint purchase, or for a common sourcing where each contract is for its own work (`kind`).

    Amounts are cents a year of contracts, which are ceilings or estimates. `gain_low_cents` and `gain_high_cents` are a
    scenario of parameters, null for a common sourcing. `lot_cents` is the yearly size that three quarters of the
    contracts held by one small firm alone do not pass, in the segment or else the family (`lot_basis`).
    """

    identifier: str
    kind: str
    segment: str
    family: str
    first_end: date
    last_end: date
    stage: str
    sourcing_date: date
    call_date: date
    parts: tuple[Part, ...]
    contracts: tuple[Row, ...]
    cents: int
    unknown_count: int
    joined_cents: int
    gain_low_cents: int | None
    gain_high_cents: int | None
    small_count: int
    local_count: int
    sized_count: int
    placed_count: int
    lot_cents: int | None
    lot_basis: str | None
    lot_cases: int
    lots_count: int | None
    is_optimal: bool


def pooling_windows(observatory: Observatory) -> list[Window]:
    """Every window of the territory's buyers, the earliest first; a contract is in one at most."""
    held: dict[str, list[Row]] = defaultdict(list)
    for row in renewals(observatory, Perimeter(), AHEAD):
        if row["segment"] and row["segment"] not in NOT_A_NEED and row["buyer_id"] and not row["is_concession"]:
            held[row["segment"]].append(row)
    holders, sizes = _holders(observatory), _lot_sizes(observatory)
    found = [window for _, rows in sorted(held.items()) for window in _of_segment(rows, holders, sizes)]
    return sorted(found, key=lambda each: (each.first_end, each.segment, each.identifier))


def kept(windows: Iterable[Window], perimeter: Perimeter) -> list[Window]:
    """The windows that a perimeter asks for, whole: those of these segments and families, with one of these buyers.

    Raises Trouble for another key.
    """
    for key in (*perimeter.filters, *perimeter.options):
        if key not in ASKED:
            raise unknown_key(key, ASKED)
    told = {key: {v.removeprefix("=") for v in values} for key, values in perimeter.filters.items()}
    sirens = {partner_of(value) for value in told.get("buyer", ())}
    return [
        each
        for each in windows
        if each.segment in told.get("segment", {each.segment})
        and each.family in told.get("family", {each.family})
        and (not sirens or sirens & {part.buyer for part in each.parts})
    ]


def _of_segment(rows: Sequence[Row], holders: Mapping[str, Row], sizes: Mapping[tuple[str, str], Row]) -> list[Window]:
    """The windows of one segment. Contracts of a buyer that end on one day stay together: lots of one consultation."""
    by_day: dict[tuple[date, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_day[row["end_date"], partner_of(row["buyer_siren"] or row["buyer_id"])].append(row)
    needs = [
        Need(end, buyer, sum(_cents(row) or 0 for row in held), tuple(sorted(row["contract_key"] for row in held)))
        for (end, buyer), held in by_day.items()
    ]
    found = grouped(needs, parameter("pooling_reach_days"), SECONDS)
    by_key = {row["contract_key"]: row for row in rows}
    return [_window(window, by_key, holders, sizes, is_optimal=found.is_optimal) for window in found.windows]


def _window(
    needs: Sequence[Need], by_key: Mapping[str, Row], holders: Mapping[str, Row],
    sizes: Mapping[tuple[str, str], Row], *, is_optimal: bool,
) -> Window:  # fmt: skip
    keys = [key for need in needs for key in need.contracts]
    rows = [by_key[key] for key in keys]
    first = rows[0]
    lot = _lot(first, sizes)
    parts = _parts(rows, lot["cents"])
    cents = sum(_cents(row) or 0 for row in rows)
    is_one_off = first["family"] in ONE_OFF
    told = [holders[key] for key in keys if key in holders]
    return Window(
        identifier=hashlib.blake2b("\n".join(sorted(keys)).encode(), digest_size=8).hexdigest(),
        kind=SOURCING if is_one_off else JOINT,
        segment=first["segment"],
        family=first["family"],
        first_end=first["end_date"],
        last_end=rows[-1]["end_date"],
        stage=first["renewal_stage"],
        sourcing_date=first["sourcing_date"],
        call_date=first["call_date"],
        parts=parts,
        contracts=tuple(rows),
        cents=cents,
        unknown_count=sum(_cents(row) is None for row in rows),
        joined_cents=joined_cents(needs),
        gain_low_cents=None if is_one_off else cents * parameter("pooling_gain_low_pct") // PERCENT,
        gain_high_cents=None if is_one_off else cents * parameter("pooling_gain_high_pct") // PERCENT,
        small_count=sum(row["is_small"] is True for row in told),
        local_count=sum(row["is_local"] is True for row in told),
        sized_count=sum(row["is_small"] is not None for row in told),
        placed_count=sum(row["is_local"] is not None for row in told),
        lot_cents=lot["cents"],
        lot_basis=lot["basis"],
        lot_cases=lot["cases"],
        lots_count=None if lot["cents"] is None else sum(part.lots_count or 1 for part in parts),
        is_optimal=is_optimal,
    )


def _parts(rows: Sequence[Row], lot_cents: int | None) -> tuple[Part, ...]:
    """What each buyer brings, in the order of names; a lot for each, or as many as keep it to the size of a lot."""
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        held[partner_of(row["buyer_siren"] or row["buyer_id"])].append(row)
    found = []
    for buyer, own in held.items():
        known = [cents for cents in map(_cents, own) if cents is not None]
        cents = sum(known) if known else None
        lots = None if lot_cents is None or cents is None else max(1, -(-cents // lot_cents))
        found.append(Part(buyer, own[0]["buyer_name"] or buyer, len(own), cents, lots))
    return tuple(sorted(found, key=lambda part: (part.name, part.buyer)))


def _cents(row: Row) -> int | None:
    """Cents a year of a contract; an amount that is not above zero tells no volume."""
    cents: int | None = row["annualised_cents"]
    return cents if cents is not None and cents > 0 else None


def _holders(observatory: Observatory) -> dict[str, Row]:
    """Of each contract: whether a small or medium firm holds it (all of its holders), whether one of the department."""
    ring = max(int(Ring.DEPARTMENT), int(observatory.territory.level.ring))
    sql = f"""
    SELECT contract_key,
        CASE WHEN bool_or(size_class <> 'PME') THEN false WHEN count(*) = count(size_class) THEN true END AS is_small,
        CASE WHEN bool_or(establishment_nearest > {ring}) THEN false WHEN bool_and(establishment_farthest <= {ring})
            AND count(*) = count(establishment_farthest) THEN true END AS is_local
    FROM purchase WHERE basis = 'contract' AND supplier_id IS NOT NULL GROUP BY contract_key"""
    return {row["contract_key"]: row for row in rows_of(observatory, sql)}


def _lot_sizes(observatory: Observatory) -> dict[tuple[str, str], Row]:
    """By segment and by family: the upper quartile of the cents a year of contracts that one small firm holds alone."""
    sql = """
    WITH held AS (
        SELECT r.segment, r.family, r.annualised_cents AS cents FROM renewal r JOIN purchase p USING (contract_key)
        WHERE p.basis = 'contract' AND p.holders_count = 1 AND p.size_class = 'PME' AND r.annualised_cents > 0
            AND r.is_concession = false AND r.is_buyer_in_territory
    )
    SELECT basis, name, quantile_disc(cents, 0.75) AS cents, count(*) AS cases FROM (
        SELECT 'segment' AS basis, segment AS name, cents FROM held
        UNION ALL SELECT 'family', family, cents FROM held)
    WHERE name IS NOT NULL GROUP BY ALL"""
    return {(row["basis"], row["name"]): row for row in rows_of(observatory, sql)}


def _lot(row: Row, sizes: Mapping[tuple[str, str], Row]) -> Row:
    for basis, name in ((SEGMENT, row["segment"]), (FAMILY, row["family"])):
        found = sizes.get((basis, name))
        if found is not None and found["cases"] >= LOT_CASES:
            return {"cents": found["cents"], "basis": basis, "cases": found["cases"]}
    return {"cents": None, "basis": None, "cases": 0}
