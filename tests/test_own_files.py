"""A folder that is added holds workspaces: what is theirs, or was invented, is left out, and that is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gisement.engine.intake import NAMED
from gisement.store import Workspace, snapshots
from gisement.store.kept import own_places
from tests.commands import gisement
from tests.test_cli import TABLE
from tests.tiny import tiny
from tests.workspaces import added, created

OTHER = TABLE.replace("2024-", "2022-")


@pytest.fixture
def home(small_home: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of a built workspace, in which the user stands as the documentation has it, with a file beside it."""
    folder = tmp_path / "home"
    shutil.copytree(small_home, folder)
    (folder / "autres.csv").write_text(OTHER, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


def held(workspace: Path) -> list[str]:
    """The names of the files that a workspace was given."""
    return sorted(snapshot.name for snapshot in snapshots(Workspace.open(workspace)))


def filled(folder: Path) -> Path:
    """A workspace made elsewhere, with a file in each of its folders and one of its user's."""
    workspace = created(folder, "department:86")
    for place in (workspace.raw / "raw_decp", workspace.tables, workspace.snapshots / "decp", workspace.out):
        place.mkdir(exist_ok=True)
        (place / "table.csv").write_text(TABLE, encoding="utf-8")
    (folder / "donnees").mkdir()
    (folder / "donnees" / "autres.csv").write_text(OTHER.replace("Peinture", folder.name), encoding="utf-8")
    return folder


def test_the_current_folder_added_twice_holds_the_users_files_alone(home: Path) -> None:
    assert OTHER != TABLE
    for _ in range(2):
        run = gisement("add", "decp", ".")
        assert run.returncode == 0, run.stderr
        assert held(home) == ["autres.csv", "table.csv"]
        assert [line.partition(" :")[0] for line in run.stdout.splitlines()] == ["autres.csv"]
        (told,) = run.stderr.splitlines()
        assert "n'est pas ajouté (raw, tables, snapshots, territory.toml, layout.txt)" in told
        assert "« gisement add decp FICHIER »" in told
    told = gisement("--lang", "en", "add", "decp", home).stderr
    assert f"is not added ({home / 'raw'}, " in told
    assert "'gisement add decp FILE'" in told


def test_a_folder_of_nothing_else_is_told(home: Path) -> None:
    (home / "autres.csv").unlink()
    run = gisement("add", "decp", ".")
    assert run.returncode == 2
    assert run.stderr.splitlines()[1].startswith(". ne contient aucun fichier à ajouter")
    assert held(home) == ["table.csv"]


def test_a_demonstration_in_the_folder_enters_no_real_workspace(tmp_path: Path) -> None:
    """Its files are contracts of nobody; they come in for who names them."""
    workspace = created(tmp_path / "real", "department:86")
    parent = tmp_path / "dossier"
    shutil.copytree(tiny().truth_path.parent, parent / "demo" / "files")
    filled(parent / "demo")
    (parent / "contrats.csv").write_text(TABLE, encoding="utf-8")
    left, *others = added(workspace, "decp", [parent])
    assert [one.name for one in others] == ["contrats.csv", "demo/donnees/autres.csv"]
    assert left.left_out is not None
    assert all(str(parent / "demo" / name) in left.left_out.fr for name in ("files", "raw", "tables", "snapshots"))
    assert held(workspace.root) == ["contrats.csv", "demo/donnees/autres.csv"]
    invented = tiny().files[0].path
    (named,) = added(workspace, "decp", [parent / "demo" / "files" / "decp" / invented.name])
    assert (named.trouble, named.left_out) == (None, None)


def test_a_folder_of_the_users_called_files_is_added(tmp_path: Path) -> None:
    folder = filled(tmp_path / "home")
    (folder / "donnees").rename(folder / "files")
    assert folder / "files" not in own_places(folder)
    assert [one.name for one in added(Workspace.open(folder), "decp", [folder])] == ["home", "files/autres.csv"]


def test_many_workspaces_are_told_in_one_sentence(tmp_path: Path) -> None:
    for name in ("a", "b/c", ".hidden"):
        filled(tmp_path / name)
    (tmp_path / "b" / "c" / "files").mkdir()
    (tmp_path / "b" / "c" / "files" / "verite-fictive.json").write_text("{}")
    places = own_places(tmp_path)
    one = ("raw", "tables", "snapshots", "out", "territory.toml")
    assert places == [*(tmp_path / "a" / name for name in one), *(tmp_path / "b/c" / name for name in ("files", *one))]
    left, *others = added(created(tmp_path / "a", "department:86"), "decp", [tmp_path])
    assert left.left_out is not None
    assert f"({tmp_path / 'b/c/files'}, {tmp_path / 'a/raw'}, " in left.left_out.fr, "invented contracts first"
    assert f" et {len(own_places(tmp_path)) - NAMED} de plus)" in left.left_out.fr
    assert [other.name for other in others] == ["a/donnees/autres.csv", "b/c/donnees/autres.csv"]


def test_folders_without_a_workspace_have_none_of_this(tmp_path: Path) -> None:
    """Names alone make no workspace, and a folder without any file is not worth a word."""
    filled(tmp_path / "a")
    (tmp_path / "a" / "territory.toml").unlink()
    created(tmp_path / "b", "department:86")
    assert own_places(tmp_path) == [tmp_path / "b" / "territory.toml"]
    assert own_places(tmp_path / "b" / "territory.toml") == []
