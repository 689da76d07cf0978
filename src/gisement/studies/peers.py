"""How buyers do it: published contracts of a segment that declare a clause, a criterion or a reservation."""

from __future__ import annotations

from gisement.engine.asked import Row, conditions, rows_of
from gisement.engine.measure import Observatory
from gisement.terms import Perimeter

STATES = (
    "social_clause_state", "social_criterion_state", "reserved_state", "environmental_clause_state",
    "environmental_criterion_state",
)  # fmt: skip
"""What a contract may declare, kind by kind: they never mix."""


def examples(observatory: Observatory, perimeter: Perimeter, limit: int) -> list[Row]:
    """Contracts of the perimeter that declare one kind at least: those of most kinds first, then the latest."""
    told, values = conditions(observatory, perimeter, ("buyer", "segment", "family", "year"))
    held = " + ".join(f"(coalesce(r.{state}, '') = 'yes')::INTEGER" for state in STATES)
    where = " AND ".join([f"{held} > 0", "NOT r.is_concession", *told])
    columns = ", ".join(f"r.{state}" for state in STATES)
    sql = (
        f"SELECT r.contract_key, r.title, r.buyer_id, r.buyer_siren, r.buyer_name, r.notification_date, {columns} "
        f"FROM contract r WHERE {where} ORDER BY {held} DESC, r.notification_date DESC NULLS LAST, r.contract_key "
        f"LIMIT {int(limit)}"
    )
    return rows_of(observatory, sql, values)


def years(observatory: Observatory) -> list[int]:
    """The years of notification in which contracts of the territory say anything of considerations, in order."""
    told, values = conditions(observatory, Perimeter(), ())
    where = " AND ".join(["r.social_state IN ('yes', 'none')", "r.year IS NOT NULL", *told])
    found = rows_of(observatory, f"SELECT DISTINCT r.year FROM contract r WHERE {where} ORDER BY 1", values)
    return [int(row["year"]) for row in found]
