"""Refused while another works, read while it changes: two commands at once harm no workspace, and mix no releases."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gisement.engine.measure import Observatory
from gisement.pipeline import indicator_named, perimeter_of
from gisement.store import snapshots
from gisement.terms import Trouble
from tests.commands import gisement
from tests.disturbed import MEASURED, Stage, copy, figure, held_still, hold_later, is_undisturbed, one_sentence
from tests.workspaces import built, content

# --- two at once --------------------------------------------------------------------------------------------


def test_a_build_refuses_who_comes_second_and_lets_read_who_comes_meanwhile(stage: Stage, tmp_path: Path) -> None:
    """One build, held still at its beginning, then among its tables: each time others come, and it is unharmed."""
    workspace = copy(stage.waiting, tmp_path / "workspace")
    snapshot = next(snapshots(workspace)).identifier
    with held_still(workspace, ["build"]) as process:
        for words in (["build"], ["add", "decp", str(stage.later[-1])], ["remove", snapshot]):
            assert "travaille déjà" in one_sentence(gisement(*words, workspace=workspace.root))
        for files in (12, 33):
            hold_later(workspace, process, files)
            run = gisement(*MEASURED, workspace=workspace.root)
            assert "ne vont pas ensemble" in one_sentence(run) if run.returncode else figure(run) in stage.figures
            assert gisement("check", "--format", "json", workspace=workspace.root).returncode in (0, 1)
        assert process.poll() is None
    is_undisturbed(workspace, stage.done)
    assert stage.figures[0] != stage.figures[1]


def test_an_add_that_comes_second_harms_no_other_add(stage: Stage, tmp_path: Path) -> None:
    """The first one has unpacked an archive, of which the second must leave what is there."""
    workspace = copy(stage.old, tmp_path / "workspace")
    words = ["add", "decp", *map(str, stage.later)]
    with held_still(workspace, words, files=1):
        assert "travaille déjà" in one_sentence(gisement(*words, workspace=workspace.root))
    built(workspace)
    is_undisturbed(workspace, stage.done)


# --- readers ------------------------------------------------------------------------------------------------


def test_a_reader_keeps_to_the_release_that_it_began_with(stage: Stage, tmp_path: Path) -> None:
    """All tables are replaced while it reads; one that comes when only some are gets one sentence."""
    workspace = copy(stage.old, tmp_path / "workspace")
    indicator, perimeter = indicator_named("local_share"), perimeter_of(["basis=contract"])
    observatory = Observatory(workspace)
    before = observatory.measure(indicator, perimeter)
    for path in sorted(stage.done.tables.iterdir()):
        shutil.copy(path, tmp_path / path.name)
        (tmp_path / path.name).replace(workspace.tables / path.name)
    assert observatory.measure(indicator, perimeter) == before
    assert Observatory(workspace).measure(indicator, perimeter) != before
    for name in ("contract.parquet", "contract.lineage.json"):
        shutil.copy(stage.old.tables / name, workspace.tables / name)
    with pytest.raises(Trouble, match="do not belong together"):
        Observatory(workspace)


def test_a_reader_of_what_was_never_built_is_told_so(stage: Stage, tmp_path: Path) -> None:
    workspace = copy(stage.waiting, tmp_path / "workspace")
    shutil.rmtree(workspace.tables)
    with held_still(workspace, ["build", "purchase"]):
        assert "gisement build" in one_sentence(gisement("measure", "local_share", workspace=workspace.root))
    assert "purchase" in content(workspace)
    assert content(workspace).items() <= content(stage.done).items()


def test_a_build_leaves_the_folder_of_a_reader_at_work(stage: Stage, tmp_path: Path) -> None:
    """A page that is served reads for days; where it lacks memory, DuckDB writes into a folder that it made once."""
    workspace = copy(stage.waiting, tmp_path / "workspace")
    before = set(workspace.scratch.iterdir())
    observatory = Observatory(workspace)
    mine = [path for path in set(workspace.scratch.iterdir()) - before if path.is_dir()]
    run = gisement("build", workspace=workspace.root)
    assert (run.returncode, run.stderr) == (0, "")
    assert mine
    assert all(path.is_dir() for path in mine)
    observatory.connection.close()
