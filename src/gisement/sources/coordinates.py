"""Latitude and longitude of communes, from a file that the user fetches or adds, to `raw_coordinates`.

Coordinates do not ship with the project; without them a distance is unknown, and the rings still work.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from gisement.sources.published_file import Published, published, unreadable_lines
from gisement.sources.raw_rows import write_query
from gisement.store.sql_text import identifier
from gisement.terms.trouble import Trouble

_CODE = (
    "codecommune",
    "communecode",
    "codecommuneinsee",
    "codeinsee",
    "inseecode",
    "insee",
    "inseecommune",
    "depcom",
)
_LATITUDE = ("latitude", "latitudecentre", "lat", "gpslat", "y")
_LONGITUDE = ("longitude", "longitudecentre", "lon", "lng", "long", "gpslng", "x")
_POINT = ("coordonneesgps", "geopoint", "geopoint2d", "latlon")


@dataclass(frozen=True)
class CoordinatesReport:
    """Rows (communes) written, lines that could not be read, lines without a code or a possible place."""

    rows: int
    unreadable: int
    unusable: int


def read_coordinates(source: Path, target: Path) -> CoordinatesReport:
    """Write `raw_coordinates` (one row per commune: commune_code, latitude, longitude), in order of the code.

    A commune on several lines (one per postcode) keeps the southernmost point: any choice will do, as long
    as it is always the same. Raises Trouble if the headers are not those of a list of places.
    """
    with duckdb.connect() as connection, published(connection, source) as table:
        connection.execute(f"CREATE TABLE line AS {_query(table, source)}")
        unreadable = unreadable_lines(connection, table)
        usable = "commune_code IS NOT NULL AND abs(latitude) <= 90 AND abs(longitude) <= 180"
        point = "min({'latitude': latitude, 'longitude': longitude})"
        places = f"SELECT commune_code, {point} AS place FROM line WHERE {usable} GROUP BY commune_code"
        rows = f"SELECT commune_code, place.latitude, place.longitude FROM ({places}) ORDER BY commune_code"
        written = write_query(connection, rows, target)
        unusable = connection.execute(f"SELECT count(*) FROM line WHERE ({usable}) IS NOT true").fetchone()
    return CoordinatesReport(written, unreadable, unusable[0] if unusable else 0)


def _query(table: Published, source: Path) -> str:
    code, point = table.column(_CODE), table.column(_POINT)
    latitude, longitude = table.column(_LATITUDE), table.column(_LONGITUDE)
    if code is None or (point is None and (latitude is None or longitude is None)):
        raise Trouble(
            fr=f"Le fichier {source.name} n'a pas de code de commune, de latitude et de longitude : nommer"
            " ces colonnes code_commune, latitude et longitude.",
            en=f"File {source.name} has no commune code, latitude and longitude: name these columns"
            " code_commune, latitude and longitude.",
        )
    text = f"nullif(trim({identifier(code)}::VARCHAR), '')"
    if latitude is not None and longitude is not None:
        north, east = _number(identifier(latitude)), _number(identifier(longitude))
    else:
        parts = f"string_split({identifier(str(point))}::VARCHAR, ',')"
        north, east = _number(f"{parts}[1]"), _number(f"{parts}[2]")
    # a spreadsheet takes the zero off 01004
    padded = f"CASE WHEN length({text}) = 4 THEN '0' || {text} ELSE upper({text}) END"
    return f"SELECT {padded} AS commune_code, {north} AS latitude, {east} AS longitude FROM {table.relation}"


def _number(expression: str) -> str:
    return f"try_cast(replace(trim({expression}::VARCHAR), ',', '.') AS DOUBLE)"
