"""The embedded geography: communes, EPCIs, departments and regions, and the communes of a territory.

The files in `catalog/geography` are made from the JSON of the package `decoupage-administratif` by
`python -m gisement.sources.geography FOLDER`. They are complete for France, overseas included.

Source: Insee, code officiel géographique 2026, and DGCL (EPCI), through Etalab's package
`decoupage-administratif` 6.0.0; data under Licence Ouverte 2.0, package under MIT.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import duckdb

from gisement.catalog.tables import FOLDER as CATALOG
from gisement.store.sql_text import literal
from gisement.terms.territory import Territory, TerritoryLevel
from gisement.terms.trouble import Trouble

VINTAGE = "COG 2026"
FOLDER = CATALOG / "geography"
TABLES = ("commune", "commune_former", "epci", "department", "region")
_PACKAGE_FILES = ("communes", "epci", "departements", "regions")
_NEAR_NAMES = 3

_COMMUNE = """
    SELECT c.code AS commune_code, c.nom AS commune_name, m.epci AS epci_code,
           c.departement AS department_code, c.region AS region_code, c.siren,
           c.population::INTEGER AS population, array_to_string(list_sort(c.codesPostaux), '|') AS postcodes
    FROM communes c LEFT JOIN members m ON m.commune = c.code
    WHERE c.type = 'commune-actuelle' ORDER BY commune_code"""
# a code may be both a delegated commune and a current one (the seat of a merged commune keeps its code)
_COMMUNE_FORMER = """
    SELECT code AS commune_former_code, nom AS commune_former_name,
           CASE type WHEN 'commune-deleguee' THEN 'delegated' WHEN 'commune-associee' THEN 'associated'
                     ELSE 'district' END AS commune_former_kind,
           coalesce(chefLieu, commune) AS commune_code
    FROM communes WHERE type <> 'commune-actuelle'
    UNION ALL
    SELECT old, NULL, 'former', code FROM (SELECT code, unnest(anciensCodes) AS old FROM communes)
    WHERE old NOT IN (SELECT code FROM communes WHERE type <> 'commune-actuelle') AND old <> code
    ORDER BY ALL"""
_EPCI = """
    SELECT code AS epci_code, nom AS epci_name, type AS epci_type,
           populationMunicipale::INTEGER AS population, populationTotale::INTEGER AS population_total
    FROM epci ORDER BY epci_code"""
_DEPARTMENT = """
    SELECT code AS department_code, nom AS department_name, region AS region_code, zone AS department_zone
    FROM departements ORDER BY department_code"""
_REGION = "SELECT code AS region_code, nom AS region_name FROM regions ORDER BY region_code"
_QUERIES = dict(zip(TABLES, (_COMMUNE, _COMMUNE_FORMER, _EPCI, _DEPARTMENT, _REGION), strict=True))
_LEVELS = {
    TerritoryLevel.COMMUNE: ("commune", "commune_code", "commune_name"),
    TerritoryLevel.EPCI: ("epci", "epci_code", "epci_name"),
    TerritoryLevel.DEPARTMENT: ("department", "department_code", "department_name"),
    TerritoryLevel.REGION: ("region", "region_code", "region_name"),
}


def raw_files() -> Mapping[str, Path]:
    """The embedded Parquet file of each raw table: `raw_commune`, `raw_commune_former`, `raw_epci`, ..."""
    return {f"raw_{table}": FOLDER / f"{table}.parquet" for table in TABLES}


def embed(folder: Path, target: Path = FOLDER) -> Mapping[str, int]:
    """Rebuild the embedded files in `target` from the package's JSON in `folder`; gives the rows by table.

    The same JSON gives the same bytes. Raises Trouble if a JSON file is missing.
    """
    missing = [name for name in _PACKAGE_FILES if not (folder / f"{name}.json").is_file()]
    if missing:
        raise Trouble(
            fr=f"Le dossier {folder} n'a pas {', '.join(missing)} (.json) : donner le dossier « data » du"
            " paquet decoupage-administratif.",
            en=f"Folder {folder} lacks {', '.join(missing)} (.json): give the 'data' folder of the package"
            " decoupage-administratif.",
        )
    target.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(config={"threads": 1})
    for name in _PACKAGE_FILES:
        connection.read_json(str(folder / f"{name}.json"), maximum_object_size=1 << 26).create(name)
    connection.execute("CREATE TABLE members AS SELECT code AS epci, unnest(membres).code AS commune FROM epci")
    return {table: _write(connection, query, target / f"{table}.parquet") for table, query in _QUERIES.items()}


def territory_communes(territory: Territory) -> list[str]:
    """The INSEE codes of the communes of `territory`, in order. Raises Trouble if its code is unknown."""
    return _communes(_connect(), territory)


def territory_rows(territory: Territory) -> dict[str, list[dict[str, str]]]:
    """The rows of `territory` (commune_code, territory_level), `territory_food_plan` (commune_code), `territory_buyer`.

    Codes of former communes in the food plan become those of today. Raises Trouble if a code is unknown.
    """
    connection = _connect()
    communes = [
        {"commune_code": code, "territory_level": str(territory.level)} for code in _communes(connection, territory)
    ]
    plan = sorted({_current_commune(connection, code) for code in territory.food_plan})
    return {
        "territory": communes,
        "territory_food_plan": [{"commune_code": code} for code in plan],
        "territory_buyer": [{"buyer_code": code} for code in territory.buyers],
    }


def area_name(territory: Territory) -> str:
    """The official name of the area. Raises Trouble, with the nearest names, if its code is unknown."""
    return _area_name(_connect(), territory)


def _area_name(connection: duckdb.DuckDBPyConnection, territory: Territory) -> str:
    table, code, name = _LEVELS[territory.level]
    found = connection.execute(f"SELECT {name} FROM {table} WHERE {code} = {literal(territory.code)}").fetchone()
    if found is None:
        raise _unknown(territory, _near(connection, territory))
    return str(found[0])


def _communes(connection: duckdb.DuckDBPyConnection, territory: Territory) -> list[str]:
    _area_name(connection, territory)
    column = _LEVELS[territory.level][1]
    query = f"SELECT commune_code FROM commune WHERE {column} = {literal(territory.code)} ORDER BY commune_code"
    return [row[0] for row in connection.execute(query).fetchall()]


def _current_commune(connection: duckdb.DuckDBPyConnection, code: str) -> str:
    query = f"""
        SELECT commune_code FROM commune WHERE commune_code = {literal(code)}
        UNION ALL SELECT commune_code FROM commune_former WHERE commune_former_code = {literal(code)}"""
    found = connection.execute(query).fetchone()
    if found is None:
        wrong = Territory(TerritoryLevel.COMMUNE, code)
        raise _unknown(wrong, _near(connection, wrong))
    return str(found[0])


def _connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    for table in TABLES:
        connection.read_parquet(str(FOLDER / f"{table}.parquet")).create_view(table)
    return connection


def _near(connection: duckdb.DuckDBPyConnection, territory: Territory) -> list[tuple[str, str]]:
    """Areas of the same level close to what was written: the commune of today, or codes and names alike."""
    table, code, name = _LEVELS[territory.level]
    if territory.level == TerritoryLevel.COMMUNE:
        query = "SELECT commune_code, commune_name FROM commune_former JOIN commune USING (commune_code)"
        heir = connection.execute(f"{query} WHERE commune_former_code = {literal(territory.code)}").fetchall()
        if heir:
            return heir
    query = f"""
        WITH wanted AS (SELECT lower(strip_accents({literal(territory.code)})) AS words),
             known AS (SELECT {code} AS code, {name} AS name, lower(strip_accents({name})) AS plain
                       FROM {table})
        SELECT code, name FROM known, wanted
        ORDER BY length(words) > 3 AND contains(plain, words) DESC,
                 greatest(jaro_winkler_similarity(plain, words), 1 - levenshtein(code, words) / 9) DESC,
                 length(name), code
        LIMIT {_NEAR_NAMES}"""
    return connection.execute(query).fetchall()


def _is_heir(near: list[tuple[str, str]]) -> bool:
    """Whether it is the commune of today of a former one, and no mere likeness of codes."""
    return len(near) < _NEAR_NAMES


def _unknown(territory: Territory, near: list[tuple[str, str]]) -> Trouble:
    proposals = ", ".join(f"{territory.level}:{code} ({name})" for code, name in near)
    is_number = territory.code.isdecimal() and len(territory.code) == 5
    if territory.level == TerritoryLevel.COMMUNE and is_number and not _is_heir(near):
        return Trouble(
            fr=f"Le territoire « {territory.key} » est inconnu ({VINTAGE}) : il faut le code Insee de la commune "
            "(86194 pour Poitiers), non son code postal (86000) ; avec son nom, comme « commune:chauvigny », les "
            "communes proches sont proposées.",
            en=f"Territory '{territory.key}' is unknown ({VINTAGE}): give the Insee code of the commune (86194 for "
            "Poitiers), not its postcode (86000); with its name, as 'commune:chauvigny', near ones are proposed.",
        )
    return Trouble(
        fr=f"Le territoire « {territory.key} » est inconnu ({VINTAGE}) ; les plus proches : {proposals}.",
        en=f"Territory '{territory.key}' is unknown ({VINTAGE}); the nearest are: {proposals}.",
    )


def _write(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> int:
    options = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, ROW_GROUP_SIZE 122880"
    written = connection.execute(f"COPY ({query}) TO '{target}' ({options})").fetchone()
    return int(written[0]) if written else 0


if __name__ == "__main__":
    print(embed(Path(sys.argv[1])))
