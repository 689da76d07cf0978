"""Addressable spend: what leaves the department, by what firms here could offer; counts, never names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gisement.catalog.segments import OUT_OF_SCOPE, UNCLASSIFIED, segments
from gisement.engine.asked import Row, rows_of
from gisement.engine.measure import MEASURED, Observatory
from gisement.studies.together import together
from gisement.terms import Figure, Indicator, Perimeter, Ring, Verdict

TABLES = (*MEASURED, "local_offer", "renewal")
"""What this needs of a workspace."""
LEAST = 3
"""Fewer establishments than this are no offer to count on, and their number is not told."""
OFFERED, GAP, ELSEWHERE = "offered", "gap", "elsewhere"
KINDS = (OFFERED, GAP, ELSEWHERE)
"""Of what leaves: firms here offer it; none does though it could be made here; the nature of it is from elsewhere."""
LARGEST_CASES = 3
NEVER_LOCAL = "low"
INCLUDED = {"medical": "included"}
NEAR = {"holder": "near_alone"}


@dataclass(frozen=True)
class Addressable:
    """A segment: what stays, leaves or is of unknown place (`local`, by its verdicts), and open establishments here.

    `firms` (all of them) and each class of headcount are None under three. `largest` is the yearly size that three
    quarters of the contracts held by a firm of the department alone do not pass, None under three such contracts.
    """

    segment: str
    family: str
    kind: str
    local: Figure
    firms: int | None
    classes: Mapping[str, int | None]
    near_firms: int | None
    largest: Figure | None
    competition: Figure | None

    @property
    def leaves_cents(self) -> int:
        """Cents of the segment that are known to leave the department; what is of unknown place is not among them."""
        return self.local.sums.rest


def addressable(observatory: Observatory, named: Callable[[str], Indicator], basis: str = "") -> list[Addressable]:
    """Every segment with money, the most that leaves first; medical goods included. `named` gives indicators."""
    filters = {"basis": (basis,)} if basis else {}
    figures = observatory.measure(named("local_share"), Perimeter(filters, INCLUDED), ("segment",))
    contests = _by_segment(observatory, named("single_offer_share"), Perimeter())
    largest = _by_segment(observatory, named("large_yearly_amount"), Perimeter({"basis": ("contract",)}, NEAR))
    offers = _offers(observatory)
    found = [
        _of_segment(figure, offers, largest.get(figure.group["segment"]), contests.get(figure.group["segment"]))
        for figure in figures
    ]
    return sorted(found, key=lambda each: (-each.leaves_cents, each.segment))


def by_kind(found: Sequence[Addressable]) -> dict[str, Figure]:
    """What stays and leaves, by kind of what leaves: the segments of each together; kinds without any are left out."""
    groups: dict[str, list[Addressable]] = {kind: [] for kind in KINDS}
    for each in found:
        groups[each.kind].append(each)
    return {kind: whole(held) for kind, held in groups.items() if held}


def whole(found: Sequence[Addressable]) -> Figure:
    """What stays and leaves of several segments, one at least."""
    first = found[0].local
    filters = {} if first.basis is None else {"basis": (first.basis,)}
    names = tuple(str(each.local.group["segment"] or "") for each in found)
    return together([each.local for each in found], {**filters, "segment": names})


def _by_segment(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter
) -> dict[str | int | None, Figure]:  # fmt: skip
    return {f.group["segment"]: f for f in observatory.measure(indicator, perimeter, ("segment",))}


def _of_segment(
    figure: Figure, offers: Mapping[str, list[Row]], largest: Figure | None, contest: Figure | None
) -> Addressable:
    name = str(figure.group["segment"] or UNCLASSIFIED)
    rows = offers.get(name, [])
    firms = sum(row["establishments_count"] for row in rows)
    near = sum(row["establishments_count"] for row in rows if row["ring_nearest"] <= int(Ring.EPCI))
    classes: dict[str, int] = defaultdict(int)
    for row in rows:
        classes[row["capacity_class"]] += row["establishments_count"]
    known = segments().get(name, {})
    never = known.get("addressable_locally") == NEVER_LOCAL or name in (UNCLASSIFIED, OUT_OF_SCOPE)
    return Addressable(
        segment=name,
        family=known.get("family_id", ""),
        kind=ELSEWHERE if never else OFFERED if firms >= LEAST else GAP,
        local=figure,
        firms=_told(firms),
        classes={name: _told(count) for name, count in sorted(classes.items())},
        near_firms=_told(near),
        largest=_if_enough(largest, LARGEST_CASES),
        competition=_if_enough(contest, 1),
    )


def _if_enough(figure: Figure | None, least: int) -> Figure | None:
    """The figure where it rests on so many known rows at least."""
    is_enough = figure is not None and figure.sums.rows(Verdict.PART) + figure.sums.rows(Verdict.REST) >= least
    return figure if is_enough else None


def _told(count: int) -> int | None:
    return count if count >= LEAST else None


def _offers(observatory: Observatory) -> dict[str, list[Row]]:
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(observatory, "SELECT * FROM local_offer ORDER BY ALL"):
        held[row["segment"]].append(row)
    return held
