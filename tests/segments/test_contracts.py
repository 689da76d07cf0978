"""Contracts through the build: every lot has exactly one segment, by its CPV code or by what else is known of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gisement.catalog.segments import rules
from gisement.sources.demonstration import identifiers
from gisement.store import Workspace
from tests.segments.invented_titles import learnt
from tests.workspaces import added, built, rows, workspace_of

BUYER = identifiers.siret(identifiers.siren(20_001), 1)
ROOFER, CLEANER, HOLDING = (identifiers.siret(identifiers.siren(20_010 + number), 1) for number in range(3))
HEADER = "id,acheteur_id,acheteur_departement_code,objet,codeCPV,montant,dateNotification,titulaire_id,titulaire_departement_code"
# What is published (number, title, CPV, holder), and the segment and rule that a buyer expects.
CONTRACTS = {
    "cpv": ("Nettoyage", "45261210", ROOFER, "works_roofing_carpentry", "cpv_prefix"),
    "activity": ("Lot 2", "", ROOFER, "works_roofing_carpentry", "naf_prefix"),
    "activity-before-words": ("Nettoyage des vitres", "", ROOFER, "works_roofing_carpentry", "naf_prefix"),
    "words": ("Nettoyage des vitres n° 3", "", HOLDING, "cleaning_services", "words"),
    "nothing": ("Wkqz 4", "", HOLDING, "unclassified", "unclassified"),
    "model": ("Brimborions 2024-12", "", HOLDING, "cleaning_services", "title_model"),
    "bad-cpv": ("Lot 5", "00000000", CLEANER, "cleaning_services", "naf_prefix"),
}
JOINT = ("Zqwk", (ROOFER, CLEANER))

TABLES = ("contract", "contract_state", "contract_segment", "cpv_segment", "purchase")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """These contracts and a register, built with a model of titles."""
    folder = tmp_path_factory.mktemp("segments")
    lines = [
        f"{number},{BUYER},86,{title},{cpv},{1000 + place},2024-03-0{place + 1},{holder},86"
        for place, (number, (title, cpv, holder, *_)) in enumerate(CONTRACTS.items())
    ]
    lines += [f"joint,{BUYER},86,{JOINT[0]},,5000,2024-04-01,{holder},86" for holder in JOINT[1]]
    (folder / "table.csv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    register = [
        "siren,nic,siret,codeCommuneEtablissement,activitePrincipaleEtablissement,etatAdministratifEtablissement"
    ]
    activities = {ROOFER: "43.91B", CLEANER: "81.22Z", HOLDING: "64.20Z"}
    register += [f"{siret[:9]},{siret[9:]},{siret},86194,{naf},A" for siret, naf in activities.items()]
    (folder / "register.csv").write_text("\n".join(register) + "\n", encoding="utf-8")
    files = {"decp": [folder / "table.csv"], "sirene": [folder / "register.csv"]}
    files["title-model"] = [learnt(folder / "model.parquet", "Brimborions")]
    return workspace_of(folder / "workspace", "department:86", files, TABLES)


def contracts(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """The contracts of the workspace by their number."""
    return {row["contract_id"]: row for row in rows(workspace, "SELECT * FROM contract", ["contract"])}


@pytest.mark.parametrize("number", CONTRACTS)
def test_a_contract_is_classified_by_the_first_evidence(number: str, workspace: Workspace) -> None:
    row = contracts(workspace)[number]
    *_, segment, rule = CONTRACTS[number]
    assert (row["segment"], row["segment_rule"]) == (segment, rule)
    stated = rules()[rule]["confidence"]
    if rule == "title_model":
        assert 0.5 < row["segment_confidence"] <= 1
    else:
        assert row["segment_confidence"] == (float(stated) if stated else None)
    assert (row["is_medical"] is None) == (rule == "unclassified")


def test_holders_of_different_activities_say_nothing(workspace: Workspace) -> None:
    row = contracts(workspace)["joint"]
    assert (row["segment"], row["segment_rule"]) == ("unclassified", "unclassified")


def test_no_contract_is_in_two_segments_or_in_none(workspace: Workspace) -> None:
    (counted,) = rows(
        workspace,
        "SELECT count(*) AS n, count(DISTINCT contract_key) AS keys, count(segment) AS told, count(segment_rule) AS ruled, "
        "(SELECT count(*) FROM contract_state) AS states FROM contract",
        ["contract", "contract_state"],
    )
    assert len(set(counted.values())) == 1
    both = "SELECT * FROM contract_segment SEMI JOIN (contract_state JOIN cpv_segment USING (cpv_code)) USING (contract_key)"
    assert rows(workspace, both, ["contract_segment", "contract_state", "cpv_segment"]) == []
    parts = rows(workspace, "SELECT DISTINCT contract_key, segment, segment_rule FROM purchase", ["purchase"])
    assert len(parts) == counted["n"], "the parts of a joint award are in the segment of their contract"


def test_without_a_model_its_labels_stay_unclassified(workspace: Workspace, tmp_path: Path) -> None:
    model = next(workspace.snapshots.glob("title-model/*"))
    before = contracts(workspace)
    kept = (model / "content").read_bytes()
    try:
        removed(workspace, model.name)
        after = contracts(workspace)
        assert after["model"]["segment_rule"] == "unclassified"
        assert {number for number in before if before[number] != after[number]} == {"model"}
    finally:
        (tmp_path / "model.parquet").write_bytes(kept)
        added(workspace, "title-model", [tmp_path / "model.parquet"])
        built(workspace, TABLES)
    assert contracts(workspace) == before


def removed(workspace: Workspace, identifier: str) -> None:
    """Withdraw a file, and build again."""
    from gisement.store import remove_snapshot

    remove_snapshot(workspace, identifier)
    built(workspace, TABLES)
