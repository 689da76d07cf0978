"""The advice for a segment: cases that a buyer can read, counts that an independent query finds, and no firm named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gisement.catalog import texts
from gisement.catalog.segments import segments
from gisement.engine import Observatory
from gisement.models.clauses.insertion import CLAUSE, LOT, RESERVE, UNKNOWN, Supply, advise
from gisement.models.clauses.lint import UNLAWFUL, lint
from gisement.pipeline import indicator_named
from gisement.publish.words.clauses import counsel_sentences, wordings
from gisement.store import Workspace, add_snapshot
from gisement.studies.advice import TABLES, counsel
from gisement.terms import parse_territory
from tests.commands import gisement
from tests.tiny import tiny
from tests.workspaces import built
from tests.yaml_file import read_yaml

CASES = read_yaml(Path(__file__).parent / "advice.yaml")
CONTRACTS = ("decp", "sirene", "legal-units", "inclusion")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case: Mapping[str, Any]) -> None:
    found = advise(Supply(**{"is_complete": True, **case["supply"]}))
    assert (found.lever, found.reason) == (case["lever"], case["reason"])


def test_every_lever_and_reason_is_told_and_tried() -> None:
    for language in ("fr", "en"):
        words = texts(language)["advice"]
        assert set(words["levers"]) == set(words["basis"]) == {RESERVE, LOT, CLAUSE, UNKNOWN}
        assert set(words["reasons"]) == {case["reason"] for case in CASES}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Observatory:
    """The smallest demonstration, contracts and lists of inclusion firms alone."""
    demo = tiny()
    workspace = Workspace.create(tmp_path_factory.mktemp("advice") / "w", parse_territory(demo.territory))
    for file in demo.files:
        if file.kind in CONTRACTS:
            add_snapshot(workspace, file.kind, file.path.name, file.path, demo.card)
    built(workspace, list(TABLES))
    return Observatory(workspace, TABLES)


def test_firms_are_those_that_hold_contracts_of_the_segment(home: Observatory) -> None:
    found = home.connection.execute(
        "SELECT segment, count(DISTINCT supplier_siren) FROM purchase WHERE (is_siae OR is_adapted) AND NOT is_concession "
        "AND is_buyer_in_territory GROUP BY segment ORDER BY 2 DESC, 1"
    ).fetchall()
    assert found[0][1] >= 2
    for segment, firms in found[:6]:
        assert counsel(home, segment, indicator_named).supply.firms == firms
    absent = next(name for name in segments() if name not in dict(found))
    assert counsel(home, absent, indicator_named).supply.firms == 0


def test_what_is_said_is_lawful_names_no_firm_and_starts_from_the_library(home: Observatory) -> None:
    names = {row[0] for row in home.connection.execute("SELECT DISTINCT supplier_name FROM purchase").fetchall()}
    for segment in ("cleaning_services", *list(segments())[:8]):
        found = counsel(home, segment, indicator_named)
        told = " ".join(counsel_sentences(found))
        assert not any(name and name in told for name in names)
        assert [point.rule for point in lint(told) if point.severity == UNLAWFUL] == []
        assert all(segments()[segment]["family_id"] in e["families"] for e in wordings(segment, found.advice.lever))


def test_the_command_advises_and_refuses_what_is_no_segment(home: Observatory) -> None:
    workspace = home.workspace.root
    run = gisement("clauses", "advise", "--segment", "cleaning_services", "--format", "json", workspace=workspace)
    told = json.loads(run.stdout)
    assert told["lever"] in (RESERVE, LOT, CLAUSE, UNKNOWN)
    assert told["library"]
    assert len(told["figures"]) == 4
    shown = gisement("clauses", "advise", "--segment", "cleaning_services", workspace=workspace)
    assert "Code de la commande publique" in shown.stdout
    assert gisement("clauses", "advise", "--segment", "nowhere", workspace=workspace).returncode == 2
