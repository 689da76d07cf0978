"""Contours: what is read of a GeoJSON file, and what is no contour of a commune or department."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gisement.sources.cards import card, fetch
from gisement.sources.contours import read_contours
from gisement.sources.download import Session
from gisement.terms import Reading, Trouble
from tests import made_contours
from tests.publisher import breaks_after, changes, published, says

VIENNE = made_contours.square("86", "Vienne", 0.1, 46.9, 0.5)


def read(folder: Path, content: Any) -> list[dict[str, str]]:
    """The rows that a file of this content gives."""
    source, target = folder / "contours.geojson", folder / "contours.parquet"
    source.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    read_contours(source, target)
    found: list[dict[str, str]] = pq.read_table(target).to_pylist()
    return found


def test_corners_are_told_in_thousandths_of_a_degree_without_what_is_smaller(tmp_path: Path) -> None:
    (row,) = read(tmp_path, VIENNE)
    assert row == {
        "contour_level": "department",
        "contour_code": "86",
        "contour_rings": "100,46900 600,46900 600,46400 100,46400 100,46900",
    }


def test_levels_stand_in_one_order_whatever_that_of_the_file(tmp_path: Path) -> None:
    commune, (epci, _) = made_contours.square("86194", "Poitiers", 0.3, 46.6, 0.1), made_contours.epcis()
    several = {"type": "FeatureCollection", "features": [VIENNE, epci, commune]}
    rows = read(tmp_path, several)
    assert [(row["contour_level"], row["contour_code"]) for row in rows] == [
        ("commune", "86194"), ("department", "86"), ("epci", "200069854"),
    ]  # fmt: skip
    assert read(tmp_path, {**several, "features": [commune, epci, VIENNE]}) == rows


def test_a_few_contours_of_other_levels_are_counted_and_left(tmp_path: Path) -> None:
    """Files of departments may hold collectivities overseas that are none; most must be what the file is said to be."""
    other = made_contours.square("988", "Nouvelle-Calédonie", 165.0, -21.0, 1.0)
    source = made_contours.write(tmp_path / "c.geojson", [*made_contours.departments(), other])
    assert read_contours(source, tmp_path / "c.parquet") == Reading(96, 1)
    with pytest.raises(Trouble):
        read(tmp_path, {"type": "FeatureCollection", "features": [VIENNE, other]})


def test_contours_are_fetched_over_a_poor_network_and_not_again(tmp_path: Path) -> None:
    """Truncated, then busy, then broken, then whole; the same file is not sent twice; a new one takes its place."""
    source = card("contours_epci")
    waits: list[float] = []
    session = Session(sleep=waits.append, first_wait=0.1)
    content = made_contours.told(made_contours.epcis())
    with published() as scene:
        scene.publish(source, content)
        scene.acts = [breaks_after(len(content) // 2), says(429, Retry_After="3"), says(500)]
        found = fetch(source, tmp_path, scene.address, session=session)
        assert (found.path.read_bytes(), found.is_new) == (content, True)
        assert scene.asked[-1]["range"] == f"bytes={len(content) // 2}-"
        assert 3.0 in waits
        assert not fetch(source, tmp_path, scene.address, session=session).is_new
        assert scene.asked[-1]["if-none-match"]
        newer = made_contours.told([VIENNE])
        scene.acts = [changes(newer)]
        assert fetch(source, tmp_path, scene.address, session=session).path.read_bytes() == newer
    assert read_contours(found.path, tmp_path / "c.parquet") == Reading(1, 0)


@pytest.mark.parametrize(
    "content",
    [
        "acheteur;montant", "{}", '{"features": []}', {**VIENNE, "geometry": {"type": "Point", "coordinates": [0, 46]}},
        {**VIENNE, "geometry": None}, {**VIENNE, "properties": {"nom": "Vienne"}},
        # a region, which has the code of a department; coordinates in metres; a corner without latitude
        {**VIENNE, "properties": {"code": "75", "nom": "Nouvelle-Aquitaine"}},
        made_contours.square("86", "Vienne", 496_000, 6_612_000, 1_000),
        {**VIENNE, "geometry": {"type": "Polygon", "coordinates": [[[0.1], [0.2], [0.3]]]}},
    ],
)  # fmt: skip
def test_what_is_no_contour_is_refused_in_one_sentence(content: Any, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="communes or departments"):
        read(tmp_path, content)


def test_real_contours_are_read(shared_data: Path, tmp_path: Path) -> None:
    """Counts of `../shared/data/README.md`: 274 communes of the Vienne, 96 departments; cantons are refused."""
    folder = shared_data / "geography" / "boundaries"
    for name, count in (("communes-86-vienne", 274), ("departements-version-simplifiee", 96)):
        assert read_contours(folder / f"{name}.geojson", tmp_path / "c.parquet") == Reading(count, 0)
    with pytest.raises(Trouble):
        read_contours(folder / "cantons-86-vienne.geojson", tmp_path / "c.parquet")
