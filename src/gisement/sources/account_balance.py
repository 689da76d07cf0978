"""Official accounts, balance by account: what each account of a buyer adds up to in a year.

Reads the open data of DGFiP (« balances comptables », one line per account: EXER, IDENT, NOMEN, COMPTE,
OBNETDEB, OBNETCRE) and any balance that finance software exports, by its headers or through a mapping with
the same words as a ledger. The amount is net: debits less credits of budget operations.

Source: DGFiP, balances comptables (Licence Ouverte 2.0); headers to be checked against the current notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from gisement.sources.ledger import values
from gisement.sources.ledger.mapping import NOMENCLATURES, UNKNOWN, LedgerMapping
from gisement.sources.ledger.opening import Row, open_export, scratch
from gisement.sources.published_file import plain as normalised
from gisement.sources.raw_rows import write_query
from gisement.terms import Reading, Trouble

HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "buyer_id": ("ident", "siret", "siretbudget", "siretcollectivite", "identifiant", "buyerid"),
    "year": ("exer", "exercice", "annee", "year"),
    "budget": ("lbudg", "libellebudget", "codebudget", "budget"),
    "account": ("compte", "comptenature", "numerocompte", "ncompte", "account"),
    "account_kind": ("nomen", "nomenclature", "accountkind"),
    "debit": ("obnetdeb", "operationsbudgetairesnettesdebit", "debit", "montantdebit", "mandatsemis", "mandats"),
    "credit": ("obnetcre", "operationsbudgetairesnettescredit", "credit", "montantcredit", "annulations"),
    "amount": ("montant", "montantnet", "realise", "depensesnettes", "amount"),
}
"""Headers of each column in comparable form, the best one first."""

_NEEDED: Final = ("buyer_id", "year", "account")


def read_account_balance(path: Path, target: Path, name: str | None = None) -> Reading:
    """Write `raw_account_balance`; lines without an account or an amount are counted as unreadable.

    The debit and the credit of a line are netted; lines of one account are kept apart, as in the file.
    Raises Trouble if a column is missing.
    """
    with scratch() as workdir, duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        places, rows = _opened(path, workdir, name or path.name)
        _fill(connection, places, rows)
        usable = f"SELECT * FROM ({_query(connection, places)}) WHERE account IS NOT NULL AND amount_cents IS NOT NULL"
        kept = write_query(connection, f"{usable} ORDER BY ALL", target)
    return Reading(len(rows), len(rows) - kept)


def _opened(path: Path, workdir: Path, name: str) -> tuple[Mapping[str, int], list[Row]]:
    """The place of each column, and the lines under the header that are not blank."""
    opened = open_export(path, LedgerMapping(), workdir, name)
    best: dict[str, int] = {}
    after = 0
    for row in opened.head():
        found = _places(row.cells)
        if len(found) > len(best):
            best, after = found, row.number
    has_amount = "debit" in best or "amount" in best
    missing = [field for field in _NEEDED if field not in best] + ([] if has_amount else ["debit"])
    if missing:
        expected = ", ".join(f"{field} ({' | '.join(HEADERS[field][:3])})" for field in missing)
        raise Trouble(
            fr=f"{name} n'a pas les colonnes d'une balance par compte. Il manque : {expected}.",
            en=f"{name} lacks columns of a balance by account. Missing: {expected}.",
        )
    return best, [row for row in opened.rows() if row.number > after and any(cell.strip() for cell in row.cells)]


def _places(cells: Sequence[str]) -> dict[str, int]:
    keys = [normalised(cell) for cell in cells]
    found = {
        field: keys.index(name)
        for field, names in HEADERS.items()
        if (name := next((name for name in names if name in keys), None)) is not None
    }
    if "debit" in found:
        found.pop("amount", None)
    return found


def _fill(connection: duckdb.DuckDBPyConnection, places: Mapping[str, int], rows: Sequence[Row]) -> None:
    readers: dict[str, Any] = {"account": values.account_number, "year": values.fiscal_year, "account_kind": _kind}
    columns = {}
    for field in HEADERS:
        place = places.get(field)
        cells = [row.cells[place].strip() if place is not None and place < len(row.cells) else "" for row in rows]
        read = readers.get(field, lambda text: text)
        columns[field] = pa.array([(read(cell) if cell else None) for cell in cells], pa.string())
    connection.register("given", pa.table(columns))
    connection.execute("CREATE TEMP TABLE balance AS SELECT * FROM given")
    connection.unregister("given")


def _query(connection: duckdb.DuckDBPyConnection, places: Mapping[str, int]) -> str:
    given = [field for field in ("debit", "credit", "amount") if field in places]
    told = " || ' ' || ".join(f"coalesce({field}, '')" for field in given)
    # One sign for the whole file: a balance with any `12,34` has a decimal comma.
    found = connection.execute(f"SELECT bool_or(regexp_matches({told}, ',[0-9]{{1,2}}( |$)')) FROM balance").fetchone()
    decimal = "," if found and found[0] else "."
    cents = {field: values.cents(values.bare_amount(field), decimal) for field in given}
    if "amount" in cents:
        amount = cents["amount"]
    else:
        credit = f"coalesce({cents['credit']}, 0)" if "credit" in cents else "0"
        amount = f"coalesce({cents['debit']}, CASE WHEN {credit} <> 0 THEN 0 END) - {credit}"
    kind = f"coalesce(account_kind, '{UNKNOWN}')"
    return (
        "SELECT buyer_id, CAST(year AS BIGINT) AS year, budget, account, "
        f"{kind} AS account_kind, {amount} AS amount_cents FROM balance"
    )


def _kind(text: str) -> str:
    """`M57A`, `M57 développée` and `M57` are one chart of accounts."""
    plain = normalised(text).upper()
    return next((kind for kind in NOMENCLATURES if plain.startswith(kind)), UNKNOWN)
