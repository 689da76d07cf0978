"""Addressable spend: what leaves the department, by what firms here could offer; counts, never names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from gisement.catalog.segments import OUT_OF_SCOPE, UNCLASSIFIED, segments
from gisement.engine.asked import Row, rows_of
from gisement.engine.measure import MEASURED, Observatory
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


@dataclass(frozen=True)
class Addressable:
    """A segment: cents that stay, leave or are of unknown place; open establishments here, by class of headcount.

    `firms` (all of them) and each class are None under three. `largest_cents` is the largest yearly contract that a
    firm of the department has held alone, None under three such contracts.
    """

    segment: str
    family: str
    kind: str
    stays_cents: int
    leaves_cents: int
    unknown_cents: int
    firms: int | None
    classes: Mapping[str, int | None]
    near_firms: int | None
    largest_cents: int | None
    competition: Figure | None


def addressable(
    observatory: Observatory, local_share: Indicator, competition: Indicator, basis: str = ""
) -> list[Addressable]:
    """Every segment with money, the most that leaves first; medical goods included.

    `local_share` tells what stays, `competition` (share of single offers) how open the contest is.
    """
    filters = {"basis": (basis,)} if basis else {}
    figures = observatory.measure(local_share, Perimeter(filters, INCLUDED), ("segment",))
    contests = {f.group["segment"]: f for f in observatory.measure(competition, Perimeter(), ("segment",))}
    offers, largest = _offers(observatory), _largest(observatory)
    found = [
        _of_segment(
            str(figure.group["segment"] or UNCLASSIFIED), figure, offers, largest, contests.get(figure.group["segment"])
        )
        for figure in figures
    ]
    return sorted(found, key=lambda each: (-each.leaves_cents, each.segment))


def by_kind(found: list[Addressable]) -> dict[str, int]:
    """The cents that leave, by kind."""
    sums: dict[str, int] = dict.fromkeys(KINDS, 0)
    for each in found:
        sums[each.kind] += each.leaves_cents
    return sums


def _of_segment(
    name: str, figure: Figure, offers: Mapping[str, list[Row]], largest: Mapping[str, Row], contest: Figure | None
) -> Addressable:
    rows = offers.get(name, [])
    firms = sum(row["establishments_count"] for row in rows)
    near = sum(row["establishments_count"] for row in rows if row["ring_nearest"] <= int(Ring.EPCI))
    classes: dict[str, int] = defaultdict(int)
    for row in rows:
        classes[row["capacity_class"]] += row["establishments_count"]
    known = segments().get(name, {})
    never = known.get("addressable_locally") == NEVER_LOCAL or name in (UNCLASSIFIED, OUT_OF_SCOPE)
    own = largest.get(name)
    return Addressable(
        segment=name,
        family=known.get("family_id", ""),
        kind=ELSEWHERE if never else OFFERED if firms >= LEAST else GAP,
        stays_cents=figure.sums.part,
        leaves_cents=figure.sums.rest,
        unknown_cents=figure.sums.unknown,
        firms=_told(firms),
        classes={name: _told(count) for name, count in sorted(classes.items())},
        near_firms=_told(near),
        largest_cents=own["cents"] if own and own["cases"] >= LARGEST_CASES else None,
        competition=contest
        if contest is not None and contest.sums.rows(Verdict.PART) + contest.sums.rows(Verdict.REST)
        else None,
    )


def _told(count: int) -> int | None:
    return count if count >= LEAST else None


def _offers(observatory: Observatory) -> dict[str, list[Row]]:
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(observatory, "SELECT * FROM local_offer ORDER BY ALL"):
        held[row["segment"]].append(row)
    return held


def _largest(observatory: Observatory) -> dict[str, Row]:
    """By segment, the largest yearly contract that one firm of the department holds alone, and how many there are."""
    sql = f"""
    SELECT r.segment, max(r.annualised_cents) AS cents, count(*) AS cases
    FROM renewal r JOIN purchase p USING (contract_key)
    WHERE p.basis = 'contract' AND p.holders_count = 1 AND p.establishment_farthest <= {int(Ring.DEPARTMENT)}
        AND r.annualised_cents > 0 AND r.is_concession = false AND r.is_buyer_in_territory
    GROUP BY r.segment"""
    return {row["segment"]: row for row in rows_of(observatory, sql)}
