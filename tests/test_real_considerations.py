"""The real records of the 2022 format of ../shared/data: what is made of them equals queries on the files.

Counts of considerations by kind and state; the end of every contract.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gisement.store import Workspace
from tests.workspaces import added, built, created, rows

# Written from the published rules on the values of the files, kind by kind; it shares no expression with the steps.
INDEPENDENT = """
WITH told AS (
    SELECT d.contract_key, source_format, considerationsSociales AS s, considerationsEnvironnementales AS e
    FROM (SELECT DISTINCT record_hash, source_format, considerationsSociales, considerationsEnvironnementales
          FROM raw_decp WHERE unreadable_reason IS NULL) r JOIN record_decision d USING (record_hash)
), kind AS (
    SELECT contract_key, 'social' AS axis, 'execution_clause' AS kind, s AS list, 'Clause sociale' AS word,
           source_format FROM told
    UNION ALL SELECT contract_key, 'social', 'award_criterion', s, 'Critère social', source_format FROM told
    UNION ALL SELECT contract_key, 'social', 'reserved_contract', s, 'Marché réservé', source_format FROM told
    UNION ALL SELECT contract_key, 'environmental', 'execution_clause', e, 'Clause environnementale', source_format
    FROM told
    UNION ALL SELECT contract_key, 'environmental', 'award_criterion', e, 'Critère environnemental', source_format
    FROM told
), record AS (
    SELECT *, CASE
        WHEN source_format = 'decp_2019' THEN NULL
        WHEN len(list_filter(list, v -> v LIKE 'Pas de%')) > 0 AND len(list) > 1 THEN 'clash'
        WHEN list_contains(list, word) THEN 'yes'
        WHEN len(list_filter(list, v -> v SIMILAR TO '(Clause|Critère|Marché|Pas de).*')) > 0 THEN 'none'
        ELSE 'no_value' END AS said
    FROM kind
), contract AS (
    SELECT contract_key, axis, kind, list(DISTINCT said) AS said FROM record GROUP BY ALL
)
SELECT axis, kind, CASE
        WHEN len(list_filter(said, v -> v IS NOT NULL)) = 0 THEN 'not_collected'
        WHEN list_contains(said, 'clash') THEN 'unknown'
        WHEN list_contains(said, 'yes') AND list_contains(said, 'none') THEN 'unknown'
        WHEN list_contains(said, 'yes') THEN 'yes'
        WHEN list_contains(said, 'none') THEN 'none'
        ELSE 'unknown' END AS state, count(*) AS n
FROM contract GROUP BY ALL ORDER BY ALL
"""
OURS = "SELECT axis, clause_kind AS kind, clause_state AS state, count(*) AS n FROM clause GROUP BY ALL ORDER BY ALL"


@pytest.fixture(scope="module")
def recent(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The real records of the 2022 format, and one small file of 2019."""
    workspace = created(tmp_path_factory.mktemp("considerations") / "workspace", "department:86")
    decp = shared_data / "decp"
    added(workspace, "decp", [decp / "format_2022", decp / "broken" / "demantis.json"])
    added(workspace, "decp", [decp / "format_2019" / "decp-processing_decp_test_2019.json"])
    built(workspace, ["record_decision", "clause", "finding", "renewal"])
    return workspace


def counts(workspace: Workspace, sql: str, tables: tuple[str, ...]) -> dict[tuple[str, str, str], int]:
    """Contracts by axis, kind and state."""
    return {(row["axis"], row["kind"], row["state"]): row["n"] for row in rows(workspace, sql, tables)}


def test_counts_by_kind_and_state_are_those_of_the_files(recent: Workspace) -> None:
    ours = counts(recent, OURS, ("clause",))
    assert ours == counts(recent, INDEPENDENT, ("raw_decp", "record_decision"))
    assert ours["social", "reserved_contract", "yes"] > 0
    assert ours["environmental", "execution_clause", "not_collected"] > 0


def test_every_contract_has_each_kind_once(recent: Workspace) -> None:
    sql = "SELECT count(*) AS n, count(DISTINCT contract_key) AS contracts FROM clause"
    (found,) = rows(recent, sql, ("clause",))
    assert found["n"] == 5 * found["contracts"] > 0


def test_real_records_that_contradict_each_other_are_unknown_and_said(recent: Workspace) -> None:
    """Of the kinds of contradictions, real data hold one: a contract published twice with other considerations.

    No real record contradicts itself, over all 27,490 contracts of the folder; no real notice is that of a real
    contract.
    """
    found = {
        row["rule"]: row["n"]
        for row in rows(
            recent, "SELECT rule, count(*) AS n FROM finding WHERE rule LIKE '%consideration%' GROUP BY 1", ["finding"]
        )
    }
    sql = "SELECT count(*) AS n FROM clause WHERE unknown_reason = 'between_records' AND axis = 'social'"
    (unknown,) = rows(recent, sql, ["clause"])
    assert found == {"social_consideration_differs": 1}
    reasons = "SELECT DISTINCT unknown_reason AS reason FROM clause WHERE unknown_reason IS NOT NULL"
    assert [row["reason"] for row in rows(recent, reasons, ["clause"])] == ["between_records"]
    assert unknown["n"] == 2, "one was a clause and not a criterion, the other way round elsewhere"


def test_two_lots_under_one_number_of_which_one_is_reserved_do_not_contradict_each_other(recent: Workspace) -> None:
    """Real case: office supplies under one number, lot 1 open, lot 2 reserved; two holders, two amounts, two objects."""
    sql = """
    SELECT clause_state AS state, count(DISTINCT contract_key) AS lots FROM clause JOIN contract USING (contract_key)
    WHERE contract_id = '2024-FCS01-00' AND clause_kind = 'reserved_contract' GROUP BY 1 ORDER BY 1"""
    assert rows(recent, sql, ["clause", "contract"]) == [{"state": "none", "lots": 1}, {"state": "yes", "lots": 1}]


# Ends of contracts, from the files' own words: the last duration that an amendment gives, in the order of days and
# numbers, else that of the award; the engine's own calendar adds the months. It shares no expression with the step.
INDEPENDENT_ENDS = """
WITH told AS (
    SELECT d.contract_key, any_value(r.dateNotification) AS day, any_value(r.dureeMois) AS months
    FROM raw_decp r JOIN record_decision d USING (record_hash)
    WHERE d.decision = 'contract' GROUP BY ALL
), act AS (
    SELECT d.contract_key, unnest(r.modifications) AS act
    FROM raw_decp r JOIN record_decision d USING (record_hash)
), last AS (
    SELECT contract_key, arg_max(try_cast(act.dureeMois AS DOUBLE)::INT,
        [coalesce(act.dateNotificationModification, act.datePublicationDonneesModification)[:10],
         lpad(act.id, 6, '0')]) AS months
    FROM act WHERE try_cast(act.dureeMois AS DOUBLE) BETWEEN 1 AND 180 GROUP BY ALL
), now AS (
    SELECT contract_key, try_cast(day[:10] AS DATE) AS day,
        coalesce(last.months, CASE WHEN try_cast(told.months AS DOUBLE) BETWEEN 1 AND 180
        THEN try_cast(told.months AS DOUBLE)::INT END) AS months
    FROM told LEFT JOIN last USING (contract_key)
)
SELECT contract_key, CASE WHEN day BETWEEN DATE '2000-01-01' AND DATE '2024-12-31'
    THEN CAST(day + to_months(months) AS DATE) END AS end_date FROM now
"""


def test_ends_are_those_of_an_independent_computation_amendments_included(recent: Workspace) -> None:
    ours = rows(recent, "SELECT contract_key, end_date FROM renewal ORDER BY 1", ["renewal"])
    theirs = rows(recent, f"SELECT * FROM ({INDEPENDENT_ENDS}) ORDER BY 1", ("raw_decp", "record_decision"))
    assert ours == theirs
    sql = """
    SELECT count(*) AS contracts, count(end_date) AS ends, count(*) FILTER (contract.duration_months <> duration_months_initial)
    AS longer FROM renewal JOIN contract USING (contract_key)
    """
    (found,) = rows(recent, sql, ("renewal", "contract"))
    assert found["contracts"] == len(ours)
    assert found["ends"] > 1100
    assert found["longer"] > 30, "amendments that change the duration"
