"""Partners by segment: the counts of published contracts that a strength is found in, as the figures count them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from gisement.engine.asked import rows_of
from gisement.engine.measure import Observatory
from gisement.models.strengths import STRENGTH, TOO_FEW, Count, Strength, strengths
from gisement.terms import Figure, Indicator, Perimeter, Verdict

MEASURES: Mapping[str, Verdict] = {
    "social_consideration_count_share": Verdict.PART,
    "environmental_consideration_count_share": Verdict.PART,
    "single_offer_share": Verdict.REST,
    "sme_count_share": Verdict.PART,
    "local_share": Verdict.PART,
}
"""Indicators in which a strength may be found, and the verdict of the contracts that count for it."""
CONTRACT = ("basis", ("contract",))


def strength_matrix(observatory: Observatory, indicators: Sequence[Indicator]) -> list[Strength]:
    """One line per measure (an indicator of `MEASURES`), segment and partner (legal unit) of the territory.

    Every test of the matrix is counted, whatever is shown of it: an announcement does not depend on a filter.
    """
    found: list[Count] = []
    for indicator in indicators:
        found += _counts(observatory, indicator)
    return strengths(found)


def announced(lines: Sequence[Strength]) -> list[Strength]:
    """The strengths, by segment, measure and partner: an order of names, no ranking."""
    return sorted((each for each in lines if each.state == STRENGTH), key=lambda s: (s.group, s.measure, s.partner))


def too_few(lines: Sequence[Strength]) -> list[Strength]:
    """The lines that rest on too few contracts, or too few peers, for anything to be said."""
    return [each for each in lines if each.state == TOO_FEW]


def partner_names(observatory: Observatory) -> dict[str, str]:
    """The name of each legal unit that buys, by identifier."""
    sql = "SELECT buyer_id, buyer_siren, buyer_name FROM buyer WHERE buyer_name IS NOT NULL ORDER BY buyer_id DESC"
    return {partner_of(row["buyer_siren"] or row["buyer_id"]): row["buyer_name"] for row in rows_of(observatory, sql)}


def partner_of(buyer: str) -> str:
    """The legal unit of a buyer, for its establishments to be told together."""
    return buyer[:9] if buyer.isdigit() else buyer


def _counts(observatory: Observatory, indicator: Indicator) -> list[Count]:
    """Contracts by segment, partner and year of notification: known, and counting."""
    filters = dict([CONTRACT]) if indicator.table == "purchase" else {}
    figures = observatory.measure(indicator, Perimeter(filters), ("buyer", "segment", "year"))
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for figure in figures:
        if None in figure.group.values():
            continue
        key = (str(figure.group["segment"]), partner_of(str(figure.group["buyer"])), str(figure.group["year"]))
        sums[key][0] += _known(figure)
        sums[key][1] += figure.sums.rows(MEASURES[indicator.name])
    return [Count(indicator.name, *key, *counts) for key, counts in sums.items()]


def _known(figure: Figure) -> int:
    return figure.sums.rows(Verdict.PART) + figure.sums.rows(Verdict.REST)
