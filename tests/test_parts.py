"""A large file is read into several Parquet files, in a folder that has the name of one: nobody sees the difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from gisement.sources.decp import chunks
from gisement.store import Workspace, remove_snapshot, snapshots
from tests import mixed_files
from tests.workspaces import added, built, content, created, rows

NAMES = ("contract", "contract_supplier", "finding")
EVERY = "SELECT * EXCLUDE (snapshot) FROM raw_decp ORDER BY position"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The largest of the mixed files that is JSON."""
    made = mixed_files.write(tmp_path_factory.mktemp("parts") / "files")["decp"]
    return max((path for path in made if path.suffix == ".json"), key=lambda path: path.stat().st_size)


def held(folder: Path, file: Path) -> Workspace:
    workspace = created(folder, mixed_files.TERRITORY)
    assert [one.trouble for one in added(workspace, "decp", [file])] == [None]
    return workspace


@pytest.fixture
def parted(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace that holds the file in parts."""
    monkeypatch.setattr(chunks, "SIZE", 8_000)
    monkeypatch.setattr(chunks, "AT_ONCE", 8_000)
    return held(tmp_path / "parted", file)


def parts(workspace: Workspace) -> list[Path]:
    """The files of the only raw table of contracts."""
    (folder,) = workspace.raw.glob("raw_decp/*.parquet")
    return sorted(folder.iterdir())


def test_tables_are_the_same(parted: Workspace, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    whole = held(tmp_path / "whole", file)
    assert len(parts(parted)) > 1
    assert rows(parted, EVERY, ["raw_decp"]) == rows(whole, EVERY, ["raw_decp"])
    for workspace in (parted, whole):
        built(workspace, NAMES)
    assert content(parted) == content(whole)


def test_a_part_that_is_damaged_or_lost_is_read_again(parted: Workspace) -> None:
    sound = rows(parted, EVERY, ["raw_decp"])
    for spoil in (
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        Path.unlink,
    ):
        spoil(parts(parted)[1])
        built(parted, ["observation"])
        assert rows(parted, EVERY, ["raw_decp"]) == sound


def test_removal_takes_every_part_away(parted: Workspace) -> None:
    (snapshot,) = snapshots(parted)
    remove_snapshot(parted, snapshot.identifier)
    assert list(parted.raw.glob("raw_decp/*")) == []
