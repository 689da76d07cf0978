"""Needs of buyers beside the thresholds of the law: what was paid in a year, and of it under no known contract."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gisement.catalog.parameters import every_value_of_parameter
from gisement.engine.asked import Row, conditions, rows_of
from gisement.engine.measure import Observatory
from gisement.terms import Perimeter

TABLES = ("purchase", "spend_without_contract")
"""What this needs of a workspace."""
LEVELS = ("formal", "publicity", "dispensation")
"""Thresholds that a need may reach, the highest first; under the last one nothing is asked."""
KEYS = ("buyer", "segment", "family", "year")
PARAMETERS = (
    "dispensation_supplies_cents", "dispensation_works_cents", "publicity_threshold_cents", "eu_threshold_state_cents",
    "eu_threshold_other_cents", "eu_threshold_works_cents",
)  # fmt: skip


def without_contract(observatory: Observatory, perimeter: Perimeter, levels: Sequence[str] = LEVELS) -> list[Row]:
    """Buyers, segments and years in which what is paid under no known contract reaches one of these thresholds.

    The most comes first. It is something to look at, no finding of a breach.
    """
    where, values = _where(observatory, perimeter, levels)
    sql = (
        f"SELECT * FROM spend_without_contract r WHERE {where} ORDER BY unlinked_cents DESC, buyer_siren, segment, year"
    )
    return rows_of(observatory, sql, values)


def by_level(observatory: Observatory, perimeter: Perimeter) -> dict[str, Row]:
    """By threshold that all that was paid for a need reaches: how many needs (buyer, segment, year), and of how many
    of them what no contract is known for reaches a threshold by itself."""
    where, values = _where(observatory, perimeter, (*LEVELS, "under"), column="need_level")
    sql = (
        "SELECT need_level, count(*) AS needs, count(*) FILTER (threshold_level <> 'under') AS to_look_at "
        f"FROM spend_without_contract r WHERE {where} GROUP BY need_level"
    )
    found = {row["need_level"]: row for row in rows_of(observatory, sql, values)}
    return {level: found[level] for level in (*LEVELS, "under") if level in found}


def in_the_law() -> list[tuple[str, list[tuple[date, int]]]]:
    """Each threshold by parameter, with its dated values in cents, the latest first."""
    return [(name, sorted(every_value_of_parameter(name)["values"].items(), reverse=True)) for name in PARAMETERS]


def _where(
    observatory: Observatory, perimeter: Perimeter, levels: Sequence[str], column: str = "threshold_level"
) -> tuple[str, dict[str, object]]:
    told, values = conditions(observatory, _by_unit(perimeter), KEYS)
    listed = ", ".join(f"'{level}'" for level in levels)
    return " AND ".join([f"r.{column} IN ({listed})", *told]).replace("r.buyer_id", "r.buyer_siren"), values


def _by_unit(perimeter: Perimeter) -> Perimeter:
    """The same with each buyer by its legal unit: payments are told by it."""
    buyers = tuple(value.removeprefix("=")[:9] for value in perimeter.filters.get("buyer", ()))
    return Perimeter({**perimeter.filters, **({"buyer": buyers} if buyers else {})}, perimeter.options)
