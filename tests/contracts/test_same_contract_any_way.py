"""However a contract is published, and as often as it is, it counts once, in its true state.

Hundreds of contracts are drawn, each buyer's published in some of the ways that sources use, and built at once.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from gisement.sources.demonstration import identifiers
from gisement.store import Workspace
from gisement.studies.checks import Checks
from tests.contracts.contract_case import Record, letter_of, write_documents
from tests.contracts.drawn_contracts import Procedure, Truth, procedures, published, truths
from tests.workspaces import rows, workspace_of

BUYERS = 400


@cache
def drawn() -> dict[str, list[Procedure]]:
    """The procedures of each buyer: the same at each run."""
    found: list[list[Procedure]] = []

    @settings(
        max_examples=BUYERS, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(procedures())
    def draw(example: list[Procedure]) -> None:
        found.append(example)

    draw()
    return {identifiers.siret(identifiers.siren(20_000 + number), 1): one for number, one in enumerate(found)}


@dataclass(frozen=True, repr=False)
class Made:
    """What was published and what the pipeline made of it, by buyer."""

    workspace: Workspace
    records: Mapping[str, list[tuple[str, Record]]]
    contracts: Mapping[str, list[Truth]]
    decided: Mapping[str, Counter[str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """All that was drawn, published in files whose records are shuffled, and built."""
    folder = tmp_path_factory.mktemp("any-way")
    records = {buyer: [each for one in of for each in published(one, buyer)] for buyer, of in drawn().items()}
    shuffled = [each for told in records.values() for each in told]
    random.Random(7).shuffle(shuffled)
    files: dict[str, list[Record]] = {}
    for name, record in shuffled:
        files.setdefault(name, []).append(record)
    paths = write_documents(folder / "files", files)
    workspace = workspace_of(folder / "workspace", "department:86", {"decp": paths})
    return Made(workspace, records, contracts(workspace), decided(workspace))


CONTRACTS = """
SELECT r.acheteur_id AS buyer, c.amount_cents, c.amount_cents_initial, c.duration_months, c.notification_date,
       c.amendments_count, c.is_subsequent_of_known,
       (SELECT list({'id': s.supplier_id, 'cents': s.amount_cents} ORDER BY s.holder_number)
        FROM contract_supplier s WHERE s.contract_key = c.contract_key) AS holders
FROM contract c JOIN (SELECT DISTINCT record_hash, acheteur_id FROM raw_decp) r USING (record_hash) ORDER BY ALL
"""


def contracts(workspace: Workspace) -> dict[str, list[Truth]]:
    """The contracts of each buyer, as the tables tell them."""
    found: dict[str, list[Truth]] = {}
    for row in rows(workspace, CONTRACTS, ("contract", "contract_supplier", "raw_decp")):
        holders = {letter_of(one["id"]): one["cents"] for one in row["holders"]}
        assert len(holders) == len(row["holders"])
        found.setdefault(row["buyer"], []).append(
            Truth(
                row["amount_cents"], row["amount_cents_initial"], row["duration_months"], row["notification_date"],
                row["amendments_count"], holders, row["is_subsequent_of_known"],
            )
        )  # fmt: skip
    return found


DECIDED = """
SELECT r.acheteur_id AS buyer, d.decision, sum(r.copies) AS copies, count(*) AS n
FROM (SELECT record_hash, acheteur_id, count(*) AS copies FROM raw_decp GROUP BY ALL) r
LEFT JOIN record_decision d USING (record_hash) GROUP BY ALL
"""


def decided(workspace: Workspace) -> dict[str, Counter[str]]:
    """How many records of each buyer were decided on in each way; further copies are duplicates."""
    found: dict[str, Counter[str]] = {}
    for row in rows(workspace, DECIDED, ("record_decision", "raw_decp")):
        counts = found.setdefault(row["buyer"], Counter())
        counts[str(row["decision"])] += row["n"]
        counts["duplicate"] += int(row["copies"]) - row["n"]
    return found


def test_every_contract_counts_once_in_its_true_state(made: Made) -> None:
    wrong = {
        buyer: told(made, buyer, expected)
        for buyer, of in drawn().items()
        if in_order(made.contracts.get(buyer, [])) != in_order(expected := truths(of))
    }
    assert not wrong, f"{len(wrong)} of {len(drawn())} buyers, such as:\n" + min(wrong.values(), key=len)


def in_order(some: Sequence[Truth]) -> list[str]:
    """Contracts in an order that does not depend on the tables."""
    return sorted(map(str, some))


def told(made: Made, buyer: str, expected: Sequence[Truth]) -> str:
    """What was published of a buyer, what was expected and what came out."""
    lines = [f"{name}: {json.dumps(shown(record), ensure_ascii=False)}" for name, record in made.records[buyer]]
    return "\n".join([*lines, "expected", *in_order(expected), "made", *in_order(made.contracts.get(buyer, []))])


def shown(record: Record) -> dict[str, Any]:
    """What tells the records of a test apart."""
    left_out = ("acheteur", "considerations", "datePublication", "lieu", "procedure", "offres", "acheteur_id")
    return {name: value for name, value in record.items() if not name.startswith(left_out)}


def test_every_record_is_decided_on(made: Made) -> None:
    """Each is a contract, is joined to one, or repeats one: to the unit, for each buyer."""
    for buyer, of in drawn().items():
        counts = made.decided[buyer]
        assert "None" not in counts
        assert sum(counts.values()) == len(made.records[buyer])
        assert counts["contract"] == len(made.contracts[buyer]) == len(truths(of))


def test_the_account_of_each_file_closes(made: Made) -> None:
    published_in = Counter(name for told in made.records.values() for name, _ in told)
    accounts = list(Checks(made.workspace).account())
    assert sorted(one["records"] for one in accounts) == sorted(published_in.values())
    for one in accounts:
        assert one["records"] == one["contracts"] + one["joined"] + one["duplicates"]
    assert [one for one in Checks(made.workspace).expectations() if one["failed"]] == []


UNTOLD = """
SELECT count(*) AS n FROM record_decision d
WHERE d.decision <> 'contract' AND NOT EXISTS (
    SELECT 1 FROM finding f WHERE f.record_hash = d.record_hash AND f.rule = d.decision_rule)
"""


def test_nothing_is_joined_or_merged_without_a_finding(made: Made) -> None:
    assert rows(made.workspace, UNTOLD, ("record_decision", "finding")) == [{"n": 0}]
