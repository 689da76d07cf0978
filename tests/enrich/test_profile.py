"""Profiles of suppliers, from the lists and the register to purchases: what a list proves, and what it does not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gisement.enrich.profile import MAIN_KINDS
from gisement.sources.demonstration import identifiers
from gisement.sources.inclusion import read_inclusion
from gisement.terms import Reading, Trouble
from tests.workspaces import rows, workspace_of

BUYER = identifiers.siret(identifiers.siren(30_001), 1)
LISTED, SISTER, ABSENT = (
    identifiers.siret(identifiers.siren(30_002), 1),
    identifiers.siret(identifiers.siren(30_002), 2),
    identifiers.siret(identifiers.siren(30_003), 1),
)
OTHERS = [identifiers.siret(identifiers.siren(30_010 + number), 1) for number in range(4)]
SIAE_LIST = [(LISTED, "EI"), *zip(OTHERS, ("ACI", "AI", "ETTI", "EA"), strict=True)]
CONTRACTS = "id,acheteur_id,acheteur_departement_code,objet,codeCPV,montant,dateNotification,titulaire_id\n" + "".join(
    f"{number},{BUYER},86,Travaux,45442100,{1000 * number},2024-03-0{number},{siret}\n"
    for number, siret in enumerate((LISTED, SISTER, ABSENT), 1)
)
UNITS = "siren,denominationUniteLegale,categorieJuridiqueUniteLegale,economieSocialeSolidaireUniteLegale,dateCreationUniteLegale,activitePrincipaleUniteLegale\n"
UNITS += (
    f"{LISTED[:9]},Association fictive,9220,O,2014-03-02,81.30Z\n{ABSENT[:9]},Société fictive,5710,,2022-01-01,43.34Z\n"
)


def purchases(folder: Path, listed: Sequence[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """The purchases of a workspace with this list of inclusion, by supplier."""
    files: dict[str, Sequence[Path]] = {}
    contents = {
        "decp": CONTRACTS,
        "legal-units": UNITS,
        "inclusion": "SIRET;MESURE\n" + "".join(f"{siret};{kind}\n" for siret, kind in listed),
    }
    for kind, content in contents.items():
        path = folder / f"{kind}.csv"
        path.write_text(content, encoding="utf-8")
        files[kind] = [path]
    workspace = workspace_of(folder / "workspace", "department:86", files, ["purchase"])
    return {row["supplier_id"]: row for row in rows(workspace, "SELECT * FROM purchase", ["purchase"])}


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """With a list that names structures of every kind of inclusion, and adapted firms without any ESAT."""
    return purchases(tmp_path_factory.mktemp("complete"), SIAE_LIST)


def test_a_list_proves_who_is_named_and_if_complete_who_is_not(complete: dict[str, dict[str, Any]]) -> None:
    told = {siret: (row["is_siae"], row["is_adapted"], row["inclusion_kind"]) for siret, row in complete.items()}
    assert told == {LISTED: (True, None, "EI"), SISTER: (None, None, None), ABSENT: (False, None, None)}


def test_a_list_that_lacks_a_kind_proves_no_absence(tmp_path: Path) -> None:
    found = purchases(tmp_path, SIAE_LIST[:2])
    assert {siret: row["is_siae"] for siret, row in found.items()} == {LISTED: True, SISTER: None, ABSENT: None}


def test_the_register_gives_the_rest_of_the_profile(complete: dict[str, dict[str, Any]]) -> None:
    named = ("legal_kind", "naf_section_code", "age_class", "is_social_economy", "month")
    assert [complete[LISTED][name] for name in named] == ["association", "N", "3_to_9", True, 3]
    assert [complete[SISTER][name] for name in named] == ["association", "N", "10_to_19", True, 3]
    assert [complete[ABSENT][name] for name in named] == ["company", "F", "under_3", None, 3]


def test_json_of_records_is_read_and_lines_without_siret_are_told(tmp_path: Path) -> None:
    held = [{"model": "siae", "pk": 1, "fields": {"siret": LISTED, "kind": "ei"}}, {"fields": {"siret": "x"}}]
    (tmp_path / "list.json").write_text(json.dumps(held), encoding="utf-8")
    assert read_inclusion(tmp_path / "list.json", tmp_path / "out.parquet") == Reading(2, 1)
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [{"siret": LISTED, "inclusion_kind_reported": "EI"}]


@pytest.mark.parametrize(("name", "content"), [("a.csv", "nom,ville\nx,y\n"), ("b.json", '{"a": [1]}')])
def test_another_file_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(Trouble, match="no list of inclusion structures"):
        read_inclusion(tmp_path / name, tmp_path / "out.parquet")


def test_real_lists_are_read(shared_data: Path, tmp_path: Path) -> None:
    # Counts told by the data folder: 3,932 lines of 2019 and 3,853 records of the marketplace.
    for name, count in (("siae_liste_2019-07.csv", 3932), ("lemarche_01_siaes.json", 3853)):
        found = read_inclusion(shared_data / "inclusion" / name, tmp_path / "out.parquet")
        assert found.records == count
        assert found.unreadable < count / 100
        kinds = set(pq.read_table(tmp_path / "out.parquet")["inclusion_kind_reported"].to_pylist())
        assert set(MAIN_KINDS["siae"]) <= kinds
        assert "ESAT" not in kinds
