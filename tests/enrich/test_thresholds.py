"""What is paid for a need beside the thresholds of the law, case by case, and the page that shows it to its partner."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from gisement.catalog import tables
from gisement.engine.plan import compile_step
from gisement.enrich import thresholds
from gisement.store.database import sql_type
from tests.yaml_file import read_yaml

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("thresholds.yaml"))
PURCHASE = ("buyer_siren", "buyer_name", "segment", "family", "year", "basis", "amount_cents", "contract_link_rule")


def _siren(number: int, case: dict[str, Any]) -> str:
    return str(case.get("siren", f"21{number:07d}"))


def _payments(number: int, case: dict[str, Any]) -> list[dict[str, Any]]:
    shared = {
        "buyer_siren": _siren(number, case), "buyer_name": case["case"], "segment": case.get("segment", "training"),
        "family": case.get("family", "advisory_hr"), "year": case.get("year", 2024), "basis": "payment",
        "is_buyer_in_territory": True,
    }  # fmt: skip
    kinds = {"unlinked": (None, False), "credit": (None, False), "linked": ("number", False), "partner": (None, True)}
    return [
        {**shared, "amount_cents": round(case[name] * 100), "contract_link_rule": rule, "is_between_partners": between}
        for name, (rule, between) in kinds.items()
        if name in case
    ]


def _contracts(number: int, case: dict[str, Any]) -> list[dict[str, Any]]:
    told = case.get("contract")
    if told is None:
        return []
    return [
        {
            "buyer_siren": _siren(number, case), "segment": "training", "year": told["notified"].year,
            "notification_date": told["notified"], "duration_months": told["months"],
        }
    ]  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    """What the step makes of every case, each that of a buyer of its own."""
    connection = duckdb.connect()
    given = {
        "purchase": [row for n, case in enumerate(CASES) for row in _payments(n, case)],
        "contract": [row for n, case in enumerate(CASES) for row in _contracts(n, case)],
    }
    for name, rows in given.items():
        kinds = tables()[name].schema
        held = pa.Table.from_pylist([{key: row.get(key) for key in rows[0]} for row in rows])
        connection.register("held", held)
        columns = ", ".join(
            f'{key if key in held.column_names else "NULL"}::{sql_type(kind)} AS "{key}"' for key, kind in kinds.items()
        )
        connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM held")
    answer = connection.execute(compile_step(thresholds.spend_without_contract, "duckdb").sql)
    names = [column[0] for column in answer.description or ()]
    return {row[names.index("buyer_name")]: dict(zip(names, row, strict=True)) for row in answer.fetchall()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_need_reaches_the_threshold_that_its_case_says(
    case: dict[str, Any], found: dict[str, dict[str, Any]]
) -> None:
    row = found[case["case"]]
    assert (row["need_level"], row["threshold_level"]) == (case["need"], case["level"])
    own = case["unlinked"] + case.get("credit", 0)
    assert row["unlinked_cents"] == round(own * 100)
    assert row["paid_cents"] == round((own + case.get("linked", 0)) * 100)
    assert row["contracts_count"] == case.get("contracts", 0)


def test_thresholds_are_those_of_the_first_of_january() -> None:
    """R2122-8 (decree 2025-1386): 60 000 EUR from 1 April 2026 holds for needs of 2027."""
    first = thresholds._first_year
    assert [first(date(2026, 4, 1)), first(date(2024, 1, 1)), first(date(2020, 12, 8))] == [2027, 2024, 2021]
