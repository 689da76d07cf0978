"""The business register: official stock files, extracts and search answers to raw tables.

`raw_establishment` has one row per line about an establishment, `raw_legal_unit` per line about a legal
unit, values as text as published (and a SIREN of establishments as a number beside it, to be looked for).
Only the columns listed here are read: no street address, and never the name of a natural person.

Source: Insee, base Sirene, files StockEtablissement and StockUniteLegale (Licence Ouverte 2.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gisement.sources.published_file import (
    Published,
    file_kind,
    published,
    unreadable_lines,
)
from gisement.sources.sirene_search import search_rows
from gisement.store.sql_text import identifier, literal
from gisement.terms.trouble import Trouble, one_line

DEFAULT_MEMORY = "700MB"
ROW_GROUP = 245_760
COMMUNES = 36_000
"""The longest dictionary of a column: all communes of France have a place in it."""
Headers = Mapping[str, tuple[str, ...]]

ESTABLISHMENT: Headers = {
    "is_head_office": ("etablissementsiege", "estsiege"),
    "commune_code": ("codecommuneetablissement", "codecommune", "communeinsee", "codeinsee"),
    "postcode": ("codepostaletablissement", "codepostal"),
    "commune_name": ("libellecommuneetablissement", "libellecommune"),
    "country_code": ("codepaysetrangeretablissement", "codepaysetranger"),
    "naf_code": ("activiteprincipaleetablissement", "activiteprincipale"),
    "naf_nomenclature": ("nomenclatureactiviteprincipaleetablissement", "nomenclatureactiviteprincipale"),
    "naf_2025_code": ("activiteprincipalenaf25etablissement", "activiteprincipalenaf25"),
    "state": ("etatadministratifetablissement", "etatadministratif"),
    "creation_date": ("datecreationetablissement", "datecreation"),
    "headcount_band": ("trancheeffectifsetablissement", "trancheeffectifsalarie"),
    "headcount_year": ("anneeeffectifsetablissement", "anneetrancheeffectifsalarie"),
    "disclosure_status": ("statutdiffusionetablissement", "statutdiffusion"),
    "sign_name": ("enseigne1etablissement", "enseigne"),
    "usual_name": ("denominationusuelleetablissement", "nomcommercial"),
}
"""Published headers of each column of `raw_establishment`, in comparable form, the current one first."""

LEGAL_UNIT: Headers = {
    "denomination": ("denominationunitelegale", "denomination", "nomraisonsociale"),
    "acronym": ("sigleunitelegale", "sigle"),
    "legal_category": ("categoriejuridiqueunitelegale", "naturejuridique"),
    "enterprise_category": ("categorieentreprise",),
    "enterprise_category_year": ("anneecategorieentreprise",),
    "headcount_band": ("trancheeffectifsunitelegale", "trancheeffectifsalarie"),
    "headcount_year": ("anneeeffectifsunitelegale", "anneetrancheeffectifsalarie"),
    "naf_code": ("activiteprincipaleunitelegale", "activiteprincipale"),
    "naf_nomenclature": ("nomenclatureactiviteprincipaleunitelegale",),
    "naf_2025_code": ("activiteprincipalenaf25unitelegale", "activiteprincipalenaf25"),
    "is_social_economy": ("economiesocialesolidaireunitelegale", "estess"),
    "is_mission_company": ("societemissionunitelegale", "estsocietemission"),
    "state": ("etatadministratifunitelegale", "etatadministratif"),
    "disclosure_status": ("statutdiffusionunitelegale", "statutdiffusion"),
    "creation_date": ("datecreationunitelegale", "datecreation"),
    "head_office_nic": ("nicsiegeunitelegale",),
}
"""Published headers of each column of `raw_legal_unit`, in comparable form, the current one first."""

_SIRET = ("siret", "siretetablissement")
_ENOUGH_ESTABLISHMENT = ("commune_code", "naf_code", "state")
_ENOUGH_LEGAL_UNIT = ("denomination", "legal_category", "enterprise_category", "headcount_band")
_NATURAL_PERSON = "1%"  # legal categories 1000 and its like: the denomination would be a person's name


@dataclass(frozen=True)
class RegisterReport:
    """What was read: rows written, lines that could not be read, columns that the file does not have.

    `was_sorted` says whether the file already was in the order of its key.
    """

    rows: int
    unreadable: int
    columns_missing: tuple[str, ...]
    was_sorted: bool


def read_establishments(source: Path, target: Path, *, memory_limit: str = DEFAULT_MEMORY) -> RegisterReport:
    """Write `raw_establishment` from a stock file, an extract or search answers, row groups by SIRET.

    Raises Trouble if the headers are not those of establishments.
    """
    with _connect(target, memory_limit) as connection:
        if file_kind(source) == "json":
            return _write_search(connection, source, target, "raw_establishment", ("siret", "siren", "nic"))
        with published(connection, source) as table:
            return _write(connection, table, target, _establishment_columns(table), ESTABLISHMENT)


def read_legal_units(source: Path, target: Path, *, memory_limit: str = DEFAULT_MEMORY) -> RegisterReport:
    """Write `raw_legal_unit` from a stock file, an extract or search answers, row groups by SIREN.

    An extract with one line per establishment gives as many rows per legal unit. Raises Trouble if the
    headers are not those of legal units.
    """
    with _connect(target, memory_limit) as connection:
        if file_kind(source) == "json":
            return _write_search(connection, source, target, "raw_legal_unit", ("siren",))
        with published(connection, source) as table:
            return _write(connection, table, target, _legal_unit_columns(table), LEGAL_UNIT)


def _connect(target: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    target.parent.mkdir(parents=True, exist_ok=True)
    spill = str(target.with_name(f".{target.name}.spill"))
    connection = duckdb.connect(config={"memory_limit": memory_limit, "temp_directory": spill})
    connection.execute("SET enable_progress_bar = false")
    return connection


def _establishment_columns(table: Published) -> dict[str, str]:
    found = {name: table.column(headers) for name, headers in ESTABLISHMENT.items()}
    siret, siren, nic = (table.column(headers) for headers in (_SIRET, ("siren",), ("nic",)))
    has_key = siret is not None or (siren is not None and nic is not None)
    if not has_key or table.column(("datefin",)) or not any(found[name] for name in _ENOUGH_ESTABLISHMENT):
        raise _wrong_headers(table, "établissements", "establishments", "StockEtablissement")
    parts = f"{_padded(siren, 9)} || {_padded(nic, 5)}" if siret is None else _padded(siret, 14)
    keys = {"siret": parts, "siren": f"left({parts}, 9)", "nic": f"substr({parts}, 10)"}
    keys["siren_number"] = _number(keys["siren"])
    return keys | {name: _text(header) for name, header in found.items()}


def _legal_unit_columns(table: Published) -> dict[str, str]:
    found = {name: table.column(headers) for name, headers in LEGAL_UNIT.items()}
    siren, siret = table.column(("siren",)), table.column(_SIRET)
    is_history = table.column(("datefin",)) is not None
    if (siren is None and siret is None) or is_history or not any(found[n] for n in _ENOUGH_LEGAL_UNIT):
        raise _wrong_headers(table, "unités légales", "legal units", "StockUniteLegale")
    key = f"left({_padded(siret, 14)}, 9)" if siren is None else _padded(siren, 9)
    columns = {"siren": key} | {name: _text(header) for name, header in found.items()}
    columns["head_office_nic"] = _padded(found["head_office_nic"], 5)
    is_person = f"coalesce({columns['legal_category']}, '') LIKE '{_NATURAL_PERSON}'"
    for name in ("denomination", "acronym"):
        columns[name] = f"CASE WHEN {is_person} THEN NULL ELSE {columns[name]} END"
    return columns


def _text(header: str | None) -> str:
    return "NULL::VARCHAR" if header is None else f"nullif(trim({identifier(header)}::VARCHAR), '')"


def _padded(header: str | None, size: int) -> str:
    """The text of an identifier, with the leading zeros that a number has lost."""
    text = _text(header)
    is_short = f"length({text}) < {size} AND regexp_full_match({text}, '[0-9]+')"
    return f"CASE WHEN {is_short} THEN lpad({text}, {size}, '0') ELSE {text} END"


def _number(siren: str) -> str:
    """The number that a SIREN is; null for any other text, which only its own column keeps."""
    return f"CASE WHEN regexp_full_match({siren}, '[0-9]{{9}}') THEN TRY_CAST({siren} AS INTEGER) END"


def _write(
    connection: duckdb.DuckDBPyConnection,
    table: Published,
    target: Path,
    columns: Mapping[str, str],
    headers: Headers,
) -> RegisterReport:
    selection = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
    unfinished = target.with_name(f".{target.name}.part")
    rows = _copy(connection, f"SELECT {selection} FROM {table.relation}", unfinished)
    unreadable = unreadable_lines(connection, table)
    was_sorted = _is_sorted(connection, unfinished, next(iter(columns)))
    if not was_sorted:
        unsorted = unfinished.replace(target.with_name(f".{target.name}.unsorted"))
        _copy(connection, f"SELECT * FROM read_parquet({literal(unsorted)}) ORDER BY ALL", unfinished)
        unsorted.unlink()
    unfinished.replace(target)
    missing = tuple(name for name, synonyms in headers.items() if table.column(synonyms) is None)
    return RegisterReport(rows, unreadable, missing, was_sorted)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> int:
    # read whole at each build, for one row in twenty: what unpacks fastest, for two fifths more room than zstd asks
    options = f"FORMAT parquet, COMPRESSION snappy, PARQUET_VERSION v2, ROW_GROUP_SIZE {ROW_GROUP}"
    options += f", DICTIONARY_SIZE_LIMIT {COMMUNES}, WRITE_BLOOM_FILTER false"
    written = connection.execute(f"COPY ({query}) TO {literal(target)} ({options})").fetchone()
    return int(written[0]) if written else 0


def _is_sorted(connection: duckdb.DuckDBPyConnection, file: Path, key: str) -> bool:
    """Whether the row groups follow each other in the order of `key`, so that a reader can skip most."""
    bounds = f"""
        SELECT row_group_id AS number, coalesce(stats_min_value, stats_min) AS low,
               coalesce(stats_max_value, stats_max) AS high
        FROM parquet_metadata({literal(file)}) WHERE path_in_schema = '{key}'"""
    follows = f"SELECT low >= lag(high) OVER (ORDER BY number) AS ok, number FROM ({bounds})"
    broken = connection.execute(f"SELECT count(*) FROM ({follows}) WHERE number > 0 AND ok IS NOT true")
    return broken.fetchall() == [(0,)]


def _write_search(
    connection: duckdb.DuckDBPyConnection, source: Path, target: Path, table: str, keys: tuple[str, ...]
) -> RegisterReport:
    names = (*keys, *(ESTABLISHMENT if table == "raw_establishment" else LEGAL_UNIT))
    rows = search_rows(source, table)
    connection.execute(f"CREATE TABLE answers ({', '.join(f'{name} VARCHAR' for name in names)})")
    if rows:
        marks = ", ".join("?" for _ in names)
        connection.executemany(f"INSERT INTO answers VALUES ({marks})", [[row.get(n) for n in names] for row in rows])
    unfinished = target.with_name(f".{target.name}.part")
    number = f", {_number('siren')} AS siren_number" if table == "raw_establishment" else ""
    written = _copy(connection, f"SELECT *{number} FROM answers ORDER BY ALL", unfinished)
    unfinished.replace(target)
    missing = tuple(name for name in names if all(row.get(name) is None for row in rows))
    return RegisterReport(written, 0, missing, False)


def _wrong_headers(table: Published, fr: str, en: str, official: str) -> Trouble:
    shown = one_line(", ".join(table.headers[:6]))
    return Trouble(
        fr=f"Les en-têtes du fichier ({shown}…) ne sont pas ceux des {fr} de Sirene : donner le fichier"
        f" {official} ou un extrait qui garde ses en-têtes.",
        en=f"The headers of the file ({shown}…) are not those of Sirene's {en}: give the file {official}"
        " or an extract that keeps its headers.",
    )
