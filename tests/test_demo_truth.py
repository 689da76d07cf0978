"""The demonstration through the real path: what the generator knows to be true is found back.

That the local share comes back near 50 % says that the calculation is right: the demonstration is calibrated on it, and
confirms no published figure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.demonstration import Recovery, recovered
from gisement.sources.demonstration.territory import fault_rates, years
from tests.commands import gisement
from tests.test_progress import expected_rate

FEWEST = 20
"""Seeded faults under which a share says nothing: all must then be found but one."""


@pytest.fixture(scope="module")
def workspace(tiny_home: Path) -> Path:
    """The smallest demonstration, with its ledgers, built by the command."""
    return tiny_home


@pytest.fixture(scope="module")
def truth(workspace: Path) -> Any:
    """What the generator says."""
    return json.loads((workspace / "files" / "verite-fictive.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def recoveries(workspace: Path, truth: Any) -> Mapping[str, Recovery]:
    """What was found of each fault."""
    return {one.fault: one for one in recovered(workspace / "tables", truth)}


def measured(workspace: Path, *words: str) -> list[dict[str, Any]]:
    """The figures of `measure`, whoever buys."""
    run = gisement("measure", *words, "--where", "buyers=all", "--format", "json", workspace=workspace)
    assert run.returncode == 0, run.stderr
    figures: list[dict[str, Any]] = json.loads(run.stdout)["figures"]
    return figures


def test_the_local_share_is_within_half_a_point_and_bounds_hold_the_truth(workspace: Path, truth: Any) -> None:
    (figure,) = measured(workspace, "local_share", "--where", "basis=payment")
    true = truth["payments"]["in_ledgers"]["local_share"]
    assert figure["value"] == pytest.approx(true, abs=0.005)
    assert figure["low"] <= true <= figure["high"]
    assert figure["coverage"] > 0.9


def test_the_local_share_of_contracts_is_bounded_too(workspace: Path, truth: Any) -> None:
    (figure,) = measured(workspace, "local_share", "--where", "basis=contract")
    assert figure["low"] <= truth["contracts"]["local_share"] <= figure["high"]


def test_payments_add_up_by_buyer_and_year(workspace: Path, truth: Any) -> None:
    """What partners invoice to each other is out of the sum; lines entered twice are in it, and told."""
    figures = measured(workspace, "total_spend", "--by", "year", "--where", "basis=payment")
    found = {int(figure["group"]["year"]): figure["sums_eur"]["part"] for figure in figures}
    for cell in truth["payments"]["by_year"]:
        own = cell["cents"] + cell["entered_twice_cents"]
        assert found[cell["year"]] * 100 == pytest.approx(own, rel=0.01)


def test_what_partners_invoice_each_other_is_out_of_totals(workspace: Path, truth: Any) -> None:
    with duckdb.connect() as connection:
        path = workspace / "tables" / "purchase.parquet"
        query = f"SELECT sum(amount_cents) FROM read_parquet('{path}') WHERE is_between_partners"
        (cents,) = connection.execute(query).fetchall()[0]
    assert cents == truth["payments"]["in_ledgers"]["between_partners_cents"]


def test_every_kind_of_fault_is_looked_for(truth: Any, recoveries: Mapping[str, Recovery]) -> None:
    assert set(recoveries) == set(truth["faults"])
    assert sum(one.seeded for one in recoveries.values()) > 2_000


@pytest.mark.parametrize("fault", [*(fault for held in fault_rates().values() for fault in held), "account_gap"])
def test_a_seeded_fault_is_found(fault: str, recoveries: Mapping[str, Recovery]) -> None:
    one = recoveries[fault]
    if one.seeded < FEWEST:
        assert one.right >= one.seeded - 1
        assert one.found <= one.seeded + 1
    else:
        assert one.recall is not None
        assert one.precision is not None
        assert one.recall >= 0.95
        assert one.precision >= 0.95


def test_a_fault_that_is_not_found_is_seen(workspace: Path, truth: Any) -> None:
    """The comparison can fail: one more fault in the truth, and recall falls."""
    faults = {"amount_symbolic": truth["faults"]["amount_symbolic"]}
    other = {"amount_symbolic": {**faults["amount_symbolic"], "where": [["1" * 14, "2020-99999", "2020-01-01"]]}}
    (found,) = recovered(workspace / "tables", {"faults": faults})
    (missed,) = recovered(workspace / "tables", {"faults": other})
    assert (found.recall, found.precision) == (1, 1)
    assert (missed.recall, missed.precision) == (0, 0)


def test_what_is_no_purchase_never_entered(workspace: Path, truth: Any) -> None:
    """Staff, grants, aid, debt and taxes: as many lines left out as were seeded, by reason."""
    checked = json.loads(gisement("check", "--format", "json", workspace=workspace).stdout)["findings"]
    for reason in ("staff", "grants", "social_aid", "debt", "taxes"):
        found = sum(int(one["reported"]) for one in checked if one["rule"] == f"ledger_{reason}")
        assert found == sum(row["left_out"].get(reason, 0) for row in truth["other_lines"])
    masked = sum(int(one["reported"]) for one in checked if one["rule"] == "ledger_personal_name")
    assert masked == sum(row["natural_persons"] for row in truth["other_lines"])


def test_a_ledger_of_two_years_and_none_are_named_gaps(workspace: Path) -> None:
    with duckdb.connect() as connection:
        path = workspace / "tables" / "ledger_year.parquet"
        query = f"SELECT buyer_siren, count(*) FROM read_parquet('{path}') WHERE payments_count = 0 GROUP BY 1"
        gaps = dict(connection.execute(query).fetchall())
    assert sorted(gaps.values()) == [5, 7]


@pytest.mark.parametrize("axis", ["social", "environmental"])
def test_the_progress_of_considerations_holds_the_truth(axis: str, workspace: Path, truth: Any) -> None:
    """By number, among contracts that are counted once: raw, over the same buyers, and among like contracts."""
    told = gisement(
        "measure", f"pnad_{axis}_count_share", "--progress", "2020,2025", "--where", "buyers=all", "--format", "json",
        workspace=workspace,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    by_year = {year.year: year for year in years()}
    true = expected_rate(by_year[2025], axis) - expected_rate(by_year[2020], axis)
    assert len(found["figures"]) == 3
    raw, *compared = found["figures"]
    for figure in found["figures"]:
        assert (figure["unit"], figure["interval"]) == ("points", "sampling")
    assert raw["low"] <= true <= raw["high"]
    for figure in compared:  # too few contracts are alike, in so small a territory, for an interval
        assert figure["low"] is None or figure["low"] <= true <= figure["high"]
    assert found["evidence"]["raw"] == "progress"
    with_it = truth["contracts"][f"with_{axis}_consideration"]
    assert sum(figure["counts"]["part"] for figure in found["figures"][:1]) == pytest.approx(
        with_it["2020"] + with_it["2025"], abs=3
    )


def test_hours_of_social_clauses_come_back_whole_and_inclusion_lists_are_complete(workspace: Path, truth: Any) -> None:
    """Every hour of the file is counted, and a supplier absent from the lists is known not to be an inclusion firm."""
    run = gisement("clauses", "execution", "--format", "json", workspace=workspace)
    told = {figure["group"]["measure"]: figure["value"] for figure in json.loads(run.stdout)["figures"]}
    assert (told["due"], told["done"]) == (truth["insertion"]["due_hours"], truth["insertion"]["done_hours"])
    (share,) = measured(workspace, "siae_share")
    assert share["coverage"] > 0.9
    assert share["counts"]["part"] > 0
