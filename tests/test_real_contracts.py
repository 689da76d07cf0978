"""The real files of ../shared/data, end to end: every record is accounted for, and local shares are right to the cent.

The second half recomputes the local share of ten departments from the CSV alone, in plain SQL written from the
published rules (`independent_local_share.sql`), and compares cents.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from gisement.engine.intake import Added
from gisement.engine.measure import Observatory
from gisement.indicators.place import LOCAL_SHARE
from gisement.sources import geography
from gisement.store import Workspace
from gisement.studies.checks import Checks
from gisement.terms import Perimeter, Verdict
from tests.workspaces import added, built, created, rows, workspace_of

# Records of each file, as the data folder's README counts them.
RECORDS = {
    "broken/demantis.json": 141,
    "broken/doublons_sample_json.csv": 4610,
    "broken/mauvais_marches_sample_json.json": 5,
    "format_2019/data.gouv.fr_aife.json": 4530,
    "format_2019/data.gouv.fr_pes.json": 912,
    "format_2019/decp-monitoring_decp_extracted.json": 159,
    "format_2019/decp-processing_decp_test_2019.json": 2,
    "format_2019/eclaireur_marches_publics_raw.json": 20,
    "format_2019/eclaireur_reduced_decp_2019.json": 100,
    "format_2019/marches-publics.info.json": 4386,
    "format_2019/rendu-compte-decp_marches.csv": 762,
    "format_2022/bons_marches_sample_json.json": 136,
    "format_2022/decp-processing_decp_test_2022.json": 5,
    "format_2022/decp-processing_decp_test_2022_larger.json": 6,
    "format_2022/decp-processing_decp_test_mixed.json": 6,
    "format_2022/marches_et_concessions.json": 3,
    "format_2022/test_after2024.json": 2,
    "format_2022/test_retain.json": 2,
    "tabular/decp-2019_vienne86_50lignes.csv": 50,
    "tabular/decp_2024H2_travaux_cpv4521.csv": 8957,
    "tabular/decp_2024H2_travaux_vienne86.csv": 35,
    "tabular/decp_augmente_valides_2019_test.csv": 9,
    "tabular/decp_augmente_valides_2022_test.csv": 9,
    "tabular/eclaireur_out_decp-2019-10000.csv": 10000,
}
DAILY = 1005
"""Records of the eleven daily files of one publisher together."""
CONCESSIONS = {"format_2019/data.gouv.fr_aife.json": 22, "format_2019/marches-publics.info.json": 10}
REFUSED = {
    "broken/doublons_demantis.json": "ligne 2, colonne 1",
    "format_2019/rendu-compte-decp_marches.xml": "« csv »",
    "format_2022/test-jsn.json": "aucun contrat DECP",
    "tabular/atexo_acheteurs_demat-ampa_nouvelle-aquitaine.json": "aucun contrat DECP",
}
WORKS = "decp/tabular/decp_2024H2_travaux_cpv4521.csv"
SQL = Path(__file__).with_name("independent_local_share.sql")


@pytest.fixture(scope="module")
def everything(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, list[Added]]:
    """One workspace of the whole folder, added at once; and what became of each file."""
    workspace = created(tmp_path_factory.mktemp("real") / "workspace", "department:86")
    found = added(workspace, "decp", [shared_data / "decp"])
    built(workspace)
    return workspace, found


@pytest.fixture(scope="module")
def account(everything: tuple[Workspace, list[Added]]) -> dict[str, dict[str, Any]]:
    """The account of each file."""
    return {row["snapshot"]: row for row in Checks(everything[0]).account()}


def test_every_record_is_counted(account: dict[str, dict[str, Any]]) -> None:
    daily = {name for name in account if name.startswith("format_2022/dematis")}
    assert {name: row["records"] for name, row in account.items() if name not in daily} == RECORDS
    assert (len(daily), sum(account[name]["records"] for name in daily)) == (11, DAILY)
    assert {name: account[name]["concessions"] for name in CONCESSIONS} == CONCESSIONS


def test_the_account_of_each_file_closes_to_the_unit(account: dict[str, dict[str, Any]]) -> None:
    """Records = contracts + lines joined + duplicates merged + unreadable; nothing here is unreadable."""
    kinds = ("contracts", "joined", "duplicates", "unreadable")
    assert {name for name, row in account.items() if row["records"] != sum(row[kind] for kind in kinds)} == set()
    assert sum(row["unreadable"] for row in account.values()) == 0


def test_contracts_are_those_of_the_account(
    everything: tuple[Workspace, list[Added]], account: dict[str, dict[str, Any]]
) -> None:
    counted = sum(row["contracts"] for row in account.values())
    assert rows(everything[0], "SELECT count(*) AS n FROM contract", ["contract"]) == [{"n": counted}]
    assert [one for one in Checks(everything[0]).expectations() if one["failed"]] == []


def test_files_that_repeat_another_add_no_contract(account: dict[str, dict[str, Any]]) -> None:
    """Extracts and copies: whichever file is read first, the contracts are counted once."""
    sorted_ones = (
        "broken/demantis.json",
        "format_2022/bons_marches_sample_json.json",
        "broken/mauvais_marches_sample_json.json",
    )
    assert sum(account[name]["contracts"] for name in sorted_ones) < 141
    extract = account["tabular/decp-2019_vienne86_50lignes.csv"]["contracts"]
    assert extract + account["tabular/eclaireur_out_decp-2019-10000.csv"]["contracts"] == 9999


def test_two_sources_of_one_contract_count_once(everything: tuple[Workspace, list[Added]]) -> None:
    """The README counts 53 contracts of one file in another by buyer and number; 52 also agree on what is compared."""
    pair = {"format_2019/data.gouv.fr_pes.json", "format_2019/marches-publics.info.json"}
    shared = [row["contracts"] for row in Checks(everything[0]).shared() if {row["one"], row["other"]} == pair]
    assert shared == [52]


def test_refused_files_are_named_in_one_sentence(everything: tuple[Workspace, list[Added]]) -> None:
    told = {one.name: one.trouble for one in everything[1] if one.trouble}
    assert set(told) == set(REFUSED)
    for name, trouble in told.items():
        for sentence in (trouble.fr, trouble.en):
            assert sentence.startswith(name)
            assert "\n" not in sentence
            assert sentence.endswith(".")
        assert REFUSED[name] in trouble.fr


def test_no_amount_appears_from_nowhere(everything: tuple[Workspace, list[Added]]) -> None:
    """Every cent of a contract is one that a record or an amendment published."""
    sql = """
        SELECT count(*) AS n FROM contract c
        WHERE amount_cents IS NOT NULL AND amount_cents IS DISTINCT FROM amount_cents_reported AND NOT EXISTS (
            SELECT 1 FROM amendment a WHERE a.contract_key = c.contract_key AND a.amount_cents = c.amount_cents)
    """
    assert rows(everything[0], sql, ["contract", "amendment"]) == [{"n": 0}]


@pytest.mark.parametrize("department", ["01", "31", "33", "34", "44", "59", "69", "74", "75", "86"])
def test_departments_are_measured_with_bounds(everything: tuple[Workspace, list[Added]], department: str) -> None:
    figures = Observatory(everything[0]).measure(LOCAL_SHARE, Perimeter({"buyer_department": (department,)}), ["year"])
    assert figures
    for figure in figures:
        if figure.value is not None and figure.low is not None and figure.high is not None:
            assert 0 <= figure.low <= figure.value <= figure.high <= 1


# --- ten departments, recomputed ----------------------------------------------------------------------------


PURCHASES = ("contract", "purchase")
"""What this figure reads: the tables of food and payments, which it does not, take as long to make."""


@pytest.fixture(scope="module")
def works(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of the works contracts of the second half of 2024 alone, without any register."""
    folder = tmp_path_factory.mktemp("works") / "workspace"
    return workspace_of(folder, "department:34", {"decp": [shared_data / WORKS]}, PURCHASES)


@pytest.fixture(scope="module")
def recomputed(shared_data: Path) -> duckdb.DuckDBPyConnection:
    """The same file through the independent query."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE line AS SELECT * FROM read_csv(?, all_varchar = true)", [str(shared_data / WORKS)])
    communes = geography.raw_files()["raw_commune"]
    connection.execute("CREATE TABLE commune AS SELECT * FROM read_parquet(?)", [str(communes)])
    connection.execute(SQL.read_text(encoding="utf-8"))
    return connection


def test_the_file_is_the_one_that_is_known(recomputed: duckdb.DuckDBPyConnection) -> None:
    assert recomputed.execute("SELECT count(*), count(DISTINCT uid) FROM line").fetchone() == (8957, 5180)


def test_contracts_are_as_many(works: Workspace, recomputed: duckdb.DuckDBPyConnection) -> None:
    ours = rows(works, "SELECT count(*) AS n, sum(amount_cents)::BIGINT AS cents FROM contract", ["contract"])[0]
    assert (ours["n"], ours["cents"]) == recomputed.execute(
        "SELECT count(*), sum(cents)::BIGINT FROM current"
    ).fetchone()


@pytest.mark.parametrize("rank", range(10))
def test_ten_departments_to_the_cent(works: Workspace, recomputed: duckdb.DuckDBPyConnection, rank: int) -> None:
    """The ten departments whose buyers have most lines, each with the rings drawn around it."""
    lines = "SELECT acheteur_departement_code FROM line GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 10"
    department = recomputed.execute(lines).fetchall()[rank][0]
    workspace = created(works.root, f"department:{department}")
    built(workspace, PURCHASES)
    figure = Observatory(workspace, PURCHASES).measure(LOCAL_SHARE, Perimeter({"buyer_department": (department,)}))[0]
    sums = figure.sums
    ours = (sums.part, sums.rest, sums.unknown, sum(sums.rows(verdict) for verdict in Verdict))
    expected = recomputed.execute(
        "SELECT part, rest, unknown, rows FROM share WHERE department = ?", [department]
    ).fetchone()
    assert ours == expected
    assert sums.excluded == 0
    assert figure.value == sums.part / (sums.part + sums.rest)
