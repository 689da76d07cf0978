"""Windows of common purchase over a built workspace: which contracts, for how much, in which lots, with what risk."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from gisement.catalog import parameter
from gisement.engine.asked import Row, unknown_key
from gisement.engine.measure import Observatory
from gisement.engine.row_address import address_of
from gisement.models.pooling import Need, grouped
from gisement.studies.pooling_gain import ASSUMED, NAMED, gain_of
from gisement.studies.renewals import AHEAD, renewals
from gisement.studies.strengths import partner_of
from gisement.studies.together import together
from gisement.terms import Figure, Indicator, Perimeter, Verdict

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
BASIS = {"basis": ("contract",)}
VOLUME, GAIN, LOT = "yearly_amount", "pooling_gain", "large_yearly_amount"
SMALL, LOCAL = "sme_count_share", "local_share"
OPTIONS: Mapping[str, Mapping[str, str]] = {LOCAL: {"medical": "included"}, LOT: {"holder": "small_alone"}}
"""Options of the definitions, where they are not the usual ones."""
Named = Callable[[str], Indicator]


@dataclass(frozen=True)
class Part:
    """What one buyer brings: how many contracts, what they come to in a year, and lots suggested (None if unknown)."""

    buyer: str
    name: str
    contracts_count: int
    volume: Figure
    lots_count: int | None


@dataclass(frozen=True)
class Window:
    """A candidate for a joint purchase, or for a common sourcing where each contract is for its own work (`kind`).

    Its numbers are figures over the contracts that it cites: `volume`, what they come to in a year (ceilings or
    estimates); `joined`, those of the buyers beside the largest; `gain`, a scenario, None for a common sourcing;
    `small` and `local`, who holds them today. `lot` is the yearly size that three quarters of the contracts held by
    one small firm alone do not pass, in the segment or else the family (`lot_basis`); None under three of them.
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
    volume: Figure
    joined: Figure
    gain: Figure | None
    small: Figure
    local: Figure
    lot: Figure | None
    lot_basis: str | None
    lots_count: int | None
    is_optimal: bool


@dataclass(frozen=True)
class Measured:
    """The figures of each contract, and the size of contracts of small firms by segment and by family."""

    of_contract: Mapping[str, Mapping[str, Figure]]
    lots: Mapping[tuple[str, str], Figure]
    gain: Indicator

    def together(self, name: str, keys: Sequence[str]) -> Figure:
        """The figure of an indicator over these contracts: the sums of each, added."""
        held = self.of_contract[name]
        return together([held[key] for key in keys], {**BASIS, NAMED: tuple(keys)})

    def lot(self, row: Row) -> tuple[Figure | None, str | None]:
        """The size that small firms hold alone, in the segment of a contract or else in its family."""
        for basis in (SEGMENT, FAMILY):
            found = self.lots.get((basis, row[basis]))
            if found is not None and found.sums.rows(Verdict.PART) >= LOT_CASES:
                return found, basis
        return None, None


def pooling_windows(observatory: Observatory, named: Named, gain: str = ASSUMED) -> list[Window]:
    """Every window of the territory's buyers, the earliest first; a contract is in one at most.

    `named` gives indicators by name; `gain` is the scenario of what a joint purchase brings.
    """
    held: dict[str, list[Row]] = defaultdict(list)
    for row in renewals(observatory, Perimeter(), AHEAD):
        if row["segment"] and row["segment"] not in NOT_A_NEED and row["buyer_id"] and not row["is_concession"]:
            held[row["segment"]].append(row)
    told = _measured(observatory, named)
    found = [window for _, rows in sorted(held.items()) for window in _of_segment(rows, told, gain)]
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


def _of_segment(rows: Sequence[Row], told: Measured, gain: str) -> list[Window]:
    """The windows of one segment. Contracts of a buyer that end on one day stay together: lots of one consultation."""
    by_day: dict[tuple[date, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_day[row["end_date"], _buyer(row)].append(row)
    needs = [
        Need(end, buyer, sum(_cents(row) for row in held), tuple(sorted(row["contract_key"] for row in held)))
        for (end, buyer), held in by_day.items()
    ]
    found = grouped(needs, parameter("pooling_reach_days"), SECONDS)
    by_key = {row["contract_key"]: row for row in rows}
    return [_window(window, by_key, told, gain, is_optimal=found.is_optimal) for window in found.windows]


def _window(
    needs: Sequence[Need], by_key: Mapping[str, Row], told: Measured, gain: str, *, is_optimal: bool
) -> Window:  # fmt: skip
    keys = [key for need in needs for key in need.contracts]
    rows = [by_key[key] for key in keys]
    first = rows[0]
    lot, basis = told.lot(first)
    parts = _parts(rows, told, lot)
    volume = told.together(VOLUME, keys)
    largest = max(parts, key=lambda part: part.volume.sums.part)
    others = [row["contract_key"] for row in rows if _buyer(row) != largest.buyer]
    return Window(
        identifier=hashlib.blake2b("\n".join(sorted(keys)).encode(), digest_size=8).hexdigest(),
        kind=SOURCING if first["family"] in ONE_OFF else JOINT,
        segment=first["segment"],
        family=first["family"],
        first_end=first["end_date"],
        last_end=rows[-1]["end_date"],
        stage=first["renewal_stage"],
        sourcing_date=first["sourcing_date"],
        call_date=first["call_date"],
        parts=parts,
        contracts=tuple(rows),
        volume=volume,
        joined=told.together(VOLUME, others),
        gain=None if first["family"] in ONE_OFF else _gain(volume, told.gain, gain, keys),
        small=told.together(SMALL, keys),
        local=told.together(LOCAL, keys),
        lot=lot,
        lot_basis=basis,
        lots_count=None if lot is None else sum(part.lots_count or 1 for part in parts),
        is_optimal=is_optimal,
    )


def _parts(rows: Sequence[Row], told: Measured, lot: Figure | None) -> tuple[Part, ...]:
    """What each buyer brings, in the order of names; a lot for each, or as many as keep it to the size of a lot."""
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        held[_buyer(row)].append(row)
    found = []
    for buyer, own in held.items():
        volume = told.together(VOLUME, [row["contract_key"] for row in own])
        cents = 0 if volume.value is None else volume.sums.part
        size = 0 if lot is None or lot.value is None else round(lot.value * volume.weight_divisor)
        lots = max(1, -(-cents // size)) if size and cents else None
        found.append(Part(buyer, own[0]["buyer_name"] or buyer, len(own), volume, lots))
    return tuple(sorted(found, key=lambda part: (part.name, part.buyer)))


def _buyer(row: Row) -> str:
    return partner_of(row["buyer_siren"] or row["buyer_id"])


def _cents(row: Row) -> int:
    """Cents a year of a contract, to compare groupings; an amount that is not above zero adds nothing."""
    return max(0, row["annualised_cents"] or 0)


def _measured(observatory: Observatory, named: Named) -> Measured:
    """What is known of each contract and of sizes: one question for each indicator, whatever the number of windows."""
    of_contract = {
        name: {
            str(figure.group[NAMED]): figure
            for figure in observatory.measure(named(name), Perimeter(BASIS, OPTIONS.get(name, {})), (NAMED,))
        }
        for name in (VOLUME, SMALL, LOCAL)
    }
    lots = {
        (basis, str(figure.group[basis])): figure
        for basis in (SEGMENT, FAMILY)
        for figure in observatory.measure(named(LOT), Perimeter(BASIS, OPTIONS[LOT]), (basis,))
    }
    return Measured(of_contract, lots, named(GAIN))


def _gain(volume: Figure, indicator: Indicator, scenario: str, keys: Sequence[str]) -> Figure:
    """The gain that a scenario assumes of a volume, under its own name and address."""
    options = {"gain": scenario}
    address = address_of(indicator.name, Perimeter({**BASIS, NAMED: tuple(keys)}), options, {})
    return replace(gain_of(volume, scenario), indicator=indicator.name, options=options, rows=address)
