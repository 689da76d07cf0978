"""The embedded geography against known facts, and the communes of a territory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from gisement.catalog.tables import raw_tables
from gisement.sources import geography
from gisement.sources.coordinates import CoordinatesReport, read_coordinates
from gisement.terms.rings import Ring
from gisement.terms.territory import Territory, TerritoryLevel, existing_rings, parse_territory
from gisement.terms.trouble import Trouble

SHARED = Path(__file__).parents[3] / "shared/data/geography"
PACKAGE = SHARED / "decoupage_administratif"
FACTS = {
    "SELECT count(*), count(DISTINCT commune_code) FROM commune": (34969, 34969),
    "SELECT count(*), sum(population) FROM commune WHERE epci_code = '200069854'": (40, 197408),
    "SELECT count(*), sum(population) FROM commune WHERE department_code = '86'": (265, 438897),
    "SELECT population, population_total, epci_type FROM epci WHERE epci_code = '200069854'": (
        196849,
        201413,
        "CU",
    ),
    "SELECT siren, postcodes FROM commune WHERE commune_code = '86194'": ("218601946", "86000"),
    "SELECT count(*), count(DISTINCT department_code) FROM commune WHERE region_code = '94'": (360, 2),
    "SELECT count(*) FROM commune WHERE department_code IN ('2A', '2B') AND commune_code LIKE '20%'": (0,),
    "SELECT count(*) FROM department WHERE department_zone = 'com'": (8,),
    "SELECT count(*) FROM commune WHERE department_code = '987'": (48,),
    "SELECT count(*) FROM commune_former WHERE commune_former_kind = 'district' AND commune_code = '75056'": (20,),
    "SELECT count(*) FROM commune_former WHERE commune_former_kind = 'district'": (45,),
    "SELECT count(*), count(DISTINCT commune_former_code) FROM commune_former": (4869, 4869),
    "SELECT count(*) FROM commune_former ANTI JOIN commune USING (commune_code)": (0,),
    "SELECT count(*) FROM commune ANTI JOIN epci USING (epci_code) WHERE epci_code IS NOT NULL": (0,),
    "SELECT count(*) FROM commune ANTI JOIN department USING (department_code)": (0,),
    "SELECT count(*) FROM commune ANTI JOIN region USING (region_code)": (0,),
    "SELECT commune_code FROM commune_former WHERE commune_former_name = 'Arbignieu'": ("01015",),
    """SELECT count(*) FROM (SELECT epci_code FROM commune WHERE epci_code IS NOT NULL
       GROUP BY epci_code HAVING count(DISTINCT department_code) > 1)""": (89,),
}


@pytest.fixture(scope="module")
def connection() -> Any:
    """The embedded files as views."""
    made = duckdb.connect()
    for table in geography.TABLES:
        made.read_parquet(str(geography.FOLDER / f"{table}.parquet")).create_view(table)
    return made


@pytest.mark.parametrize(("question", "answer"), FACTS.items())
def test_known_fact(connection: Any, question: str, answer: tuple[Any, ...]) -> None:
    assert connection.execute(question).fetchall() == [answer]


def test_files_have_the_declared_columns(connection: Any) -> None:
    sql_types = {"VARCHAR": "string", "INTEGER": "int32"}
    for table, path in geography.raw_files().items():
        described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
        assert {row[0]: sql_types[row[1]] for row in described} == dict(raw_tables()[table].schema)


def test_files_are_light() -> None:
    assert sum(path.stat().st_size for path in geography.raw_files().values()) < 1_200_000


@pytest.mark.skipif(not PACKAGE.exists(), reason="real data not there")
def test_rebuilt_files_are_the_same_bytes(tmp_path: Path) -> None:
    assert geography.embed(PACKAGE, tmp_path)["commune"] == 34969
    for path in geography.raw_files().values():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_embed_names_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"communes, epci, departements, regions \(\.json\)"):
        geography.embed(tmp_path, tmp_path / "made")


def test_territory_of_every_level() -> None:
    counts = {
        "epci:200069854": 40,
        "commune:86194": 1,
        "department:86": 265,
        "department:2a": 124,
        "region:94": 360,
    }
    for key, count in counts.items():
        communes = geography.territory_communes(parse_territory(key))
        assert (len(communes), communes) == (count, sorted(set(communes)))
    assert geography.area_name(parse_territory("epci:200069854")) == "CU du Grand Poitiers"


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("epci:Grand Poitiers", "epci:200069854 (CU du Grand Poitiers)"),
        ("epci:200069855", "epci:200069854"),
        ("commune:poitier", "commune:86194 (Poitiers)"),
        ("commune:75101", "commune:75056 (Paris)"),
        ("region:nouvelle aquitaine", "region:75 (Nouvelle-Aquitaine)"),
    ],
)
def test_unknown_code_proposes_near_ones(text: str, proposed: str) -> None:
    with pytest.raises(Trouble) as caught:
        geography.territory_communes(parse_territory(text))
    assert proposed in caught.value.fr


def test_food_plan_codes_are_checked_and_brought_up_to_date() -> None:
    rows = geography.territory_rows(parse_territory("commune:86194", food_plan=("01120", "86194", "01262")))
    assert rows["territory"] == [{"commune_code": "86194", "territory_level": "commune"}]
    assert rows["territory_food_plan"] == [{"commune_code": "01262"}, {"commune_code": "86194"}]
    with pytest.raises(Trouble, match="commune:99999"):
        geography.territory_rows(parse_territory("commune:86194", food_plan=("99999",)))


def test_parse_territory() -> None:
    parsed = parse_territory(" EPCI : 200069854 ", food_plan=["86194", "86103"], buyers=["218 601 946"])
    assert parsed == Territory(TerritoryLevel.EPCI, "200069854", None, ("86103", "86194"), ("218601946",))
    assert parsed.key == "epci:200069854"
    assert parse_territory("département:86").level == TerritoryLevel.DEPARTMENT


@pytest.mark.parametrize("text", ["", "86194", "canton:86", "epci:", ":86", "epci:" + "2" * 100])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(Trouble, match="write epci:200069854"):
        parse_territory(text)


def test_existing_rings() -> None:
    assert existing_rings(parse_territory("commune:86194")) == (1, 2, 4, 5, 6, 7)
    assert existing_rings(parse_territory("epci:200069854", food_plan=["86103"])) == (2, 3, 4, 5, 6, 7)
    assert existing_rings(parse_territory("department:86", food_plan=["86103"])) == (4, 5, 6, 7)
    assert existing_rings(parse_territory("region:75"))[0] == Ring.REGION


@pytest.mark.skipif(not SHARED.exists(), reason="real data not there")
def test_real_coordinates(connection: Any, tmp_path: Path) -> None:
    target = tmp_path / "coordinates.parquet"
    report = read_coordinates(SHARED / "oka_cities.csv", target)
    assert (report.rows, report.unreadable, report.unusable) == (35338, 0, 94)
    rows = connection.execute(f"FROM read_parquet('{target}') WHERE commune_code = '86194'").fetchall()
    assert [(code, round(latitude, 1), round(longitude, 1)) for code, latitude, longitude in rows] == [
        ("86194", 46.6, 0.4)
    ]


def test_coordinates_of_any_spelling(tmp_path: Path) -> None:
    source, target = tmp_path / "content", tmp_path / "made.parquet"
    source.write_text(
        "Code INSEE;coordonnees_gps\n1004;45.9, 5.3\n2a004;41.9,8.7\n86194;95,0\n;1,1\n", encoding="utf-8"
    )
    assert read_coordinates(source, target) == CoordinatesReport(2, 0, 2)
    assert duckdb.read_parquet(str(target)).fetchall() == [("01004", 45.9, 5.3), ("2A004", 41.9, 8.7)]
    source.write_text('insee,latitude,longitude\n86194,"46,5",0.3\n86194,46.4,0.3\n', encoding="utf-8")
    assert read_coordinates(source, target) == CoordinatesReport(1, 0, 0)
    assert duckdb.read_parquet(str(target)).fetchall() == [("86194", 46.4, 0.3)]
    source.write_text("nom,latitude,longitude\nPoitiers,46,0\n", encoding="utf-8")
    with pytest.raises(Trouble, match="no commune code"):
        read_coordinates(source, target)
