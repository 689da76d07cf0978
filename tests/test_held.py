"""Tables that only steps read stay in the memory of a build: no file tells of them, and nothing else asks for them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gisement
from gisement.catalog import tables
from gisement.pipeline import STEPS
from gisement.store import Workspace, database
from tests.disturbed import Stage, copy
from tests.workspaces import built, content, rows, written

HELD = sorted(name for name, table in tables().items() if table.is_held)
ROOMS_OF_STEPS = ("clean", "enrich", "models", "segments")


@pytest.fixture
def workspace(stage: Stage, tmp_path: Path) -> Workspace:
    return copy(stage.done, tmp_path / "held")


def test_a_held_table_is_written_where_it_is_named_and_goes_at_the_next_build(workspace: Workspace) -> None:
    assert set(content(workspace)) == written()
    assert built(workspace, ["contract_record"]) == ["contract_record"]
    assert built(workspace, ["contract_record", "contract"]) == []
    (counted,) = rows(
        workspace,
        "SELECT (SELECT count(*) FROM contract_record) AS records, (SELECT count(*) FROM record_decision) AS decisions",
        ["contract_record", "record_decision"],
    )
    assert counted["records"] == counted["decisions"] > 100
    assert built(workspace) == []
    assert set(content(workspace)) == written()


def test_the_lineage_of_a_table_names_what_its_held_tables_were_made_from(workspace: Workspace) -> None:
    told = database.read_lineage(workspace, "contract")
    assert told is not None
    assert told["inputs"].keys() & set(HELD) == set()
    assert {"raw_decp", "amendment", "correction"} <= told["inputs"].keys()


def test_no_step_on_the_driver_makes_or_reads_a_held_table() -> None:
    """Spark holds them as files of its own, which the driver does not see."""
    assert [step.name for step in STEPS if step.local and {step.name, *step.inputs} & set(HELD)] == []


def test_every_held_table_is_read_by_a_step() -> None:
    assert set(HELD) - {name for step in STEPS for name in step.inputs} == set()


def test_nothing_but_steps_reads_a_held_table() -> None:
    house = Path(gisement.__file__).parent
    # two are words of indicators and options too
    quoted = "|".join(set(HELD) - {"consideration", "holder"})
    asked = re.compile(rf"""\b(FROM|JOIN|from|join) "?({"|".join(HELD)})\b|["']({quoted})["']""")
    files = (path for path in house.rglob("*.py") if path.relative_to(house).parts[0] not in ROOMS_OF_STEPS)
    assert [(path.name, found[0]) for path in files if (found := asked.search(path.read_text(encoding="utf-8")))] == []
