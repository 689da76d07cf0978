"""A workspace to disturb: before, at work and after; how to wait for a command, hold it still, and compare what is left."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gisement.store import Workspace, add_snapshot, snapshots
from gisement.store.snapshots import WITHDRAWN
from tests import mixed_files
from tests.commands import Run, gisement, started
from tests.workspaces import added, built, content, created, written

PATIENCE = 300.0
"""Seconds after which a process that should have shown something is given up: a failure, never a measure."""
BETWEEN = 0.06
"""Seconds, about, from one file of a build to the next: to look more often takes the processor from the build."""
MEASURED = ("measure", "local_share", "--where", "basis=contract", "--format", "json")


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


def staged(folder: Path) -> Stage:
    """An old workspace, what is to come, and the undisturbed end."""
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
    figures = tuple(figure(gisement(*MEASURED, workspace=held.root)) for held in (old, done))
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
    before = finished(workspace)
    given_up = time.monotonic() + PATIENCE
    while time.monotonic() < given_up:
        is_there = any(path.name != "plans" for path in workspace.scratch.iterdir())
        if is_there and len(finished(workspace) - before) >= files:
            return True
        if process.poll() is not None:
            return False
        time.sleep(BETWEEN / 2)
    process.kill()
    raise AssertionError("the process showed nothing")


def finished(workspace: Workspace) -> set[tuple[str, int]]:
    """Files in their places, told apart by when they were written (an inode may serve again)."""
    found = set()
    for place in (workspace.tables, workspace.raw, workspace.snapshots):
        for path in place.rglob("[!.]*.*" if place != workspace.snapshots else "c*"):
            with suppress(FileNotFoundError):
                found.add((str(path), path.stat().st_mtime_ns))
    return found


def swept(workspace: Workspace) -> Workspace:
    """Without scratch folders but the compiled steps, so that new ones are a sign of work."""
    for path in workspace.scratch.iterdir():
        if path.name != "plans":
            shutil.rmtree(path)
    return workspace


def everything(workspace: Workspace) -> dict[str, bytes]:
    """Every file of a workspace, but the notices of what was withdrawn, which stay on purpose, and compiled steps.

    These are a cache: they are in the workspace, in the user's own folder, or in both.
    """
    found = {str(path.relative_to(workspace.root)): path for path in workspace.root.rglob("*") if path.is_file()}
    found = {name: path for name, path in found.items() if not name.startswith(".scratch/plans/")}
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
    assert set(held) == written()
    assert [name for name in held if held[name] not in (before[name], after[name])] == []
    for snapshot in snapshots(workspace):
        assert hashlib.sha256(snapshot.path.read_bytes()).hexdigest() == snapshot.sha256
    for path in workspace.tables.glob("*.json"):
        json.loads(path.read_bytes())


@contextmanager
def held_still(workspace: Workspace, words: list[str], files: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A command stopped in the midst of its work; it goes on, and ends well, after the `with` block."""
    process = started(*words, workspace=swept(workspace).root)
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


def hold_later(workspace: Workspace, process: subprocess.Popen[str], files: int) -> None:
    """Let a command that is held still finish so many files more."""
    process.send_signal(signal.SIGCONT)
    assert at_work(workspace, process, files)
    process.send_signal(signal.SIGSTOP)


def one_sentence(run: Run) -> str:
    """The one sentence of a command that is refused."""
    assert (run.returncode, run.stdout) == (2, ""), run.stderr
    (sentence,) = run.stderr.splitlines()
    assert sentence.endswith(".")
    assert "Erreur imprévue" not in sentence
    return sentence


def figure(run: Run) -> Mapping[str, object]:
    """What a command answered, without its addresses; it may say that its tables are behind the files."""
    assert run.returncode == 0, run.stderr
    assert all("gisement build" in sentence for sentence in run.stderr.splitlines()), run.stderr
    (figure,) = json.loads(run.stdout)["figures"]
    return {name: figure[name] for name in ("value", "low", "high", "sums_eur", "counts")}
