"""Killed at any instant: a workspace stays whole, whether it was built, added to, refreshed, or sent something.

Every build here is a process of its own, ended by SIGKILL. What follows is compared, file by file and byte by byte,
with a workspace that nobody disturbed: tables, lineage, snapshots, and nothing left over.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gisement.sources.cards import card
from gisement.store import Workspace, add_snapshot, database, remove_snapshot, snapshots
from tests.commands import START, gisement, started
from tests.disturbed import BETWEEN, Stage, at_work, copy, finished, is_undisturbed, one_sentence, stands, swept
from tests.publisher import published
from tests.sources.decp_samples import contract, wrapped
from tests.test_cli import TABLE
from tests.workspaces import added, built, content, written

CHANCE = random.Random(SEED := int(os.environ.get("GISEMENT_TEST_SEED") or time.time_ns() % 1_000_000))
"""Instants differ from run to run; `GISEMENT_TEST_SEED=N` gives those of the run that printed N again."""
WANTED = int(os.environ.get("GISEMENT_TEST_KILLS", "13"))
"""So many kills in all: of builds for the most part, of refreshes, of what partners send, and of `add`."""
KILLS = 4 if WANTED < 100 else 20
"""How many times one workspace is disturbed, each time going on where the last kill left it. Instants are drawn over the
files that a command finishes, and then some moments: work is told by files, not by a clock."""
ADDS, REFRESHES, UPLOADS = KILLS, max(WANTED // 10, 2), max(WANTED // 4, 3)
BUILDS = max(-((ADDS + REFRESHES + UPLOADS - WANTED) // KILLS), 1)
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
# A partner's desk, as the server runs it: sends corrections and sheets without end, and says each that it has taken in.
DESK = """
import itertools, sys
from pathlib import Path
from gisement.cli.desk import WorkspaceDesk
from gisement.store import Workspace
_, _, root, siren, key, first = sys.argv
desk = WorkspaceDesk(Workspace.open(Path(root)))
for number in itertools.count(int(first)):
    if number % 2:
        fields = {"key": key, "column": "title", "old_value": "x", "new_value": "y", "reason": f"essai {number}."}
        desk.correction(fields, siren)
    else:
        desk.sheet(desk.model(siren) + f"\\nessai {number}.\\n", siren)
    print(number, flush=True)
"""


def kill_at(workspace: Workspace, words: list[str], files: int) -> bool:
    """Kill a command some moments after it has finished so many files; False if it was done by then."""
    process = started(*words, workspace=swept(workspace).root)
    if at_work(workspace, process, files):
        time.sleep(CHANCE.uniform(0, BETWEEN))  # else always just after a renaming
        process.kill()
    _, told = process.communicate()
    assert (process.returncode, told) in ((-signal.SIGKILL, ""), (0, ""))
    return process.returncode != 0


# --- kill -9 ------------------------------------------------------------------------------------------------


def test_there_is_work_to_disturb(stage: Stage) -> None:
    """Most tables change; else a kill would prove little."""
    before, after = content(stage.old), content(stage.done)
    assert sum(before[name] != after[name] for name in written()) > 15
    assert all(
        pq.read_metadata(path).num_rows for path in stage.done.tables.glob("*.parquet") if path.stem != "correction"
    )


def killed_over_and_over(
    words: list[str], files: int, fresh: Callable[[], Workspace], stage: Stage, kills: int = KILLS
) -> Workspace:
    """A workspace in which a command was killed at random instants, each time going on where the last kill left it."""
    instants = sorted(CHANCE.randrange(files) for _ in range(kills))
    print(f"GISEMENT_TEST_SEED={SEED}: {words[0]} killed after {instants} of {files} files")
    workspace = fresh()
    before = finished(workspace)
    for instant in instants:
        while not kill_at(workspace, words, max(instant - len(finished(workspace) - before), 0)):
            shutil.rmtree(workspace.root)  # it was done by then: once more, from the beginning
            workspace = fresh()
            before, instant = finished(workspace), CHANCE.randrange(files)
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
    before = finished(whole)
    added(whole, "decp", stage.later)
    words = ["add", "decp", *map(str, stage.later)]
    workspace = killed_over_and_over(words, len(finished(whole) - before), fresh, stage)
    again = added(workspace, "decp", stage.later)
    assert [(one.name, one.trouble) for one in again if one.trouble] == []
    built(workspace)
    is_undisturbed(workspace, stage.done)


def test_a_refresh_killed_at_any_instants_is_done_again(stage: Stage, tmp_path: Path) -> None:
    """What is published is downloaded, kept and read: killed on the way, it is there whole in the end, or not at all."""

    def fresh() -> Workspace:
        return copy(stage.old, tmp_path / "workspace")

    with published() as scene:
        scene.publish(card("decp"), TABLE.encode())
        words = ["fetch", "decp", "--base-url", scene.address]
        for _ in range(REFRESHES // 2):
            workspace = killed_over_and_over(words, 2, fresh, stage, kills=2)
            run = gisement(*words, workspace=workspace.root)
            assert (run.returncode, run.stderr) == (0, "")
            (held,) = [one for one in snapshots(workspace, "decp") if one.card.get("fetched")]
            assert held.path.read_bytes() == TABLE.encode()
            assert (workspace.raw / "raw_decp" / f"{held.identifier}.parquet").is_file()
            shutil.rmtree(workspace.root)


def test_nothing_that_a_partner_sent_and_was_told_is_kept_goes_with_a_kill(stage: Stage, tmp_path: Path) -> None:
    """Corrections and sheets, through the desk of the server: each that was told taken in is there after every kill."""
    workspace, told = copy(stage.done, tmp_path / "workspace"), {0}
    sql = "SELECT buyer_siren, contract_key FROM contract WHERE buyer_siren IS NOT NULL ORDER BY contract_key LIMIT 1"
    ((siren, key),) = database.query(workspace, sql, ["contract"])
    for _ in range(UPLOADS):
        desk = started(siren, key, max(told) + 1, workspace=workspace.root, code=DESK)
        assert desk.stdout is not None
        told |= {int(desk.stdout.readline()) for _ in range(CHANCE.randrange(1, 4))}
        time.sleep(CHANCE.uniform(0, 3 * BETWEEN))
        desk.kill()
        rest, trouble = desk.communicate()
        assert trouble == ""
        told |= {int(number) for number in rest.split()}
        kept = set()
        for held in (*snapshots(workspace, "correction"), *snapshots(workspace, "experience")):
            text = held.path.read_bytes()
            assert hashlib.sha256(text).hexdigest() == held.sha256
            kept |= {int(number) for number in re.findall(rb"essai ([0-9]+)\.", text)}
        assert told - {0} <= kept
    built(workspace)
    reasons = {
        reason for (reason,) in database.query(workspace, "SELECT reason FROM raw_correction", ["raw_correction"])
    }
    assert {f"essai {number}." for number in told if number % 2} <= reasons


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


def test_a_build_killed_at_renamings_goes_on(stage: Stage, tmp_path: Path) -> None:
    """Just after a table has its name, just before, and between a table and its lineage: each time it goes on from there."""
    workspace = copy(stage.waiting, tmp_path / "workspace")
    for name, before in (
        ("amendment.parquet", False), ("purchase.parquet", True), ("purchase.lineage.json", True),
    ):  # fmt: skip
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
    built(workspace, ["purchase"])
    assert "purchase" in content(workspace)
    assert content(workspace).items() <= after.items()
    assert list(workspace.root.rglob(".*.part")) == []


def test_a_killed_build_whose_new_file_is_removed_gives_the_old_tables(stage: Stage, tmp_path: Path) -> None:
    """A table that was replaced just before the kill must not pass for the one that its inputs now make again."""
    workspace = copy(stage.waiting, tmp_path / "workspace")
    kill_self(workspace, ["build"], name="record_decision.parquet", before=False)
    kept = {snapshot.identifier for snapshot in snapshots(stage.old)}
    for snapshot in list(snapshots(workspace)):
        if snapshot.identifier not in kept:
            remove_snapshot(workspace, snapshot.identifier)
    built(workspace)
    is_undisturbed(workspace, stage.old)


def test_a_bad_file_that_was_kept_unread_does_not_stop_builds(stage: Stage, tmp_path: Path) -> None:
    """As an `add` of an earlier version left it, killed between the copy of the file and its reading."""
    workspace = copy(stage.old, tmp_path / "workspace")
    (tmp_path / "casse.json").write_text(json.dumps(wrapped(contract()))[:-20], encoding="utf-8")
    held = next(snapshots(stage.old, "decp")).path.parent.parent.name
    add_snapshot(workspace, held, "casse.json", tmp_path / "casse.json", {"producer": "", "licence": ""})
    run = gisement("build", workspace=workspace.root)
    assert "casse.json" in one_sentence(run) if run.returncode else content(workspace) == content(stage.old)
    again = added(workspace, held, [tmp_path / "casse.json"])
    assert [one.trouble is not None for one in again] == [True]
    built(workspace)
    is_undisturbed(workspace, stage.old)
