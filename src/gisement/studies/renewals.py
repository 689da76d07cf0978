"""The calendar of renewals: contracts that end soon, ceilings nearly used up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gisement.engine.asked import Row, conditions, rows_of
from gisement.engine.measure import Observatory
from gisement.terms import Perimeter

AHEAD = ("ahead", "sourcing", "lots", "call")
"""Stages of contracts that end within the window, the farthest end first."""
TABLES = ("renewal", "contract_supplier", "supplier", "observation", "purchase")
"""What this needs of a workspace."""
KEYS = ("buyer", "buyer_commune", "buyer_department", "segment", "family", "cpv")
# Names come from the register's table, where a natural person or a masked firm has none.
_HELD = """
LEFT JOIN (
    SELECT h.contract_key, list(s.supplier_name ORDER BY holder_number) FILTER (s.supplier_name IS NOT NULL) AS holders,
        count(h.supplier_id)::BIGINT AS holders_count
    FROM contract_supplier h LEFT JOIN supplier s USING (supplier_id) GROUP BY h.contract_key
) h USING (contract_key)
"""


def renewals(
    observatory: Observatory, perimeter: Perimeter, stages: Sequence[str] = AHEAD, *, near_ceiling: bool = False,
    limit: int | None = None, offset: int = 0,
) -> list[Row]:  # fmt: skip
    """Contracts of these stages, the nearest end first, with `holders` (names that may be shown) and their number.

    With `near_ceiling`, those alone whose ceiling payments have nearly used up, whatever their stage.
    """
    told, values = conditions(observatory, perimeter, KEYS)
    listed = ", ".join(f"'{stage}'" for stage in stages)
    told.append("r.is_ceiling_near" if near_ceiling else f"r.renewal_stage IN ({listed})")
    page = f" LIMIT {int(limit)} OFFSET {int(offset)}" if limit is not None else ""
    sql = (
        f"SELECT r.*, coalesce(h.holders, []) AS holders, coalesce(h.holders_count, 0) AS holders_count "
        f"FROM renewal r {_HELD} WHERE {' AND '.join(told)} ORDER BY r.end_date, r.contract_key{page}"
    )
    return rows_of(observatory, sql, values)


def by_stage(observatory: Observatory, perimeter: Perimeter) -> dict[str, int]:
    """How many contract lots of a perimeter are at each stage of renewal; a stage without any is left out."""
    told, values = conditions(observatory, perimeter, KEYS)
    where = f"WHERE {' AND '.join(told)}" if told else ""
    sql = f"SELECT renewal_stage, count(*) AS contracts FROM renewal r {where} GROUP BY 1 ORDER BY 1"
    return {row["renewal_stage"]: row["contracts"] for row in rows_of(observatory, sql, values)}


def unknown_ends(observatory: Observatory, perimeter: Perimeter) -> dict[str, int]:
    """How many contract lots of a perimeter have no known end, by `end_reason`."""
    told, values = conditions(observatory, perimeter, KEYS)
    where = " AND ".join(["r.renewal_stage = 'unknown'", *told])
    sql = f"SELECT end_reason, count(*) AS contracts FROM renewal r WHERE {where} GROUP BY 1 ORDER BY 1"
    return {row["end_reason"]: row["contracts"] for row in rows_of(observatory, sql, values)}


def values_of(observatory: Observatory, key: str, perimeter: Perimeter) -> list[str]:
    """The values of a key among the contracts that end within the window."""
    told, values = conditions(observatory, perimeter, KEYS)
    column = {"segment": "segment", "buyer_commune": "buyer_commune_code", "buyer": "buyer_id"}[key]
    listed = ", ".join(f"'{stage}'" for stage in AHEAD)
    where = " AND ".join([f"r.renewal_stage IN ({listed})", f"r.{column} IS NOT NULL", *told])
    found = rows_of(observatory, f"SELECT DISTINCT r.{column} AS held FROM renewal r WHERE {where} ORDER BY 1", values)
    return [row["held"] for row in found]


def as_of(observatory: Observatory) -> Any:
    """The day that stands for today in the whole workspace: the latest plausible day of publication; None without any.

    Raises Trouble where the tables are not built.
    """
    return rows_of(observatory, "SELECT as_of_date FROM observation")[0]["as_of_date"]
