"""Lists of structures of social inclusion and of adapted work (SIAE, EA, ESAT, GEIQ), to `raw_inclusion`.

Read: CSV or Parquet with a SIRET and a kind (`MESURE`, `kind`, `type`…), and the JSON of records `model`/`pk`/`fields`.
Only the SIRET and the kind are kept: no name, no address, no contact.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from gisement.sources.published_file import (
    Published,
    file_kind,
    published,
    unreadable_lines,
    whole_letters,
)
from gisement.sources.raw_rows import write_query
from gisement.store.sql_text import identifier
from gisement.terms import Reading, Trouble

_SIRET = ("siret", "siretstructure", "numerosiret", "siretetablissement")
_KIND = ("mesure", "kind", "typestructure", "type", "typologie", "categorie", "nature")


def read_inclusion(source: Path, target: Path, name: str = "") -> Reading:
    """Write `raw_inclusion` (siret, inclusion_kind_reported), in order.

    A line without a SIRET of 14 digits or without a kind is one that could not be read. Raises Trouble if the file has
    no such columns.
    """
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE line (siret VARCHAR, kind VARCHAR)")
        if file_kind(source) == "json":
            rows, skipped = _records(source), 0
            if rows:
                connection.executemany("INSERT INTO line VALUES (?, ?)", rows)
        else:
            with published(connection, source) as table:
                connection.execute(f"INSERT INTO line {_query(table, source)}")
                skipped = unreadable_lines(connection, table)
        usable = "regexp_full_match(siret, '[0-9]{14}') AND kind IS NOT NULL"
        kept = f"SELECT siret, upper(kind) AS inclusion_kind_reported FROM line WHERE {usable} ORDER BY ALL"
        whole = write_query(connection, kept, target)
        unusable = connection.execute(f"SELECT count(*) FROM line WHERE ({usable}) IS NOT true").fetchone()
    lost = unusable[0] if unusable else 0
    return Reading(whole + lost, skipped + lost)


def _query(table: Published, source: Path) -> str:
    siret, kind = table.column(_SIRET), table.column(_KIND)
    if siret is None or kind is None:
        raise _wrong(source)
    # a spreadsheet takes the first zeros off a SIRET
    digits = f"regexp_replace({identifier(siret)}::VARCHAR, '[^0-9]', '', 'g')"
    padded = f"CASE WHEN length({digits}) BETWEEN 10 AND 13 THEN lpad({digits}, 14, '0') ELSE {digits} END"
    return f"SELECT {padded}, nullif(trim({identifier(kind)}::VARCHAR), '') FROM {table.relation}"


def _records(source: Path) -> list[list[str | None]]:
    try:
        content = json.loads(source.read_text(encoding="utf-8-sig"))
        held = [record.get("fields", record) for record in content]
        return [[_text(fields.get("siret")), _text(fields.get("kind"))] for fields in held]
    except (ValueError, AttributeError, TypeError):
        raise _wrong(source) from None


def _text(value: object) -> str | None:
    return whole_letters(str(value)).replace(" ", "").strip() or None if value is not None else None


def _wrong(source: Path) -> Trouble:
    return Trouble(
        fr=f"Le fichier {source.name} n'est pas une liste de structures d'inclusion : donner un CSV ou un JSON avec le"
        " SIRET (siret) et le type (type : EI, ACI, AI, ETTI, EA, ESAT…) de chacune.",
        en=f"File {source.name} is no list of inclusion structures: give a CSV or JSON with the SIRET (siret) and the"
        " kind (type: EI, ACI, AI, ETTI, EA, ESAT…) of each.",
    )
