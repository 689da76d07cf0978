"""Buyers are read once, as records write them; a record that names none is a contract all the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.workspaces import rows, workspace_of

CITY = "21860194600013"


def _record(number: int, buyer: dict[str, Any] | None) -> dict[str, Any]:
    holder = {"titulaire": {"id": "55208131766522", "typeIdentifiant": "SIRET"}}
    return {
        "id": f"2024-{number}", "objet": f"Marché {number}", "acheteur": buyer, "montant": 40000,
        "dateNotification": "2024-03-05", "titulaires": [holder],
    }  # fmt: skip


def test_a_record_that_names_no_buyer_is_counted_and_found(tmp_path: Path) -> None:
    records = [_record(1, {"id": CITY}), _record(2, {"id": CITY[:9]}), _record(3, None), _record(4, {"id": None})]
    path = tmp_path / "contracts.json"
    path.write_text(json.dumps({"marches": {"marche": records}}))
    workspace = workspace_of(tmp_path / "ws", "epci:200069854", {"decp": [path]}, ["contract", "finding"])
    assert rows(workspace, "SELECT contract_id, buyer_id, buyer_siren FROM contract ORDER BY 1", ["contract"]) == [
        {"contract_id": "2024-1", "buyer_id": CITY, "buyer_siren": CITY[:9]},
        {"contract_id": "2024-2", "buyer_id": CITY[:9], "buyer_siren": CITY[:9]},
        {"contract_id": "2024-3", "buyer_id": None, "buyer_siren": None},
        {"contract_id": "2024-4", "buyer_id": None, "buyer_siren": None},
    ]
    found = "SELECT rule, count(*) AS records FROM finding WHERE \"column\" = 'buyer_id' GROUP BY 1 ORDER BY 1"
    assert rows(workspace, found, ["finding"]) == [
        {"rule": "identifier_missing", "records": 2}, {"rule": "identifier_siren_as_siret", "records": 1},
    ]  # fmt: skip
