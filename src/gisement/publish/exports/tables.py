"""Tables as CSV, Parquet or a workbook, described by a Table Schema: each column with its meaning and unit.

No cell of a CSV file can be run by a spreadsheet: a text that begins like a formula has an apostrophe before it. In a
workbook every text is a text.
Source: specs.frictionlessdata.io (Table Schema, Data Package).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from gisement.catalog import columns, tables, texts
from gisement.catalog.tables import exported_words
from gisement.engine.exports import exported_schema
from gisement.publish.answers import FORMULA
from gisement.publish.exports.workbook import opened
from gisement.publish.palette import COLOURS
from gisement.terms import Trouble

KINDS = {
    "string": "string", "int64": "integer", "int32": "integer", "int16": "integer", "int8": "integer",
    "float64": "number", "boolean": "boolean", "date": "date", "timestamp": "datetime",
}  # fmt: skip
"""Type of a column, and its name in a Table Schema."""
LOOSE = frozenset(("finding",))
"""Tables whose key has cells that may be empty, which the key of a Table Schema may not."""
NOTICE = "notice"
"""The column that says of invented data what they are."""
MOST_ROWS, ROW_GROUP, WIDTH, LONGEST_TEXT = 1_048_575, 122_880, 18, 32_767


CENTS = "cents"
SHOWN_CENTS = '#,##0" ct"'
"""How a workbook shows an integer of cents: nobody takes it for euros."""


def described(name: str, language: str = "fr") -> tuple[str, str]:
    """What a column is, and its unit, in words."""
    known = columns()[name]
    told = exported_words().get(name, known.description) if language == "fr" else known.description
    return told, str(texts(language)["column_units"].get(known.unit, known.unit))


def table_schema(table: str, *, has_notice: bool = False, language: str = "fr") -> dict[str, Any]:
    """The Table Schema of an exported table: fields in order, their meaning, the key; a notice may be its last."""
    declared = tables()[table]
    fields: list[dict[str, Any]] = []
    for name, kind in exported_schema(table).items():
        description, unit = described(name, language)
        about: dict[str, Any] = {"name": name, "type": KINDS[kind], "description": description}
        if unit:
            about["unit"] = unit
        if name in declared.key and table not in LOOSE:
            about["constraints"] = {"required": True}
        fields.append(about)
    if has_notice:
        fields.append({"name": NOTICE, "type": "string", "description": "Ce que sont ces données, sur chaque ligne."})
    key = {} if table in LOOSE else {"primaryKey": list(declared.key)}
    return {"fields": fields, **key, "missingValues": [""]}


def write_csv(batches: Any, path: Path, notice: str = "") -> int:
    """Write a CSV file in UTF-8, commas, empty cells for what is not known; returns how many rows it has.

    A `notice` stands on each of its lines: a file goes without its card.
    """
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    schema = batches.schema.append(pa.field(NOTICE, pa.string())) if notice else batches.schema
    rows = 0
    with pyarrow.csv.CSVWriter(path, schema, write_options=options) as writer:
        for batch in batches:
            told = [pa.array([notice] * batch.num_rows, pa.string())] if notice else []
            writer.write_batch(pa.RecordBatch.from_arrays([*_harmless(batch).columns, *told], schema=schema))
            rows += batch.num_rows
    return rows


def write_parquet(batches: Any, path: Path, language: str = "fr") -> int:
    """Write a Parquet file whose columns bear their meaning; returns how many rows it has."""
    told = pa.schema([
        each.with_metadata(dict(zip(("description", "unit"), described(each.name, language), strict=True)))
        for each in batches.schema
    ])  # fmt: skip
    with pyarrow.parquet.ParquetWriter(path, told, compression="zstd") as writer:
        rows = 0
        for batch in batches:
            writer.write_batch(batch.cast(told), row_group_size=ROW_GROUP)
            rows += batch.num_rows
    return rows


def write_workbook(
    named: Iterator[tuple[str, Any]], about: Mapping[str, str], path: Path, language: str = "fr"
) -> dict[str, int]:
    """Write a workbook: a sheet on what it is, one per table, the meaning of each column as a note of its heading.

    Returns the rows of each table. Raises Trouble where a table has more rows than a sheet can hold.
    """
    with opened(path, constant_memory=True, nan_inf_to_errors=True, default_date_format="yyyy-mm-dd") as book:
        bold = book.add_format({"bold": True, "bg_color": COLOURS["sand"], "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        cents = book.add_format({"num_format": SHOWN_CENTS})
        first = book.add_worksheet("À lire" if language == "fr" else "Read me")
        for row, (name, value) in enumerate(about.items()):
            first.write_string(row, 0, name, bold)
            first.write_string(row, 1, value, plain)
        first.set_column(0, 0, 24)
        first.set_column(1, 1, 100)
        formats = {"bold": bold, "cents": cents}
        return {
            table: _fill(book.add_worksheet(table[:31]), table, batches, formats, language) for table, batches in named
        }


def _fill(sheet: Any, table: str, batches: Any, formats: Mapping[str, Any], language: str) -> int:
    bold, shown = formats["bold"], {}
    for column, field in enumerate(table_schema(table, language=language)["fields"]):
        unit = f" ({field['unit']})" if "unit" in field else ""
        shown[column] = formats["cents"] if columns()[field["name"]].unit.startswith(CENTS) else None
        sheet.set_column(column, column, WIDTH)
        sheet.write_string(0, column, field["name"], bold)
        sheet.write_comment(0, column, f"{field['description']}{unit}.", {"x_scale": 2, "y_scale": 1.4})
    sheet.freeze_panes(1, 0)
    row = 0
    for batch in batches:
        for line in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            row += 1
            if row > MOST_ROWS:
                raise _too_long(table)
            for column, value in enumerate(line):
                if isinstance(value, str):
                    sheet.write_string(row, column, value[:LONGEST_TEXT])
                elif value is not None:
                    sheet.write(row, column, value, shown[column])
    return row


def _harmless(batch: Any) -> Any:
    """The batch with an apostrophe before each text that a spreadsheet would run."""
    held = [
        pc.replace_substring_regex(column, rf"^([{FORMULA}])", r"'\1") if pa.types.is_string(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(held, schema=batch.schema)


def _too_long(table: str) -> Trouble:
    return Trouble(
        fr=f"La table {table} a plus de {MOST_ROWS} lignes, ce qu'une feuille ne peut pas contenir : exporter en csv "
        "ou en parquet, ou choisir moins avec --where.",
        en=f"The table {table} has more than {MOST_ROWS} rows, which a sheet cannot hold: export to csv or parquet, "
        "or choose less with --where.",
    )
