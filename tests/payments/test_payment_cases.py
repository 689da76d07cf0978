"""Every trap of ledgers, end to end: the cases of this folder, in one workspace of the Vienne."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gisement.engine.measure import Observatory
from gisement.indicators.amounts import TOTAL_SPEND
from gisement.store import Workspace
from gisement.studies.checks import Checks
from gisement.terms import Perimeter, Verdict, parse_territory
from tests.payments.payment_case import HOLDERS, Case, cases, write_balance, write_corrections, write_ledgers
from tests.workspaces import content, rows, workspace_of

CASES = cases()


@dataclass(frozen=True, repr=False)
class Made:
    """The workspace of all the cases, and what it holds of each buyer."""

    workspace: Workspace
    payments: list[dict[str, Any]]
    findings: Mapping[str, Counter[str]]
    gaps: Mapping[str, dict[str, str]]


def build(folder: Path, *, is_reversed: bool = False) -> Workspace:
    """The workspace of the cases."""
    files = {
        "ledger": write_ledgers(folder, CASES, is_reversed=is_reversed),
        "accounts": [write_balance(folder / "balance.csv", CASES)],
        "correction": [write_corrections(folder / "corrections.csv", CASES)],
    }
    return workspace_of(folder / "workspace", "department:86", files)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The cases, built."""
    workspace = build(tmp_path_factory.mktemp("payments"))
    found = rows(workspace, PAYMENTS, ("payment", "payee_supplier"))
    findings: dict[str, Counter[str]] = {}
    tables = ("finding", "payment", "raw_payment", "payer", "raw_payment_dropped")
    for row in rows(workspace, FINDINGS, tables):
        findings.setdefault(row["buyer"], Counter())[row["rule"]] += 1
    gaps: dict[str, dict[str, str]] = {}
    for row in rows(workspace, "SELECT * FROM account_gap", ("account_gap",)):
        gaps.setdefault(row["buyer_siren"], {})[row["account_code"]] = row["gap_reason"]
    return Made(workspace, found, findings, gaps)


PAYMENTS = """
SELECT p.*, s.supplier_commune_code_reported AS commune, s.supplier_department_code_reported AS department
FROM payment p JOIN payee_supplier s USING (payee_key)
"""
FINDINGS = """
SELECT DISTINCT coalesce(p.buyer_id, q.buyer_id, left(f.record_hash, 9)) AS buyer, f.rule, f.record_hash
FROM finding f LEFT JOIN payment p USING (record_hash)
LEFT JOIN (SELECT DISTINCT payee_key, buyer_id FROM payment) q ON q.payee_key = f.record_hash
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_case(case: Case, made: Made) -> None:
    check_payments(case, [one for one in made.payments if one["buyer_id"] == case.buyer])
    found = made.findings.get(case.buyer, Counter()) + made.findings.get(case.buyer[:9], Counter())
    assert found == Counter({rule: int(number) for rule, number in case.content.get("findings", {}).items()})
    assert made.gaps.get(case.buyer[:9], {}) == case.content.get("gaps", {})
    check_spend(case, made.workspace)


def check_payments(case: Case, ours: list[dict[str, Any]]) -> None:
    """Every expected payment is there, as many times as said, and no other one."""
    left = list(ours)
    for entry in case.content["payments"]:
        wanted = dict(entry)
        for _ in range(int(wanted.pop("lines", "1"))):
            found = [one for one in left if all(shown(one, name) == text for name, text in wanted.items())]
            assert found, f"no payment is {wanted}; there are {ours}"
            left.remove(found[0])
    assert not left, f"payments that nobody expected: {left}"


NAMES = {
    "amount": "amount_cents", "ttc": "amount_ttc_cents", "supplier": "supplier_id", "account": "account_code",
    "credit": "is_credit_note", "reason": "amount_reason",
}  # fmt: skip


def shown(payment: Mapping[str, Any], name: str) -> str:
    """A value of a payment, as a case writes it."""
    value = payment[NAMES.get(name, name)]
    if name == "reason":
        return value or ""
    if value is None:
        return "inconnu"
    if name in ("amount", "ttc"):
        return str(Decimal(value) / 100)
    if isinstance(value, bool):
        return "oui" if value else "non"
    return {siret: letter for letter, siret in HOLDERS.items()}.get(value, str(value))


def check_spend(case: Case, workspace: Workspace) -> None:
    """The total of the case, in euros and in rows."""
    if "spend" not in case.content:
        return
    held = Observatory(workspace)
    (figure,) = held.measure(TOTAL_SPEND, Perimeter({"buyer": (case.buyer,)}))
    held.connection.close()
    assert figure.basis == "payment"
    sums = {"part": figure.sums.part, "excluded": figure.sums.excluded}
    counts = {f"{verdict}_rows": figure.sums.rows(verdict) for verdict in Verdict}
    euros = {name: str(Decimal(cents) / 100) for name, cents in sums.items()}
    given = euros | {name: str(number) for name, number in counts.items()}
    assert {name: given[name] for name in case.content["spend"]} == case.content["spend"]


def test_every_expectation_holds(made: Made) -> None:
    assert [one for one in Checks(made.workspace).expectations() if one["failed"]] == []


def test_no_payment_is_left_over(made: Made) -> None:
    assert {one["buyer_id"] for one in made.payments} == {case.buyer for case in CASES}


def test_order_of_lines_changes_nothing(made: Made, tmp_path: Path) -> None:
    again = content(build(tmp_path, is_reversed=True))
    before = content(made.workspace)
    assert {name for name in before if before[name] != again[name]} == set()


def test_a_buyer_without_a_line_in_a_year_is_a_named_gap(made: Made) -> None:
    """Of two buyers of the territory, one has no line of 2021: contracts never fill that gap."""
    with_2021 = next(case.buyer for case in CASES if "celle du budget" in case.label)
    other = CASES[0].buyer
    root = made.workspace.root
    Workspace.create(root, parse_territory("department:86", buyers=(with_2021, other)))
    held = Observatory(Workspace.open(root))
    try:
        assert held.ledger_gaps(Perimeter({"year": ("2021",)})) == [
            {"buyer": other[:9], "buyer_name": None, "years": [2021]}
        ]
        everything = {gap["buyer"]: gap["years"] for gap in held.ledger_gaps(Perimeter())}
        assert everything == {other[:9]: [2021, 2022, 2023], with_2021[:9]: [2024]}
    finally:
        held.connection.close()
        Workspace.create(root, parse_territory("department:86"))
