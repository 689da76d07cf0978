"""Payments tied to contracts: by number, by supplier and dates, or not at all."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from gisement.engine.measure import MEASURED, Observatory
from gisement.indicators.amounts import TOTAL_SPEND
from gisement.sources.demonstration import identifiers
from gisement.sources.ledger.mapping import LedgerMapping
from gisement.sources.ledger.prepare import prepare_ledger
from gisement.store import Workspace
from gisement.terms import Perimeter
from tests.workspaces import rows, workspace_of

BUYER = "21860194700013"
A, B = (identifiers.siret(identifiers.siren(80_000 + number), 1) for number in (10, 20))
CONTRACTS = (
    # number, holder, CPV, euros, notified
    ("2023-017", A, "44316000", 1000, "2023-03-01"),  # hardware, 12 months
    ("2023/18", B, "30197630", 500, "2023-03-01"),  # paper
    ("2023-019", B, "30197630", 500, "2023-03-01"),  # paper again, same holder: nothing tells them apart
)
LINES = {
    # label: (account, supplier, day, contract number)
    "number and supplier": ("60632", A, "2023-06-01", "2023 017"),
    "number of another's contract": ("60632", B, "2023-06-01", "2023-017"),
    "no number, same segment": ("60632", A, "2023-06-02", ""),
    "before the contract": ("60632", A, "2023-02-01", ""),
    "long after its end": ("60632", A, "2025-06-01", ""),
    "two contracts answer": ("6064", B, "2023-06-01", ""),
    "another need": ("60623", A, "2023-06-01", ""),
    "unknown number": ("60632", A, "2023-06-03", "2099-999"),
}
EXPECTED = {
    "number and supplier": ("2023-017", "contract_number_and_supplier"),
    "number of another's contract": ("2023-017", "contract_number"),
    "no number, same segment": ("2023-017", "supplier_date_and_segment"),
}

TABLES = (*MEASURED, "finding", "contract_payment")


@pytest.fixture(scope="module")
def tied(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of three contracts and eight payments of 400 €."""
    folder = tmp_path_factory.mktemp("reconciliation")
    decp = folder / "decp.json"
    decp.write_text(json.dumps({"marches": [_contract(*one) for one in CONTRACTS]}), encoding="utf-8")
    return workspace_of(folder / "workspace", "department:86", {"decp": [decp], "ledger": [_ledger(folder)]}, TABLES)


def _contract(number: str, holder: str, cpv: str, euros: int, day: str) -> dict[str, Any]:
    return {
        "id": number, "acheteur": {"id": BUYER}, "nature": "Marché", "objet": f"Marché {number}", "codeCPV": cpv,
        "dureeMois": 12, "dateNotification": day, "datePublicationDonnees": "2023-04-01", "montant": euros,
        "titulaires": [{"typeIdentifiant": "SIRET", "id": holder}],
    }  # fmt: skip


def _ledger(folder: Path) -> Path:
    export, masked = folder / "export.csv", folder / "masked.csv"
    with export.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("compte", "siret", "date", "marche", "objet", "ht"))
        writer.writerows(
            (account, siret, day, number, label, "400,00") for label, (account, siret, day, number) in LINES.items()
        )
    fields = {
        "account": "compte",
        "supplier_id": "siret",
        "payment_date": "date",
        "contract_id": "marche",
        "label": "objet",
        "amount_ht": "ht",
    }
    mapping = LedgerMapping(
        columns={field: (header,) for field, header in fields.items()}, buyer=BUYER, nomenclature="M57", order="year"
    )
    prepare_ledger(export, masked, mapping)
    return masked


def test_each_payment_goes_to_its_contract_or_to_none(tied: Workspace) -> None:
    sql = """
    SELECT p.label, c.contract_id, l.contract_link_rule FROM payment p
    LEFT JOIN payment_contract l USING (payment_key) LEFT JOIN contract c USING (contract_key)
    """
    found = {row["label"]: row for row in rows(tied, sql, ("payment", "payment_contract", "contract"))}
    assert set(found) == set(LINES)
    linked = {
        label: (row["contract_id"], row["contract_link_rule"]) for label, row in found.items() if row["contract_id"]
    }
    assert linked == EXPECTED


def test_a_link_adds_no_euro_and_splits_the_spend(tied: Workspace) -> None:
    """8 × 400 € = 3 200 €, of which 3 × 400 € under a known contract."""
    held = Observatory(tied)
    everyone = {"buyer": (BUYER,)}
    (whole,) = held.measure(TOTAL_SPEND, Perimeter(everyone))
    parts = held.measure(TOTAL_SPEND, Perimeter(everyone), ("contract_link",))
    held.connection.close()
    assert whole.sums.part == 8 * 40_000
    expected: dict[str | int | None, int] = {None: 5 * 40_000, **{rule: 40_000 for _, rule in EXPECTED.values()}}
    assert {figure.group["contract_link"]: figure.sums.part for figure in parts} == expected


def test_more_paid_than_the_contract_is_a_finding(tied: Workspace) -> None:
    """1 200 € paid under a contract of 1 000 €."""
    found = rows(tied, "SELECT reported, kept FROM finding WHERE rule = 'paid_above_contract'", ("finding",))
    assert found == [{"reported": "100000", "kept": "120000"}]
    (paid,) = rows(
        tied, "SELECT payments_count, paid_cents, ceiling_cents FROM contract_payment", ("contract_payment",)
    )
    assert paid == {"payments_count": 3, "paid_cents": 120_000, "ceiling_cents": 100_000}
