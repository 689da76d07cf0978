"""Killed at any instant, refused while another works, read while it changes: a workspace stays whole.

Every build here is a process of its own, ended by SIGKILL or held by SIGSTOP. What follows is compared, file by file
and byte by byte, with a workspace that nobody disturbed: tables, lineage, snapshots, and nothing left over.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gisement.catalog import tables
from gisement.engine.measure import Observatory
from gisement.store import Workspace, add_snapshot, remove_snapshot, snapshots
from gisement.store.snapshots import WITHDRAWN
from tests import mixed_files
from tests.commands import START, Run, gisement, started
from tests.sources.decp_samples import contract, wrapped
from tests.workspaces import added, built, content, created

CHANCE = random.Random(SEED := int(os.environ.get("GISEMENT_TEST_SEED") or time.time_ns() % 1_000_000))
"""Instants differ from run to run; `GISEMENT_TEST_SEED=N` gives those of the run that printed N again."""
KILLS = 4
BUILDS = int(os.environ.get("GISEMENT_TEST_KILLS", "24")) // KILLS - 1
"""So many builds are each killed so many times, at instants drawn over the files that a build finishes, and then some
moments: 20 kills, and as many as `make kill` asks for. `add` is killed four times, and renamings some more. Work is told by files, not by a clock: a busy
machine then disturbs no test."""
BETWEEN = 0.06
"""Seconds, about, from one file of a build to the next."""
PATIENCE = 300.0
"""Seconds after which a process that should have shown something is given up: a failure, never a measure."""

MEASURED = ("measure", "local_share", "--where", "basis=contract", "--format", "json")
# The same program, which kills itself just before or just after the first renaming to a name that ends so.
SUICIDE = """
import os, signal
kept = os.replace
def replace(source, target, **other):
    here = str(target).endswith({name!r})
    if here and {before}: os.kill(os.getpid(), signal.SIGKILL)
    kept(source, target, **other)
    if here: os.kill(os.getpid(), signal.SIGKILL)
os.replace = os.rename = replace
"""


@dataclass(frozen=True)
class Stage:
    """Workspaces to copy: built from some files (`old`), the same with files not yet parsed (`waiting`), and what an
    undisturbed build makes of those (`done`); the files of the second `add`; a figure of the old and of the done one; how many
    files the build finishes."""

    old: Workspace
    waiting: Workspace
    done: Workspace
    later: tuple[Path, ...]
    figures: tuple[Mapping[str, object], ...]
    files: int


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """An old workspace, what is to come, and the undisturbed end."""
    folder = tmp_path_factory.mktemp("kill")
    made = mixed_files.write(folder / "files")
    contracts = sorted(made["decp"])
    old = created(folder / "old", mixed_files.TERRITORY)
    for kind, paths in {**made, "decp": contracts[:3]}.items():
        assert not [one.trouble for one in added(old, kind, paths) if one.trouble]
    built(old)
    later = (_zipped(folder / "later.zip", contracts[3:5]), *contracts[5:])
    waiting = copy(old, folder / "waiting")
    _add_only(waiting, contracts[3:])
    done = copy(waiting, folder / "done")
    files = len(contracts[3:]) + 2 * len(built(done))
    figures = tuple(_figure(gisement(*MEASURED, workspace=held.root)) for held in (old, done))
    return Stage(old, waiting, done, later, figures, files)


def _zipped(path: Path, files: list[Path]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return path


def _add_only(workspace: Workspace, paths: list[Path]) -> None:
    """Snapshots that are still to be parsed, named as `add` names those of the zip."""
    for number, path in enumerate(paths):
        name = f"later.zip/{path.name}" if number < 2 else path.name
        add_snapshot(workspace, "decp", name, path, {"producer": "", "licence": ""})


def copy(workspace: Workspace, folder: Path) -> Workspace:
    """The same workspace, in another folder."""
    shutil.copytree(workspace.root, folder)
    return Workspace(folder)


def at_work(workspace: Workspace, process: subprocess.Popen[str], files: int = 0) -> bool:
    """Wait until a command has taken the workspace and finished so many files; False if it ended before."""
    before = _finished(workspace)
    given_up = time.monotonic() + PATIENCE
    while time.monotonic() < given_up:
        is_there = any(path.name != "plans" for path in workspace.scratch.iterdir())
        if is_there and len(_finished(workspace) - before) >= files:
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.004)
    process.kill()
    raise AssertionError("the process showed nothing")


def _finished(workspace: Workspace) -> set[tuple[str, int]]:
    """Files in their places, told apart by when they were written (an inode may serve again)."""
    found = set()
    for place in (workspace.tables, workspace.raw, workspace.snapshots):
        for path in place.rglob("[!.]*.*" if place != workspace.snapshots else "c*"):
            with suppress(FileNotFoundError):
                found.add((str(path), path.stat().st_mtime_ns))
    return found


def _swept(workspace: Workspace) -> Workspace:
    """Without scratch folders but the compiled steps, so that new ones are a sign of work."""
    for path in workspace.scratch.iterdir():
        if path.name != "plans":
            shutil.rmtree(path)
    return workspace


def kill_at(workspace: Workspace, words: list[str], files: int) -> bool:
    """Kill a command some moments after it has finished so many files; False if it was done by then."""
    process = started(*words, workspace=_swept(workspace).root)
    if at_work(workspace, process, files):
        time.sleep(CHANCE.uniform(0, BETWEEN))  # else always just after a renaming
        process.kill()
    _, told = process.communicate()
    assert (process.returncode, told) in ((-signal.SIGKILL, ""), (0, ""))
    return process.returncode != 0


def everything(workspace: Workspace) -> dict[str, bytes]:
    """Every file of a workspace, whatever it is, but the notices of what was withdrawn: they stay on purpose."""
    found = {str(path.relative_to(workspace.root)): path for path in workspace.root.rglob("*") if path.is_file()}
    found.pop(WITHDRAWN, None)
    return {name: found[name].read_bytes() for name in sorted(found)}


def is_undisturbed(workspace: Workspace, expected: Workspace) -> None:
    """Each file is that of the other workspace, and none is left over."""
    held, wanted = everything(workspace), everything(expected)
    assert sorted(held.keys() ^ wanted.keys()) == [], "files left over, or lost"
    assert [name for name in wanted if held[name] != wanted[name]] == []


def stands(workspace: Workspace, stage: Stage) -> None:
    """After a kill: every table is whole, as it was or as it will be; every snapshot is what its card says."""
    before, after = content(stage.old), content(stage.done)
    held = content(workspace)
    assert set(held) == set(tables())
    assert [name for name in held if held[name] not in (before[name], after[name])] == []
    for snapshot in snapshots(workspace):
        assert hashlib.sha256(snapshot.path.read_bytes()).hexdigest() == snapshot.sha256
    for path in workspace.tables.glob("*.json"):
        json.loads(path.read_bytes())


# --- kill -9 ------------------------------------------------------------------------------------------------


def test_there_is_work_to_disturb(stage: Stage) -> None:
    """Most tables change; else a kill would prove little."""
    before, after = content(stage.old), content(stage.done)
    assert sum(before[name] != after[name] for name in tables()) > 15
    assert all(
        pq.read_metadata(path).num_rows for path in stage.done.tables.glob("*.parquet") if path.stem != "correction"
    )


def killed_over_and_over(words: list[str], files: int, fresh: Callable[[], Workspace], stage: Stage) -> Workspace:
    """A workspace in which a command was killed at random instants, each time going on where the last kill left it."""
    instants = sorted(CHANCE.randrange(files) for _ in range(KILLS))
    print(f"GISEMENT_TEST_SEED={SEED}: {words[0]} killed after {instants} of {files} files")
    workspace = fresh()
    before = _finished(workspace)
    for instant in instants:
        while not kill_at(workspace, words, max(instant - len(_finished(workspace) - before), 0)):
            shutil.rmtree(workspace.root)  # it was done by then: once more, from the beginning
            workspace = fresh()
            before, instant = _finished(workspace), CHANCE.randrange(files)
        stands(workspace, stage)
    return workspace


@pytest.mark.parametrize("number", range(BUILDS))
def test_a_build_killed_at_any_instants_goes_on(number: int, stage: Stage, tmp_path: Path) -> None:
    def fresh() -> Workspace:
        return copy(stage.waiting, tmp_path / "workspace")

    workspace = killed_over_and_over(["build"], stage.files, fresh, stage)
    built(workspace)
    is_undisturbed(workspace, stage.done)


def test_an_add_killed_at_any_instants_is_done_again(stage: Stage, tmp_path: Path) -> None:
    def fresh() -> Workspace:
        return copy(stage.old, tmp_path / "workspace")

    whole = copy(stage.old, tmp_path / "whole")
    before = _finished(whole)
    added(whole, "decp", stage.later)
    words = ["add", "decp", *map(str, stage.later)]
    workspace = killed_over_and_over(words, len(_finished(whole) - before), fresh, stage)
    again = added(workspace, "decp", stage.later)
    assert [(one.name, one.trouble) for one in again if one.trouble] == []
    built(workspace)
    is_undisturbed(workspace, stage.done)


def test_an_add_killed_and_never_done_again_leaves_whole_files(stage: Stage, tmp_path: Path) -> None:
    workspace = copy(stage.old, tmp_path / "workspace")
    kill_self(workspace, ["add", "decp", *map(str, stage.later)], name=".parquet", before=True)
    built(workspace)
    expected = copy(stage.old, tmp_path / "expected")
    held = {snapshot.identifier for snapshot in snapshots(workspace)}
    for snapshot in snapshots(stage.done):
        if snapshot.identifier in held:
            add_snapshot(expected, snapshot.kind, snapshot.name, snapshot.path, {"producer": "", "licence": ""})
    assert len(held) == len(list(snapshots(stage.old))) + 1
    built(expected)
    is_undisturbed(workspace, expected)


@pytest.mark.parametrize(
    ("name", "before"),
    [("contract_record.parquet", False), ("purchase.parquet", True), ("purchase.lineage.json", True)],
)
def test_a_build_killed_at_a_renaming_goes_on(name: str, before: bool, stage: Stage, tmp_path: Path) -> None:
    workspace = copy(stage.waiting, tmp_path / "workspace")
    kill_self(workspace, ["build"], name=name, before=before)
    stands(workspace, stage)
    built(workspace)
    is_undisturbed(workspace, stage.done)


def kill_self(workspace: Workspace, words: list[str], *, name: str, before: bool) -> None:
    """Have a command kill itself at a renaming."""
    process = started(*words, workspace=workspace.root, code=SUICIDE.format(name=name, before=before) + START)
    _, told = process.communicate()
    assert (process.returncode, told) == (-signal.SIGKILL, "")


def test_a_first_build_killed_leaves_no_half_table(stage: Stage, tmp_path: Path) -> None:
    workspace = copy(stage.waiting, tmp_path / "workspace")
    for folder in (workspace.tables, workspace.raw):
        shutil.rmtree(folder)
    kill_self(workspace, ["build"], name="contract.parquet", before=True)
    after = content(stage.done)
    assert "contract" not in content(workspace)
    assert all(after[name] == held for name, held in content(workspace).items())
    assert (workspace.root / ".lock").exists(), "a file that says nothing of who holds it"
    run = gisement("build", workspace=workspace.root)
    assert (run.returncode, run.stderr) == (0, "")
    is_undisturbed(workspace, stage.done)


def test_a_killed_build_whose_new_file_is_removed_gives_the_old_tables(stage: Stage, tmp_path: Path) -> None:
    """A table that was replaced just before the kill must not pass for the one that its inputs now make again."""
    workspace = copy(stage.waiting, tmp_path / "workspace")
    kill_self(workspace, ["build"], name="contract_record.parquet", before=False)
    kept = {snapshot.identifier for snapshot in snapshots(stage.old)}
    for snapshot in list(snapshots(workspace)):
        if snapshot.identifier not in kept:
            remove_snapshot(workspace, snapshot.identifier)
    built(workspace)
    is_undisturbed(workspace, stage.old)


def test_a_bad_file_whose_add_was_killed_does_not_stop_builds(stage: Stage, tmp_path: Path) -> None:
    """Killed between the copy of the file and its reading, which would have refused it."""
    workspace = copy(stage.old, tmp_path / "workspace")
    (tmp_path / "casse.json").write_text(json.dumps(wrapped(contract()))[:-20], encoding="utf-8")
    held = next(snapshots(stage.old, "decp")).path.parent.parent.name
    digest = hashlib.sha256((tmp_path / "casse.json").read_bytes()).hexdigest()
    kill_self(workspace, ["add", held, str(tmp_path / "casse.json")], name=digest[:16], before=False)
    run = gisement("build", workspace=workspace.root)
    assert "casse.json" in one_sentence(run) if run.returncode else content(workspace) == content(stage.old)
    again = added(workspace, held, [tmp_path / "casse.json"])
    assert [one.trouble is not None for one in again] == [True]
    built(workspace)
    is_undisturbed(workspace, stage.old)


# --- two at once --------------------------------------------------------------------------------------------


@contextmanager
def held_still(workspace: Workspace, words: list[str], files: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A command stopped in the midst of its work; it goes on, and ends well, after the `with` block."""
    process = started(*words, workspace=_swept(workspace).root)
    try:
        assert at_work(workspace, process, files)
        process.send_signal(signal.SIGSTOP)
        yield process
        process.send_signal(signal.SIGCONT)
        _, told = process.communicate()
        assert (process.returncode, told) == (0, "")
    finally:
        process.kill()
        process.communicate()


def one_sentence(run: Run) -> str:
    """The one sentence of a command that is refused."""
    assert (run.returncode, run.stdout) == (2, ""), run.stderr
    (sentence,) = run.stderr.splitlines()
    assert sentence.endswith(".")
    assert "Erreur imprévue" not in sentence
    return sentence


def test_who_comes_second_is_told_so_and_the_first_is_unharmed(stage: Stage, tmp_path: Path) -> None:
    workspace = copy(stage.waiting, tmp_path / "workspace")
    snapshot = next(snapshots(workspace)).identifier
    with held_still(workspace, ["build"]) as process:
        for words in (["build"], ["add", "decp", str(stage.later[-1])], ["remove", snapshot]):
            assert "travaille déjà" in one_sentence(gisement(*words, workspace=workspace.root))
        assert process.poll() is None
    is_undisturbed(workspace, stage.done)


def test_an_add_that_comes_second_harms_no_other_add(stage: Stage, tmp_path: Path) -> None:
    """The first one has unpacked an archive, of which the second must leave what is there."""
    workspace = copy(stage.old, tmp_path / "workspace")
    words = ["add", "decp", *map(str, stage.later)]
    with held_still(workspace, words, files=1):
        assert "travaille déjà" in one_sentence(gisement(*words, workspace=workspace.root))
    built(workspace)
    is_undisturbed(workspace, stage.done)


# --- readers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("files", [12, 45])
def test_a_reader_during_a_build_has_its_answer(files: int, stage: Stage, tmp_path: Path) -> None:
    workspace = copy(stage.waiting, tmp_path / "workspace")
    with held_still(workspace, ["build"], files):
        assert _figure(gisement(*MEASURED, workspace=workspace.root)) in stage.figures
        assert gisement("check", "--format", "json", workspace=workspace.root).returncode in (0, 1)
    assert content(workspace) == content(stage.done)
    assert stage.figures[0] != stage.figures[1]


def _figure(run: Run) -> Mapping[str, object]:
    assert (run.returncode, run.stderr) == (0, "")
    (figure,) = json.loads(run.stdout)["figures"]
    return {name: figure[name] for name in ("value", "low", "high", "sums_eur", "counts")}


def test_a_reader_of_what_was_never_built_is_told_so(stage: Stage, tmp_path: Path) -> None:
    workspace = copy(stage.waiting, tmp_path / "workspace")
    shutil.rmtree(workspace.tables)
    with held_still(workspace, ["build"]):
        assert "gisement build" in one_sentence(gisement("measure", "local_share", workspace=workspace.root))
    assert content(workspace) == content(stage.done)


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
