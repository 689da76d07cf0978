"""How long it takes to give every payment line its segment, step by step, on lines made for it.

    python benchmarks/segments.py [LINES]

LINES payment lines (3,269,000 by default: seven years of 467,000) of nine buyers and 20,000 suppliers, one in ten of
which has no activity in the register; accounts of M57, M21 and GBCP, vague ones among them; labels that carry numbers;
NACRES codes at one buyer, a mapping at another. The steps are those of the pipeline, without a model of titles, in a
DuckDB of two threads and 4 GB. Seconds are of the wall, then of the processor. Nothing is written.
"""

from __future__ import annotations

import sys
import time
from typing import Any, Final

import duckdb

from gisement.catalog.segments import segment_definitions, segment_evidence, segment_words
from gisement.engine.plan import compile_step
from gisement.pipeline import STEPS
from gisement.store.database import schema, sql_type

LINES: Final = 467_000 * 7
STEPS_TIMED: Final = (
    "naf_segment", "account_segment", "category_segment", "own_account_segment", "cited_contract_segment",
    "payment_label", "label", "word_segment", "label_unsettled", "payment_segment",
)  # fmt: skip
EMPTY: Final = ("contract_state", "contract_record", "cpv_segment", "contract_open", "raw_title_model", "title_segment")
DICE: Final = """
    CREATE MACRO dice(i, seed, sides) AS (hash(i, seed) % sides)::BIGINT;
    CREATE MACRO letter(i, seed) AS chr(65 + dice(i, seed, 26)::INTEGER)"""
SUPPLIERS: Final = """
    INSERT INTO supplier BY NAME SELECT 's' || i AS supplier_id, CASE WHEN i % 10 > 0 THEN
        ['43.21A', '81.21Z', '64.20Z', '10.71C', '46.90Z', '62.02A'][1 + i % 6] END AS naf_code
    FROM range(20000) r(i)"""
PAYMENTS: Final = """
    INSERT INTO payment BY NAME SELECT md5(i::VARCHAR) AS payment_key, 'b' || (i % 9) AS buyer_id, 'b' AS buyer_siren,
        ['M57', 'M57', 'M21', 'GBCP', 'M57', 'M57', 'M21', 'M57', 'M57'][1 + i % 9] AS account_nomenclature,
        ['60611', '60623', '611', '6156', '6262', '2313', '6288', '615221', '60212', '6226'][1 + dice(i, 0, 10)]
            || lpad((i % 40)::VARCHAR, 2, '0') AS account_code,
        's' || dice(i, 1, 20000) AS supplier_id,
        CASE i % 9 WHEN 3 THEN ['AA.14', 'NB.02', 'XX.99'][1 + i % 3] WHEN 2 THEN 'CAT' || (i % 500) END
            AS segment_code_reported,
        'FACT ' || i || ' '
            || ['Nettoyage des vitres', 'Prestation', 'Maintenance école n°', 'Denrées', 'Divers travaux']
               [1 + dice(i, 2, 5)]
            || ' ' || letter(i, 3) || letter(i, 4) || letter(i, 5) AS label
    FROM range({lines}) r(i)"""


def filled(lines: int) -> duckdb.DuckDBPyConnection:
    """A connection that holds the tables the steps read."""
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "4GB"})
    connection.execute("SET disabled_optimizers = 'in_clause'")
    for name in ("payment", "supplier", "segment_evidence", "segment_definition", "segment_word", *EMPTY):
        _create(connection, name)
    _create(connection, "raw_segment_mapping")
    connection.execute(DICE)
    connection.execute(SUPPLIERS)
    connection.execute(PAYMENTS.format(lines=lines))
    connection.execute(
        "INSERT INTO raw_segment_mapping BY NAME SELECT 'b2' AS buyer, 'category' AS code_kind, 'CAT' || i AS code, "
        "'it_services' AS segment FROM range(250) r(i)"
    )
    for name, rows in (
        ("segment_evidence", segment_evidence()),
        ("segment_definition", segment_definitions()),
        ("segment_word", segment_words()),
    ):
        columns = [column for column in schema(name) if column != "snapshot"]
        marks = ", ".join("?" * len(columns))
        connection.executemany(
            f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})",
            [[row[column] for column in columns] for row in rows],
        )
    return connection


def _create(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    columns = ", ".join(f'"{column}" {sql_type(kind)}' for column, kind in schema(name).items())
    connection.execute(f"CREATE TABLE {name} ({columns})")


def timed(connection: duckdb.DuckDBPyConnection, step: Any) -> tuple[float, float, int]:
    """Wall and processor seconds of a step, and its rows."""
    sql = compile_step(step, "duckdb").sql
    began, spent = time.perf_counter(), time.process_time()
    connection.execute(f'CREATE TABLE "{step.name}" AS {sql}')
    found = connection.execute(f'SELECT count(*) FROM "{step.name}"').fetchone()
    return time.perf_counter() - began, time.process_time() - spent, int(found[0]) if found else 0


def main() -> None:
    """Time each step, and say what the rules decide."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    connection = filled(lines)
    steps = {step.name: step for step in STEPS}
    wall = spent = 0.0
    for name in STEPS_TIMED:
        seconds, processor, rows = timed(connection, steps[name])
        wall, spent = wall + seconds, spent + processor
        print(f"{name:24} {seconds:6.2f} s {processor:6.2f} s {rows:10,} rows", flush=True)
    print(f"{'all':24} {wall:6.2f} s {spent:6.2f} s")
    for rule, count in connection.execute("SELECT segment_rule, count(*) FROM payment_segment GROUP BY 1 ORDER BY 2"
                                          ).fetchall():  # fmt: skip
        print(f"  {rule:22} {count:10,}")


if __name__ == "__main__":
    main()
