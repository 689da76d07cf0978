"""Inclusive firms of a segment, counted from published contracts, and what that advises; no firm is ever named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gisement.catalog import parameter
from gisement.engine.asked import conditions, rows_of
from gisement.engine.measure import Observatory
from gisement.models.clauses.insertion import Advice, Supply, advise
from gisement.terms import Figure, Indicator, Perimeter

Named = Callable[[str], Indicator]
TABLES = ("contract", "purchase")
"""What this needs of a workspace."""
SHARES = ("reserved_count_share", "social_consideration_count_share", "siae_share", "adapted_share")
# A firm depends on a buyer that holds more than the threshold of what the territory's contracts give it; one contract
# alone tells nothing.
_SUPPLY = """
WITH held AS (
    SELECT coalesce(r.supplier_siren, r.supplier_id) AS firm, coalesce(r.buyer_siren, r.buyer_id) AS buyer, r.segment,
        r.contract_key, coalesce(r.amount_cents, 0)::BIGINT AS cents, r.inclusion_kind,
        coalesce(r.is_siae, false) OR coalesce(r.is_adapted, false) AS is_inclusive,
        r.is_siae IS NOT NULL AND r.is_adapted IS NOT NULL AS is_known
    FROM purchase r WHERE r.basis = 'contract' AND NOT r.is_concession AND {where}
), firm AS (
    SELECT firm, count(DISTINCT contract_key) AS contracts, sum(cents)::BIGINT AS cents FROM held
    WHERE firm IN (SELECT firm FROM held WHERE is_inclusive AND segment = $segment) GROUP BY firm
), first AS (
    SELECT firm, max(cents) AS cents FROM (SELECT firm, buyer, sum(cents)::BIGINT AS cents FROM held GROUP BY ALL)
    GROUP BY firm
)
SELECT count(*) AS firms,
    count(*) FILTER (f.contracts >= {contracts} AND f.cents > 0) AS told,
    count(*) FILTER (f.contracts >= {contracts} AND f.cents > 0 AND b.cents * 100 > f.cents * {share}) AS dependent,
    (SELECT count(*) FROM held WHERE segment = $segment) AS awards,
    (SELECT count(*) FROM held WHERE segment = $segment AND NOT is_known) AS unknown_awards
FROM firm f JOIN first b USING (firm)
"""


@dataclass(frozen=True)
class Counsel:
    """The advice of a segment with what it rests on: counts of firms, awards, and the figures of the segment.

    `awards` are contracts and holders of the segment, `unknown_awards` those whose holder may be inclusive or not.
    """

    segment: str
    supply: Supply
    advice: Advice
    awards: int
    unknown_awards: int
    figures: tuple[Figure, ...]


def counsel(observatory: Observatory, segment: str, named: Named) -> Counsel:
    """What the published contracts of the territory advise for a segment; `named` gives an indicator by its name."""
    told, values = conditions(observatory, Perimeter(), ())
    sql = _SUPPLY.format(
        where=" AND ".join(told), contracts=parameter("dependence_contracts_min"),
        share=parameter("dependence_share_pct"),
    )  # fmt: skip
    (row,) = rows_of(observatory, sql.replace("$segment", "$v99"), {**values, "v99": segment})
    is_complete = row["awards"] > 0 and row["unknown_awards"] < row["awards"]
    supply = Supply(row["firms"], row["told"], row["dependent"], is_complete)
    return Counsel(
        segment, supply, advise(supply), row["awards"], row["unknown_awards"], _figures(observatory, segment, named)
    )


def _figures(observatory: Observatory, segment: str, named: Named) -> tuple[Figure, ...]:
    found: list[Any] = []
    for name in SHARES:
        indicator = named(name)
        basis = {"basis": ("contract",)} if indicator.table == "purchase" else {}
        found += observatory.measure(indicator, Perimeter({"segment": (segment,), **basis}))
    return tuple(found)
