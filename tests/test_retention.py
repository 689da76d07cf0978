"""Files that have been kept too long are told, with the command that removes them; nothing goes by itself."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from gisement.catalog.file_kinds import file_template
from gisement.store import Workspace, snapshots
from gisement.studies.retention import kept_until, overdue
from tests import mixed_files, mixed_ledgers
from tests.commands import gisement
from tests.workspaces import added, built, created


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A ledger of 2024 and before, a sheet of 2020, a list that tells of no year, a published file."""
    folder = tmp_path_factory.mktemp("retention")
    made = created(folder / "workspace", "department:86")
    held = mixed_ledgers.write(
        folder / "ledgers", (mixed_files.TOWN, mixed_files.BUYER), mixed_files.FIRMS, lambda _: None
    )
    added(made, "ledger", held["ledger"][:1])
    added(made, "accounts", held["accounts"])
    sheet = re.sub(r"(?m)^date:.*$", "date: 2020-05-04", file_template("experience"))
    (folder / "old.md").write_text(re.sub(r"20(?!20)[0-9]{2}-", "2020-", sheet), encoding="utf-8")
    assert not [one.trouble for one in added(made, "experience", [folder / "old.md"]) if one.trouble]
    built(made)
    return made


def test_a_duration_runs_from_the_end_of_the_last_year_told(workspace: Workspace) -> None:
    until = {each.kind: (each.last_year, each.until) for each in kept_until(workspace)}
    # 72 months for a ledger, 36 for a sheet (retention.yaml); the account balance is published, and has no limit
    assert until == {"ledger": (2024, date(2030, 12, 31)), "experience": (2020, date(2023, 12, 31))}


@pytest.mark.parametrize(
    ("today", "late"),
    [(date(2023, 12, 31), []), (date(2024, 1, 1), ["experience"]), (date(2031, 1, 1), ["experience", "ledger"])],
)
def test_a_file_is_late_on_the_day_after(workspace: Workspace, today: date, late: list[str]) -> None:
    assert [each.kind for each in overdue(workspace, today)] == late


def test_build_and_check_tell_it_and_the_command_removes_it(workspace: Workspace, tmp_path: Path) -> None:
    for words in (["build"], ["check"]):
        told = gisement(*words, workspace=workspace.root).stdout
        (sentence,) = [line for line in told.splitlines() if "durée de conservation" in line]
        assert "old.md" in sentence
        assert "31 décembre 2023" in sentence.replace("\u00a0", " ")
    coverage = json.loads(gisement("check", "--format", "json", workspace=workspace.root).stdout)["coverage"]
    rows = {row["kind"]: row for row in coverage if row["of"] == "retention"}
    assert (rows["experience"]["is_overdue"], rows["ledger"]["is_overdue"]) == (True, False)
    (command,) = re.findall(r"« gisement (remove [^ ]+) »", sentence)
    assert gisement(*command.split(), workspace=workspace.root).returncode == 0
    assert "experience" not in {held.kind for held in snapshots(workspace)}
    assert "durée de conservation" not in gisement("check", workspace=workspace.root).stdout
