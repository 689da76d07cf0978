"""Tables of several partners as those of a territory: sums of what each of them shows.

Each partner protects its own tables at home, and these alone travel. A cell of the territory is the sum of the cells of
partners; where one of them does not show its own, the territory's is not known either: at least what the others show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gisement.catalog.public_tables import public_tables

Row = Mapping[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Told:
    """A cell of the territory: cents if every partner that has it shows it; cents that are shown, by how many."""

    cents: int | None
    at_least: int
    partners: int
    hidden: int


def joined(shares: Sequence[Sequence[Row]]) -> list[dict[str, Any]]:
    """One row per cell of the territory, as those of `public_payment`, from the rows of each partner."""
    cells: dict[Key, list[Row]] = defaultdict(list)
    for share in shares:
        for row in share:
            cells[_key(row)].append(row)
    found = []
    for rows in cells.values():
        told = _told(rows)
        found.append({**rows[0], "shown_cents": told.cents, "at_least_cents": told.at_least, "partners": told.partners})
    return sorted(found, key=lambda row: str(row["public_cell"]))


def twice(shares: Sequence[Sequence[Row]]) -> list[str]:
    """Buyers that more than one of the tables speak of: their money would count twice."""
    seen: dict[str, int] = defaultdict(int)
    for share in shares:
        for buyer in {str(row["buyer_id"]) for row in share if row["public_table"] == "by_buyer"}:
            seen[buyer] += 1
    return sorted(buyer for buyer, count in seen.items() if count > 1)


def _told(rows: Sequence[Row]) -> Told:
    shown = [int(row["shown_cents"]) for row in rows if row["shown_cents"] is not None]
    is_whole = len(shown) == len(rows)
    return Told(sum(shown) if is_whole else None, sum(shown), len(rows), len(rows) - len(shown))


def _key(row: Row) -> Key:
    table = public_tables()[row["public_table"]]
    return (table.name, row["year"], *(row[column] for column in table.by))
