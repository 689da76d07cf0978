"""Ibis expressions run on small tables, as the pipeline runs its steps: compiled to SQL, then DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from gisement.catalog.segments import segment_definitions, segment_evidence, segment_prefixes, segment_words
from gisement.segments.codes import (
    account_segment,
    bare,
    category_segment,
    cpv_segment,
    longest_prefix,
    naf_segment,
    of_kind,
    own_account_segment,
)
from gisement.segments.decision import decided
from gisement.segments.words import label_segments

Rows = Sequence[Mapping[str, Any]]

EVIDENCE = dict.fromkeys(("evidence", "nomenclature", "prefix", "segment", "standing"), "string")
WORDS = {"phrase": "string", "segment": "string"}
FLAGS = {"segment": "string", "family": "string", "is_medical": "boolean", "is_medical_wide": "boolean"}
MAPPING = dict.fromkeys(("buyer", "code_kind", "code", "segment"), "string")
LINE_TEXTS = (
    "line", "buyer_id", "buyer_siren", "segment_code_reported", "cpv_code", "account_nomenclature", "account_code",
    "naf_code", "label",
)  # fmt: skip
LINE = dict.fromkeys(LINE_TEXTS, "string")
TITLE = {"label": "string", "segment": "string", "segment_confidence": "float64"}
PREFIX = {"prefix": "string", **FLAGS}
SQL_TYPES = {"string": "VARCHAR", "boolean": "BOOLEAN", "float64": "DOUBLE", "int64": "BIGINT"}
ARROW_TYPES = {"string": pa.string(), "boolean": pa.bool_(), "float64": pa.float64(), "int64": pa.int64()}


class Tables:
    """Tables of one DuckDB connection, as Ibis tables that an expression can be made of."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()

    def add(self, name: str, schema: Mapping[str, str], rows: Rows) -> Any:
        """A table of these rows; a column that a row does not have is null."""
        columns = ", ".join(f'"{column}" {SQL_TYPES[kind]}' for column, kind in schema.items())
        self.connection.execute(f'CREATE TABLE "{name}" ({columns})')
        self.fill(name, schema, rows)
        return ibis.table(dict(schema), name=name)

    def fill(self, name: str, schema: Mapping[str, str], rows: Rows) -> None:
        """Give a table other rows."""
        self.connection.execute(f'DELETE FROM "{name}"')
        self.connection.register("given", pa.table({
            column: pa.array([row.get(column) for row in rows], ARROW_TYPES[kind]) for column, kind in schema.items()
        }))  # fmt: skip
        self.connection.execute(f'INSERT INTO "{name}" FROM given')
        self.connection.unregister("given")

    def rows(self, expression: Any) -> list[dict[str, Any]]:
        """What an expression gives."""
        return self.answer(str(ibis.to_sql(expression, dialect="duckdb")))

    def answer(self, sql: str) -> list[dict[str, Any]]:
        """What a query gives."""
        cursor = self.connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def segmented(lines: Rows, mapping: Rows = (), titles: Rows = ()) -> dict[str, dict[str, Any]]:
    """Each line (by its `line`) with its segment, rule and confidence, through every step of the evidence."""
    tables, sql = _compiled()
    tables.fill("payment", LINE, lines)
    tables.fill("raw_segment_mapping", MAPPING, mapping)
    tables.fill("title", TITLE, titles)
    found = tables.answer(sql)
    assert len(found) == len(lines), "a line is in two segments, or lost"
    return {str(row["line"]): row for row in found}


@cache
def _compiled() -> tuple[Tables, str]:
    """The decision, compiled once over tables to fill: compiling it takes a second, and running it moments."""
    tables = Tables()
    return tables, str(ibis.to_sql(decision(tables, []), dialect="duckdb"))


def decision(tables: Tables, lines: Rows, mapping: Rows = (), titles: Rows = ()) -> Any:
    """The expression of it, each evidence made by its own step."""
    given = tables.add("payment", LINE, lines)
    evidence = tables.add("segment_evidence", EVIDENCE, segment_evidence())
    prefixes = tables.add("segment_prefix", PREFIX, segment_prefixes())
    words = tables.add("segment_word", WORDS, segment_words())
    definitions = tables.add("segment_definition", FLAGS, segment_definitions())
    mapped = tables.add("raw_segment_mapping", MAPPING, mapping)
    model = tables.add("title", TITLE, titles)
    return decided(
        given,
        definitions,
        category=category_segment(given, evidence, mapped),
        own_account=own_account_segment(given, mapped),
        cpv=cpv_segment(given, prefixes).select("cpv_code", "segment"),
        account=account_segment(given, evidence),
        naf=naf_segment(given, evidence),
        words=label_segments(given.filter(given.label.notnull()), words).select("label", "segment"),
        title=model,
    )


def resolved(kind: str, nomenclature: str, codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the prefixes of one kind of evidence say of each code that they know."""
    tables = Tables()
    given = tables.add("codes", {"nomenclature": "string", "written": "string"}, [
        {"nomenclature": nomenclature, "written": code} for code in codes
    ])  # fmt: skip
    evidence = tables.add("segment_evidence", EVIDENCE, segment_evidence())
    asked = given.mutate(code=bare(given.written))
    found = longest_prefix(asked.select("nomenclature", "code").distinct(), of_kind(evidence, kind))
    rows = tables.rows(asked.inner_join(found, ["nomenclature", "code"]))
    assert len({row["written"] for row in rows}) == len(rows), "a code has two segments"
    return {row["written"]: row for row in rows}
