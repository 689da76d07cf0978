"""A name of a ledger that leads to no firm: a person says which one it is, as a correction."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from gisement.sources.corrections import HEADER
from gisement.store import Workspace
from tests.payments.payment_case import HOLDERS, Case, write_ledgers
from tests.workspaces import added, built, rows, workspace_of

NAME = "PLOMBERIE DU CLAIN"
CASE = Case(
    1, {"case": "sans SIRET", "lines": [{"sans": "siret", "fournisseur": NAME, "cp": "86000", "ville": "POITIERS"}]}
)

TABLES = ("payment", "payee", "finding")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_of(tmp_path / "workspace", "department:86", {"ledger": write_ledgers(tmp_path, [CASE])}, TABLES)


def _settled(workspace: Workspace, folder: Path, old_value: str) -> tuple[Any, list[tuple[Any, ...]]]:
    """The supplier after a correction from this name, and what is found about the name."""
    ((key, *_),) = (tuple(row.values()) for row in rows(workspace, "SELECT payee_key FROM payee", ["payee"]))
    line = (
        "payee_supplier",
        key,
        "supplier_id",
        old_value,
        HOLDERS["A"],
        "facture vue",
        "Service achats",
        "2025-03-01",
    )
    with (folder / "corrections.csv").open("w", encoding="utf-8", newline="") as written:
        csv.writer(written).writerows([HEADER, line])
    added(workspace, "correction", [folder / "corrections.csv"])
    built(workspace, TABLES)
    (paid,) = rows(workspace, "SELECT supplier_id, supplier_siren FROM payment", ["payment"])
    sql = f"SELECT rule, reported, kept, action FROM finding WHERE record_hash = '{key}'"
    return paid, sorted(tuple(row.values()) for row in rows(workspace, sql, ["finding"]))


def test_a_person_says_which_firm_stands_behind_a_name(workspace: Workspace, tmp_path: Path) -> None:
    paid, found = _settled(workspace, tmp_path, NAME)
    assert paid == {"supplier_id": HOLDERS["A"], "supplier_siren": HOLDERS["A"][:9]}
    assert ("correction_applied", NAME, HOLDERS["A"], "repaired") in found


def test_a_correction_that_starts_from_another_name_is_not_applied(workspace: Workspace, tmp_path: Path) -> None:
    paid, found = _settled(workspace, tmp_path, "PLOMBERIE DE LA VIENNE")
    assert paid["supplier_siren"] is None
    assert [row[0] for row in found if row[0].startswith("correction")] == ["correction_not_applied"]
