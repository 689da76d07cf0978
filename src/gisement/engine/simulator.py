"""The simulator of levers: today's figures, what wishes would make of them, and how far that is feasible, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gisement.catalog import parameter
from gisement.catalog.segments import segments
from gisement.engine.addressable import OFFERED, addressable
from gisement.engine.asked import rows_of
from gisement.engine.impact import Impact
from gisement.engine.impact_shift import Shift
from gisement.engine.measure import MEASURED, Observatory
from gisement.engine.pooling import Window
from gisement.engine.renewals import AHEAD
from gisement.models.levers import HUNDRED, Moved, after, feasible_units, moved
from gisement.models.levers import Lever as Lever
from gisement.terms import Figure, Indicator, Level, Perimeter, Sums, Trouble
from gisement.terms.arithmetic import share

KINDS: Mapping[str, str] = {
    "local": "local_share",
    "sme": "sme_share",
    "social": "social_consideration_count_share",
    "environmental": "environmental_consideration_count_share",
    "food": "egalim_share",
}
"""Levers on a share, and the indicator that each moves."""
POOLING = "pooling"
"""The lever of joint purchases: points are the percents of the volume of a segment's windows."""
EVERY = (*KINDS, POOLING)
TABLES = (*MEASURED, "renewal", "local_offer", "lever", "contract_supplier", "supplier", "observation")
"""What this needs of a workspace."""
Named = Callable[[str], Indicator]


@dataclass(frozen=True)
class Outcome:
    """One indicator of a scenario: today's figure, the figure of the scenario, and the effect of each segment."""

    kind: str
    today: Figure
    then: Figure
    parts: tuple[Moved, ...]


@dataclass(frozen=True)
class Scenario:
    """A set of levers with all that they do. Gains of joint purchases are cents a year, a scenario of parameters.

    `impact` holds the value added and the jobs that the department would gain by what comes into it, with bounds of
    kind `simulation`; empty where nothing local moves, `impact_reason` where a model cannot tell.
    """

    name: str
    title: str
    levers: tuple[Lever, ...]
    outcomes: tuple[Outcome, ...]
    pooled_cents: int
    gain_low_cents: int
    gain_high_cents: int
    impact: tuple[Figure, ...]
    impact_reason: str


@dataclass(frozen=True)
class Basis:
    """Today, once for all scenarios: figures, the sums of each segment, and what may change of each."""

    figures: Mapping[str, Figure]
    cells: Mapping[str, Mapping[str, Sums]]
    bounds: Mapping[str, Mapping[str, int]]
    volumes: Mapping[str, int]


def basis_of(observatory: Observatory, named: Named, windows: Sequence[Window]) -> Basis:
    """Today's figures on published contracts, and the bounds that the calendar and the offer here set."""
    figures, cells, bounds = {}, {}, {}
    turning = _turning(observatory)
    offers = {
        each.segment
        for each in addressable(observatory, named("local_share"), named("single_offer_share"), "contract")
        if each.kind == OFFERED
    }
    for kind, name in KINDS.items():
        indicator = named(name)
        perimeter = Perimeter({"basis": ("contract",)} if indicator.table == "purchase" else {})
        (figures[kind],) = observatory.measure(indicator, perimeter)
        by_segment = observatory.measure(indicator, perimeter, ("segment",))
        cells[kind] = {str(each.group["segment"]): each.sums for each in by_segment}
        bounds[kind] = {
            segment: feasible_units(sums.rest, *turning.get(segment, (0, 0)))
            for segment, sums in cells[kind].items()
            if kind != "local" or segment in offers
        }
    volumes: dict[str, int] = defaultdict(int)
    for window in windows:
        volumes[window.segment] += window.cents if window.gain_high_cents is not None else 0
    return Basis(figures, cells, bounds, volumes)


def simulate(
    basis: Basis, levers: Sequence[Lever], name: str = "", title: str = "", impact: Callable[[], Impact] | None = None,
    indicator: Indicator | None = None,
) -> Scenario:  # fmt: skip
    """What these levers do; without `impact`, nothing of the economy. No lever leaves today's figures as they are."""
    outcomes = []
    for kind, today in basis.figures.items():
        parts = moved([each for each in levers if each.kind == kind], basis.cells[kind], basis.bounds[kind])
        then = _figure(today, after(today.sums, parts)) if any(part.held for part in parts) else today
        outcomes.append(Outcome(kind, today, then, tuple(parts)))
    pooled = sum(
        int(basis.volumes.get(each.segment, 0) * min(each.points, Fraction(HUNDRED)) / HUNDRED)
        for each in levers
        if each.kind == POOLING
    )
    local = next(outcome for outcome in outcomes if outcome.kind == "local")
    found, reason = _impact(local, basis, impact, indicator)
    return Scenario(
        name, title, tuple(levers), tuple(outcomes), pooled,
        pooled * parameter("pooling_gain_low_pct") // HUNDRED, pooled * parameter("pooling_gain_high_pct") // HUNDRED,
        found, reason,
    )  # fmt: skip


def lever_of(text: str) -> Lever:
    """The lever that `kind:segment:points` spells. Raises Trouble with what may be written."""
    kind, _, rest = text.partition(":")
    segment, _, points = rest.partition(":")
    try:
        value = Fraction(points.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if kind not in EVERY or segment not in segments() or not 0 <= value <= HUNDRED:
        allowed = ", ".join(EVERY)
        raise Trouble(
            fr=f"« {text} » n'est pas un levier : écrire genre:segment:points, genre parmi {allowed}, segment de"
            " « gisement segments » et de 0 à 100 points.",
            en=f"'{text}' is no lever: write kind:segment:points, with a kind among {allowed}, a segment of"
            " 'gisement segments' and 0 to 100 points.",
        )
    return Lever(kind, segment, value)


def saved(observatory: Observatory) -> dict[str, tuple[str, list[Lever]]]:
    """The scenarios that were added, by name: title and levers."""
    found: dict[str, tuple[str, list[Lever]]] = {}
    for row in rows_of(observatory, "SELECT * FROM lever ORDER BY scenario_name, lever_kind, segment"):
        held = found.setdefault(row["scenario_name"], (row["scenario_title"] or row["scenario_name"], []))
        held[1].append(Lever(row["lever_kind"], row["segment"], Fraction(str(row["lever_points"]))))
    return found


def _turning(observatory: Observatory) -> dict[str, tuple[int, int]]:
    """Of each segment, the yearly cents of contracts that end within the window, and of all that still run."""
    listed = ", ".join(f"'{stage}'" for stage in AHEAD)
    sql = f"""
    SELECT segment, coalesce(sum(annualised_cents) FILTER (renewal_stage IN ({listed})), 0)::BIGINT AS ending,
        coalesce(sum(annualised_cents), 0)::BIGINT AS running
    FROM renewal WHERE is_buyer_in_territory AND is_concession = false AND annualised_cents > 0
        AND (renewal_stage IN ({listed}) OR renewal_stage = 'later') AND segment IS NOT NULL
    GROUP BY segment"""
    return {row["segment"]: (row["ending"], row["running"]) for row in rows_of(observatory, sql)}


def _figure(today: Figure, sums: Sums) -> Figure:
    """The same figure of the scenario: no observation, whatever today's is."""
    found = share(sums)
    return replace(
        today,
        value=found.value,
        low=found.low,
        high=found.high,
        coverage=found.coverage,
        sums=sums,
        level=Level.MODELLED,
    )


def _impact(
    local: Outcome, basis: Basis, impact: Callable[[], Impact] | None, indicator: Indicator | None
) -> tuple[tuple[Figure, ...], str]:
    """What the department gains by what would come into it; the reason where the model cannot tell."""
    shifts = []
    for part in local.parts:
        cell = basis.cells["local"].get(part.lever.segment, Sums())
        if part.held and cell.part + cell.rest > 0:
            points = float(Fraction(part.held * HUNDRED, cell.part + cell.rest))
            shifts.append(Shift(part.lever.segment, points, "department"))
    if not shifts or impact is None or indicator is None:
        return (), ""
    try:
        figures = impact().what_if(indicator, Perimeter({"basis": ("contract",)}), shifts)
    except Trouble as trouble:
        return (), trouble.fr
    return tuple(each for each in figures if each.group["ring"] == "department"), ""
