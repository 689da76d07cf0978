"""Unusual amounts case by case: what is said of an amount, and the reading in another unit that is proposed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import pytest

from gisement.enrich import outliers
from tests.yaml_file import read_yaml

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("outliers.yaml"))
KIND = {"cpv_division": "45", "buyer_kind": "commune"}
QUARTILES = ("usual_low_cents", "usual_middle_cents", "usual_high_cents")


def _cents(euros: float | None) -> int | None:
    return None if euros is None else round(euros * 100)


def _told(case: dict[str, Any]) -> list[dict[str, Any]]:
    contract = {"contract_key": "one", "record_hash": "hash", "amount_cents": _cents(case["amount"]), **KIND}
    quartiles = dict(zip(QUARTILES, map(_cents, case.get("usual", (1, 1, 1))), strict=True))
    other = {**KIND, "buyer_kind": KIND["buyer_kind"] if "usual" in case else "school"}
    contracts = ibis.memtable([contract]).cast({"amount_cents": "int64"})
    found = outliers.unusual_amount(contracts, ibis.memtable([{**other, **quartiles, "contracts_count": 20}]))
    return list(found.to_pyarrow().to_pylist())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_what_is_said_of_an_amount(case: dict[str, Any]) -> None:
    found = [(row["unusual_rule"], row["proposed_cents"]) for row in _told(case)]
    assert found == ([(case["rule"], _cents(case.get("proposed")))] if "rule" in case else [])
