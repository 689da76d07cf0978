"""Machines fail: a full disk, too little memory, a file cut short, an older layout. One sentence, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from gisement.cli.usage import unexpected
from gisement.store import Workspace, database, snapshots
from gisement.store.workspace import LAYOUT, LAYOUT_FILE
from tests.commands import Run, fresh, gisement
from tests.disturbed import Stage, copy
from tests.workspaces import built, content, written

MEASURED = ("measure", "local_share", "--where", "basis=contract", "--format", "json")
# The program under a limit of the machine, set in its own process before it loads anything.
LIMITED = "import resource, sys; sys.dont_write_bytecode = True; resource.setrlimit(resource.{name}, ({size}, {size}))\nfrom gisement.cli import main; main()"


@pytest.fixture(scope="module")
def sound(stage: Stage) -> Workspace:
    """A workspace of a few files of each kind, built."""
    return stage.done


@pytest.fixture
def workspace(sound: Workspace, tmp_path: Path) -> Workspace:
    """A copy to spoil."""
    return copy(sound, tmp_path / "workspace")


def one_sentence(run: Run) -> str:
    """The one sentence of a command that could not be done: no traceback, nothing unforeseen."""
    assert run.returncode == 2, run.stderr
    (sentence,) = run.stderr.splitlines()
    assert "Erreur imprévue" not in sentence, sentence
    return sentence


def is_as_before(workspace: Workspace, sound: Workspace) -> None:
    """Every table that is there is whole; a build makes the others, and nothing differs from the undisturbed ones."""
    before = content(sound)
    assert [name for name, held in content(workspace).items() if held != before[name]] == []
    built(workspace)
    assert content(workspace) == before
    assert list(workspace.root.rglob(".*.part")) == []


# --- disk full ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 16_384])
def test_a_build_on_a_full_disk_says_so_and_loses_nothing(size: int, workspace: Workspace, sound: Workspace) -> None:
    for name in ("contract", "purchase", "place"):
        (workspace.tables / f"{name}.parquet").unlink()
    run = fresh("build", workspace=workspace.root, code=LIMITED.format(name="RLIMIT_FSIZE", size=size))
    assert "plus de place sur le disque" in one_sentence(run)
    is_as_before(workspace, sound)


def test_an_add_on_a_full_disk_says_so_and_loses_nothing(
    workspace: Workspace, sound: Workspace, tmp_path: Path
) -> None:
    held = next(s for s in snapshots(workspace) if s.kind == "decp")
    shutil.copy(held.path, tmp_path / "copy.json")
    with (tmp_path / "copy.json").open("ab") as more:
        more.write(b"\n" * 100_000)  # another content: it would be another snapshot
    code = LIMITED.format(name="RLIMIT_FSIZE", size=10_000)
    run = fresh("add", "decp", tmp_path / "copy.json", workspace=workspace.root, code=code)
    assert "place" in one_sentence(run)
    assert {s.identifier for s in snapshots(workspace)} == {s.identifier for s in snapshots(sound)}
    is_as_before(workspace, sound)


def test_an_export_on_a_full_disk_leaves_no_half_file(workspace: Workspace, tmp_path: Path) -> None:
    code = LIMITED.format(name="RLIMIT_FSIZE", size=2_000)
    gisement(
        "export", "csv", "-o", tmp_path / "first", "--where", "buyers=all", workspace=workspace.root
    )  # served copy
    run = fresh(
        "export", "csv", "-o", tmp_path / "second", "--where", "buyers=all", workspace=workspace.root, code=code
    )
    assert str(tmp_path / "second") in one_sentence(run)
    whole = {path.name: path.read_bytes() for path in (tmp_path / "first").iterdir()}
    assert all(whole[path.name] == path.read_bytes() for path in (tmp_path / "second").iterdir())


# --- memory ---------------------------------------------------------------------------------------------------


def test_a_build_without_memory_says_so_and_loses_nothing(workspace: Workspace, sound: Workspace) -> None:
    (workspace.tables / "purchase.parquet").unlink()
    run = fresh("build", workspace=workspace.root, GISEMENT_MEMORY="2MB")
    assert "GISEMENT_MEMORY" in one_sentence(run)
    is_as_before(workspace, sound)


def test_a_file_that_a_lack_of_memory_names_is_not_damaged() -> None:
    """Below its own limit, the engine meets that of the machine: it then blames the file that it was reading."""
    told = unexpected(duckdb.IOException("IO Error: Cannot allocate memory to read 'raw/raw_decp/1.parquet'"))
    assert "mémoire ne suffit pas" in told.fr
    assert "abîmé" not in told.fr


def test_a_build_that_the_machine_refuses_memory_dies_without_harm(workspace: Workspace, sound: Workspace) -> None:
    """The limit is of address space: whoever asks for more is refused, Python, DuckDB or Arrow, wherever it stands."""
    (workspace.tables / "purchase.parquet").unlink()
    code = LIMITED.format(name="RLIMIT_AS", size=200 << 20)
    run = fresh("build", workspace=workspace.root, code=code, OPENBLAS_NUM_THREADS="1")
    assert run.returncode != 0
    is_as_before(workspace, sound)


# --- damaged files --------------------------------------------------------------------------------------------


def emptied(path: Path) -> None:
    """What a power cut leaves of a file whose content had not reached the disk."""
    path.write_bytes(b"")


def cut(path: Path) -> None:
    """Half of a file."""
    os.truncate(path, path.stat().st_size // 2)


def overwritten(path: Path) -> None:
    """Another content of the same length, whose ends are those of a Parquet file."""
    size = path.stat().st_size
    path.write_bytes(b"PAR1" + b"\0" * (size - 8) + b"PAR1")


def one_byte_changed(path: Path) -> None:
    """A bit that turned, in the data."""
    held = bytearray(path.read_bytes())
    held[len(held) // 3] ^= 0x10
    path.write_bytes(held)


@pytest.mark.parametrize("spoil", [emptied, cut, overwritten, one_byte_changed])
def test_a_damaged_table_is_made_again(spoil: Callable[[Path], None], workspace: Workspace, sound: Workspace) -> None:
    spoil(workspace.tables / "purchase.parquet")
    run = gisement("build", workspace=workspace.root)
    assert (run.returncode, run.stderr) == (0, "")
    assert content(workspace) == content(sound)


@pytest.mark.parametrize("spoil", [emptied, cut, overwritten])
def test_who_reads_a_damaged_table_is_told_so(spoil: Callable[[Path], None], workspace: Workspace) -> None:
    spoil(workspace.tables / "purchase.parquet")
    sentence = one_sentence(gisement(*MEASURED, workspace=workspace.root))
    assert "purchase.parquet" in sentence
    assert "gisement build" in sentence


@pytest.mark.parametrize("spoil", [emptied, cut])
def test_a_damaged_reading_is_read_again(spoil: Callable[[Path], None], workspace: Workspace, sound: Workspace) -> None:
    snapshot = next(s for s in snapshots(workspace) if s.kind == "decp")
    spoil(workspace.raw / "raw_decp" / f"{snapshot.identifier}.parquet")
    (workspace.tables / "record_decision.parquet").unlink()
    run = gisement("build", workspace=workspace.root)
    assert (run.returncode, run.stderr) == (0, "")
    assert content(workspace) == content(sound)


def test_a_reading_damaged_within_is_named(workspace: Workspace, sound: Workspace) -> None:
    snapshot = next(s for s in snapshots(workspace) if s.kind == "decp")
    path = workspace.raw / "raw_decp" / f"{snapshot.identifier}.parquet"
    overwritten(path)
    (workspace.tables / "record_decision.parquet").unlink()
    assert str(path) in one_sentence(gisement("build", workspace=workspace.root))
    path.unlink()
    built(workspace)
    assert content(workspace) == content(sound)


# --- layouts --------------------------------------------------------------------------------------------------


def test_an_older_layout_is_brought_up_to_date(workspace: Workspace, sound: Workspace) -> None:
    assert (sound.root / LAYOUT_FILE).read_text(encoding="utf-8") == f"{LAYOUT}\n"
    (workspace.root / LAYOUT_FILE).unlink()  # as before the layout had a number
    (workspace.scratch / "served-000000000000-00000000.duckdb").write_bytes(b"a served copy of then")
    (workspace.raw / "readers.txt").write_text("of another version of the readers", encoding="utf-8")
    for path in workspace.tables.glob("*.lineage.json"):
        told = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**told, "step": "of another version of the code"}), encoding="utf-8")
    assert gisement(*MEASURED, workspace=workspace.root).returncode == 0, "an older layout is still read"
    run = gisement("build", workspace=workspace.root)
    assert (run.returncode, run.stderr) == (0, "")
    assert (workspace.root / LAYOUT_FILE).read_text(encoding="utf-8") == f"{LAYOUT}\n"
    assert list(workspace.scratch.glob("served-*")) == []
    assert content(workspace) == content(sound)
    assert len(content(workspace)) == len(written())


@pytest.mark.parametrize("text", [str(LAYOUT + 1), "x", "0"])
def test_a_layout_of_a_later_version_is_left_alone(text: str, workspace: Workspace, sound: Workspace) -> None:
    (workspace.root / LAYOUT_FILE).write_text(text, encoding="utf-8")
    for words in (("build",), MEASURED, ("remove", "x")):
        assert "version plus récente" in one_sentence(gisement(*words, workspace=workspace.root))
    assert content(workspace) == content(sound)


def test_the_lineage_of_a_table_tells_its_content(sound: Workspace) -> None:
    for name in written():
        told = database.read_lineage(sound, name)
        assert told is not None
        assert told["content"] == database.fingerprint(database.table_path(sound, name))
