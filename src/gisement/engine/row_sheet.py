"""What pages show of each row of a small table, held in memory with its orders: a page of rows is then a few look-ups.

To plan the query of fifty rows takes longer than all else that their page does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gisement.catalog import tables

PLACE = "place"
"""The column that says which row of the table a row is."""


_LAST_DAY = "CAST(c.notification_date + to_months(CAST(c.duration_months AS INTEGER)) AS DATE)"
END = f"{_LAST_DAY} AS end_date, greatest(date_diff('month', o.as_of_date, {_LAST_DAY}), 0) AS months_left"
"""The columns that say when a contract ends, and how many months that leaves."""
_OF_A_PAGE = (
    "contract_key", "purchase_key", "buyer_id", "buyer_name", "supplier_id", "supplier_name", "notification_date",
    "amount_cents", "destination", "year", "family", "segment", "size_class", PLACE,
)  # fmt: skip
"""What a page shows of a row: read with the ninety others, a page takes three times as long."""
_ROWS = (
    f"SELECT r.*, c.title AS contract_title, {END} "
    f"FROM (SELECT COLUMNS(name -> list_contains({list(_OF_A_PAGE)}, name)) FROM ({{sql}})) r "
    "LEFT JOIN contract c ON r.contract_key = c.contract_key CROSS JOIN observation o"
)
_OF_A_CONTRACT = (
    "contract_key", "duration_months", "notification_date", "amount_cents", "buyer_id", "buyer_name", PLACE
)  # fmt: skip
_CONTRACT_ROWS = (
    f"SELECT c.*, {END} FROM (SELECT title AS contract_title, "
    f"COLUMNS(name -> list_contains({list(_OF_A_CONTRACT)}, name)) FROM ({{sql}})) c CROSS JOIN observation o"
)
_FOOD_ROWS = (
    "SELECT r.* FROM (SELECT *, purchase_date AS notification_date, food_description AS contract_title, "
    "NULL AS contract_key, food_supplier_name AS supplier_name FROM ({sql})) r"
)
_OTHER_ROWS = (
    "SELECT r.* FROM (SELECT *, {day} AS notification_date, {title} AS contract_title, NULL AS contract_key, "
    "NULL AS buyer_id, {amount} AS amount_cents FROM ({{sql}})) r"
)
_ROWS_OF = {
    "contract": _CONTRACT_ROWS,
    "food_purchase": _FOOD_ROWS,
    "food_balance": _OTHER_ROWS.format(
        day="try_cast(food_month || '-01' AS DATE)", title="food_product_name", amount="need_g"
    ),
    "food_origin": _OTHER_ROWS.format(
        day="make_date(year, 12, 31)", title="supplier_department_code", amount="offer_g"
    ),
    "circular_purchase": "SELECT r.* FROM (SELECT *, make_date(year, 12, 31) AS notification_date, "
    "product_family AS contract_title, NULL AS contract_key, NULL AS buyer_id FROM ({sql})) r",
    "food_declaration": _OTHER_ROWS.format(
        day="make_date(year, 12, 31)", title="canteen_sectors", amount="round(1e6 * declared_egalim_share)::BIGINT"
    ),
}
"""How the rows of a table are laid out, where they are no contracts or payments."""
SORTS = {
    "newest": "notification_date DESC NULLS LAST",
    "oldest": "notification_date ASC NULLS LAST",
    "largest": "amount_cents DESC NULLS LAST",
    "smallest": "amount_cents ASC NULLS LAST",
}
"""Orders of a page of rows."""


@dataclass(frozen=True)
class RowPage:
    """Which rows of many: in which order, from which one on, how many; `text` keeps those whose object holds it."""

    sort: str = "newest"
    limit: int = 50
    offset: int = 0
    text: str = ""


class RowSheet:
    """The rows of a small table as pages lay them out, by their place in it, with the orders that may be asked for."""

    def __init__(self, connection: Any, table: str) -> None:
        self._connection, self._table = connection, table
        self._sql = _laid(table).format(sql=f'SELECT *, rowid AS {PLACE} FROM "{table}"')
        found = connection.cursor().execute(f"SELECT * FROM ({self._sql}) ORDER BY {PLACE}").to_arrow_table()
        self._rows: pa.Table = found.drop_columns([PLACE]).combine_chunks()
        self._ranks: dict[str, NDArray[np.int64]] = {}
        self._lock = threading.Lock()

    def page(self, places: NDArray[np.int64], asked: RowPage) -> list[dict[str, Any]]:
        """A page of the rows at these places."""
        ranks, last = self._ranked(asked.sort)[places], asked.offset + asked.limit
        first = np.argpartition(ranks, last)[:last] if last < len(ranks) else np.arange(len(ranks))
        chosen = first[np.argsort(ranks[first])][asked.offset : last]
        found: list[dict[str, Any]] = self._rows.take(pa.array(places[chosen])).to_pylist()
        return found

    def _ranked(self, sort: str) -> NDArray[np.int64]:
        """The rank of each place in an order."""
        with self._lock:
            if sort not in self._ranks:
                asked = f"SELECT {PLACE} FROM ({self._sql}) ORDER BY {_order(self._table, sort)}"
                order = self._connection.cursor().execute(asked).to_arrow_table().column(0).to_numpy()
                ranks = np.empty(len(order), dtype=np.int64)
                ranks[order] = np.arange(len(order))
                self._ranks[sort] = ranks
            return self._ranks[sort]


def asked_rows(table: str, sql: str, page: RowPage, words: Sequence[str], plain: Callable[[str], str]) -> str:
    """The query of a page of the rows that a query gives; `words` are what the object must hold, made plain."""
    found = plain("c.title" if _laid(table) == _ROWS else "contract_title")
    tests = " AND ".join(f"contains({found}, {word})" for word in words) or "true"
    return (
        f"{_laid(table).format(sql=sql)} WHERE {tests} ORDER BY {_order(table, page.sort)} "
        f"LIMIT {int(page.limit)} OFFSET {int(page.offset)}"
    )


def _laid(table: str) -> str:
    return _ROWS_OF.get(table, _ROWS)


def _order(table: str, sort: str) -> str:
    """An order in which each row has its one place: by the whole key where all else is alike."""
    # a published sum of payments has a year, and no day
    years = {"newest": ["year DESC NULLS LAST"], "oldest": ["year ASC NULLS LAST"]} if table == "purchase" else {}
    return ", ".join([SORTS[sort], *years.get(sort, []), *tables()[table].key])
