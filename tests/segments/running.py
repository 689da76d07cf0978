"""Ibis expressions run on small tables, as the pipeline runs its steps: compiled to SQL, then DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import ibis

from gisement.catalog.segments import segment_definitions, segment_evidence, segment_prefixes, segment_words
from gisement.segments.by_code import account_segment, category_segment, naf_segment
from gisement.segments.by_cpv import cpv_segment
from gisement.segments.by_words import label_segments
from gisement.segments.decision import decided
from gisement.segments.prefixes import bare, longest_prefix, of_kind

Rows = Sequence[Mapping[str, Any]]

EVIDENCE = dict.fromkeys(("evidence", "nomenclature", "prefix", "segment", "standing"), "string")
WORDS = {"phrase": "string", "segment": "string"}
FLAGS = {"segment": "string", "family": "string", "is_medical": "boolean", "is_medical_wide": "boolean"}
MAPPING = {"buyer_id": "string", "segment_code": "string", "segment": "string"}
LINE_TEXTS = ("line", "buyer_id", "segment_code", "cpv_code", "account_kind", "account", "naf_code", "label")
LINE = dict.fromkeys(LINE_TEXTS, "string")
PREFIX = {"prefix": "string", **FLAGS}
SQL_TYPES = {"string": "VARCHAR", "boolean": "BOOLEAN", "float64": "DOUBLE", "int64": "BIGINT"}


class Tables:
    """Tables of one DuckDB connection, as Ibis tables that an expression can be made of."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()

    def add(self, name: str, schema: Mapping[str, str], rows: Rows) -> Any:
        """A table of these rows; a column that a row does not have is null."""
        columns = ", ".join(f'"{column}" {SQL_TYPES[kind]}' for column, kind in schema.items())
        self.connection.execute(f'CREATE TABLE "{name}" ({columns})')
        if rows:
            marks = ", ".join("?" * len(schema))
            self.connection.executemany(
                f'INSERT INTO "{name}" VALUES ({marks})', [[row.get(column) for column in schema] for row in rows]
            )
        return ibis.table(dict(schema), name=name)

    def rows(self, expression: Any) -> list[dict[str, Any]]:
        """What an expression gives."""
        cursor = self.connection.execute(str(ibis.to_sql(expression, dialect="duckdb")))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def segmented(lines: Rows, mapping: Rows = (), titles: Rows = ()) -> dict[str, dict[str, Any]]:
    """Each line (by its `line`) with its segment, rule and confidence, through every step of the evidence."""
    tables = Tables()
    found = tables.rows(decision(tables, lines, mapping, titles))
    assert len(found) == len(lines), "a line is in two segments, or lost"
    return {str(row["line"]): row for row in found}


def decision(tables: Tables, lines: Rows, mapping: Rows = (), titles: Rows = ()) -> Any:
    """The expression of it, each evidence made by its own step."""
    given = tables.add("payment", LINE, lines)
    evidence = tables.add("segment_evidence", EVIDENCE, segment_evidence())
    prefixes = tables.add("segment_prefix", PREFIX, segment_prefixes())
    words = tables.add("segment_word", WORDS, segment_words())
    definitions = tables.add("segment_definition", FLAGS, segment_definitions())
    mapped = tables.add("raw_segment_mapping", MAPPING, mapping)
    model = tables.add("title", {"label": "string", "segment": "string", "segment_confidence": "float64"}, titles)
    return decided(
        given,
        definitions,
        category=category_segment(given, mapped, evidence),
        cpv=cpv_segment(given, prefixes),
        account=account_segment(given, evidence),
        naf=naf_segment(given, evidence),
        words=label_segments(given.filter(given.label.notnull()), words),
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
