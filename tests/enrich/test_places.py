"""Rings around real territories of the embedded geography, on DuckDB and on Spark SQL."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import ibis
import pytest

from gisement.enrich.places import commune_distance, distance_km, ring_commune, ring_department
from gisement.sources.geography import FOLDER, territory_rows
from gisement.terms.expressions import is_within
from gisement.terms.rings import Ring
from gisement.terms.territory import existing_rings, parse_territory

COMMUNE = dict.fromkeys(("commune_code", "epci_code", "department_code", "region_code"), "string")
INPUTS = {
    "territory": {"commune_code": "string", "territory_level": "string"},
    "territory_food_plan": {"commune_code": "string"},
    "commune": COMMUNE,
}
GRAND_POITIERS = "epci:200069854"
# two communes of the neighbouring Haut-Poitou, and one of another department
FOOD_PLAN = ("86210", "86103", "79191")


def _expressions() -> tuple[Any, Any]:
    tables = [ibis.table(schema, name=name) for name, schema in INPUTS.items()]
    communes = ring_commune(*tables)
    return communes, ring_department(communes, tables[2])


def _territory_rows(territory: str, food_plan: tuple[str, ...]) -> dict[str, Any]:
    made = territory_rows(parse_territory(territory, food_plan=food_plan))
    return {name: made[name] for name in INPUTS.keys() & made.keys()}


def _connect(territory: str, food_plan: tuple[str, ...]) -> Any:
    connection = ibis.duckdb.connect()
    connection.raw_sql(f"CREATE VIEW commune AS FROM read_parquet('{FOLDER / 'commune.parquet'}')")
    for name, rows in _territory_rows(territory, food_plan).items():
        schema = ibis.schema(INPUTS[name])
        connection.create_table(name, ibis.memtable(rows, schema=schema) if rows else None, schema=schema)
    return connection


def _rings(territory: str, food_plan: tuple[str, ...] = ()) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    connection = _connect(territory, food_plan)
    communes, departments = (
        connection.raw_sql(ibis.to_sql(expression, dialect="duckdb")).fetchall() for expression in _expressions()
    )
    assert len(communes) == len(dict(communes)) == 34969
    return dict(communes), {code: (near, far) for code, near, far in departments}


def test_epci_territory() -> None:
    communes, departments = _rings(GRAND_POITIERS)
    counts = Counter(communes.values())
    assert counts[Ring.EPCI] == 40
    assert counts[Ring.DEPARTMENT] == 265 - 40
    assert set(counts) == {Ring.EPCI, Ring.DEPARTMENT, Ring.REGION, Ring.COUNTRY}
    assert communes["86194"] == Ring.EPCI
    assert communes["33063"] == Ring.REGION
    assert communes["2A004"] == communes["97411"] == communes["98735"] == Ring.COUNTRY
    assert departments["86"] == (Ring.EPCI, Ring.DEPARTMENT)
    assert departments["79"] == (Ring.REGION, Ring.REGION)
    assert departments["75"] == (Ring.COUNTRY, Ring.COUNTRY)
    assert len(departments) == 109


def test_food_plan_is_a_ring_only_if_declared() -> None:
    communes, departments = _rings(GRAND_POITIERS, FOOD_PLAN)
    assert [communes[code] for code in FOOD_PLAN] == [Ring.FOOD_PLAN] * 3
    assert Counter(communes.values())[Ring.FOOD_PLAN] == 3
    # the food plan reaches Niort, its department does not come along: rings surround the territory
    assert departments["79"] == (Ring.FOOD_PLAN, Ring.REGION)


def test_commune_territory_has_the_narrowest_ring() -> None:
    communes, _ = _rings("commune:86194")
    counts = Counter(communes.values())
    assert (counts[Ring.COMMUNE], counts[Ring.EPCI], counts[Ring.DEPARTMENT]) == (1, 39, 225)


def test_wider_territories_have_no_inner_rings() -> None:
    communes, departments = _rings("department:86", FOOD_PLAN)
    counts = Counter(communes.values())
    assert counts[Ring.DEPARTMENT] == 265
    assert set(counts) == {Ring.DEPARTMENT, Ring.REGION, Ring.COUNTRY}
    assert communes["79191"] == Ring.REGION
    region, _ = _rings("region:75")
    assert set(region.values()) == {Ring.REGION, Ring.COUNTRY}
    assert departments["86"] == (Ring.DEPARTMENT, Ring.DEPARTMENT)


def test_epci_over_two_departments_reaches_both() -> None:
    # Redon Agglomération lies in three departments and two regions
    communes, departments = _rings("epci:243500741")
    assert departments["35"][1] == departments["44"][1] == departments["56"][1] == Ring.DEPARTMENT
    assert communes["29019"] == communes["49007"] == Ring.REGION
    # an EPCI beyond the border of a department territory is no ring
    assert set(_rings("department:35")[0].values()) == {Ring.DEPARTMENT, Ring.REGION, Ring.COUNTRY}


def test_island_without_epci() -> None:
    communes, _ = _rings("commune:29155")
    counts = Counter(communes.values())
    assert counts[Ring.COMMUNE] == 1
    assert Ring.EPCI not in counts


def test_rings_are_nested_and_exist() -> None:
    for key in (GRAND_POITIERS, "commune:86194", "department:86", "region:75"):
        territory = parse_territory(key, food_plan=FOOD_PLAN)
        assert set(_rings(key, FOOD_PLAN)[0].values()) == set(existing_rings(territory)) - {Ring.WORLD}


def test_is_within_is_three_valued() -> None:
    rows = {"near": [2, 2, 5, None], "far": [2, 4, 6, None]}
    places = ibis.memtable(rows, schema=ibis.schema({"near": "int8", "far": "int8"}))
    answer = ibis.duckdb.connect().to_pyarrow(places.mutate(a=is_within(places.near, places.far, Ring.EPCI)))
    assert answer["a"].to_pylist() == [True, None, False, None]


@pytest.mark.spark
def test_spark_gives_the_same(spark: Any) -> None:
    spark.read.parquet(str(FOLDER / "commune.parquet")).createOrReplaceTempView("commune")
    for name, rows in _territory_rows(GRAND_POITIERS, FOOD_PLAN).items():
        columns = ", ".join(f"{column} string" for column in INPUTS[name])
        spark.createDataFrame(rows, columns).createOrReplaceTempView(name)
    communes, departments = _expressions()
    expected, expected_departments = _rings(GRAND_POITIERS, FOOD_PLAN)
    found = spark.sql(str(ibis.to_sql(communes, dialect="pyspark"))).collect()
    assert {row[0]: row[1] for row in found} == expected
    found = spark.sql(str(ibis.to_sql(departments, dialect="pyspark"))).collect()
    assert {row[0]: (row[1], row[2]) for row in found} == expected_departments


Point = tuple[float, float]
POITIERS, NIORT, REUNION = (46.5802, 0.3404), (46.3239, -0.4588), (-20.8789, 55.4481)
PAIRS: list[tuple[Point, Point]] = [
    (POITIERS, POITIERS),
    (POITIERS, NIORT),
    (POITIERS, REUNION),
    (POITIERS, (46.5802, 0.3424)),
    ((0.0, 0.0), (0.0, 180.0)),
    ((90.0, 12.0), (-90.0, 77.0)),
]


def _angle_km(here: Point, there: Point) -> float:
    """The same distance by another way: the angle between two vectors from the centre of the Earth."""
    vectors = []
    for latitude, longitude in (here, there):
        north, east = math.radians(latitude), math.radians(longitude)
        vectors.append((math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)))
    (a, b, c), (x, y, z) = vectors
    across = math.hypot(b * z - c * y, c * x - a * z, a * y - b * x)
    return 6371.0088 * math.atan2(across, a * x + b * y + c * z)


def _distance_table() -> Any:
    return ibis.table(dict.fromkeys(("lat", "lon", "other_lat", "other_lon"), "float64"), name="pair")


def _distance_expression() -> Any:
    pair = _distance_table()
    return pair.select(km=distance_km(pair.lat, pair.lon, pair.other_lat, pair.other_lon))


def _check_distances(found: list[float | None]) -> None:
    assert found == [round(_angle_km(here, there), 1) for here, there in PAIRS] + [None]
    assert found[0] == 0.0


def test_communes_are_measured_from_the_most_populous_one_of_the_territory() -> None:
    connection = ibis.duckdb.connect()
    points = {"commune_code": ["86194", "86066", "99999"], "latitude": [46.5802, 46.9, 0.0],
              "longitude": [0.3424, 0.5, 0.0], "snapshot": ["a", "a", "a"]}  # fmt: skip
    communes = {"commune_code": ["86194", "86066", "86100"], "population": [90_000, 30_000, 100]}
    territory = {"commune_code": ["86194", "86100"]}
    given = {"raw_coordinates": points, "commune": communes, "territory": territory}
    for name, columns in given.items():
        connection.create_table(name, ibis.memtable(columns).to_pyarrow())
    found = connection.to_pyarrow(commune_distance(*(connection.table(name) for name in given))).to_pylist()
    expected = round(_angle_km((46.5802, 0.3424), (46.9, 0.5)), 1)
    assert {row["commune_code"]: row["distance_km"] for row in found} == {"86194": 0.0, "86066": expected}


UNKNOWN = (46.0, 0.0, None, 1.0)


def test_distance() -> None:
    connection = ibis.duckdb.connect()
    connection.raw_sql("CREATE TABLE pair (lat DOUBLE, lon DOUBLE, other_lat DOUBLE, other_lon DOUBLE)")
    pairs = [*((*here, *there) for here, there in PAIRS), UNKNOWN]
    connection.con.executemany("INSERT INTO pair VALUES (?, ?, ?, ?)", pairs)
    sql = ibis.to_sql(_distance_expression(), dialect="duckdb")
    _check_distances([row[0] for row in connection.raw_sql(sql).fetchall()])


@pytest.mark.spark
def test_distance_on_spark(spark: Any) -> None:
    pairs = [*((*here, *there) for here, there in PAIRS), UNKNOWN]
    columns = "lat double, lon double, other_lat double, other_lon double"
    spark.createDataFrame(pairs, columns).createOrReplaceTempView("pair")
    assert ibis.pyspark is not None  # loads the options that floating-point literals need
    sql = str(ibis.to_sql(_distance_expression(), dialect="pyspark"))
    _check_distances([row[0] for row in spark.sql(sql).collect()])
