"""Contours: what is read of a GeoJSON file, and what is no contour of a commune or department."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gisement.sources.contours import read_contours
from gisement.terms import Trouble
from tests import made_contours

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


def test_communes_and_departments_stand_in_one_order_whatever_that_of_the_file(tmp_path: Path) -> None:
    commune = made_contours.square("86194", "Poitiers", 0.3, 46.6, 0.1)
    several = {"type": "FeatureCollection", "features": [VIENNE, commune]}
    rows = read(tmp_path, several)
    assert [(row["contour_level"], row["contour_code"]) for row in rows] == [("commune", "86194"), ("department", "86")]
    assert read(tmp_path, {**several, "features": [commune, VIENNE]}) == rows


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
        assert read_contours(folder / f"{name}.geojson", tmp_path / "c.parquet") == count
    with pytest.raises(Trouble):
        read_contours(folder / "cantons-86-vienne.geojson", tmp_path / "c.parquet")
