"""Every reader of `add`, on spoilt files: each is read, or refused in one plain sentence, and leaves nothing half done.

Generated over the table of sources: a new one cannot be forgotten.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisement.engine.intake import add_files
from gisement.pipeline import SOURCES
from gisement.store import Workspace, snapshots
from tests.fuzz.account import clear, is_plain, patience
from tests.fuzz.every_source import Seed, seeds, spoilt, spoilt_text
from tests.fuzz.material import Content

few = settings(max_examples=max(settings().max_examples // 8, 1), suppress_health_check=list(HealthCheck))
"""Each example is a file that is written, masked where its kind is, and read."""
MASKED = ("ledger", "pes")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Seed]]:
    """Files of every kind, before they are spoilt."""
    return seeds(tmp_path_factory.mktemp("seeds"))


def test_there_is_a_file_of_every_kind_and_each_is_read(
    sound: dict[str, list[Seed]], workspace: Workspace, folder: Path
) -> None:
    assert set(sound) == set(SOURCES)
    for kind, held in sound.items():
        for seed in held:
            outcome(workspace, folder, kind, seed, seed.name, seed.data, must_be_read=True)


def test_a_register_cut_where_the_reader_of_duckdb_breaks_is_refused(
    sound: dict[str, list[Seed]], workspace: Workspace, folder: Path
) -> None:
    """Found by fuzzing: « INTERNAL Error: Attempted to access index 30 within vector of size 15 »."""
    for seed in sound["sirene"]:
        outcome(workspace, folder, "sirene", seed, seed.name, seed.data[:2025])


def test_brackets_within_brackets_are_refused(sound: dict[str, list[Seed]], workspace: Workspace, folder: Path) -> None:
    """Found by fuzzing: a list of inclusion of 2,000 brackets, which Python's reader of JSON does not end."""
    for seed in sound["inclusion"]:
        outcome(workspace, folder, "inclusion", seed, "list.csv", b"[" * 2000)


@pytest.mark.parametrize("kind", sorted(SOURCES))
@few
@given(data=st.data())
def test_a_spoilt_file_is_read_or_refused(
    kind: str, sound: dict[str, list[Seed]], workspace: Workspace, folder: Path, data: st.DataObject
) -> None:
    seed = data.draw(st.sampled_from(sound[kind]), label="seed")
    name, content = data.draw(spoilt(seed), label="file")
    mapping = seed.mapping if kind in MASKED else None
    if mapping is not None and data.draw(st.integers(0, 3), label="whether the mapping too is spoilt") == 0:
        mapping = folder / "mapping.toml"
        sound_mapping = Seed("mapping.toml", Content(seed.mapping.read_bytes() if seed.mapping else b""))
        mapping.write_bytes(data.draw(spoilt_text(sound_mapping), label="mapping"))
    outcome(workspace, folder, kind, seed, name, content, mapping)


def outcome(
    workspace: Workspace, folder: Path, kind: str, seed: Seed, name: str, content: bytes, mapping: Path | None = None,
    *, must_be_read: bool = False,
) -> None:  # fmt: skip
    """Add a file to an emptied workspace; whatever it raises but one plain sentence is the test's."""
    clear(workspace)
    path = folder / (name or "octets")
    path.write_bytes(content)
    mapping = mapping or (seed.mapping if kind in MASKED else None)
    with patience():
        found = add_files(workspace, SOURCES[kind], [path], mapping=mapping)
    for one in found:
        if one.trouble is not None:
            assert not must_be_read, one.trouble
            is_plain(one.trouble, Path(one.name.split("/")[0]).stem.split(".")[0])
    held = {one.snapshot.identifier for one in found if one.snapshot}
    assert {snapshot.identifier for snapshot in snapshots(workspace)} == held, "a refused file leaves nothing"
    assert [left for left in workspace.scratch.rglob("*") if left.is_file()] == []
    path.unlink()
