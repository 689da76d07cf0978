"""A build that lacks memory takes more, or says in one sentence what to do."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gisement.engine import duck
from gisement.engine.duck import DuckRunner
from gisement.store import Workspace, database
from gisement.store import workspace as places
from gisement.terms import Trouble
from tests.disturbed import Stage, copy
from tests.workspaces import built

TABLES = ("contract_record",)
TOO_LITTLE = 4


@pytest.fixture
def workspace(stage: Stage, tmp_path: Path) -> Workspace:
    return copy(stage.done, tmp_path / "held")


def _built(workspace: Workspace) -> bytes:
    for path in workspace.tables.iterdir():
        path.unlink()
    built(workspace, TABLES)
    return database.table_path(workspace, *TABLES).read_bytes()


def test_a_build_of_many_contracts_takes_more_at_first(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def limit(of: Workspace) -> str:
        with closing(DuckRunner(of)) as runner:
            (found,) = runner.connection.sql("SELECT current_setting('memory_limit')").fetchall()[0]
            return str(found)

    assert limit(workspace) == "1.0 GiB"
    monkeypatch.setattr(duck, "SORTED_BYTES", 2_000_000_000 // database.parsed_bytes(workspace, "raw_decp"))
    assert limit(workspace) == "2.0 GiB"
    assert limit(replace(workspace, memory="1200MB")) == "1.1 GiB", "what the user sets is never passed"


def test_a_build_takes_more_memory_where_a_table_needs_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "LITTLE_MEGABYTES", TOO_LITTLE)
    assert workspace.memory_grants()[:3] == ["4MB", "8MB", "16MB"]
    made_with_more = _built(workspace)
    monkeypatch.undo()
    assert _built(workspace) == made_with_more


def test_a_limit_of_the_user_is_kept_and_told(workspace: Workspace) -> None:
    with pytest.raises(Trouble, match="needs more memory than the 4MB allowed") as told:
        _built(replace(workspace, memory=f"{TOO_LITTLE}MB"))
    assert "GISEMENT_MEMORY=8GB" in told.value.fr
    assert _built(workspace)
