"""Shares of areas: many at once or each alone, what they add up to, and which areas there are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gisement.engine.measure import Observatory
from gisement.indicators.place import AREA_SHARE
from gisement.terms import Perimeter, Trouble
from tests.case_file import HOME
from tests.observatories import fill, observatory
from tests.random_rows import random_rows
from tests.test_figures import perimeter_at

AREAS = ("department:86", "epci:200069854", "commune:86194", "commune:29083", "department:23", "region:75")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """An observatory of Grand Poitiers, its tables to be filled by each test."""
    held = observatory(tmp_path_factory.mktemp("areas"), HOME)
    yield held
    held.connection.close()


def test_shares_of_areas_are_those_of_each_alone_and_add_up_to_what_is_known(home: Observatory) -> None:
    """By area, and area by area: the same sums, rows and address; all areas, abroad and the unknown make the whole."""
    for signed in (False, True):
        fill(home, AREA_SHARE.table, random_rows(AREA_SHARE, signed=signed))
        for by in (("department",), ("epci",), ("commune",), ("year", "department"), ("department", "commune")):
            figures = home.measure(AREA_SHARE, Perimeter(), by)
            assert len(figures) > 1
            for figure in figures:
                (alone,) = home.measure(AREA_SHARE, perimeter_at(AREA_SHARE, figure.rows))
                assert (alone.sums, alone.value, alone.low, alone.high) == (
                    figure.sums, figure.value, figure.low, figure.high,
                )  # fmt: skip
        figures = home.measure(AREA_SHARE, Perimeter(), ("department",))
        assert len({(f.sums.part + f.sums.rest, f.sums.unknown, f.sums.excluded) for f in figures}) == 1
        codes = [str(figure.group["department"]) for figure in figures]
        abroad = home.measure(AREA_SHARE, Perimeter({"department": ("",)}, {"area": "department:86"}))[0].sums.rest
        assert sum(f.sums.part for f in figures) + abroad == figures[0].sums.part + figures[0].sums.rest
        assert codes == sorted(set(codes))


def test_an_area_is_told_as_a_territory_and_must_exist(home: Observatory) -> None:
    fill(home, AREA_SHARE.table, random_rows(AREA_SHARE, signed=False))
    shares = {area: home.measure(AREA_SHARE, Perimeter({}, {"area": area}))[0] for area in AREAS}
    assert shares["department:86"].value != shares["epci:200069854"].value
    assert shares["region:75"].sums.part > shares["department:86"].sums.part > 0 == shares["department:23"].sums.part
    assert home.measure(AREA_SHARE, Perimeter())[0].sums == shares["epci:200069854"].sums
    for wrong in ("department:999", "Poitiers", "commune:86000", "department:86'"):
        with pytest.raises(Trouble):
            home.measure(AREA_SHARE, Perimeter({}, {"area": wrong}))
