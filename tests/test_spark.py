"""Portability: every table and every figure is the same on DuckDB and on real Spark Connect with two workers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import ibis
import pyarrow.parquet as pq
import pytest

from gisement import pipeline
from gisement.catalog import tables
from gisement.engine import spark as spark_engine
from gisement.engine.build import build
from gisement.engine.measure import Observatory
from gisement.engine.plan import plan
from gisement.engine.query import judged, summed
from gisement.engine.spark import Cluster, SparkRunner
from gisement.engine.spread import amounts
from gisement.indicators import INDICATORS
from gisement.sources.decp import chunks
from gisement.store import Workspace, database
from gisement.terms import Indicator, Perimeter, Ring, Spread, Verdict, existing_rings
from tests import mixed_files
from tests.conftest import PLAIN
from tests.workspaces import added, built, rows, workspace_of

pytestmark = pytest.mark.spark
AREAS = ("commune:86194", "department:86", "region:75")
LOCAL_STEPS: Mapping[str, str] = {
    "central_purchasing": "names are compared word by word, which no engine has",
    "food_conversion": "the latest and most precise of several coefficients is looked up one by one, in the driver",
    "food_follow": "days of contracts are counted one by one, in the driver",
    "food_gap": "months of several files are aligned, and what tells of few producers kept back, in the driver",
    "food_lot": "capacities of producers are counted against each size of lot, in the driver",
    "food_origin": "what tells of few producers is kept back line by line, in the driver",
    "food_prior": "products are looked for in the words of the organic register, in the driver",
    "food_text_need": "products are looked for in the words of dishes and purchases, in the driver",
    "impact_by_sector": "a linear system is solved on arrays, in the driver",
    "payee_link": "compares names letter by letter (edit distance within a commune), which no engine has",
    "public_payment": "suppression is a sequence of linear programmes on arrays, in the driver",
    "title_segment": "a linear model of scikit-learn works on arrays, in the driver",
}
"""Steps that run on the driver under both engines, with the reason: the others are expressions."""
PERIMETERS = (Perimeter({}), Perimeter({"buyers": ("all",)}))


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The mixed files with corrections, built by DuckDB."""
    folder = tmp_path_factory.mktemp("engines")
    files = mixed_files.write(folder / "files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "SIZE", 10_000)
        patch.setattr(chunks, "AT_ONCE", 10_000)  # files in several parts, as large ones are
        workspace = workspace_of(folder / "duck", mixed_files.TERRITORY, files, ["contract"])
    assert any(path.is_dir() for path in workspace.raw.glob("raw_decp/*.parquet"))
    found = rows(workspace, "SELECT * FROM contract ORDER BY contract_key LIMIT 9", ["contract"])
    added(workspace, "correction", [mixed_files.corrections(folder / "corrections.csv", found)])
    built(workspace, tuple(tables()))  # those held in memory too
    return workspace


@pytest.fixture(scope="module")
def spark_workspace(duck: Workspace, cluster: Cluster) -> Workspace:
    """The same workspace, every table built by Spark."""
    workspace = Workspace(duck.root.with_name("spark"))
    shutil.copytree(duck.root, workspace.root)
    shutil.rmtree(workspace.tables)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spark_engine, "SparkRunner", lambda held: SparkRunner(held, cluster))
        made = build(workspace, lambda: pipeline.STEPS, pipeline.SOURCES, names=tuple(tables()), engine="spark")
    assert set(made) == set(tables())
    return workspace


@pytest.mark.parametrize("table", tables())
def test_the_table_is_the_same(table: str, duck: Workspace, spark_workspace: Workspace) -> None:
    connection = _comparing(duck)
    one, other = (f"read_parquet('{database.table_path(held, table)}')" for held in (duck, spark_workspace))
    for left, right in ((one, other), (other, one)):
        differing = connection.sql(f"SELECT * FROM {left} EXCEPT ALL SELECT * FROM {right} LIMIT 3")
        assert differing.fetchall() == []
    assert connection.sql(f"DESCRIBE FROM {one}").fetchall() == connection.sql(f"DESCRIBE FROM {other}").fetchall()


def test_a_table_is_the_same_where_spark_plans_and_compiles_as_for_large_ones(
    duck: Workspace, spark_workspace: Workspace, cluster: Cluster, tmp_path: Path
) -> None:
    """Tests of this file do without what serves large tables: as it is installed, Spark has it."""
    planned = {step.name: step for step in plan(spark_workspace, lambda: pipeline.STEPS, "pyspark")}
    try:
        for name in PLAIN:
            cluster.session.conf.unset(name)
        for table in ("place", "purchase"):
            for name in planned[table].inputs:  # those held in memory too, which are gone by now
                spark_engine.show(cluster.session, spark_workspace, name)
            made = str(tmp_path / table)
            cluster.session.sql(planned[table].sql).write.parquet(made)
            connection = _comparing(duck)
            one, other = (f"read_parquet('{path}')" for path in (database.table_path(duck, table), f"{made}/*.parquet"))
            for left, right in ((one, other), (other, one)):
                assert connection.sql(f"SELECT * FROM {left} EXCEPT ALL SELECT * FROM {right} LIMIT 3").fetchall() == []
    finally:
        for name, value in PLAIN.items():
            cluster.session.conf.set(name, value)


def test_the_files_hold_what_engines_read_differently(duck: Workspace) -> None:
    def count(table: str, where: str) -> int:
        (found,) = rows(duck, f"SELECT count(*) AS n FROM {table} WHERE {where}", [table])
        return int(found["n"])

    # purchases are not empty where they could differ, and the mixed file stays small
    assert 150 < count("raw_decp", "true") <= 300
    assert all(pq.read_metadata(database.table_path(duck, table)).num_rows for table in tables())
    assert count("contract_supplier", "holders_count > 1 AND amount_cents % holders_count <> 0")
    assert count("finding", "rule = 'correction_applied'") >= 3
    assert count("finding", "rule = 'correction_not_applied'") >= 3
    assert count("amendment", "amendment_source = 'line'")
    assert count("amendment", "amendment_source = 'version'")
    assert count("contract_record", "notification_date < DATE '1582-10-15'")


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.name)
def test_every_option_value_gives_the_same_sums(
    indicator: Indicator, duck: Workspace, spark_workspace: Workspace, cluster: Cluster
) -> None:
    observatory = _observatory(duck, indicator.table)
    home, everyone = PERIMETERS
    options = list(_options(indicator, observatory))
    asked = [
        summed(indicator, perimeter, option, ()).mutate(asked=ibis.literal(number))
        for number, (perimeter, option) in enumerate([(home, options[0]), *((everyone, each) for each in options)])
    ]
    whole = ibis.union(*asked)
    found = _on_spark(whole, spark_workspace, cluster, indicator.table)
    expected = _on_duckdb(whole, observatory)
    assert found == expected
    assert list(Verdict).index(Verdict.PART) in {row["verdict_number"] for row in found}


@pytest.mark.parametrize("by", [("year",), ("family", "size_class"), ("buyer_department", "commune")])
def test_groups_are_the_same(
    by: tuple[str, ...], duck: Workspace, spark_workspace: Workspace, cluster: Cluster
) -> None:
    indicator = INDICATORS[0]
    option = SimpleNamespace(**vars(indicator.choose({})))
    query = summed(indicator, PERIMETERS[1], option, (), by)
    found = _on_spark(query, spark_workspace, cluster, indicator.table)
    assert found == _on_duckdb(query, _observatory(duck, indicator.table))
    assert len(found) > 1


@pytest.mark.parametrize("name", ["supplier_concentration", "median_amount"])
def test_the_weights_of_a_spread_are_the_same(
    name: str, duck: Workspace, spark_workspace: Workspace, cluster: Cluster
) -> None:
    (indicator,) = (each for each in INDICATORS if each.name == name)
    assert isinstance(indicator.kind, Spread)
    option = indicator.choose({"medical": "excluded"})
    query = amounts(judged(indicator, PERIMETERS[1], option, ()), ("family",), indicator.kind)
    found = _on_spark(query, spark_workspace, cluster, indicator.table)
    assert found == _on_duckdb(query, _observatory(duck, indicator.table))
    assert {row["is_sure"] for row in found} == {True, False}


def test_rows_of_a_filter_are_the_same(duck: Workspace, spark_workspace: Workspace, cluster: Cluster) -> None:
    indicator = INDICATORS[0]
    perimeter = Perimeter({"cpv": ("45", "33"), "year": ("2024", ""), "buyers": ("all",)})
    told = judged(indicator, perimeter, SimpleNamespace(**vars(indicator.choose({}))), ())
    query = told.select("purchase_key", "verdict", "weight")
    found = _on_spark(query, spark_workspace, cluster, indicator.table)
    assert found == _on_duckdb(query, _observatory(duck, indicator.table))
    assert len({row["verdict"] for row in found}) > 1


def test_steps_that_stay_on_the_driver_are_named_here() -> None:
    assert {step.name: step.reason for step in pipeline.STEPS if step.local} == dict(LOCAL_STEPS)


def _options(indicator: Indicator, observatory: Observatory) -> Iterator[SimpleNamespace]:
    """The default choice, then each value of each option in turn (rings that exist around the territory; some areas)."""
    yield observatory.options(indicator, Perimeter())
    rings = {ring.name.lower() for ring in existing_rings(observatory.territory) if ring != Ring.WORLD}
    for option in indicator.options:
        for value in (*option.values, *(AREAS if option.areas else ())):
            if value != option.default and (option.name != "ring" or value in rings):
                yield observatory.options(indicator, Perimeter({}, {option.name: value}))


@cache
def _comparing(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """One connection to compare all tables, which takes longer to open than to use."""
    return database.connect(workspace)


@cache
def _observatory(workspace: Workspace, table: str) -> Observatory:
    """The indicators of a table, on DuckDB."""
    return Observatory(workspace, [table])


@cache
def _shown(cluster: Cluster, workspace: Workspace, table: str) -> None:
    """Show a built table in the session, once: nothing is built after it."""
    spark_engine.show(cluster.session, workspace, table)


def _on_spark(query: Any, workspace: Workspace, cluster: Cluster, table: str) -> list[dict[str, Any]]:
    _shown(cluster, workspace, table)
    answer = cluster.session.sql(str(ibis.to_sql(query, dialect="pyspark", pretty=False)))
    return _ordered(row.asDict() for row in answer.collect())


def _on_duckdb(query: Any, observatory: Observatory) -> list[dict[str, Any]]:
    answer = observatory.connection.execute(str(ibis.to_sql(query, dialect="duckdb", pretty=False)))
    names = [column[0] for column in answer.description or ()]
    return _ordered(dict(zip(names, row, strict=True)) for row in answer.fetchall())


def _ordered(found: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda row: [(value is not None, str(value)) for value in row.values()])
