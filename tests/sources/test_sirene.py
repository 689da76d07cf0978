"""The register's readers on real files, on every wrapping, and on large files."""

from __future__ import annotations

import csv
import gzip
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gisement.catalog.tables import raw_tables
from gisement.sources.sirene import read_establishments, read_legal_units
from gisement.terms.trouble import Trouble

SHARED = Path(__file__).parents[3] / "shared/data/sirene"
real = pytest.mark.skipif(not SHARED.exists(), reason="real data not there")

STOCK = (
    "siren,nic,siret,statutDiffusionEtablissement,dateCreationEtablissement,etablissementSiege,libelleVoieEtablissement,"
    "codePostalEtablissement,codeCommuneEtablissement,etatAdministratifEtablissement,enseigne1Etablissement,"
    "activitePrincipaleEtablissement,nomenclatureActivitePrincipaleEtablissement\n"
    '218601946,00013,21860194600013,O,1983-03-01,true,RUE A,86000,86194,A,"Mairie, annexe",84.11Z,NAFRev2\n'
    "356000000,49837,35600000049837,O,,false,,,86194,F,,53.10Z,NAFRev2\n"
)
ANSWER: dict[str, Any] = {
    "results": [
        {
            "siren": "218601946",
            "nom_complet": "COMMUNE FICTIVE",
            "nom_raison_sociale": "COMMUNE FICTIVE",
            "sigle": None,
            "nature_juridique": "7210",
            "categorie_entreprise": "ETI",
            "activite_principale": "84.11Z",
            "etat_administratif": "A",
            "statut_diffusion": "O",
            "complements": {"est_ess": False, "est_societe_mission": None},
            "dirigeants": [{"nom": "PERSONNE", "prenoms": "FICTIVE"}],
            "siege": {"siret": "21860194600013", "est_siege": True, "commune": "86194", "adresse": "1 RUE A"},
            "matching_etablissements": [
                {
                    "siret": "21860194600013",
                    "est_siege": True,
                    "commune": "86194",
                    "liste_enseignes": ["ANNEXE"],
                },
                {"siret": "21860194600021", "est_siege": False, "commune": "86066", "liste_enseignes": None},
            ],
        },
        {
            "siren": "356000000",
            "nom_raison_sociale": "PERSONNE FICTIVE",
            "nature_juridique": "1000",
            "complements": {"est_entrepreneur_individuel": True},
            "siege": {"siret": "35600000000048", "commune": "75115"},
        },
    ]
}


def _rows(file: Path, columns: str = "*") -> list[tuple[Any, ...]]:
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{file}')").fetchall()


def _columns(file: Path) -> dict[str, str]:
    described = duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{file}')").fetchall()
    return {row[0]: {"VARCHAR": "string", "INTEGER": "int32"}[row[1]] for row in described}


def _wrapped(folder: Path) -> dict[str, Path]:
    """The same two establishments as CSV, CSV with a BOM and semicolons, gzip, zip and Parquet."""
    files = {name: folder / name for name in ("plain", "windows", "gzip", "zip", "parquet")}
    files["plain"].write_text(STOCK, encoding="utf-8")
    with files["windows"].open("w", encoding="utf-8-sig", newline="") as lines:
        csv.writer(lines, delimiter=";").writerows(csv.reader(STOCK.splitlines()))
    files["gzip"].write_bytes(gzip.compress(STOCK.encode()))
    with zipfile.ZipFile(files["zip"], "w") as archive:
        archive.writestr("lisezmoi.txt", "a")
        archive.writestr("StockEtablissement_utf8.csv", STOCK)
    duckdb.read_csv(str(files["plain"])).write_parquet(str(files["parquet"]))
    return files


def test_every_wrapping_gives_the_same_rows(tmp_path: Path) -> None:
    rows = {}
    for name, source in _wrapped(tmp_path).items():
        report = read_establishments(source, tmp_path / "made.parquet")
        assert (report.rows, report.unreadable, report.was_sorted) == (2, 0, True)
        rows[name] = _rows(tmp_path / "made.parquet")
    assert _columns(tmp_path / "made.parquet") == dict(raw_tables()["raw_establishment"].schema)
    # DuckDB's own reader took the leading zeros of numbers off before writing the Parquet: they are back
    assert len({repr(value) for value in rows.values()}) == 1
    known = "siret, siren, nic, siren_number, is_head_office, postcode, creation_date, sign_name, headcount_band"
    assert _rows(tmp_path / "made.parquet", known) == [
        ("21860194600013", "218601946", "00013", 218601946, "true", "86000", "1983-03-01", "Mairie, annexe", None),
        ("35600000049837", "356000000", "49837", 356000000, "false", None, None, None, None),
    ]


def test_no_street_and_no_person(tmp_path: Path) -> None:
    columns = set(raw_tables()["raw_establishment"].schema) | set(raw_tables()["raw_legal_unit"].schema)
    assert not [c for c in columns if "street" in c or "address" in c or "first_name" in c or "last_name" in c]
    source, made = tmp_path / "units", tmp_path / "made.parquet"
    source.write_text(
        "siren,nomUniteLegale,prenom1UniteLegale,denominationUniteLegale,sigleUniteLegale,categorieJuridiqueUniteLegale\n"
        "356000000,DUPONT,JEAN,DUPONT JEAN,DJ,1000\n218601946,,,COMMUNE FICTIVE,CF,7210\n",
        encoding="utf-8",
    )
    assert read_legal_units(source, made).rows == 2
    known = "siren, denomination, acronym, legal_category"
    assert _rows(made, known) == [
        ("356000000", None, None, "1000"),
        ("218601946", "COMMUNE FICTIVE", "CF", "7210"),
    ]
    assert "DUPONT" not in str(_rows(made))


def test_lost_zeros_latin_letters_and_broken_lines(tmp_path: Path) -> None:
    source, made = tmp_path / "content", tmp_path / "made.parquet"
    lines = "SIRET;Code commune établissement;enseigne\n705006500015;04143;Été\na;b;c;d\n1;2\n00705006500023;;\nX7;;\n"
    source.write_bytes(lines.encode("latin-1"))
    report = read_establishments(source, made)
    assert (report.rows, report.unreadable) == (3, 2)
    assert "state" in report.columns_missing
    assert "commune_code" not in report.columns_missing
    assert _rows(made, "siret, siren, siren_number, nic, commune_code, sign_name") == [
        ("00705006500015", "007050065", 7050065, "00015", "04143", "Été"),
        ("00705006500023", "007050065", 7050065, "00023", None, None),
        ("X7", "X7", None, "", None, None),
    ]
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.write(source, "etablissements.csv")
    zipped = read_establishments(tmp_path / "zip", tmp_path / "zipped.parquet")
    assert (zipped.rows, zipped.unreadable) == (3, 2)
    assert _rows(tmp_path / "zipped.parquet") == _rows(made)


def test_answers_of_the_search(tmp_path: Path) -> None:
    made = tmp_path / "made.parquet"
    one, many, lines = tmp_path / "one", tmp_path / "many", tmp_path / "lines"
    one.write_text(json.dumps(ANSWER, indent=1), encoding="utf-8")
    many.write_text(json.dumps([ANSWER, ANSWER]), encoding="utf-8")
    lines.write_text(f"{json.dumps(ANSWER)}\n{json.dumps(ANSWER)}\n", encoding="utf-8")
    for source in (one, many, lines):
        assert read_establishments(source, made).rows == 3
        assert _rows(made, "siret, siren, is_head_office, commune_code, sign_name") == [
            ("21860194600013", "218601946", "true", "86194", "ANNEXE"),
            ("21860194600021", "218601946", "false", "86066", None),
            ("35600000000048", "356000000", None, "75115", None),
        ]
        assert _columns(made) == dict(raw_tables()["raw_establishment"].schema)
        assert read_legal_units(source, made).rows == 2
        assert _columns(made) == dict(raw_tables()["raw_legal_unit"].schema)
        assert _rows(made, "siren, denomination, enterprise_category, is_social_economy, head_office_nic") == [
            ("218601946", "COMMUNE FICTIVE", "ETI", "false", "00013"),
            ("356000000", None, None, None, "00048"),
        ]
        assert "PERSONNE" not in str(_rows(made))


def test_unsorted_file_is_sorted_and_small_memory_is_enough(tmp_path: Path) -> None:
    source, made = tmp_path / "source.parquet", tmp_path / "made.parquet"
    query = """
        SELECT lpad((hash(i) % 100000000000000)::VARCHAR, 14, '0') AS siret,
               '86194' AS codeCommuneEtablissement, 'SIGN ' || hash(i + 1) AS enseigne1Etablissement
        FROM range(400000) t(i)"""
    duckdb.sql(f"COPY ({query}) TO '{source}' (FORMAT parquet)")
    report = read_establishments(source, made, memory_limit="150MB")
    assert (report.rows, report.was_sorted) == (400000, False)
    keys = [row[0] for row in _rows(made, "siret")]
    assert keys == sorted(keys)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made.parquet", "source.parquet"]
    duckdb.sql(f"COPY ({query} ORDER BY siret) TO '{source}' (FORMAT parquet)")
    report = read_establishments(source, tmp_path / "again.parquet")
    assert (report.rows, report.was_sorted) == (400000, True)


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "seul\n1\n", '{"results": [{"nom": "x"}]}', "{rompu"])
def test_foreign_files_are_refused(content: str, tmp_path: Path) -> None:
    source = tmp_path / "content"
    source.write_text(content, encoding="utf-8")
    for reader in (read_establishments, read_legal_units):
        with pytest.raises(Trouble, match=r"File content|The headers of the file"):
            reader(source, tmp_path / "made.parquet")
    assert not (tmp_path / "made.parquet").exists()


@real
def test_real_extract_of_establishments(tmp_path: Path) -> None:
    made = tmp_path / "made.parquet"
    report = read_establishments(SHARED / "sirene_etablissements_extrait_decp-augmente.csv", made)
    assert (report.rows, report.unreadable, report.was_sorted) == (8264, 0, True)
    keys = _rows(made, "siret, siren, nic")
    assert len({siret for siret, _, _ in keys}) == 8264
    assert all(siret == siren + nic and len(siren) == 9 for siret, siren, nic in keys)
    assert _rows(made, "count(*) FILTER (WHERE commune_code LIKE '86%')") == [(47,)]


@real
def test_real_extract_of_legal_units(tmp_path: Path) -> None:
    made = tmp_path / "made.parquet"
    report = read_legal_units(SHARED / "sirene_unites_legales_extrait_decp-augmente.csv", made)
    assert report.rows == 30560
    by_size = Counter(row[0] for row in _rows(made, "enterprise_category"))
    assert (by_size["PME"], by_size["ETI"], by_size["GE"]) == (24658, 3131, 1609)
    assert by_size[None] == 30560 - 24658 - 3131 - 1609


@real
def test_real_headers_of_the_stock_files(tmp_path: Path) -> None:
    made = tmp_path / "made.parquet"
    report = read_establishments(SHARED / "signaux-faibles_sireneTestData.csv", made)
    assert (report.rows, report.columns_missing) == (5, ("naf_2025_code",))
    report = read_legal_units(SHARED / "signaux-faibles_sireneULTestData.csv", made)
    assert (report.rows, report.columns_missing) == (4, ("is_mission_company",))
    report = read_legal_units(SHARED / "eclaireur_sirene_raw.parquet", made)
    assert (report.rows, report.columns_missing) == (15, ("naf_2025_code",))
    assert "MASQUE" not in str(_rows(made))


@real
@pytest.mark.parametrize(
    ("reader", "name"),
    [
        (read_establishments, "signaux-faibles_sireneHistoTestData.csv"),
        (read_establishments, "signaux-faibles_sireneULTestData.csv"),
        (read_establishments, "eclaireur_sirene_raw.parquet"),
        (read_legal_units, "signaux-faibles_sireneTestData.csv"),
        (read_legal_units, "signaux-faibles_sireneHistoTestData.csv"),
    ],
)
def test_real_files_of_another_kind_are_refused(reader: Any, name: str, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"Stock(Etablissement|UniteLegale)"):
        reader(SHARED / name, tmp_path / "made.parquet")
