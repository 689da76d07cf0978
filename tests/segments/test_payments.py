"""Payment lines through the build: every line of a ledger has exactly one segment, by the first evidence that names one."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gisement.catalog.segments import rules
from gisement.sources.demonstration import identifiers
from gisement.sources.ledger.mapping import LedgerMapping
from gisement.sources.ledger.prepare import prepare_ledger
from gisement.sources.segments.mapping import read_segment_mapping
from gisement.store import Workspace
from gisement.terms import Trouble
from tests.segments.invented_titles import learnt
from tests.workspaces import rows, workspace_of

TOWN, CAMPUS, CLINIC = (identifiers.siret(identifiers.siren(21_000 + number), 1) for number in range(3))
ROOFER, HOLDING = (identifiers.siret(identifiers.siren(21_010 + number), 1) for number in range(2))
FIELDS = {
    "buyer_id": "acheteur", "account": "compte", "supplier_id": "siret", "label": "objet", "segment_code": "categorie",
    "contract_id": "marche", "amount_ht": "ht", "fiscal_year": "exercice", "line_id": "mandat",
}  # fmt: skip
# Of each line: the ledger, what is written, and the segment and rule that a buyer expects.
LINES: Mapping[str, tuple[str, dict[str, str], str, str]] = {
    "own-category": ("M57", {"acheteur": TOWN, "categorie": "INFO-3", "marche": "M-001", "compte": "6262"}, "it_services", "buyer_mapping"),
    "own-account": ("M21", {"acheteur": CLINIC, "compte": "602293"}, "med_consumables", "buyer_mapping"),
    "nacres": ("GBCP", {"acheteur": CAMPUS, "categorie": "AA.14", "compte": "6071"}, "food_fruit_vegetables", "nacres_prefix"),
    "contract": ("M57", {"acheteur": TOWN, "marche": "m-001", "compte": "6262"}, "works_roofing_carpentry", "cpv_prefix"),
    "two-contracts": ("M57", {"acheteur": TOWN, "marche": "LOT 2", "compte": "6262"}, "telecom_services", "account_specific"),
    "another-buyer": ("M57", {"acheteur": CAMPUS, "marche": "M001", "compte": "6262"}, "telecom_services", "account_specific"),
    "account": ("M57", {"compte": "6262", "siret": ROOFER}, "telecom_services", "account_specific"),
    "activity": ("M57", {"compte": "611", "siret": ROOFER, "objet": "Nettoyage des vitres"}, "works_roofing_carpentry", "naf_prefix"),
    "words": ("M57", {"compte": "611", "siret": HOLDING, "objet": "FACT 12/2024 Nettoyage des vitres"}, "cleaning_services", "words"),
    "model": ("M57", {"compte": "611", "siret": HOLDING, "objet": "Brimborions 2024-12"}, "cleaning_services", "title_model"),
    "default": ("M57", {"compte": "611", "siret": HOLDING, "objet": "Wkqz"}, "waste_collection_treatment", "account_default"),
    "nothing": ("unknown", {"compte": "6282", "siret": HOLDING, "objet": "Wkqz"}, "unclassified", "unclassified"),
}  # fmt: skip
CONTRACTS = (
    "id,acheteur_id,objet,codeCPV,montant,dateNotification,titulaire_id\n"
    f"M001,{TOWN},Toiture,45261210,1000,2024-01-05,{ROOFER}\nM002,{TOWN},Lot un,45261210,10,2024-01-05,{ROOFER}\n"
    f"M-002,{TOWN},Pain,15810000,20,2024-02-05,{HOLDING}\nLOT2,{TOWN},Toiture,45261210,30,2024-01-05,{ROOFER}\n"
    f"LOT-2,{TOWN},Pain,15810000,40,2024-03-05,{HOLDING}\n"
)
OWN = f"buyer;code_kind;code;segment\n{TOWN};;INFO;it_services\n{CLINIC[:9]};compte;6022;med_consumables\n"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """These ledgers with contracts, a register, a mapping and a model of titles, built."""
    folder = tmp_path_factory.mktemp("payments")
    written = {"contracts.csv": CONTRACTS, "own.csv": OWN, "register.csv": _register()}
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    files: dict[str, Sequence[Path]] = {
        "decp": [folder / "contracts.csv"],
        "sirene": [folder / "register.csv"],
        "segments": [folder / "own.csv"],
        "title-model": [learnt(folder / "model.parquet", "Brimborions")],
        "ledger": [_ledger(folder, nomenclature) for nomenclature in ("M57", "M21", "GBCP", "unknown")],
    }
    return workspace_of(folder / "workspace", "department:86", files, ["purchase", "payment_segment"])


def _register() -> str:
    head = "siren,nic,siret,codeCommuneEtablissement,activitePrincipaleEtablissement,etatAdministratifEtablissement"
    activities = {ROOFER: "43.91B", HOLDING: "64.20Z"}
    return "\n".join([head, *(f"{s[:9]},{s[9:]},{s},86194,{naf},A" for s, naf in activities.items())]) + "\n"


def _ledger(folder: Path, nomenclature: str) -> Path:
    path = folder / f"{nomenclature}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(FIELDS.values()), restval="", delimiter=";")
        writer.writeheader()
        for place, (name, (of, cells, *_)) in enumerate(LINES.items()):
            if of == nomenclature:
                usual = {"acheteur": TOWN, "exercice": "2024", "ht": f"{100 + place},00", "mandat": name}
                writer.writerow({**usual, **cells})
    target = folder / f"masked-{nomenclature}.csv"
    columns = {field: (header,) for field, header in FIELDS.items()}
    prepare_ledger(path, target, LedgerMapping(columns=columns, nomenclature=nomenclature))
    return target


@pytest.fixture(scope="module")
def found(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """The purchase of each line, by the name of the line."""
    told = rows(
        workspace,
        "SELECT line_id, p.* FROM purchase p JOIN payment ON purchase_key = payment_key WHERE basis = 'payment'",
        ["purchase", "payment"],
    )
    return {max((name for name in LINES if name in str(row["line_id"])), key=len): row for row in told}


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_classified_by_the_first_evidence(name: str, found: dict[str, dict[str, Any]]) -> None:
    *_, segment, rule = LINES[name]
    row = found[name]
    assert (row["segment"], row["segment_rule"]) == (segment, rule)
    stated = rules()[rule]["confidence"]
    if rule == "title_model":
        assert 0.5 < row["segment_confidence"] <= 1
    else:
        assert row["segment_confidence"] == (float(stated) if stated else None)
    assert (row["is_medical"] is None) == (rule == "unclassified")


def test_every_rule_decides_a_line(found: dict[str, dict[str, Any]]) -> None:
    assert {row["segment_rule"] for row in found.values()} == set(rules())


def test_no_line_is_in_two_segments_or_in_none(workspace: Workspace) -> None:
    (counted,) = rows(
        workspace,
        "SELECT (SELECT count(*) FROM payment) AS lines, count(*) AS n, count(DISTINCT payment_key) AS keys, "
        "count(segment) AS told, count(segment_rule) AS ruled, count(family) AS families, "
        "(SELECT count(*) FROM purchase WHERE basis = 'payment') AS purchases FROM payment_segment",
        ["payment", "payment_segment", "purchase"],
    )
    assert set(counted.values()) == {len(LINES)}


# --- what a buyer gives ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("code;segment\nA;nowhere\n", "Ligne 2 .* nowhere"),
        ("buyer;code;segment\n12;A;lifts\n", "Ligne 2 .* 12"),
        ("buyer;code_kind;code;segment\n;fonction;A;lifts\n", "fonction"),
        ("code;segment\nA;lifts\n;lifts\n", "Ligne 3"),
        ("code\nA\n", "segment"),
        ("", "CSV"),
    ],
)
def test_a_mapping_that_cannot_be_read_is_refused_whole(text: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Trouble) as refused:
        read_segment_mapping(tmp_path / "own.csv", tmp_path / "made.parquet")
    assert re.search(named, refused.value.fr)
    assert not (tmp_path / "made.parquet").exists()


def test_a_mapping_saved_by_a_spreadsheet_in_french_is_read(tmp_path: Path) -> None:
    text = "Acheteur;Genre;Catégorie;Segment\n210 860 041 00013;catégorie;Été;lifts\n;;;\n"
    (tmp_path / "own.csv").write_bytes(text.encode("cp1252"))
    assert read_segment_mapping(tmp_path / "own.csv", tmp_path / "made.parquet").records == 1
