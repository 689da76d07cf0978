"""The simulator of levers: today's figures, what wishes would make of them, and how far that is feasible, and when.

Each lever moves its own share; what that does to the other shares and to the economy of the department is told with how
far it could go (`models.levers`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gisement.catalog.segments import segments
from gisement.engine.asked import rows_of
from gisement.engine.measure import MEASURED, Observatory
from gisement.engine.parameters import inlined
from gisement.models.levers import ALIKE as ALIKE
from gisement.models.levers import (
    HUNDRED,
    Crossed,
    Joint,
    Moved,
    after,
    alike,
    bounded,
    feasible_units,
    kept,
    moved,
    of_unknown_sign,
)
from gisement.models.levers import KEPT as KEPT
from gisement.models.levers import Lever as Lever
from gisement.studies.addressable import OFFERED, addressable
from gisement.studies.impact.levers import Moves, economy
from gisement.studies.impact.model import Impact
from gisement.studies.pooling import BASIS, VOLUME, Window
from gisement.studies.pooling_gain import gain_of
from gisement.studies.renewals import AHEAD
from gisement.studies.together import together
from gisement.terms import Figure, Indicator, Level, Perimeter, Sums, Trouble, Verdict
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
HOLDERS = ("local", "sme")
"""Shares that tell who holds the money: what changes holders moves the one with the other."""
REOPENED = ("food", POOLING)
"""Levers that may change holders in a way that nobody can tell."""
TABLES = (*MEASURED, "renewal", "local_offer", "lever", "contract_supplier", "supplier", "observation")
"""What this needs of a workspace."""
Named = Callable[[str], Indicator]


@dataclass(frozen=True)
class Outcome:
    """One indicator of a scenario: today's figure, the figure of the scenario, and the effect of each lever.

    `parts` are the levers that aim at it, `crossed` what the other levers do to it. `reach` is the same figure with
    bounds of kind `scenario`: how far it could go whatever moves and whatever it becomes.
    """

    kind: str
    today: Figure
    then: Figure
    reach: Figure
    parts: tuple[Moved, ...]
    crossed: tuple[Crossed, ...]

    @property
    def effect(self) -> Fraction:
        """The change of the share: the sum of the effects of all levers."""
        return _of_known(sum(part.held for part in self.parts) + sum(c.units for c in self.crossed), self.today.sums)


@dataclass(frozen=True)
class Pooled:
    """What a lever of joint purchases pools, in a year, and what that is assumed to bring."""

    segment: str
    volume: Figure
    gain: Figure


@dataclass(frozen=True)
class Scenario:
    """A set of levers with all that they do.

    `impact` holds the value added and the jobs that the department would gain by what comes into it or leaves it, with
    bounds of kind `simulation`, and `impact_reach` the same with bounds of kind `scenario`; both are empty where
    nothing moves from place to place, `impact_reason` says where a model cannot tell.
    """

    name: str
    title: str
    levers: tuple[Lever, ...]
    outcomes: tuple[Outcome, ...]
    pooled: tuple[Pooled, ...]
    impact: tuple[Figure, ...]
    impact_reach: tuple[Figure, ...]
    impact_reason: str


@dataclass(frozen=True)
class Basis:
    """Today, once for all scenarios: figures, the sums of each segment, and what may change of each.

    `joint` holds, for two shares of the same rows, the units of each segment by both verdicts; `windows` the contracts
    that joint purchases could bring together, `running` the yearly cents of all that run.
    """

    figures: Mapping[str, Figure]
    cells: Mapping[str, Mapping[str, Sums]]
    bounds: Mapping[str, Mapping[str, int]]
    joint: Mapping[tuple[str, str], Mapping[str, Joint]]
    windows: Mapping[str, Sequence[Window]]
    running: Mapping[str, int]
    gain: Indicator


def basis_of(observatory: Observatory, named: Named, windows: Sequence[Window]) -> Basis:
    """Today's figures on published contracts, and the bounds that the calendar and the offer here set."""
    figures, cells, bounds = {}, {}, {}
    turning = _turning(observatory)
    offers = {each.segment for each in addressable(observatory, named, "contract") if each.kind == OFFERED}
    for kind, name in KINDS.items():
        indicator = named(name)
        (figures[kind],) = observatory.measure(indicator, _perimeter(indicator))
        by_segment = observatory.measure(indicator, _perimeter(indicator), ("segment",))
        cells[kind] = {str(each.group["segment"]): each.sums for each in by_segment}
        bounds[kind] = {
            segment: feasible_units(sums.rest, *turning.get(segment, (0, 0)))
            for segment, sums in cells[kind].items()
            if kind != "local" or segment in offers
        }
    pooled: dict[str, list[Window]] = defaultdict(list)
    for window in windows:
        if window.gain is not None:
            pooled[window.segment].append(window)
    joint = {
        (one, other): _joint(observatory, named(KINDS[one]), named(KINDS[other]))
        for one in HOLDERS
        for other in HOLDERS
        if one != other
    }
    running = {segment: running for segment, (_, running) in turning.items()}
    return Basis(figures, cells, bounds, joint, pooled, running, named("pooling_gain"))


def simulate(
    basis: Basis, levers: Sequence[Lever], name: str = "", title: str = "", impact: Callable[[], Impact] | None = None,
    indicator: Indicator | None = None,
) -> Scenario:  # fmt: skip
    """What these levers do; without `impact`, nothing of the economy. No lever leaves today's figures as they are."""
    own = {
        kind: moved([each for each in levers if each.kind == kind], basis.cells[kind], basis.bounds[kind])
        for kind in KINDS
    }
    outcomes = tuple(_outcome(kind, own, levers, basis) for kind in KINDS)
    local = next(outcome for outcome in outcomes if outcome.kind == "local")
    found, reach, reason = economy(_moves(local), basis.cells["local"], impact, indicator)
    pooled = [_pooled(each, basis) for each in levers if each.kind == POOLING]
    return Scenario(
        name, title, tuple(levers), outcomes, tuple(each for each in pooled if each is not None), found, reach, reason,
    )  # fmt: skip


def _outcome(kind: str, own: Mapping[str, Sequence[Moved]], levers: Sequence[Lever], basis: Basis) -> Outcome:
    today, parts = basis.figures[kind], own[kind]
    held: dict[str, int] = {part.lever.segment: part.held for part in parts}
    found = bounded(_crossed(kind, own, levers, basis), held, basis.cells[kind])
    still = not any(part.held for part in parts) and not any((c.units, c.low, c.high) != (0, 0, 0) for c in found)
    if still:
        return Outcome(kind, today, today, today, tuple(parts), tuple(found))
    sums = after(today.sums, parts)
    middle, least, most = (
        _moved_sums(sums, sum(getattr(each, name) for each in found)) for name in ("units", "low", "high")
    )
    then = _figure(today, middle)
    reach = replace(then, low=share(least).value, high=share(most).value, interval="scenario")
    return Outcome(kind, today, then, reach, tuple(parts), tuple(found))


def _crossed(
    kind: str, own: Mapping[str, Sequence[Moved]], levers: Sequence[Lever], basis: Basis
) -> list[Crossed]:  # fmt: skip
    """What the levers of other kinds do to a share."""
    found = []
    for other, parts in own.items():
        for part in parts if other != kind else ():
            segment = part.lever.segment
            if (other, kind) in basis.joint:
                found.append(alike(part, basis.joint[other, kind].get(segment, {})))
            elif other in REOPENED and kind in HOLDERS:
                cell = basis.cells[other].get(segment, Sums())
                known = cell.part + cell.rest
                fraction = Fraction(part.held, known) if known > 0 else Fraction(0)
                found.append(of_unknown_sign(other, segment, fraction, basis.cells[kind].get(segment, Sums())))
            else:
                found.append(kept(other, segment))
    for lever in (each for each in levers if each.kind == POOLING):
        if kind in HOLDERS:
            cell = basis.cells[kind].get(lever.segment, Sums())
            found.append(of_unknown_sign(POOLING, lever.segment, _pooled_fraction(lever, basis), cell))
        else:
            found.append(kept(POOLING, lever.segment))
    return found


def _pooled_fraction(lever: Lever, basis: Basis) -> Fraction:
    """The part of the running contracts of a segment that a lever of joint purchases brings together."""
    volume = sum(window.volume.sums.part for window in basis.windows.get(lever.segment, ()))
    running = basis.running.get(lever.segment, 0)
    return min(Fraction(1), _points(lever) * volume / running) if running > 0 else Fraction(0)


def _pooled(lever: Lever, basis: Basis) -> Pooled | None:
    """The volume that a lever brings together: so many points of that of the windows of its segment; None without."""
    windows = basis.windows.get(lever.segment, ())
    if not windows:
        return None
    keys = tuple(row["contract_key"] for window in windows for row in window.contracts)
    whole = together([window.volume for window in windows], {**BASIS, "contract": keys})
    points = float(_points(lever))
    value, low, high = (None if each is None else each * points for each in (whole.value, whole.low, whole.high))
    volume = replace(whole, level=Level.MODELLED, interval="scenario", value=value, low=low, high=high)
    address = whole.rows.replace(f"/figures/{VOLUME}/", f"/figures/{basis.gain.name}/")
    gain = replace(gain_of(volume), indicator=basis.gain.name, rows=address)
    return Pooled(lever.segment, volume, gain)


def _points(lever: Lever) -> Fraction:
    return min(lever.points, Fraction(HUNDRED)) / HUNDRED


def _moves(local: Outcome) -> Moves:
    """The cents of each segment that would come into the department: in the middle, at least, at most."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for part in local.parts:
        for n in range(3):
            found[part.lever.segment][n] += part.held
    for each in local.crossed:
        for n, units in enumerate((each.units, each.low, each.high)):
            found[each.segment][n] += units
    return {segment: (middle, low, high) for segment, (middle, low, high) in found.items()}


def _moved_sums(sums: Sums, units: int) -> Sums:
    return replace(sums, part=sums.part + units, rest=sums.rest - units)


def _of_known(units: int, sums: Sums) -> Fraction:
    known = sums.part + sums.rest
    return Fraction(units, known) if known > 0 else Fraction(0)


def _perimeter(indicator: Indicator) -> Perimeter:
    return Perimeter(BASIS if indicator.table == "purchase" else {})


def _joint(observatory: Observatory, one: Indicator, other: Indicator) -> dict[str, Joint]:
    """By segment, what two indicators of the same rows say of each: the weight of every pair of verdicts."""
    key = f"{one.table}_key"
    found: dict[str, dict[tuple[Verdict, Verdict], int]] = defaultdict(dict)
    for first in (Verdict.PART, Verdict.REST):
        for second in (Verdict.PART, Verdict.REST):
            queries = (
                inlined(*observatory.rows_query(indicator, _perimeter(indicator), verdict))
                for indicator, verdict in ((one, first), (other, second))
            )
            a, b = queries
            sql = (
                f"SELECT a.segment, sum(b.weight)::BIGINT AS units FROM ({a}) a JOIN ({b}) b USING ({key}) "
                "WHERE a.segment IS NOT NULL GROUP BY a.segment"
            )
            for row in rows_of(observatory, sql):
                found[row["segment"]][first, second] = row["units"]
    return dict(found)


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
