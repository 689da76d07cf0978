"""Distances between producers, communes and buyers, in km, to `raw_distance`; or a list of communes with coordinates.

Both are what `add distance` takes: where no distance is told, it is computed from coordinates, else unknown.
"""

from __future__ import annotations

from pathlib import Path

from gisement.sources.coordinates import read_coordinates
from gisement.sources.food.table import read_lines, word_key
from gisement.sources.published_file import file_kind, plain
from gisement.sources.raw_rows import write_parquet
from gisement.terms import Reading

HEADERS = {
    "from": ("from", "de", "depart", "origine"),
    "to": ("to", "a", "vers", "arrivee", "destination"),
    "km": ("km", "distancekm", "distance"),
}
EXPECTED = "from,to,km"


def read_distance(path: Path, distances: Path, coordinates: Path, name: str) -> Reading:
    """Write `raw_distance` from a file `from,to,km`, or `raw_coordinates` from a list of communes; the other is empty.

    `from` and `to` are producers, buyers or commune codes, in either direction. Raises Trouble with the line and
    column of what cannot be read.
    """
    if not _tells_pairs(path):
        write_parquet("raw_distance", [], distances)
        report = read_coordinates(path, coordinates)
        return Reading(report.rows, report.unreadable)
    lines = read_lines(path, name, HEADERS, ("from", "to", "km"), EXPECTED)
    rows = [
        {"from_place": word_key(line.text("from")), "to_place": word_key(line.text("to")), "km": line.number_of("km")}
        for line in lines
    ]
    write_parquet("raw_distance", rows, distances)
    write_parquet("raw_coordinates", [], coordinates)
    return Reading(len(rows))


def _tells_pairs(path: Path) -> bool:
    """Whether the first line of a text names the three columns of distances."""
    if file_kind(path) != "csv":
        return False
    with path.open("rb") as reader:
        head = reader.readline(4096).decode("utf-8-sig", "replace")
    cells = {plain(cell) for cell in head.replace(";", ",").replace("\t", ",").split(",")}
    return all(cells & set(words) for words in HEADERS.values())
