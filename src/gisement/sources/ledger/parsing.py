"""The lines of an export, batch after batch, as payment lines in a table `line` that nothing was left out of yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final, TypeVar

import duckdb
import pyarrow as pa

from gisement.catalog import raw_tables
from gisement.sources.ledger import values
from gisement.sources.ledger.layout import Layout
from gisement.sources.ledger.mapping import AMOUNTS, LedgerMapping, fields
from gisement.sources.ledger.opening import Opened, Row
from gisement.terms import Trouble, one_line

BATCH: Final = 50_000
Line = TypeVar("Line")
PAYMENT, DROPPED = "raw_payment", "raw_payment_dropped"
TOTAL: Final = r"(?im)^ *(sous[ -]*)?(tota(l|ux)|cumul|reports?|[aà] reporter|solde)( |:|$)"
TEXT_FIELDS: Final = (
    *("budget", "function_code", "line_id", "supplier_id", "supplier_name", "supplier_postcode"),
    *("supplier_commune", "label", "segment_code", "contract_id", "contracting_authority_id", "beneficiary_id"),
)
_IS_TOTAL: Final = (
    "regexp_matches(concat_ws(chr(10), cell.first_cell, cell.account, cell.supplier_name, cell.label, cell.line_id), "
    f"'{TOTAL}')"
)
"""Whether a line says that it is a total: in its first cell, or where its account, supplier or object stands."""
_DISTINCT: Final[Mapping[str, str]] = {
    "account": "account_number",
    "fiscal_year": "fiscal_year",
    "invoice_date": "iso_date",
    "payment_date": "iso_date",
}


@cache
def columns_of(table: str) -> Mapping[str, str]:
    """The columns of a raw table but the hash of its records, with the type of each in DuckDB."""
    kinds = {"string": "VARCHAR", "int64": "BIGINT", "boolean": "BOOLEAN"}
    schema = raw_tables()[table].schema
    return {name: kinds[kind] for name, kind in schema.items() if name != "record_hash"}


def line_columns() -> Mapping[str, str]:
    """`line`: payment columns, and what is known before masking (a natural person, a reason to drop the line)."""
    return {**columns_of(PAYMENT), "is_person": "BOOLEAN", "reason": "VARCHAR"}


def resolve(layout: Layout, mapping: LedgerMapping, name: str) -> dict[str, tuple[int, ...]]:
    """The places of the columns of each field. Raises Trouble for a header that the file does not have."""
    places: dict[str, tuple[int, ...]] = {}
    for field, headers in mapping.columns.items():
        found = [layout.index(header) for header in headers]
        for header, place in zip(headers, found, strict=True):
            if place is None:
                shown, wanted = " | ".join(layout.names), one_line(header)
                raise Trouble(
                    fr=f"{name} n'a pas de colonne « {wanted} » ({field}). Ses colonnes : {shown}.",
                    en=f"{name} has no column '{wanted}' ({field}). Its columns: {shown}.",
                )
        places[field] = tuple(place for place in found if place is not None)
    return places


def parse(
    connection: duckdb.DuckDBPyConnection, opened: Opened, layout: Layout, mapping: LedgerMapping
) -> Iterator[None]:
    """Fill `line` with the next lines of the export, and hand over, until there are no more."""
    places = resolve(layout, mapping, opened.name)
    used = sorted({place for found in places.values() for place in found} | {0})
    select = _select(places, mapping)
    create_line(connection)
    for rows in batches(_body(opened, layout, mapping)):
        connection.register("batch", _arrow(rows, used, layout))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE cell AS {_texts(places, used)}")
        connection.unregister("batch")
        _tell_distinct(connection, places, mapping)
        connection.execute("DELETE FROM line")
        connection.execute(f"INSERT INTO line {select}")
        yield


def create_line(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty table `line`."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in line_columns().items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE line ({columns})")


def _body(opened: Opened, layout: Layout, mapping: LedgerMapping) -> Iterator[Row]:
    """The lines under the header that hold something."""
    after = layout.line + layout.lines
    width = len(layout.names) if opened.kind == "csv" else None
    for row in opened.rows(mapping.decimal, width):
        if row.number >= after and (row.reason or "".join(row.cells).strip()):
            yield row


def batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Lines of any kind, BATCH at a time."""
    while batch := list(islice(lines, BATCH)):
        yield batch


def _arrow(rows: Sequence[Row], used: Sequence[int], layout: Layout) -> pa.Table:
    width = len(layout.names)
    blank = [""] * width
    cells = [row.cells if len(row.cells) >= width else [*row.cells, *blank[len(row.cells) :]] for row in rows]
    columns = list(zip(*cells, strict=False))
    is_header = [False] * len(cells)
    for number in _like_headers(columns, used, layout.names):
        is_header[number] = all(columns[place][number].strip() == layout.names[place] for place in used)
    return pa.table(
        {
            "position": pa.array([row.number for row in rows], pa.int64()),
            "reason": pa.array(["unreadable" if row.reason else None for row in rows], pa.string()),
            **{f"c{place}": pa.array(columns[place], pa.string()) for place in used},
            "is_header": pa.array(is_header, pa.bool_()),
        }
    )


def _like_headers(columns: Sequence[Sequence[str]], used: Sequence[int], names: Sequence[str]) -> list[int]:
    """The lines that may be the header again: those that hold the longest of its names."""
    place = max(used, key=lambda place: len(names[place]))
    return [number for number, cell in enumerate(columns[place]) if names[place] in cell]


def _tell_distinct(
    connection: duckdb.DuckDBPyConnection, places: Mapping[str, tuple[int, ...]], mapping: LedgerMapping
) -> None:
    """Read each distinct account and date of the batch once, into the tables that the query joins."""
    readers: dict[str, Callable[[str], str | None]] = {
        "account_number": values.account_number,
        "fiscal_year": values.fiscal_year,
        "iso_date": lambda text: values.iso_date(text, mapping.order),
    }
    for field, reader in _DISTINCT.items():
        texts = _distinct(connection, field) if field in places else []
        read = [readers[reader](text) for text in texts]
        give(connection, f"known_{field}", {"given": texts, "told": read})
    accounts = sorted({told for (told,) in connection.execute("SELECT told FROM known_account").fetchall() if told})
    rates = [values.guessed_rate(mapping.nomenclature or "", account) for account in accounts]
    give(connection, "known_rate", {"given": accounts, "told": [str(rate) for rate in rates]})


def _distinct(connection: duckdb.DuckDBPyConnection, text: str) -> list[str]:
    found = connection.execute(f"SELECT DISTINCT {text} FROM cell WHERE {text} IS NOT NULL").fetchall()
    return [given for (given,) in found]


def give(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Make a table of texts, for the queries that follow to join."""
    content = pa.table({key: pa.array(list(told), pa.string()) for key, told in columns.items()})
    connection.register("given", content)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM given")
    connection.unregister("given")


def _texts(places: Mapping[str, tuple[int, ...]], used: Sequence[int]) -> str:
    """The query from `batch` to `cell`: the text of each field, and of the first column."""
    texts = [f"{_text(places.get(field, ()))} AS {field}" for field in fields()]
    money = [f"{values.bare_amount(field)} AS {field}_bare" for field in AMOUNTS if field in places]
    base = f"SELECT position, reason, is_header, trim(c{used[0]}) AS first_cell, {', '.join(texts)} FROM batch"
    return f"SELECT *{''.join(f', {one}' for one in money)} FROM ({base})"


def _select(places: Mapping[str, tuple[int, ...]], mapping: LedgerMapping) -> str:
    """The query from `cell` to `line`."""
    joins = [f"LEFT JOIN known_{field} ON known_{field}.given = cell.{field}" for field in _DISTINCT if field in places]
    told = {field: f"known_{field}.told" if field in places else "NULL::VARCHAR" for field in _DISTINCT}
    raw = [
        f"{values.cents(f'{name}_bare', mapping.decimal) if name in places else 'NULL::BIGINT'} AS {name}_0"
        for name in AMOUNTS
    ]
    money = [name for name in ("amount", "amount_ht", "amount_ttc", "credit_amount") if name in places]
    dates = [name for name in ("payment_date", "invoice_date") if name in places]
    first = f"""
        SELECT cell.position, cell.reason AS cut_reason, cell.is_header,
               {", ".join(f"cell.{name} AS {name}_0" for name in (*TEXT_FIELDS, "person", "credit_note"))},
               cell.buyer_id AS buyer_0, {", ".join(raw)}, {values.rate("cell.vat_rate")} AS rate_0,
               {", ".join(f"{expression} AS {name}" for name, expression in told.items())},
               {_coalesce(money)} AS amount_reported, {_coalesce(dates)} AS date_reported,
               {_IS_TOTAL} AS has_total_word
        FROM cell {" ".join(joins)}"""
    return _signed_and_taxed(first, mapping)


def _signed_and_taxed(first: str, mapping: LedgerMapping) -> str:
    negative = _is_among("credit_note_0", mapping.credit_values)
    basis = mapping.basis or "HT"
    ht, ttc = ("amount_0", "NULL::BIGINT") if basis == "HT" else ("NULL::BIGINT", "amount_0")

    def signed(amount: str) -> str:
        return f"CASE WHEN told_negative THEN -abs({amount}) ELSE {amount} END"

    second = f"""
        SELECT *, {negative} AS told_negative,
               CASE WHEN credit_amount_0 IS NULL OR credit_amount_0 = 0 THEN amount_0
                    ELSE coalesce(amount_0, 0) - abs(credit_amount_0) END AS amount_1
        FROM ({first})"""
    ht, ttc = (f"coalesce(amount_ht_0, {ht})", f"coalesce(amount_ttc_0, {ttc})")
    third = f"""
        SELECT * REPLACE ({signed("amount_1")} AS amount_0, {signed("amount_ht_0")} AS amount_ht_0,
                          {signed("amount_ttc_0")} AS amount_ttc_0, {signed("amount_vat_0")} AS amount_vat_0)
        FROM ({second})"""
    fourth = f"""
        SELECT *, {ht} AS ht_1, {ttc} AS ttc_1, amount_vat_0 AS vat_1,
               CAST(known_rate.told AS BIGINT) AS rate_guessed
        FROM ({third}) AS third LEFT JOIN known_rate ON known_rate.given = third.account"""
    return _final(fourth, mapping)


def _final(fourth: str, mapping: LedgerMapping) -> str:
    rate = f"coalesce(rate_0, {'rate_guessed' if mapping.guess_vat else 'NULL'})"
    without = f"CAST(round(ttc_1 * 1000.0 / (1000 + {rate}), 0) AS BIGINT)"
    with_tax = f"CAST(round(ht_1 * (1000 + {rate}) / 1000.0, 0) AS BIGINT)"
    fifth = f"""
        SELECT *, coalesce(ht_1, ttc_1 - vat_1, {without}) AS amount_ht_cents,
               coalesce(ttc_1, ht_1 + vat_1, {with_tax}) AS amount_ttc_cents,
               CASE WHEN ht_1 IS NULL AND ttc_1 IS NULL THEN 'unknown'
                    WHEN ht_1 IS NOT NULL AND ttc_1 IS NOT NULL AND vat_1 IS NOT NULL THEN 'declared'
                    WHEN (ht_1 IS NOT NULL AND ttc_1 IS NOT NULL) OR vat_1 IS NOT NULL OR rate_0 IS NOT NULL
                    THEN 'computed'
                    WHEN {rate} IS NOT NULL THEN 'guessed' ELSE 'unknown' END AS vat_rule,
               CASE WHEN ht_1 IS NOT NULL THEN 'reported'
                    WHEN ttc_1 IS NOT NULL AND (vat_1 IS NOT NULL OR rate_0 IS NOT NULL) THEN 'computed'
                    WHEN ttc_1 IS NOT NULL AND {rate} IS NOT NULL THEN 'guessed' END AS amount_ht_rule
        FROM ({fourth})"""
    buyer = "coalesce(buyer_0, " + (_quoted(mapping.buyer) if mapping.buyer else "NULL") + ")"
    columns = {
        "position": "position",
        "buyer_id": buyer,
        "account": "account",
        "account_kind": _quoted(mapping.nomenclature or ""),
        "supplier_id_kind": "NULL",
        **{name: f"{name}_0" for name in TEXT_FIELDS},
        **{name: name for name in ("fiscal_year", "invoice_date", "payment_date")},
        **{name: name for name in ("amount_ht_cents", "amount_ttc_cents", "vat_rule", "amount_ht_rule")},
        "amount_vat_cents": "coalesce(vat_1, amount_ttc_cents - amount_ht_cents)",
        "is_credit_note": "told_negative OR coalesce(amount_ht_cents, amount_ttc_cents, 0) < 0",
        "amount_reported": "amount_reported",
        "date_reported": "date_reported",
        "is_person": _is_among("person_0", mapping.person_values),
        "reason": _reason(),
    }
    return (
        f"SELECT {', '.join(f'{columns[name]} AS {name}' for name in line_columns())} FROM ({fifth}) ORDER BY position"
    )


def _reason() -> str:
    bare = "supplier_name_0 IS NULL AND supplier_id_0 IS NULL AND line_id_0 IS NULL"
    undated = "payment_date IS NULL AND invoice_date IS NULL"
    return f"""
        CASE WHEN cut_reason IS NOT NULL THEN cut_reason
             WHEN is_header THEN 'repeated_header'
             WHEN has_total_word AND (account IS NULL OR (supplier_id_0 IS NULL AND {undated})) THEN 'total_row'
             WHEN account IS NULL AND {bare} AND {undated} AND amount_reported IS NOT NULL THEN 'total_row'
             WHEN account IS NULL AND {bare} AND amount_reported IS NULL THEN 'comment_row' END"""


def _text(places: Sequence[int]) -> str:
    """The SQL text of a field: its cells trimmed and joined, null where they are blank."""
    if not places:
        return "NULL::VARCHAR"
    cells = [f"nullif(trim(replace(c{place}, chr(10), ' ')), '')" for place in places]
    return cells[0] if len(cells) == 1 else f"nullif(concat_ws(' ', {', '.join(cells)}), '')"


def _coalesce(expressions: Sequence[str]) -> str:
    return f"coalesce({', '.join(f'cell.{one}' for one in expressions)})" if expressions else "NULL::VARCHAR"


def _is_among(text: str, words: Sequence[str]) -> str:
    listed = ", ".join(_quoted(word.strip().lower()) for word in words)
    return f"lower(coalesce({text}, '')) IN ({listed})" if listed else "false"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
