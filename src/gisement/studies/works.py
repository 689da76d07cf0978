"""Operations that buyers plan, from their programmes of works and equipment: the nearest consultation first."""

from __future__ import annotations

from collections.abc import Sequence

from gisement.engine.asked import Row, rows_of
from gisement.engine.measure import Observatory

TABLES = ("works_operation", "buyer", "observation")
"""What this needs of a workspace."""


def operations(observatory: Observatory, names: Sequence[str] = ()) -> list[Row]:
    """Operations of these segments (of all without any) whose consultation is not past; those of no known month last.

    Each has the name of its buyer where it is known.
    """
    listed = {f"s{n}": name for n, name in enumerate(names)}
    kept = f"AND o.segment IN ({', '.join(f'${name}' for name in listed)})" if listed else ""
    sql = f"""
    SELECT o.*, b.buyer_name FROM works_operation o
    LEFT JOIN (SELECT buyer_siren, min(buyer_name) AS buyer_name FROM buyer GROUP BY buyer_siren) b USING (buyer_siren)
    CROSS JOIN observation t
    WHERE (o.planned_call_date IS NULL OR o.planned_call_date >= date_trunc('year', t.as_of_date)) {kept}
    ORDER BY o.planned_call_date NULLS LAST, o.buyer_siren, o.operation_title, o.segment"""
    return rows_of(observatory, sql, listed)
