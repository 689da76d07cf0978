"""The real files of ../shared/data: every record is there, whatever its form, and refusals are clear."""

from __future__ import annotations

import random
import re
from pathlib import Path

import duckdb
import pytest

from gisement.sources.decp import read
from gisement.terms import Trouble
from tests.sources.decp_samples import Row, published, rows_of

# File: records, concessions, commonest format. Counts are those of the data folder's own README.
DOCUMENTS = {
    "decp/format_2019/data.gouv.fr_aife.json": (4530, 22, "decp_2019"),
    "decp/format_2019/marches-publics.info.json": (4386, 10, "decp_2019"),
    "decp/format_2019/data.gouv.fr_pes.json": (912, 0, "decp_2019"),
    "decp/format_2019/eclaireur_reduced_decp_2019.json": (100, 0, "decp_2019"),
    "decp/format_2019/eclaireur_marches_publics_raw.json": (20, 0, "decp_2022"),
    "decp/format_2019/decp-processing_decp_test_2019.json": (2, 0, "decp_2019"),
    # 159 lines by columns, with two keys only: `source` and `datePublicationDonnees`.
    "decp/format_2019/decp-monitoring_decp_extracted.json": (159, 0, "decp_2019"),
    "decp/format_2022/bons_marches_sample_json.json": (136, 0, "decp_2022"),
    "decp/format_2022/marches_et_concessions.json": (3, 1, "decp_2022"),
    "decp/format_2022/test_after2024.json": (2, 0, "decp_2022"),
    "decp/format_2022/test_retain.json": (2, 0, "decp_2022"),
    "decp/format_2022/decp-processing_decp_test_2022.json": (5, 0, "decp_2022"),
    "decp/format_2022/decp-processing_decp_test_2022_larger.json": (6, 0, "decp_2022"),
    "decp/format_2022/decp-processing_decp_test_mixed.json": (6, 0, "decp_2022"),
    "decp/broken/demantis.json": (141, 0, "decp_2022"),
    "decp/broken/mauvais_marches_sample_json.json": (5, 0, "decp_2022"),
    "schemas/decp/v1/exemple_cc-avec-modifications.json": (1, 1, "decp_2022"),
    "schemas/decp/v1/exemple_cc-basique.xml": (1, 1, "decp_2022"),
    "schemas/decp/v1/exemple_mar-avec-modifications.xml": (1, 0, "decp_2022"),
    "schemas/decp/v1/exemple_paquet.json": (2, 1, "decp_2022"),
    "schemas/decp/v1/exemple_paquet.xml": (4, 2, "decp_2022"),
    "schemas/decp/v2/marches_concessions.json": (4, 2, "decp_2022"),
    "schemas/decp/v2/exemple_jan2024_Contrat-concession.json": (1, 1, "decp_2022"),
    "schemas/decp/v2/Contrat-concession-modification.xml": (2, 2, "decp_2022"),
    "schemas/decp/v2/Marche.xml": (2, 0, "decp_2022"),
}
TABLES = {
    "decp/tabular/eclaireur_out_decp-2019-10000.csv": 10000,
    "decp/tabular/decp-2019_vienne86_50lignes.csv": 50,
    "decp/tabular/decp_2024H2_travaux_cpv4521.csv": 8957,
    "decp/tabular/decp_2024H2_travaux_vienne86.csv": 35,
    "decp/tabular/decp_augmente_valides_2019_test.csv": 9,
    "decp/tabular/decp_augmente_valides_2022_test.csv": 9,
    "decp/format_2019/rendu-compte-decp_marches.csv": 762,
    "decp/broken/doublons_sample_json.csv": 4610,
    "schemas/scdl/exemple_marche_public.csv": 4,
    "schemas/scdl/exemple_marche_public_avec_erreurs.csv": 4,
    "schemas/table_schema/exemple-valide.csv": 4,
}
REFUSED = {
    "decp/broken/doublons_demantis.json": "ligne 2, colonne 1",
    "decp/format_2022/test-jsn.json": "aucun contrat DECP",
    "decp/tabular/atexo_acheteurs_demat-ampa_nouvelle-aquitaine.json": "aucun contrat DECP",
    "decp/format_2019/rendu-compte-decp_marches.xml": "« csv »",
    "accounting/pes/PES_MARCHE.xml": "« PES_Aller »",
    "schemas/decp/v2/schema_decp_v2.0.4.json": "aucun contrat DECP",
    "schemas/decp/v2/valeurs_admises_extraites_v2.0.4.json": "aucun contrat DECP",
    "schemas/table_schema/exemple-valide.xlsx": "CSV",
    "schemas/scdl/subventions-exemple.csv": "nomAttribuant",
    "sirene/signaux-faibles_sireneTestData.csv": "siren",
}


@pytest.mark.parametrize(("name", "expected"), DOCUMENTS.items())
def test_every_record_of_a_document_is_read(
    shared_data: Path, tmp_path: Path, name: str, expected: tuple[int, int, str]
) -> None:
    report = read(shared_data / name, tmp_path / "t.parquet")
    assert (report.records, report.concessions, report.source_format) == expected
    assert report.unreadable == 0


@pytest.mark.parametrize(("name", "records"), TABLES.items())
def test_every_line_of_a_table_is_read(shared_data: Path, tmp_path: Path, name: str, records: int) -> None:
    report = read(shared_data / name, tmp_path / "t.parquet")
    assert (report.records, report.unreadable, report.source_format) == (records, 0, "tabular")


@pytest.mark.parametrize(("name", "told"), REFUSED.items())
def test_other_files_are_refused(shared_data: Path, tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(Trouble) as trouble:
        read(shared_data / name, tmp_path / "t.parquet", name="montré.x")
    assert told in trouble.value.fr
    assert trouble.value.fr.startswith("montré.x")


def test_the_daily_files_of_a_publisher(shared_data: Path, tmp_path: Path) -> None:
    reports, rows = [], []
    for number, path in enumerate(sorted((shared_data / "decp/format_2022").glob("dematis*.json"))):
        reports.append(read(path, tmp_path / f"{number}.parquet"))
        rows += rows_of(tmp_path / f"{number}.parquet")
    assert sum(report.records for report in reports) == len(rows) == 1005
    assert sum(report.concessions for report in reports) == 3
    assert len({(row["id"], row["acheteur_id"]) for row in rows}) == 992
    assert sum(len(row["titulaires"]) for row in rows) == 1145 + 3
    assert sum(len(row["modifications"] or ()) for row in rows) == 241
    assert sum(len(row["actesSousTraitance"] or ()) for row in rows) == 328


def test_lost_accents_are_counted(shared_data: Path, tmp_path: Path) -> None:
    read(shared_data / "decp/format_2019/data.gouv.fr_aife.json", tmp_path / "t.parquet")
    found = duckdb.sql(
        f"SELECT count_if(has_lost_letters), count(DISTINCT (id, acheteur_id)) FROM '{tmp_path}/t.parquet'"
    ).fetchone()
    assert found == (3563, 4269)


def test_holders_of_official_examples_are_alike_in_xml_and_json(shared_data: Path, tmp_path: Path) -> None:
    """The two notations differ by identifiers and dates only: all the rest must be read alike."""
    folder = shared_data / "schemas/decp/v2"
    pairs = ("concessions_avec_modifications.json", "Contrat-concession-modification.xml")
    first, second = (_rows(folder / name, tmp_path) for name in pairs)
    apart = {"id", "acheteur_id", "objet", "modifications", "record_hash"}
    for row in (*first, *second):
        row["apart"] = [amendment["montant"] for amendment in row["modifications"]]
        for name in apart:
            del row[name]
    assert first == second
    assert first[0]["titulaires"][1]["id"] == "38103128500574"


def _rows(path: Path, folder: Path) -> list[Row]:
    read(path, folder / "t.parquet")
    return [published(row) for row in rows_of(folder / "t.parquet")]


def test_a_contract_published_without_header_is_that_of_its_json(shared_data: Path, tmp_path: Path) -> None:
    rows = _rows(shared_data / "decp/broken/doublons_sample_json.csv", tmp_path)
    distinct = {(row["id"], row["acheteur_id"]) for row in rows}
    assert len(distinct) == 269
    assert all(re.fullmatch(r"\d{14}", str(row["acheteur_id"])) for row in rows)
    concessions = [row for row in rows if row["record_kind"] == "contrat-concession"]
    assert [len(row["titulaires"]) for row in concessions] == [1, 1, 1, 1]


def test_no_bytes_ever_give_a_traceback(shared_data: Path, tmp_path: Path) -> None:
    """Real files, damaged: read or refused in a sentence, never a crash."""
    dice = random.Random(11)
    names = [*DOCUMENTS, *TABLES, *REFUSED]
    tokens = [
        b'"',
        b"{",
        b"]",
        b",",
        b"\x00",
        b"\xff",
        b"\\ud800",
        b"NaN",
        b"\n",
        b"[" * 2000,
        b"<!DOCTYPE a>",
        b"'",
    ]
    for _ in range(60):
        content = bytearray((shared_data / dice.choice(names)).read_bytes()[:30_000])
        for _ in range(dice.choice([1, 3, 10])):
            at = dice.randrange(len(content))
            content[at : at + dice.choice([0, 1, 90])] = dice.choice(tokens)
        path = tmp_path / "damaged"
        path.write_bytes(content)
        told = _told(path, tmp_path / "t.parquet")
        assert told is None or (told.startswith("damaged") and "\n" not in told)


def _told(path: Path, target: Path) -> str | None:
    """The sentence by which a file is refused; None where it is read."""
    try:
        read(path, target)
    except Trouble as trouble:
        return trouble.fr
    return None
