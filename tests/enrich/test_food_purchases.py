"""Labels, families and days: `tests/food/labels.yaml`, cases that a canteen manager can read, through real SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gisement.catalog.quality_labels import GROUPS, labels
from gisement.engine.plan import compile_step
from gisement.enrich.food.purchases import food_purchase
from gisement.store.database import schema, sql_type
from tests.yaml_file import read_yaml

CASES = read_yaml(Path(__file__).parent.parent / "food" / "labels.yaml")
SAID = {"organic": "bio", "siqo": "siqo", "other": "autre", "criteria": "critère", "none": "aucune", None: "inconnue"}
Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def judged() -> Iterator[Mapping[str, Row]]:
    """Each case as the step of the pipeline judges it."""
    connection = duckdb.connect()
    for name in food_purchase.inputs:
        described = ", ".join(f'"{column}" {sql_type(kind)}' for column, kind in schema(name).items())
        connection.execute(f"CREATE TABLE {name} ({described})")
    connection.execute("INSERT INTO canteen (canteen_reference, buyer_id) VALUES ('1', '1')")
    connection.executemany(
        "INSERT INTO food_line (food_purchase_key, canteen_reference, purchase_date, food_family, food_labels, amount_cents) "
        "VALUES (?, '1', ?, ?, nullif(?, ''), 100)",
        [[case["case"], case["day"], case["family"], case["labels"]] for case in CASES],
    )
    answer = connection.execute(compile_step(food_purchase, "duckdb").sql)
    names = [column[0] for column in answer.description or ()]
    yield {row["food_purchase_key"]: row for row in (dict(zip(names, r, strict=True)) for r in answer.fetchall())}
    connection.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case: Row, judged: Mapping[str, Row]) -> None:
    row = judged[case["case"]]
    assert row["food_label"] == case["label"]
    assert SAID[row["food_quality"]] == case["quality"]
    assert SAID[row["food_quality_2027"]] == case["from_2027"]


def test_every_label_has_a_case_and_every_date_its_eve_and_its_day() -> None:
    assert {case["label"] for case in CASES} - {None} == set(labels())
    assert len({case["case"] for case in CASES}) == len(CASES)
    for label in labels().values():
        day = label.until or label.mixed_until
        told = {str(case["day"]) for case in CASES if label.name in case["labels"].split(",")}
        assert day is None or {str(day), str(day.replace(year=day.year + 1, month=1, day=1))} <= told


def test_labels_are_in_the_order_of_their_groups() -> None:
    order = [GROUPS.index(label.group) for label in labels().values()]
    assert order == sorted(order)
    assert all(label.text and label.mark in ("V", "V2", "K") for label in labels().values())
