"""Every trap of published contracts, end to end: the cases of this folder's YAML files, in one workspace of the Vienne.

All cases are built together, each under a buyer of its own; the whole is built twice, the second time with files and
records in reverse order, and must come out the same to the byte.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gisement.engine.measure import Observatory
from gisement.indicators.amounts import TOTAL_SPEND
from gisement.sources.corrections import HEADER
from gisement.store import Workspace
from gisement.studies.checks import Checks
from gisement.terms import Perimeter, Ring, Verdict
from tests.contracts.contract_case import Case, Record, cases, euros, from_cents, letter_of, write_files
from tests.workspaces import added, built, content, created, rows, written

CASES = cases()
# A contract is compared with all the others of its kind: what is unusual in a file of traps says nothing of a case.
OF_THE_WHOLE = {
    "amount_maybe_in_cents",
    "amount_maybe_in_thousands",
    "amount_unusually_high",
    "amount_unusually_low",
}


@dataclass(frozen=True, repr=False)
class Made:
    """What the pipeline made of all the cases: by buyer."""

    workspace: Workspace
    contracts: Mapping[str, list[Record]]
    findings: Mapping[str, Counter[str]]
    accounts: Mapping[str, Counter[str]]
    spend: Mapping[str, Mapping[str, Decimal]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The cases, published and built."""
    workspace = with_corrections(tmp_path_factory.mktemp("cases"))
    return Made(workspace, contracts(workspace), findings(workspace), accounts(workspace), spend(workspace))


def with_corrections(folder: Path, *, is_reversed: bool = False) -> Workspace:
    """The workspace of all cases. Corrections name the key of a contract, so they come once contracts have one."""
    workspace = created(folder / "workspace", "department:86")
    files = write_files(folder / "files", CASES, is_reversed=is_reversed)
    refused = [one.trouble.fr for one in added(workspace, "decp", files) if one.trouble]
    assert not refused, refused
    built(workspace, ["contract"])
    path = folder / "corrections.csv"
    path.write_text(corrections(workspace, is_reversed=is_reversed), encoding="utf-8")
    assert not [one.trouble for one in added(workspace, "correction", [path]) if one.trouble]
    built(workspace)
    return workspace


def corrections(workspace: Workspace, *, is_reversed: bool) -> str:
    """The file of corrections that the cases ask for."""
    keys = {(row["buyer_id"], row["contract_id"]): row["contract_key"] for row in rows(workspace, KEYS, ["contract"])}
    asked = []
    for case in CASES:
        for entry in case.content.get("corrections", []):
            given = {
                "table": "contract",
                "reason": "pièce du marché",
                "author": "service des achats",
                **entry,
            }
            key = keys.get((str(case.buyer), given.pop("id")), "absent")
            asked.append({"old_value": "", "new_value": "", **given, "key": key})
    lines = [",".join(HEADER)] + [
        ",".join(str(one[name]) for name in HEADER) for one in asked[:: -1 if is_reversed else 1]
    ]
    return "\n".join(lines) + "\n"


KEYS = "SELECT buyer_id, contract_id, contract_key FROM contract"
TABLES = ("contract", "contract_supplier", "purchase", "supplier", "raw_decp", "finding")
CONTRACTS = """
SELECT coalesce(c.buyer_id, r.acheteur_id) AS case_buyer, c.contract_id AS id, c.*, s.parts
FROM contract c
JOIN (SELECT record_hash, min(acheteur_id) AS acheteur_id FROM raw_decp GROUP BY record_hash) r USING (record_hash)
JOIN (
    SELECT contract_key, list({
        'supplier_id': s.supplier_id, 'cents': s.amount_cents, 'kind': k.supplier_id_kind, 'siren': k.supplier_siren,
        'near': p.establishment_nearest, 'far': p.establishment_farthest, 'level': s.amount_level
    } ORDER BY s.holder_number) AS parts
    FROM contract_supplier s JOIN purchase p USING (contract_key, holder_number)
    LEFT JOIN supplier k ON k.supplier_id = s.supplier_id
    GROUP BY contract_key
) s USING (contract_key)
ORDER BY ALL
"""


def contracts(workspace: Workspace) -> dict[str, list[Record]]:
    """The contracts of each case, in the words of the case files."""
    found: dict[str, list[Record]] = {}
    for row in rows(workspace, CONTRACTS, TABLES):
        found.setdefault(row["case_buyer"], []).append(told(row))
    return found


def told(row: Mapping[str, Any]) -> Record:
    """A contract as a case file tells it."""
    parts = {letter_of(part["supplier_id"]): part for part in row["parts"]}
    assert len(parts) == len(row["parts"])
    return {
        "id": row["id"],
        "amount": from_cents(row["amount_cents"]),
        "initial": from_cents(row["amount_cents_initial"]),
        "reported": from_cents(row["amount_cents_reported"]),
        "reason": row["amount_reason"],
        "annual": from_cents(row["annualised_cents"]),
        "holders": {letter: from_cents(part["cents"]) for letter, part in parts.items()},
        "kinds": {letter: part["kind"] for letter, part in parts.items()},
        "sirens": {letter: part["siren"] for letter, part in parts.items()},
        "rings": {letter: rings(part["near"], part["far"]) for letter, part in parts.items()},
        "level": row["parts"][0]["level"],
        "date": row["notification_date"],
        **{name: row[column] for name, column in PLAIN.items()},
    }


PLAIN = {
    "title": "title",
    "year": "year",
    "months": "duration_months",
    "months_initial": "duration_months_initial",
    "offers": "offers_count",
    "cpv": "cpv_code",
    "buyer": "buyer_id",
    "buyer_department": "buyer_department_code",
    "in_territory": "is_buyer_in_territory",
    "records": "records_count",
    "lots": "lots_count",
    "amendments": "amendments_count",
    "concession": "is_concession",
    "framework": "is_framework",
    "subsequent_of_known": "is_subsequent_of_known",
    "social": "social_state",
    "environmental": "environmental_state",
    "social_clause": "social_clause_state",
    "social_criterion": "social_criterion_state",
    "reserved": "reserved_state",
    "environmental_clause": "environmental_clause_state",
    "environmental_criterion": "environmental_criterion_state",
    "subsequent_of_listed": "is_subsequent_of_listed",
    "execution_place": "execution_place_code",
    "execution_place_kind": "execution_place_kind",
    "format": "source_format",
}


def rings(near: int, far: int) -> str:
    """`department`, or `commune..country` where nobody knows."""
    names = [Ring(number).name.lower() for number in (near, far)]
    return names[0] if near == far else "..".join(names)


FINDINGS = """
SELECT r.acheteur_id AS buyer, rule, count(*) AS n FROM finding
JOIN (SELECT DISTINCT record_hash, acheteur_id FROM raw_decp) r USING (record_hash) GROUP BY ALL
"""
ACCOUNTS = """
SELECT r.acheteur_id AS buyer, d.decision, sum(d.copies) - count(*) AS again, count(*) AS n
FROM record_decision d JOIN (SELECT DISTINCT record_hash, acheteur_id FROM raw_decp) r USING (record_hash) GROUP BY ALL
"""
OF_DECISION = {
    "contract": "contracts",
    "joint": "joined",
    "version": "joined",
    "amendment_line": "joined",
    "duplicate": "duplicates",
}


def findings(workspace: Workspace) -> dict[str, Counter[str]]:
    """How many findings of each rule, by buyer as published."""
    found: dict[str, Counter[str]] = {}
    for row in rows(workspace, FINDINGS, ("finding", "raw_decp")):
        found.setdefault(row["buyer"], Counter())[row["rule"]] += row["n"]
    return found


def accounts(workspace: Workspace) -> dict[str, Counter[str]]:
    """The account of records, by buyer as published: contracts, joined, duplicates."""
    found: dict[str, Counter[str]] = {}
    for row in rows(workspace, ACCOUNTS, ("record_decision", "raw_decp")):
        account = found.setdefault(row["buyer"], Counter())
        account[OF_DECISION[row["decision"]]] += row["n"]
        account["duplicates"] += int(row["again"])
    return found


def spend(workspace: Workspace) -> dict[str, Mapping[str, Decimal]]:
    """Euros of each verdict of the total spend, by buyer, and the contracts whose amount is unknown."""
    figures = Observatory(workspace).measure(TOTAL_SPEND, Perimeter({"buyers": ("all",)}), ["buyer"])
    return {
        str(figure.group["buyer"]): {
            "part": Decimal(figure.sums.part) / 100,
            "excluded": Decimal(figure.sums.excluded) / 100,
            "unknown_rows": Decimal(figure.sums.rows(Verdict.UNKNOWN)),
        }
        for figure in figures
    }


# --- the cases ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_case(case: Case, made: Made) -> None:
    spellings = {str(record.get("acheteur_id") or buyer_of(record)) for _, record in case.published}
    ours = [contract for buyer in {case.buyer, *spellings} for contract in made.contracts.get(buyer, [])]
    check_contracts(case, ours)
    account = sum((made.accounts.get(buyer, Counter()) for buyer in spellings), Counter())
    check_account(case, account, len(ours))
    rules = sum((made.findings.get(buyer, Counter()) for buyer in spellings), Counter())
    expected = {rule: int(number) for rule, number in case.content.get("findings", {}).items()}
    assert {rule: n for rule, n in rules.items() if rule not in OF_THE_WHOLE} == expected
    for name, text in case.content.get("spend", {}).items():
        assert made.spend[case.buyer][name] == euros(text), name


def buyer_of(record: Record) -> str:
    """The buyer of a record, or the granting authority of a concession."""
    return str((record.get("acheteur") or record["autoriteConcedante"])["id"])


def check_contracts(case: Case, ours: Sequence[Record]) -> None:
    """Every expected contract is there, with all that the case says of it, and no other one."""
    left = list(ours)
    shown = "\n".join(json.dumps(contract, default=str, ensure_ascii=False) for contract in ours)
    for entry in case.content["contracts"]:
        wanted = {name: read(name, case.spelled(value)) for name, value in entry.items()}
        found = [one for one in left if all(one[name] == value for name, value in wanted.items())]
        assert found, f"no contract is {wanted}; there are:\n{shown}"
        left.remove(found[0])
    assert not left, f"contracts that nobody expected, among:\n{shown}"


def read(name: str, value: Any) -> Any:
    """An expected value, as the tables have it."""
    if name == "holders":
        return {letter: euros(text) for letter, text in value.items()}
    if isinstance(value, dict):  # by letter of holder
        return {letter: None if text == "inconnu" else text for letter, text in value.items()}
    if value == "inconnu":
        return None
    if name in ("amount", "initial", "reported", "annual"):
        return euros(value)
    if value in ("oui", "non"):
        return value == "oui"
    if name == "date":
        return date.fromisoformat(value)
    return int(value) if name in WHOLE else value


WHOLE = {"year", "months", "months_initial", "offers", "records", "lots", "amendments"}


def check_account(case: Case, account: Counter[str], count: int) -> None:
    """Every published record is a contract, is joined to one or repeats one: as the case says, to the unit."""
    expected = {name: int(number) for name, number in case.content.get("account", {"contracts": count}).items()}
    assert {name: number for name, number in account.items() if number} == expected
    assert sum(expected.values()) == len(case.published)
    assert expected["contracts"] == count


# --- all of them --------------------------------------------------------------------------------------------


def test_every_expectation_holds(made: Made) -> None:
    assert [one for one in Checks(made.workspace).expectations() if one["failed"]] == []


def test_no_contract_is_left_over(made: Made) -> None:
    """The cases account for every contract that was made: none went to another buyer."""
    expected = sum(len(case.content["contracts"]) for case in CASES)
    assert sum(map(len, made.contracts.values())) == expected


def test_a_correction_of_nothing_is_told(made: Made) -> None:
    """A correction of an absent contract, or of a column that cannot be corrected, stands under the key it gave."""
    found = rows(made.workspace, OF_NOTHING, ("finding", "raw_decp", "contract"))
    assert [(row["contract_id"], row["column"], row["rule"]) for row in found] == [
        ("K11", "title", "correction_not_applied"),
        (None, "amount_cents", "correction_not_applied"),
    ]


OF_NOTHING = """
SELECT c.contract_id, f."column", f.rule FROM finding f LEFT JOIN contract c ON f.record_hash = c.contract_key
WHERE f.record_hash NOT IN (SELECT record_hash FROM raw_decp) ORDER BY ALL NULLS LAST
"""


def test_order_of_files_and_records_changes_nothing(made: Made, tmp_path: Path) -> None:
    again = with_corrections(tmp_path, is_reversed=True)
    before, after = content(made.workspace), content(again)
    assert {name for name in before if before[name] != after.get(name)} == set()
    assert set(before) == set(after) == written()


def test_a_second_build_makes_nothing_anew(made: Made) -> None:
    assert built(made.workspace) == []


def test_case_files_are_for_people() -> None:
    """Each file says what its trap is before its first case, and cases have names of their own."""
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        assert path.read_text(encoding="utf-8").startswith("# "), path.name
    assert len({case.label for case in CASES}) == len(CASES)
    assert next(csv.reader([",".join(HEADER)])) == list(HEADER)
